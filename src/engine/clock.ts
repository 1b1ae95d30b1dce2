// When ticks are due, on a monotonic clock that others read. The world runs at its own pace; a
// host that comes late catches up a little and gives up the rest, counted.

export class Clock {
  readonly tickMs: number;
  readonly #catchUpMax: number;
  #dueMs = 0;
  /** Ticks given up so far. */
  skipped = 0;

  /**
   * @param tickMs length of a tick, ms
   * @param catchUpMax ticks that may be run late; more are given up
   */
  constructor(tickMs: number, catchUpMax: number) {
    this.tickMs = tickMs;
    this.#catchUpMax = catchUpMax;
  }

  /** The first tick is due one length from now. */
  start(nowMs: number): void {
    this.#dueMs = nowMs + this.tickMs;
  }

  /** When the next tick is due, ms. */
  get dueMs(): number {
    return this.#dueMs;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueMs;
  }

  /**
   * Takes the tick that is due.
   * @returns ticks to be given up before it: what lies further back than may be caught up
   */
  take(nowMs: number): number {
    const late = Math.floor((nowMs - this.#dueMs) / this.tickMs);
    const skip = late >= this.#catchUpMax ? late - this.#catchUpMax + 1 : 0;
    this.#dueMs += (skip + 1) * this.tickMs;
    this.skipped += skip;
    return skip;
  }
}
