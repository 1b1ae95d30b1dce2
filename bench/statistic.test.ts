import { expect, test } from "vitest";

import { planOf, takesPart, warmWindows } from "./plan.ts";
import { medianWithin, quantile, ratioOf, windowsOf, worstTick } from "./statistic.ts";
import type { Timing } from "./statistic.ts";

const timing = (round: number, ...us: number[]): Timing => ({ round, us: Float64Array.from(us) });

test("quantiles lie between the values, by proportion", () => {
  expect(quantile([4, 1, 3, 2, 5], 0.5)).toBe(3);
  expect(quantile([1, 2], 0.5)).toBe(1.5);
  expect(quantile([10, 20, 30], 0.1)).toBe(12);
  expect(quantile([], 0.5)).toBeNaN();
});

test("a median lies between ranks that a coin seldom leaves on one side", () => {
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => n - i);
  expect(medianWithin(upTo(5))).toBeNull();
  expect(medianWithin(upTo(6))).toEqual({ median: 3.5, low: 1, high: 6 });
  expect(medianWithin(upTo(10))).toEqual({ median: 5.5, low: 2, high: 9 });
  // Of twenty, six and more on one side: 2 * 0.0207 are left out; with five it would be 0.0414.
  expect(medianWithin(upTo(20))).toEqual({ median: 10.5, low: 6, high: 15 });
});

test("ratios are those of windows of the same round", () => {
  const engine = [timing(0, 10, 10), timing(1, 20, 20), timing(2, 10, 10)];
  // Its rounds 0 and 1 were slow for both: the ratio is 3 all the same.
  const windows = windowsOf([timing(0, 30, 30), timing(1, 50, 70)], engine);
  expect(windows.map(({ ratio }) => ratio)).toEqual([3, 3]);
  expect(ratioOf(windows, 10)).toEqual({ median: 3, min: 3, max: 3, p10: 3.3 });
  expect(ratioOf(windowsOf(engine, null), 10)).toBeNull();
});

test("the worst tick: of all, of windows, and what it is compared with", () => {
  const timings = [timing(0, 1, 5, 1, 1), timing(1, 1, 6, 1, 90), timing(2, 1, 7, 1, 1)];
  expect(worstTick(timings)).toEqual({ max: 90, median: 7, usual: 1 });
});

test("a slow peer gets shorter windows, then fewer, then none; what is ours only fewer", () => {
  expect(planOf("peer", 100, 30, 15_000)).toEqual({ rounds: 30, windowTicks: 32 });
  expect(planOf("peer", 50_000, 30, 15_000)).toEqual({ rounds: 30, windowTicks: 10 });
  expect(planOf("peer", 500_000, 30, 15_000)).toEqual({ rounds: 7, windowTicks: 4 });
  expect(planOf("peer", 4_000_000, 30, 15_000)).toEqual({ rounds: 3, windowTicks: 1 });
  expect(planOf("peer", 6_000_000, 30, 15_000)).toEqual({ rounds: 0, windowTicks: 1 });
  expect(planOf("tuned", 50_000, 30, 15_000)).toEqual({ rounds: 9, windowTicks: 32 });
  expect(planOf("engine", 6_000_000, 30, 15_000)).toEqual({ rounds: 3, windowTicks: 32 });
});

test("whoever has fewer windows takes part in as many rounds, spread evenly", () => {
  const rounds = Array.from({ length: 30 }, (_, round) => round);
  expect(rounds.filter((round) => takesPart(round, 30, 30))).toHaveLength(30);
  expect(rounds.filter((round) => takesPart(round, 30, 3))).toEqual([9, 19, 29]);
});

test("small cases are warmed for longer", () => {
  expect([100, 1000, 10_000].map(warmWindows)).toEqual([40, 20, 3]);
});
