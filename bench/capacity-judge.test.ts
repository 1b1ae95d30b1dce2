// What a proof of capacity concludes from its measurements.
import { expect, test } from "vitest";
import { judgeCapacity, type Trial } from "./capacity-judge.ts";

const trial = (figures: Partial<Trial>): Trial => ({
  ...{ p99: 30, tickRate: 40, cpuMsPerTick: 10, latenessMs: 1, faults: [], isTrue: true },
  ...figures,
});
const crowd = (bots: number, aether: Partial<Trial>, bare: Partial<Trial> = {}) => ({
  bots,
  rounds: [{ aether: trial(aether), bare: trial(bare) }],
});

test("met where all are served and cost little more than the transport", () => {
  const crowds = [crowd(1000, { cpuMsPerTick: 12 }), crowd(1500, { cpuMsPerTick: 20 })];
  expect(judgeCapacity(crowds)).toMatchObject({ verdict: "met", exitCode: 0, capacity: 1500 });
});

test("missed where a crowd is slow, late or dear", () => {
  for (const figures of [{ p99: 50 }, { tickRate: 38.9 }])
    expect(judgeCapacity([crowd(300, {}), crowd(600, figures)])).toMatchObject({
      verdict: "missed",
      exitCode: 1,
      capacity: 300,
    });
  const dear = judgeCapacity([crowd(1000, { cpuMsPerTick: 12.1 })]);
  expect(dear).toMatchObject({ verdict: "missed", capacity: 1000 });
  expect(dear.standings[0]?.why).toEqual(["1.210x of the bare transport"]);
});

test("inconclusive where the load came late, with the figure", () => {
  for (const latenessMs of [5, NaN]) {
    const late = judgeCapacity([crowd(300, {}), crowd(1500, {}, { latenessMs })]);
    expect(late).toMatchObject({ verdict: "inconclusive", exitCode: 2, capacity: 300 });
    const [why] = late.standings[1]?.why ?? [];
    expect(why).toMatch(/^the load came late, p99 (5\.0|NaN) ms at best: does not count$/);
  }
});

test("of rounds only those count in which the load was punctual", () => {
  const [late] = crowd(1000, { p99: 90, cpuMsPerTick: 30 }, { latenessMs: 7 }).rounds;
  const [good] = crowd(1000, { p99: 28, cpuMsPerTick: 11 }).rounds;
  if (late === undefined || good === undefined) throw new Error("a crowd has a round");
  const { standings, verdict } = judgeCapacity([{ bots: 1000, rounds: [late, good, late] }]);
  expect(verdict).toBe("met");
  expect(standings[0]).toMatchObject({ p99: 28, ratio: 1.1, counted: 1, rounds: 3 });
});

test("who is not served: missed if the load was punctual, else it does not count", () => {
  const faults = ["576 bots heard nothing for seconds"];
  const late = judgeCapacity([crowd(1000, { faults, latenessMs: 9 })]);
  expect(late).toMatchObject({ verdict: "inconclusive", exitCode: 2, capacity: 0 });
  const punctual = judgeCapacity([crowd(1000, { faults })]);
  expect(punctual).toMatchObject({ verdict: "missed", exitCode: 1, capacity: 0 });
  expect(punctual.standings[0]?.why).toEqual(faults);
});

test("wrong where clients were told what is not so; the control's are expected", () => {
  const untrue = { faults: ["2 digests differ"], isTrue: false };
  const wrong = judgeCapacity([crowd(300, { ...untrue, latenessMs: 9 })]);
  expect(wrong).toMatchObject({ verdict: "wrong", exitCode: 1, capacity: 0 });
  const control = judgeCapacity([crowd(300, {}, { faults: ["it knows no rules"] })]);
  expect(control.verdict).toBe("met");
});
