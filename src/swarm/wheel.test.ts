import { expect, test } from "vitest";
import { Histogram } from "./histogram.ts";
import { Wheel } from "./wheel.ts";

function setUp(phases: number[]) {
  const lateness = new Histogram();
  const wheel = new Wheel(25, Float64Array.from(phases), lateness);
  const fired: [number, number][] = [];
  const at = (ms: number) => {
    fired.length = 0;
    wheel.advance(
      () => ms,
      (index, dueMs) => fired.push([index, dueMs]),
    );
    return [...fired];
  };
  wheel.start(100);
  return { wheel, lateness, at };
}

test("everybody has its turn at its phase, every period", () => {
  const { at } = setUp([20, 0, 10]);
  expect(at(99)).toEqual([]);
  expect(at(100)).toEqual([[1, 100]]);
  expect(at(119.9)).toEqual([[2, 110]]);
  expect(at(126)).toEqual([
    [0, 120],
    [1, 125],
  ]);
});

test("lateness is written down, and a short delay is caught up", () => {
  const { at, lateness } = setUp([0]);
  expect(at(160).map(([, dueMs]) => dueMs)).toEqual([100, 125, 150]);
  expect(lateness.maxMs).toBe(60);
  expect(lateness.count).toBe(3);
});

test("after a long delay rounds are dropped and counted, no burst follows", () => {
  const { at, wheel } = setUp([0, 12]);
  expect(at(1000)).toHaveLength(1);
  expect(wheel.dropped).toBe(36 * 2);
  expect(at(1012)).toEqual([[1, 1012]]);
});

test("a wheel of nobody does nothing", () => {
  expect(setUp([]).at(1000)).toEqual([]);
});

test("a call gives way when it takes long, and the next one goes on", () => {
  const wheel = new Wheel(25, Float64Array.of(0, 1, 2, 3), new Histogram());
  const fired: number[] = [];
  let ms = 110;
  const call = () => {
    wheel.advance(
      () => ms,
      (index) => {
        fired.push(index);
        ms += 2;
      },
    );
  };
  wheel.start(100);
  call();
  expect(fired).toEqual([0, 1]);
  call();
  expect(fired).toEqual([0, 1, 2, 3]);
});
