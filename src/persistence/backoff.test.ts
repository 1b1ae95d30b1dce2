import { expect, test } from "vitest";

import { AWAY_BACKOFF, backoffMs, EVENT_BACKOFF } from "./backoff.ts";

test("the ceiling doubles from 100 ms up to its cap", () => {
  const ceilings = [1, 2, 3, 8, 9, 10, 2000].map((failures) =>
    backoffMs(failures, 1, EVENT_BACKOFF),
  );
  expect(ceilings).toEqual([100, 200, 400, 12_800, 25_600, 30_000, 30_000]);
  expect(backoffMs(50, 1, AWAY_BACKOFF)).toBe(1000);
});

test("the jitter spans everything below the ceiling, but never nothing at all", () => {
  expect(backoffMs(1, 0, EVENT_BACKOFF)).toBe(1);
  expect(backoffMs(3, 0.5, EVENT_BACKOFF)).toBe(200);
});
