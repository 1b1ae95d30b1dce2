import { expect, test } from "vitest";
import { Histogram } from "./histogram.ts";
import { RandomStream } from "./random.ts";

test("quantiles lie within 3.2 % of the exact ones", () => {
  const random = new RandomStream(7);
  const values = Array.from({ length: 20_000 }, () => 0.05 * 2 ** (random.next() * 16));
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  values.sort((a, b) => a - b);
  for (const q of [0.01, 0.5, 0.9, 0.99, 1]) {
    const exact = values[Math.ceil(values.length * q) - 1]!;
    expect(histogram.quantileMs(q) / exact).toBeGreaterThan(0.99);
    expect(histogram.quantileMs(q) / exact).toBeLessThan(1.04);
  }
  expect(histogram.count).toBe(values.length);
  expect(histogram.maxMs).toBe(values.at(-1));
  expect(histogram.meanMs).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 6);
});

test("takes the ends of its range, and nothing at all", () => {
  const histogram = new Histogram();
  expect([histogram.quantileMs(0.5), histogram.maxMs, histogram.meanMs]).toEqual([0, 0, 0]);
  for (const ms of [-1, 0, 0.001, 0.063, 0.064, 1e9]) histogram.add(ms);
  expect(histogram.count).toBe(6);
  expect(histogram.quantileMs(0.3)).toBe(0);
  expect(histogram.quantileMs(0.5)).toBe(0.001);
});

test("two add up", () => {
  const [one, other] = [new Histogram(), new Histogram()];
  one.add(1);
  other.add(3);
  other.add(5);
  one.merge(other);
  expect([one.count, one.maxMs, one.meanMs]).toEqual([3, 5, 3]);
});
