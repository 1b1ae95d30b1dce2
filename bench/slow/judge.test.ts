// What a proof of slow clients concludes from what it saw.
import { expect, test } from "vitest";
import { judge } from "./judge.ts";
import type { Return } from "./reader.ts";
import type { Times } from "./slices.ts";
import type { Played, Stall, Turn } from "./stage.ts";

const EQUAL: Return = { equalAfterMs: 40, closeCode: null };
const CLOSED: Return = { equalAfterMs: null, closeCode: 4009 };

const times = (p99: number, late = 0): Times => ({ p50: 12, p99, counted: 6, late });
const turns = (...ratios: readonly (number | null)[]): Turn[] =>
  ratios.map((ratio) => (ratio === null ? null : { calm: 25, stalled: 25 * ratio }));
const stall = (seconds: number, returns: Stall["returns"], more: Partial<Stall> = {}): Stall => ({
  ...{ seconds, returns, heldBytes: returns.map(() => 14_000), memoryBytes: 1000 },
  ...{ times: times(26), ...more },
});
const played = (stalls: readonly Stall[], more: Partial<Played> = {}): Played => ({
  ...{ turns: turns(0.9, 1, 1.02, 1.02, 1.1, 1.2), calm: times(25), stalls },
  ...{ faults: [], counted: {} },
  ...more,
});
const CONTROL = played([stall(60, [], { heldBytes: [4_000_000, 3_950_000, 3_800_000] })]);
const GOOD = [stall(20, [EQUAL, EQUAL]), stall(60, [CLOSED, CLOSED])];
const of = (stalls: readonly Stall[], more?: Partial<Played>) =>
  judge(played(stalls, more), CONTROL, 30_000);

test("met where all come back right or are told, and it costs little", () => {
  const met = of(GOOD);
  expect(met).toMatchObject({ verdict: "met", exitCode: 0, right: 4, all: 4, faults: [] });
  expect(met.others).toEqual({ median: 1.02, low: 0.9, high: 1.2 });
  expect(met.othersLong).toEqual([1.04, 1.04]);
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
    [EQUAL, { times: times(38) }],
    [{ equalAfterMs: 1001, closeCode: null }, {}],
  ] as const) {
    const missed = of([stall(20, [returned], more)]);
    expect(missed).toMatchObject({ verdict: "missed", exitCode: 1, right: 1 });
    expect(missed.missed).toHaveLength(1);
  }
});

test("what the others wait is judged by turns, and by as many as tell the median", () => {
  const slower = [1.51, 1.6, 1.6, 1.6, 1.6, 1.6];
  expect(of(GOOD, { turns: turns(...slower) })).toMatchObject({
    ...{ verdict: "missed", missed: ["the others waited 1.60 (1.51 to 1.60) times as long"] },
  });
  // One turn that was fast, and nobody knows; of ten it is left out, as is the slowest.
  expect(of(GOOD, { turns: turns(1, ...slower.slice(1)) }).verdict).toBe("inconclusive");
  expect(of(GOOD, { turns: turns(1, ...slower, 1.6, 1.6, 1.6) }).verdict).toBe("missed");
  expect(of(GOOD, { turns: turns(9, 1, 1, 1, 1, 1, 1, 1, 1, 1) }).verdict).toBe("met");
});

test("inconclusive where the load was late, or the control swallowed little", () => {
  const few = of(GOOD, { turns: turns(1, 1, 1, 1, 1, null, null) });
  expect(few).toMatchObject({ verdict: "inconclusive", exitCode: 2, others: null });
  expect(few.unclear).toEqual(["the load was punctual in 5 of 7 turns; 6 are needed"]);
  const late = of([stall(20, [EQUAL], { times: times(38, 6) })]);
  expect(late).toMatchObject({ verdict: "inconclusive", missed: [] });
  expect(late.unclear).toEqual(["the load was late for 6 pieces of the 20 s"]);
  const short = played([stall(3, [], { heldBytes: [300_000] })]);
  expect(judge(played(GOOD), short, 30_000).unclear).toHaveLength(1);
});
