import { describe, expect, test } from "vitest";
import { randomOf } from "../../test/kernel/scenario.ts";
import { ServerClock } from "./clock.ts";

const TICK_MS = 25;

/** A clock that has heard ticks 1 .. n, tick k after 1000 + k * 25 + late(k) ms. */
function heard(n: number, late: (tick: number) => number): ServerClock {
  const clock = new ServerClock();
  clock.reset(TICK_MS);
  let lastMs = 0;
  for (let tick = 1; tick <= n; tick++) {
    lastMs = Math.max(lastMs, 1000 + tick * TICK_MS + late(tick));
    clock.heard(tick, lastMs);
  }
  return clock;
}

describe("the server's time", () => {
  test("is that of the fastest update", () => {
    const random = randomOf(1);
    const clock = heard(400, () => 30 + 40 * random());
    expect(clock.originMs).toBeGreaterThanOrEqual(1030);
    expect(clock.originMs).toBeLessThan(1031);
    expect(clock.arrivingTick(1030 + 500 * TICK_MS)).toBeCloseTo(500, 1);
  });

  test("half a round trip before it arrives, the tick is over there", () => {
    const clock = heard(10, () => 0);
    clock.answered(100);
    expect(clock.serverTick(1000 + 20 * TICK_MS)).toBeCloseTo(22);
  });

  test("follows a way that becomes longer within two windows", () => {
    const clock = heard(900, (tick) => (tick < 300 ? 0 : 80));
    expect(clock.originMs).toBe(1080);
  });

  test("follows a clock that drifts", () => {
    const clock = heard(4000, (tick) => tick * 0.01);
    expect(clock.originMs).toBeGreaterThan(1000 + 40 - 5);
  });

  test("is not known before the first update, nor after a reset", () => {
    const clock = heard(5, () => 0);
    expect(clock.isSet).toBe(true);
    clock.reset(TICK_MS);
    expect([clock.isSet, clock.arrivingTick(5000), clock.serverTick(5000)]).toEqual([false, 0, 0]);
  });
});

describe("lateness", () => {
  test("settles where one update in twenty is later", () => {
    const random = randomOf(2);
    // Each by itself: a burst would be later together.
    const clock = heard(4000, () => 20 * random());
    expect(clock.latenessMs).toBeGreaterThan(15);
    expect(clock.latenessMs).toBeLessThan(22);
  });

  test("is forgotten when updates come on time again", () => {
    const clock = heard(2000, (tick) => (tick < 400 ? (tick % 2) * 20 : 0));
    expect(clock.latenessMs).toBe(0);
  });
});

describe("round trips", () => {
  test("are smoothed; the shortest of late counts for the bank", () => {
    const clock = new ServerClock();
    for (const ms of [200, 100, 200, 200]) clock.answered(ms);
    expect(clock.roundTripMs).toBeGreaterThan(180);
    expect(clock.roundTripMinMs).toBe(100);
    // After a window without it, the shortest is another.
    clock.reset(TICK_MS);
    clock.heard(1, 0);
    clock.answered(100);
    clock.heard(201, 5000);
    clock.answered(180);
    clock.heard(401, 10_000);
    expect(clock.roundTripMinMs).toBe(180);
  });
});
