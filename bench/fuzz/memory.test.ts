// What is said of memory along a fuzz.
import { expect, test } from "vitest";
import { growthOf, LOOKS, type Memory } from "./memory.ts";

const looks = (resident: (i: number) => number): Memory[] =>
  Array.from({ length: LOOKS }, (_, i) => ({ frames: i, heap: 7, resident: resident(i) }));

test("what is taken in the first quarter is no growth, what is taken all along is", () => {
  expect(growthOf(looks((i) => Math.min(i, 4)))).toEqual({ heap: 0, resident: 0 });
  expect(growthOf(looks((i) => i))).toEqual({ heap: 0, resident: 10 });
});

test("a single look decides nothing, and too few say nothing", () => {
  expect(growthOf(looks((i) => (i === LOOKS - 1 ? 100 : 1))).resident).toBe(0);
  expect(growthOf(looks(() => 1).slice(0, 3)).resident).toBeNaN();
});
