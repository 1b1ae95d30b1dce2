import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pacing } from "./pacing.ts";

const WINDOW_TICKS = 5;
const WINDOW_BYTES = 1000;
const TICK_BYTES = 200;

function pacingOf(now: () => number = () => 0): Pacing {
  const pacing = new Pacing(3, {
    windowTicks: WINDOW_TICKS,
    windowBytes: WINDOW_BYTES,
    tickBytes: TICK_BYTES,
    pongReach: WINDOW_TICKS,
    now,
  });
  pacing.open(1, 0);
  return pacing;
}

/** What a list of marks would say: the same rules, in the plainest words. */
class Model {
  marks: { tick: number; bytes: number }[] = [];
  pending = 0;

  acknowledge(tick: number, now: number): boolean {
    if (tick > now) return false;
    const newest = this.marks.at(-1);
    if (newest !== undefined && tick > newest.tick) return false;
    this.marks = this.marks.filter((mark) => mark.tick > tick);
    return true;
  }
  get outstanding(): number {
    return this.marks.reduce((sum, mark) => sum + mark.bytes, this.pending);
  }
  get hasRoom(): boolean {
    if (this.marks.length === 0) return true;
    return this.marks.length < WINDOW_TICKS && this.outstanding + TICK_BYTES <= WINDOW_BYTES;
  }
}

describe("the window", () => {
  test("agrees with a plain list of marks, whatever is sent and acknowledged", () => {
    const steps = fc.array(
      fc.record({
        charge: fc.integer({ min: 0, max: TICK_BYTES }),
        skipped: fc.integer({ min: 0, max: 3 }),
        ack: fc.option(fc.integer({ min: -2, max: 12 }), { freq: 2 }),
      }),
      { minLength: 1, maxLength: 120 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const pacing = pacingOf();
        const model = new Model();
        let tick = 0;
        for (const { charge, skipped, ack } of list) {
          tick += 1 + skipped;
          if (ack !== null) {
            const told = Math.max(tick - ack, 0);
            expect(pacing.acknowledge(1, told, tick)).toBe(model.acknowledge(told, tick));
          }
          expect(pacing.hasRoom(1)).toBe(model.hasRoom);
          if (model.hasRoom) {
            pacing.charge(1, charge);
            pacing.mark(1, tick);
            model.marks.push({ tick, bytes: charge });
          }
          expect(pacing.outstanding(1)).toBe(model.outstanding);
          expect(pacing.newestMark(1)).toBe(model.marks.at(-1)?.tick ?? 0);
          // The neighbours in the columns are not touched.
          expect(pacing.outstanding(0) + pacing.outstanding(2)).toBe(0);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  test("never lets more out than it is wide, and lets one tick through when it is narrower", () => {
    const pacing = pacingOf();
    let tick = 0;
    while (pacing.hasRoom(1)) {
      tick++;
      pacing.charge(1, TICK_BYTES);
      pacing.mark(1, tick);
    }
    expect(pacing.outstanding(1)).toBeLessThanOrEqual(WINDOW_BYTES);
    const narrow = new Pacing(1, {
      windowTicks: 4,
      windowBytes: 1,
      tickBytes: 500,
      pongReach: 4,
      now: () => 0,
    });
    narrow.open(0, 0);
    for (let i = 1; i <= 10; i++) {
      expect(narrow.hasRoom(0)).toBe(true);
      narrow.charge(0, 500);
      narrow.mark(0, i);
      expect(narrow.hasRoom(0)).toBe(false);
      narrow.acknowledge(0, i, i);
    }
  });

  test("a pong speaks for the silent; for others only while closed, and not for long", () => {
    const pacing = pacingOf();
    const mark = (tick: number): void => {
      pacing.charge(1, 10);
      pacing.mark(1, tick);
    };
    mark(1);
    expect(pacing.takesPong(1, 1)).toBe(true);
    expect(pacing.said(1, 2, 2)).toBe(false);
    expect(pacing.acksInMessages(1)).toBe(false);
    expect(pacing.said(1, 1, 2)).toBe(true);
    mark(2);
    expect(pacing.takesPong(1, 2)).toBe(false);
    pacing.close(1, 0);
    expect(pacing.takesPong(1, WINDOW_TICKS)).toBe(true);
    expect(pacing.takesPong(1, WINDOW_TICKS + 1)).toBe(false);
    expect(pacing.said(1, 2, 9)).toBe(true);
    expect(pacing.takesPong(1, WINDOW_TICKS + 1)).toBe(true);
    pacing.open(1, 9);
    expect(pacing.takesPong(1, 100)).toBe(true);
  });

  test("a slot that is opened again knows nothing of its last connection", () => {
    const pacing = pacingOf();
    pacing.charge(1, 300);
    pacing.mark(1, 1);
    pacing.close(1, 5);
    pacing.stuck[1] = 1;
    pacing.open(1, 9);
    expect(pacing.outstanding(1)).toBe(0);
    expect(pacing.isClosed(1)).toBe(false);
    expect(pacing.hasRoom(1)).toBe(true);
    expect(pacing.acksInMessages(1)).toBe(false);
    expect(pacing.lastPing[1]).toBe(9);
  });

  test("reopening says that looks were skipped", () => {
    const pacing = pacingOf();
    pacing.close(1, 5);
    expect(pacing.isClosed(1)).toBe(true);
    expect(pacing.closedSince[1]).toBe(5);
    pacing.reopen(1);
    expect(pacing.isClosed(1)).toBe(false);
    expect(pacing.merged[1]).toBe(1);
  });
});

describe("the round trip", () => {
  test("is the first sample, then follows slowly", () => {
    let now = 0;
    const pacing = pacingOf(() => now);
    for (let tick = 1; tick <= 3; tick++) {
      now = tick * 100;
      pacing.beginSending(tick);
      pacing.charge(1, 10);
      pacing.mark(1, tick);
    }
    now = 180;
    pacing.acknowledge(1, 1, 3);
    expect(pacing.roundTrip[1]).toBeCloseTo(80, 3);
    now = 360;
    pacing.acknowledge(1, 2, 3);
    expect(pacing.roundTrip[1]).toBeCloseTo(80 + (160 - 80) / 8, 3);
  });

  test("is not guessed from a tick that was not sent, nor from one long ago", () => {
    let now = 0;
    const pacing = pacingOf(() => now);
    pacing.beginSending(1);
    pacing.charge(1, 10);
    pacing.mark(1, 1);
    pacing.charge(1, 10);
    pacing.mark(1, 3);
    now = 50;
    expect(pacing.acknowledge(1, 2, 4)).toBe(true); // between two: covers the first
    expect(pacing.outstanding(1)).toBe(10);
    expect(pacing.roundTrip[1]).toBe(0);
    pacing.acknowledge(1, 3, 5000);
    expect(pacing.roundTrip[1]).toBe(0);
  });
});
