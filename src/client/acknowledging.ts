// When a client acknowledges in a message of its own what it was sent: once so many ticks or bytes
// have come since the last message that did.

/** A quarter of the server's usual window of 40 ticks and 16,384 bytes. */
const ACK_TICKS = 10;
const ACK_BYTES = 4096;

export class Acknowledging {
  #ticks = ACK_TICKS;
  /** The tick that was said last, and the bytes that came since. */
  #said = 0;
  #bytes = 0;

  /** A connection begins. */
  reset(): void {
    this.#said = this.#bytes = 0;
  }

  /**
   * A quarter of the window where that is smaller: it would close before the tenth tick.
   * @param windowTicks as in Welcome, 0 = not said
   */
  within(windowTicks: number): void {
    this.#ticks = ACK_TICKS;
    if (windowTicks !== 0) this.#ticks = Math.max(1, Math.min(ACK_TICKS, windowTicks >> 2));
  }

  heard(bytes: number): void {
    this.#bytes += bytes;
  }

  /** A message went out, and named this tick. */
  said(tick: number): void {
    this.#said = tick;
    this.#bytes = 0;
  }

  isDue(tick: number): boolean {
    return tick - this.#said >= this.#ticks || this.#bytes >= ACK_BYTES;
  }
}
