import { expect, test } from "vitest";

import { judgeSoak, RSS_MAX, slopeOf, SLOPE_MAX } from "./judge.ts";
import type { Point, Soak } from "./judge.ts";

const MINUTE = 60_000;

/** Half an hour, a point a minute, the heap by the hour and what it wobbles by. */
function points(bytesPerHour: number, wobble = 0): Point[] {
  return Array.from({ length: 30 }, (_, i) => ({
    atMs: i * MINUTE,
    heap: 8e6 + (bytesPerHour * i) / 60 + (i % 2 === 0 ? wobble : -wobble),
    ...{ external: 5e6, rss: 150e6, descriptors: 350, connections: 300 },
  }));
}

function soak(over: Partial<Soak> = {}): Soak {
  return {
    ...{ points: points(0), warmMs: 5 * MINUTE, faults: [] },
    ...{ descriptorsBefore: 40, descriptorsAfter: 40 },
    ...over,
  };
}

test("H87 a heap that stays is met, one that grows is missed", () => {
  expect(judgeSoak(soak())).toMatchObject({ verdict: "met", exitCode: 0, missed: [] });
  const grows = judgeSoak(soak({ points: points(2 * SLOPE_MAX) }));
  expect(grows).toMatchObject({ verdict: "missed", exitCode: 1 });
  expect(grows.heap.bytesPerHour).toBeCloseTo(2 * SLOPE_MAX);
  expect(grows.missed).toEqual(["heap grows by 1.00 MB an hour, give or take 0.00"]);
});

test("a slope that may be either is inconclusive, also where there are too few points", () => {
  const wobbles = judgeSoak(soak({ points: points(0.9 * SLOPE_MAX, 200_000) }));
  expect(wobbles).toMatchObject({ verdict: "inconclusive", exitCode: 2, missed: [] });
  expect(judgeSoak(soak({ points: points(0).slice(0, 6) })).verdict).toBe("inconclusive");
});

test("what came while the server was warming up tells nothing of slopes", () => {
  const warming = points(0).map((point, i) => (i < 5 ? { ...point, heap: i * 1e6 } : point));
  expect(judgeSoak(soak({ points: warming })).verdict).toBe("met");
});

test("memory outside of the heap, RSS, and descriptors that stay open are missed", () => {
  const outside = points(0).map((point, i) => ({ ...point, external: 5e6 + i * 1e5 }));
  expect(judgeSoak(soak({ points: outside })).missed).toEqual([
    expect.stringMatching(/^memory outside of the heap grows by 6\.00 MB an hour/),
  ]);
  const large = points(0).map((point) => ({ ...point, rss: RSS_MAX }));
  expect(judgeSoak(soak({ points: large })).missed).toEqual(["RSS was 512 MiB"]);
  expect(judgeSoak(soak({ descriptorsAfter: 41 })).missed).toEqual([
    "40 files were open before, 41 are afterwards",
  ]);
});

test("what is wrong is wrong, however little memory it took", () => {
  expect(judgeSoak(soak({ faults: ["a session was lost"] }))).toMatchObject({
    ...{ verdict: "wrong", exitCode: 1 },
  });
});

test("the slope is that of the least squares", () => {
  // 0, 1, 2, 4 at 0, 1, 2, 3 hours: slope 1.3, standard error 0.1732.
  const few = [0, 1, 2, 4].map((heap, i) => ({ ...points(0)[0]!, atMs: i * 60 * MINUTE, heap }));
  const { bytesPerHour, within } = slopeOf(few, ({ heap }) => heap);
  expect(bytesPerHour).toBeCloseTo(1.3);
  expect(within).toBeCloseTo(2 * Math.sqrt(0.3 / 2 / 5));
});
