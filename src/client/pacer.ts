// When the next intent is due: one slot a tick of the server's, never less than a tick apart by the
// own clock. A client whose clock is fast would otherwise use up its entity's bank in the end.
import type { ServerClock } from "./clock.ts";

/** Slots that were slept through and may be made up for, at once: half of the usual bank. */
export const SLOTS_MAX = 8;
/** By this share of a tick slots are further apart while the client is ahead of the server. */
const SLACK = 0.05;

export class Pacer {
  /** When the next slot begins, ms. */
  dueMs = 0;
  readonly #clock: ServerClock;
  #tickMs = 25;
  #slot = 0;

  constructor(clock: ServerClock) {
    this.#clock = clock;
  }

  start(nowMs: number, tickMs: number): void {
    this.#tickMs = tickMs;
    this.#slot = Math.ceil(this.#clock.arrivingTick(nowMs));
    this.dueMs = nowMs;
  }

  /** Takes the slots that have begun. @returns how many, 0 to SLOTS_MAX */
  take(nowMs: number): number {
    let taken = 0;
    while (this.dueMs <= nowMs && taken < SLOTS_MAX) {
      taken++;
      this.#advance();
    }
    // More than that is lost: it was not asked for at the time, and would be too long for the bank.
    if (this.dueMs <= nowMs) this.start(nowMs + this.#tickMs, this.#tickMs);
    return taken;
  }

  #advance(): void {
    const tickMs = this.#tickMs;
    const earliestMs = this.dueMs + tickMs;
    this.#slot++;
    const targetMs = this.#clock.originMs + this.#slot * tickMs;
    // Behind the server's time by whole ticks: these had no slot, and none is made up for.
    if (targetMs <= earliestMs - tickMs) this.#slot += Math.floor((earliestMs - targetMs) / tickMs);
    // Ahead of it: more slowly, and not at a stand.
    this.dueMs = Math.max(earliestMs, Math.min(targetMs, earliestMs + tickMs * SLACK));
  }
}
