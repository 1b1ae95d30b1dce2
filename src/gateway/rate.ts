// One limit over time, for all connections: so much a second on average, and so much at once after
// a pause. A leaky bucket whose level is a time: how far ahead of its rate a connection is.

const SECOND_MS = 1000;

/** Bytes per session: 4. */
export class Rate {
  readonly perSecond: number;
  readonly #eachMs: number;
  readonly #mostMs: number;
  /** ms */
  readonly #ahead: Float32Array;

  /** @param mostMs how far ahead of its rate a connection may be, and still be heard, ms */
  constructor(capacity: number, perSecond: number, mostMs: number) {
    this.perSecond = perSecond;
    this.#eachMs = SECOND_MS / perSecond;
    this.#mostMs = mostMs;
    this.#ahead = new Float32Array(capacity);
  }

  open(slot: number): void {
    this.#ahead[slot] = 0;
  }

  /** Time goes by. */
  pass(slot: number, ms: number): void {
    const ahead = this.#ahead[slot] ?? 0;
    this.#ahead[slot] = ahead > ms ? ahead - ms : 0;
  }

  /**
   * @param count how many come, or bytes
   * @param moreMs how much further ahead it may be at the moment
   * @returns false when they are over the rate, and do not count
   */
  takes(slot: number, count: number, moreMs: number): boolean {
    const ahead = this.#ahead[slot] ?? 0;
    if (ahead > this.#mostMs + moreMs) return false;
    this.#ahead[slot] = ahead + count * this.#eachMs;
    return true;
  }

  /** After how long `takes` may answer otherwise, ms. */
  waitMs(slot: number): number {
    return Math.max(0, Math.ceil((this.#ahead[slot] ?? 0) - this.#mostMs));
  }
}
