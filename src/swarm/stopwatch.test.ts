import { expect, test } from "vitest";
import { Histogram } from "./histogram.ts";
import { Stopwatch } from "./stopwatch.ts";

test("times every intent of a tick, once it is known which those were", () => {
  const watch = new Stopwatch();
  for (let sequence = 1; sequence <= 5; sequence++) watch.sent(sequence, sequence * 10);
  watch.acknowledged(100, 1, 2);
  watch.acknowledged(101, 3, 2);
  watch.acknowledged(102, 3, 5);
  const times = (tick: number, ms: number) => {
    const histogram = new Histogram();
    watch.measure(tick, ms, histogram);
    return [histogram.count, histogram.meanMs, histogram.maxMs];
  };
  expect(times(100, 65)).toEqual([2, 50, 55]);
  expect(times(101, 65)).toEqual([0, 0, 0]);
  expect(times(102, 65)).toEqual([3, 25, 35]);
  expect(times(103, 65)).toEqual([0, 0, 0]);
});

test("what is too old to be known is left out, not made up", () => {
  const watch = new Stopwatch();
  watch.sent(1, 10);
  watch.acknowledged(1, 1, 1);
  watch.sent(257, 20);
  const histogram = new Histogram();
  watch.measure(1, 30, histogram);
  watch.acknowledged(65, 2, 1);
  watch.measure(1, 30, histogram);
  expect(histogram.count).toBe(0);
});
