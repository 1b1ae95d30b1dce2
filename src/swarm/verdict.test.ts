import { expect, test } from "vitest";
import { Oracle } from "./oracle.ts";
import { emptyCounts, mergeTallies, type Tally } from "./tally.ts";
import { faultsOf } from "./verdict.ts";

function good() {
  const tally: Tally = mergeTallies([]);
  tally.counts.joins = 5;
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
  ["11 of 1011 views incomplete", (run) => (run.oracle.incomplete = 11)],
  ["5 incomplete views of one bot in a row", (run) => (run.oracle.incompleteRun = 5)],
  ["the corrupted record was not found", (run) => (run.corrupt = true)],
  ["from the movement rule", (run) => (run.tally.model.differences = 1)],
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

test("up to 1 % and four in a row may be incomplete", () => {
  const run = good();
  run.oracle.incomplete = 10;
  run.oracle.incompleteRun = 4;
  expect(faultsOf(run)).toEqual([]);
});

test("what workers counted is added up, but for the largest and the smallest", () => {
  const one: Tally = mergeTallies([]);
  const two: Tally = mergeTallies([]);
  Object.assign(one.counts, { intents: 3, frameMax: 90, rateMin: 39 });
  Object.assign(two.counts, { intents: 4, frameMax: 70, rateMin: 40 });
  one.model.applied = 5;
  two.model.applied = 6;
  two.findings.push("a");
  const { counts, model, findings } = mergeTallies([one, two]);
  expect(counts).toMatchObject({ intents: 7, frameMax: 90, rateMin: 39 });
  expect(model.applied).toBe(11);
  expect(findings).toEqual(["a"]);
  expect(mergeTallies([]).counts).toEqual(emptyCounts());
});
