import { beforeEach, describe, expect, test } from "vitest";
import { ServerClock } from "./clock.ts";
import { Playback, RATE_SLACK } from "./playback.ts";

const TICK_MS = 25;
const FRAME_MS = 5;

let clock: ServerClock;
let playback: Playback;
let nowMs: number;
let tick: number;
beforeEach(() => {
  clock = new ServerClock();
  clock.reset(TICK_MS);
  playback = new Playback(clock);
  playback.reset(TICK_MS);
  nowMs = tick = 0;
});

/** Time goes by; `late` says how late each update comes, null: it does not. */
function go(ms: number, late: (tick: number) => number | null = () => 0): number {
  const end = nowMs + ms;
  let fastest = 0;
  while (nowMs < end) {
    nowMs += FRAME_MS;
    for (;;) {
      const delay = late(tick + 1);
      if (delay === null || (tick + 1) * TICK_MS + delay > nowMs) break;
      const last = tick++;
      clock.heard(tick, nowMs);
      playback.pass(last, tick - 1, nowMs);
    }
    const before = playback.tick;
    playback.advance(nowMs);
    if (before !== 0) {
      expect(playback.tick).toBeGreaterThanOrEqual(before);
      fastest = Math.max(fastest, playback.tick - before);
    }
    expect(playback.tick).toBeLessThanOrEqual(clock.tick);
  }
  return (fastest * TICK_MS) / FRAME_MS;
}

describe("what is shown", () => {
  test("is a tick and a half old where updates come on time", () => {
    go(2000);
    expect(nowMs / TICK_MS - playback.tick).toBeCloseTo(1.5, 1);
  });

  test("is as much older as updates are late", () => {
    // Up to 80 ms and back, so that none waits for the one before.
    go(10_000, (n) => (n % 8 < 4 ? n % 8 : 8 - (n % 8)) * 20);
    expect(playback.delayTicks).toBeGreaterThan(1 + 70 / TICK_MS);
    expect(playback.delayTicks).toBeLessThan(1 + 85 / TICK_MS);
    expect(nowMs / TICK_MS - playback.tick).toBeCloseTo(playback.delayTicks, 0);
  });

  test("stands while nothing comes, and follows at no more than a quarter faster", () => {
    go(2000);
    go(400, () => null);
    expect(playback.tick).toBe(clock.tick);
    const fastest = go(6000);
    expect(fastest).toBeLessThanOrEqual(1 + RATE_SLACK + 1e-9);
    expect(fastest).toBeGreaterThan(1.2);
    expect(nowMs / TICK_MS - playback.tick).toBeLessThan(playback.delayTicks + 0.2);
  });

  test("never is older than half a second for lateness alone", () => {
    go(20_000, (n) => (n % 80 === 0 ? 900 : 0));
    expect(playback.delayTicks).toBe(12);
  });

  test("jumps where it is a second off: the page was hidden", () => {
    go(2000);
    for (let n = 0; n < 80; n++) clock.heard(++tick, nowMs + (n + 1) * TICK_MS);
    nowMs += 80 * TICK_MS;
    playback.advance(nowMs);
    expect(nowMs / TICK_MS - playback.tick).toBeLessThan(3);
  });

  test("goes on at once after ticks in which nothing happened", () => {
    go(2000);
    // The server says nothing for ten ticks, and then that nobody moved.
    nowMs += 10 * TICK_MS;
    playback.advance(nowMs);
    const last = clock.tick;
    expect(playback.tick).toBe(last);
    tick += 10;
    clock.heard(tick, nowMs);
    playback.pass(last, tick - 1, nowMs);
    expect(playback.tick).toBeCloseTo(tick - playback.delayTicks, 1);
  });
});

test("nothing is shown before the first update", () => {
  playback.advance(1000);
  expect(playback.tick).toBe(0);
  clock.heard(500, 1001);
  playback.advance(1002);
  expect(playback.tick).toBeGreaterThan(498);
});
