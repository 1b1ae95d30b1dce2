import { describe, expect, test } from "vitest";
import { exitCodeOf } from "./main.ts";
import { Oracle } from "./oracle.ts";
import { emptyCounts, mergeTallies, type Tally } from "./tally.ts";
import { corruptionOf, faultsOf } from "./verdict.ts";

function good() {
  const tally: Tally = mergeTallies([]);
  tally.counts.joins = 5;
  tally.counts.ticks = 1000;
  const rules = { aoiRadius: 1, leaveRadius: 1 };
  const { figures: oracle } = new Oracle(1, rules, () => undefined);
  oracle.views = 1000;
  return { tally, oracle, corrupt: false };
}

test("a run in which everything was checked and true has no fault", () => {
  expect(faultsOf(good())).toEqual([]);
  expect(faultsOf({ ...good(), oracle: null })).toEqual([]);
});

test.each<[string, (run: ReturnType<typeof good>) => void]>([
  ["1 differences between", (run) => (run.oracle.missing = 1)],
  ["1 differences between", (run) => (run.oracle.extra = 1)],
  ["1 differences between", (run) => (run.oracle.wrongPositions = 1)],
  ["no view was compared", (run) => (run.oracle.views = 0)],
  ["too late to be checked", (run) => (run.oracle.late = 1)],
  ["too little was compared: 112 of 1112 views", (run) => (run.oracle.merged = 112)],
  ["too little was compared: 112 of 1112 views", (run) => (run.oracle.reset = 112)],
  ["too little was compared: 112 of 1112 views", (run) => (run.oracle.incomplete = 112)],
  ["incomplete after 11 of 1000 ticks", (run) => (run.tally.counts.incompleteTicks = 11)],
  ["incomplete for 5 ticks in a row", (run) => (run.tally.counts.incompleteRun = 5)],
  ["no record was corrupted", (run) => (run.corrupt = true)],
  ["from the movement rule", (run) => (run.tally.model.differences = 1)],
  ["1 Corrections not compared", (run) => (run.tally.model.unchecked = 1)],
  ["1 Error messages of the server", (run) => (run.tally.counts.errors = 1)],
  ["frames above 512", (run) => (run.tally.counts.oversize = 1)],
  ["digests differ", (run) => (run.tally.counts.digestsBad = 1)],
  ["protocol faults", (run) => (run.tally.counts.protocolFaults = 1)],
  ["connections lost", (run) => (run.tally.counts.losses = 1)],
  ["heard nothing", (run) => (run.tally.counts.silences = 1)],
  ["nobody joined", (run) => (run.tally.counts.joins = 0)],
])("%s", (words, spoil) => {
  const run = good();
  spoil(run);
  const faults = faultsOf(run);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(words);
});

test("ticks: up to 1 % and four in a row may be incomplete, sampled or not", () => {
  const run = good();
  run.tally.counts.incompleteTicks = 10;
  run.tally.counts.incompleteRun = 4;
  expect(faultsOf(run)).toEqual([]);
  run.tally.counts.incompleteRun = 5;
  expect(faultsOf({ ...run, oracle: null })).toHaveLength(1);
});

test("of the samples up to a tenth may be left out; how many in a row is for information", () => {
  const run = good();
  Object.assign(run.oracle, { views: 900, incomplete: 30, merged: 30, reset: 40 });
  run.oracle.incompleteRun = 30;
  expect(faultsOf(run)).toEqual([]);
  run.oracle.reset += 1;
  expect(faultsOf(run)).toHaveLength(1);
});

describe("a corruption", () => {
  function corrupted() {
    const run = { ...good(), corrupt: true };
    run.tally.counts.corrupted = 1;
    return run;
  }

  test("that was found fails the run with 1", () => {
    const run = corrupted();
    run.oracle.wrongPositions = 1;
    const faults = faultsOf(run);
    expect(faults).toEqual(["1 differences between views and the AOI rule"]);
    expect(corruptionOf(run)).toBe("found");
    expect(exitCodeOf({ corruption: corruptionOf(run), faults })).toBe(1);
  });

  test("that was not found fails it with 3, whatever else was found", () => {
    const run = corrupted();
    run.oracle.missing = 1;
    const faults = faultsOf(run);
    expect(faults.join()).toContain("the corrupted record was NOT found");
    expect(corruptionOf(run)).toBe("missed");
    expect(exitCodeOf({ corruption: corruptionOf(run), faults })).toBe(3);
  });

  test("that could not be made fails it with 3", () => {
    const run = { ...good(), oracle: null, corrupt: true };
    expect(corruptionOf(run)).toBe("never made");
    expect(exitCodeOf({ corruption: corruptionOf(run), faults: faultsOf(run) })).toBe(3);
  });

  test("that nobody asked for is none: 0, or 1 for a fault", () => {
    expect(corruptionOf(good())).toBe("none");
    expect(exitCodeOf({ corruption: "none", faults: [] })).toBe(0);
    expect(exitCodeOf({ corruption: "none", faults: ["one"] })).toBe(1);
  });
});

test("what workers counted is added up, but for the largest and the smallest", () => {
  const one: Tally = mergeTallies([]);
  const two: Tally = mergeTallies([]);
  Object.assign(one.counts, { intents: 3, frameMax: 90, incompleteRun: 2, rateMin: 39 });
  Object.assign(two.counts, { intents: 4, frameMax: 70, incompleteRun: 3, rateMin: 40 });
  one.model.applied = 5;
  two.model.applied = 6;
  two.findings.push("a");
  const { counts, model, findings } = mergeTallies([one, two]);
  expect(counts).toMatchObject({ intents: 7, frameMax: 90, incompleteRun: 3, rateMin: 39 });
  expect(model.applied).toBe(11);
  expect(findings).toEqual(["a"]);
  expect(mergeTallies([]).counts).toEqual(emptyCounts());
});
