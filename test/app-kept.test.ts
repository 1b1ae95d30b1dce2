// What an application keeps with the world fits its place there: the definition is checked, and the
// most that passes the check is kept and found again.
import { describe, expect, test } from "vitest";
import { STATE_MAX, StateKeeper } from "../src/app/state.ts";
import { TIMERS_MAX, Timers } from "../src/app/timers.ts";
import { Kept } from "../src/engine/kept.ts";
import { createWorld } from "../src/index.ts";

const LONGEST = "t".repeat(32);

describe("a definition is refused in words", () => {
  test("whose first state is too large, or no JSON", () => {
    const of = (state: unknown): (() => unknown) => {
      return () => createWorld({ name: "kept", state });
    };
    expect(of("x".repeat(STATE_MAX - 2))).not.toThrow();
    expect(of("x".repeat(STATE_MAX - 1))).toThrow(
      /world.state has at first 4097 bytes of JSON: at most 4096 are kept: leave out/,
    );
    expect(of("ü".repeat(STATE_MAX / 2))).toThrow(/has at first 4098 bytes/);
    const itself: unknown[] = [];
    itself.push(itself);
    for (const none of [() => 1, 5n, itself])
      expect(of(none)).toThrow(/world.state is at first no JSON: write plain data/);
    for (const some of [undefined, null, 0, "", []]) expect(of(some)).not.toThrow();
  });

  test("whose timer has no name for a timer", () => {
    const of = (timer: string): (() => unknown) => {
      return () => createWorld({ name: "kept", timers: { [timer]: () => undefined } });
    };
    expect(of(LONGEST)).not.toThrow();
    for (const name of ["", "no name", `${LONGEST}t`, "\u0001"])
      expect(of(name)).toThrow(
        `a timer's name is ${JSON.stringify(name)}: write 1 to 32 letters, digits, "-" or "_".`,
      );
  });
});

test("the largest state with the most and longest timers is kept and found again", () => {
  const timers = new Timers([LONGEST]);
  const keeper = new StateKeeper("x".repeat(STATE_MAX - 2), timers);
  const widest = -Math.PI * 1e-300;
  for (let i = 0; i < TIMERS_MAX; i++) timers.start(LONGEST, -widest, widest);
  const kept = new Kept();
  kept.set(new TextEncoder().encode(keeper.changed() ?? ""));
  const again = new Timers([LONGEST]);
  const found = new StateKeeper("", again);
  found.restore(kept);
  expect(found.value).toHaveLength(STATE_MAX - 2);
  expect(again.all).toHaveLength(TIMERS_MAX);
  expect(again.all).toEqual(timers.all);
});
