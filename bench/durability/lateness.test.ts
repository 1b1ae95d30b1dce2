// What is concluded from the arrivals of ticks.
import { expect, test } from "vitest";

import { judgeLateness } from "./lateness.ts";

/** Arrivals of which every tenth is `ms` late, from an origin of their own. */
const arrivals = (ms: number, ticks = 400): Float64Array =>
  Float64Array.from({ length: ticks }, (_, i) => 1000 + (i % 10 === 0 ? ms : 0));

test("unchanged lateness is met, by the factor or by the milliseconds", () => {
  const same = judgeLateness([arrivals(4), arrivals(5)], arrivals(5));
  expect(same).toMatchObject({ verdict: "met", controlMs: 4.5, outageMs: 5, spread: 1.25 });
  expect(judgeLateness([arrivals(1)], arrivals(2))).toMatchObject({ verdict: "met", ratio: 2 });
  expect(judgeLateness([arrivals(20)], arrivals(25))).toMatchObject({ verdict: "met" });
});

test("more lateness is missed, and a control that spreads tells nothing", () => {
  const worse = judgeLateness([arrivals(4), arrivals(4)], arrivals(9));
  expect(worse).toMatchObject({ verdict: "missed", ratio: 2.25, outageMaxMs: 9, controlMaxMs: 4 });
  const loose = judgeLateness([arrivals(4), arrivals(7)], arrivals(9));
  expect(loose).toMatchObject({ verdict: "inconclusive", spread: 1.75 });
});

test("a phase without ticks is no measurement", () => {
  expect(() => judgeLateness([arrivals(4)], new Float64Array(0))).toThrow("no tick");
});
