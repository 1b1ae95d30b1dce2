import { describe, expect, test } from "vitest";
import { ServerClock } from "./clock.ts";
import { Pacer, SLOTS_MAX } from "./pacer.ts";

const TICK_MS = 25;

/**
 * A client whose clock runs `fast` times as fast as the server's, on a way of `delayMs`. Time is
 * the server's; a turn of the client is made every `turnMs`.
 */
class Run {
  readonly clock = new ServerClock();
  readonly pacer = new Pacer(this.clock);
  slots = 0;
  tick = 0;
  nowMs = 0;
  delayMs = 0;
  readonly #fast: number;

  constructor(fast = 1) {
    this.#fast = fast;
    this.clock.reset(TICK_MS);
    this.clock.heard(0, 0);
    this.pacer.start(0, TICK_MS);
  }

  go(ms: number, turnMs = 1): void {
    const end = this.nowMs + ms;
    while (this.nowMs < end) {
      this.nowMs += turnMs;
      const local = this.nowMs * this.#fast;
      while ((this.tick + 1) * TICK_MS + this.delayMs <= this.nowMs) {
        this.tick++;
        this.clock.heard(this.tick, (this.tick * TICK_MS + this.delayMs) * this.#fast);
      }
      this.slots += this.pacer.take(local);
    }
  }
}

describe("slots", () => {
  test("one a tick, each a tick after the last", () => {
    const run = new Run();
    run.go(10_000);
    expect(run.slots).toBe(401);
    const due = run.pacer.dueMs;
    run.go(TICK_MS);
    expect(run.pacer.dueMs - due).toBe(TICK_MS);
  });

  test.each([1.0005, 1.01])(
    "a clock that is %f times as fast gets none beyond the ticks",
    (fast) => {
      const run = new Run(fast);
      run.go(600_000, 5);
      // The bank holds sixteen ticks; unpaced it would be 12 or 240 more.
      expect(run.slots - run.tick).toBeLessThanOrEqual(5);
      expect(run.slots / run.tick).toBeGreaterThan(0.99);
    },
  );

  test("a clock that is slow loses the ticks that it has not got", () => {
    const run = new Run(0.99);
    run.go(100_000, 5);
    expect(run.slots / run.tick).toBeCloseTo(0.99, 2);
  });

  test("a turn that comes late makes up for some slots, not for many", () => {
    const run = new Run();
    run.go(1000);
    run.slots = 0;
    run.go(4 * TICK_MS, 4 * TICK_MS);
    expect(run.slots).toBe(4);
    run.slots = 0;
    run.go(5000, 5000);
    expect(run.slots).toBe(SLOTS_MAX);
    run.slots = 0;
    run.go(10 * TICK_MS);
    expect(run.slots).toBeLessThanOrEqual(10);
    expect(run.slots).toBeGreaterThan(7);
  });

  test("a way that turns out to be shorter brings no more slots", () => {
    const run = new Run();
    run.delayMs = 300;
    run.go(3000);
    const { slots } = run;
    run.delayMs = 0;
    run.go(1000);
    expect(run.slots - slots).toBeLessThanOrEqual(40);
  });

  test("a way that becomes longer slows it down a little, and never stops it", () => {
    const run = new Run();
    run.go(20_000);
    run.delayMs = 300;
    let before = run.slots;
    for (let second = 0; second < 30; second++) {
      run.go(1000);
      expect(run.slots - before).toBeGreaterThanOrEqual(37);
      before = run.slots;
    }
  });
});
