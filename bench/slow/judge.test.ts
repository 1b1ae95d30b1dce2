// What a proof of slow clients concludes from what it saw.
import { expect, test } from "vitest";
import { judge } from "./judge.ts";
import type { Return } from "./reader.ts";
import type { Played, Stall } from "./stage.ts";

const EQUAL: Return = { equalAfterMs: 40, closeCode: null };
const CLOSED: Return = { equalAfterMs: null, closeCode: 4009 };

const stall = (seconds: number, returns: Stall["returns"], more: Partial<Stall> = {}): Stall => ({
  ...{ seconds, returns, heldBytes: returns.map(() => 14_000), memoryBytes: 1000 },
  ...{ times: { p50: 12, p99: 26 }, ...more },
});
const played = (stalls: readonly Stall[], more: Partial<Played> = {}): Played => ({
  ...{ calm: { p50: 12, p99: 25 }, stalls, faults: [], latenessP99: 1, counted: {} },
  ...more,
});
const CONTROL = played([stall(60, [], { heldBytes: [4_000_000, 3_950_000, 3_800_000] })]);
const GOOD = [stall(20, [EQUAL, EQUAL]), stall(60, [CLOSED, CLOSED])];
const of = (stalls: readonly Stall[], more?: Partial<Played>) =>
  judge(played(stalls, more), CONTROL, 30_000);

test("met where all come back right or are told, and it costs little", () => {
  const met = of(GOOD);
  expect(met).toMatchObject({ verdict: "met", exitCode: 0, right: 4, all: 4, faults: [] });
  expect(met.othersRatio).toBeCloseTo(1.04);
});

test.each([
  ["nobody came back", [null]],
  ["closed too soon", [CLOSED]],
])("wrong where %s", (_, returns) => {
  expect(of([stall(20, returns)])).toMatchObject({ verdict: "wrong", exitCode: 1, right: 0 });
});

test("wrong where one is closed with another code, or not at all, or a view was wrong", () => {
  for (const wrong of [EQUAL, { equalAfterMs: null, closeCode: 1006 }])
    expect(of([stall(60, [CLOSED, wrong])])).toMatchObject({ verdict: "wrong", right: 1 });
  expect(of(GOOD, { faults: ["client 3: 1 digests differ"] }).verdict).toBe("wrong");
});

test("missed where it costs too much, or takes too long", () => {
  for (const [returned, more] of [
    [EQUAL, { heldBytes: [17_409] }],
    [EQUAL, { memoryBytes: 65_537 }],
    [EQUAL, { times: { p50: 12, p99: 38 } }],
    [{ equalAfterMs: 1001, closeCode: null }, {}],
  ] as const) {
    const missed = of([stall(20, [returned], more)]);
    expect(missed).toMatchObject({ verdict: "missed", exitCode: 1, right: 1 });
    expect(missed.missed).toHaveLength(1);
  }
});

test("inconclusive where the load was late, or the control swallowed little", () => {
  expect(of(GOOD, { latenessP99: 5.1 })).toMatchObject({ verdict: "inconclusive", exitCode: 2 });
  const short = played([stall(3, [], { heldBytes: [300_000] })]);
  expect(judge(played(GOOD), short, 30_000).unclear).toHaveLength(1);
});
