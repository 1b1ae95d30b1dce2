import { expect, test } from "vitest";

import { longestMs, type Metrics } from "./metrics.ts";

const NAME = "pause_seconds";

/** Cumulative, as Prometheus has them: up to 1 ms, up to 5 ms, all. */
function metrics(minor: readonly number[], major: readonly number[] = [0, 0, 0]): Metrics {
  const edges = ["0.001", "0.005", "+Inf"];
  const of = (kind: string, counts: readonly number[]): [string, number][] =>
    counts.map((count, i) => [`${NAME}_bucket{le="${edges[i] ?? ""}",kind="${kind}"}`, count]);
  return new Map([...of("minor", minor), ...of("major", major), [`${NAME}_count`, 9]]);
}

test("the longest is in the first bucket that holds all that came between two looks", () => {
  expect(longestMs(metrics([2, 3, 4]), metrics([5, 6, 7]), NAME)).toBe(1);
  expect(longestMs(metrics([2, 3, 4]), metrics([5, 7, 8]), NAME)).toBe(5);
  expect(longestMs(metrics([2, 3, 4]), metrics([2, 3, 5]), NAME)).toBe(Infinity);
});

test("labels are added up; what was told nothing has no longest", () => {
  expect(longestMs(metrics([0, 0, 0]), metrics([4, 4, 4], [0, 1, 1]), NAME)).toBe(5);
  expect(longestMs(metrics([2, 3, 4]), metrics([2, 3, 4]), NAME)).toBe(0);
  expect(longestMs(metrics([1, 1, 1]), metrics([2, 2, 2]), "other_seconds")).toBe(0);
});
