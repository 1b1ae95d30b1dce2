// Paces many bots from one timer: each has its own phase within the period, and a hand goes round
// the phases in order. What is late is done at once, and how late it was is written down.
import type { Histogram } from "./histogram.ts";

/** More periods than this behind, and the wheel drops rounds instead of sending a burst. */
const CATCH_UP_PERIODS = 4;

/** A call gives way after this long, so that the process reads as well as it writes. */
const CALL_MAX_MS = 3;

/** A hand that goes round once in `periodMs`. */
export class Wheel {
  /** Rounds of one bot that were dropped because this process came too late. */
  dropped = 0;
  private readonly periodMs: number;
  private readonly phases: Float64Array;
  private readonly order: Int32Array;
  private readonly lateness: Histogram;
  private roundMs = 0;
  private hand = 0;

  /** @param phases the phase of each bot, ms in [0, periodMs) */
  constructor(periodMs: number, phases: Float64Array, lateness: Histogram) {
    this.periodMs = periodMs;
    this.phases = phases;
    this.order = Int32Array.from(phases.keys()).sort((a, b) => phases[a]! - phases[b]!);
    this.lateness = lateness;
  }

  /** The first round begins at `ms` of the clock that {@link advance} is given. */
  start(ms: number): void {
    this.roundMs = ms;
    this.hand = 0;
  }

  /**
   * Calls `fire` for the bots whose time has come, for a few ms at most. `now` is a clock in ms.
   * @returns whether more is due
   */
  advance(now: () => number, fire: (index: number, dueMs: number) => void): boolean {
    if (this.order.length === 0) return false;
    const untilMs = now() + CALL_MAX_MS;
    for (;;) {
      const index = this.order[this.hand]!;
      const dueMs = this.roundMs + this.phases[index]!;
      const nowMs = now();
      const lateMs = nowMs - dueMs;
      if (lateMs < 0) return false;
      if (nowMs > untilMs) return true;
      if (lateMs > CATCH_UP_PERIODS * this.periodMs) {
        const rounds = Math.floor(lateMs / this.periodMs);
        this.dropped += rounds * this.order.length;
        this.roundMs += rounds * this.periodMs;
        continue;
      }
      this.lateness.add(lateMs);
      this.hand += 1;
      if (this.hand === this.order.length) {
        this.hand = 0;
        this.roundMs += this.periodMs;
      }
      fire(index, dueMs);
    }
  }
}
