import { expect, test } from "vitest";

import { Breaker, LEAST_WAIT_MS, MOST_WAIT_MS } from "./breaker.ts";

function setUp() {
  const world = { now: 1000, random: 0 };
  const breaker = new Breaker({ now: () => world.now, random: () => world.random });
  /** Fails, and finds out how long the breaker then keeps callers away. */
  const waitAfterFailure = (): number => {
    breaker.failed();
    const from = world.now;
    while (!breaker.allows()) world.now++;
    return world.now - from;
  };
  return { world, breaker, waitAfterFailure };
}

test("closed until a failure, open after it, closed again with a success", () => {
  const { world, breaker } = setUp();
  expect(breaker.allows()).toBe(true);
  breaker.failed();
  expect(breaker.allows()).toBe(false);
  world.now += LEAST_WAIT_MS;
  expect(breaker.allows()).toBe(true);
  breaker.succeeded();
  world.now -= LEAST_WAIT_MS;
  expect(breaker.allows()).toBe(true);
});

test("waits lie between the least and a limit that doubles up to the most", () => {
  const { world, breaker, waitAfterFailure } = setUp();
  world.random = 1 - Number.EPSILON;
  const longest = Array.from({ length: 7 }, waitAfterFailure);
  expect(longest).toEqual([500, 1000, 2000, 4000, MOST_WAIT_MS, MOST_WAIT_MS, MOST_WAIT_MS]);
  world.random = 0;
  expect(Array.from({ length: 3 }, waitAfterFailure)).toEqual([250, 250, 250]);
  breaker.succeeded();
  world.random = 0.5;
  expect(waitAfterFailure()).toBe(375);
});

test("a failure count without end does not end the waits", () => {
  const { breaker, waitAfterFailure } = setUp();
  for (let i = 0; i < 5000; i++) breaker.failed();
  expect(waitAfterFailure()).toBe(LEAST_WAIT_MS);
});

test("an invitation allows one call now, and is no success", () => {
  const { world, breaker, waitAfterFailure } = setUp();
  world.random = 1 - Number.EPSILON;
  waitAfterFailure();
  breaker.failed();
  breaker.invite();
  expect(breaker.allows()).toBe(true);
  expect(waitAfterFailure()).toBe(2000);
});
