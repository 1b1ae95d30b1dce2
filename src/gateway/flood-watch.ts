// Floods that no handler hears of: bytes that make no whole message, as many as a link carries, are
// parsed in one go while they last, and the ticks wait. When ticks were late, this looks whose
// bytes wait in the system's buffers: an honest client's never pile up there.
import type { Transport } from "./transport.ts";

/** Ticks are looked into that come so much later than they should, in ticks. */
const LATE_TICKS = 2;
/** A look costs milliseconds where there are thousands of connections. */
const LOOK_MS = 1000;
/** Bytes of one connection that nobody has read; beside them what its rate allows twice over. */
const UNREAD_BYTES = 262_144;
const RATE_FACTOR = 2;
const SECOND_MS = 1000;
const NOBODY: readonly string[] = [];

export interface FloodWatchOptions {
  readonly transport: Transport;
  readonly tickMs: number;
  /** What a client may send, over time. */
  readonly bytesPerSecond: number;
}

export class FloodWatch {
  readonly #options: FloodWatchOptions;
  #tickedAt = NaN;
  #lookAt = -Infinity;

  constructor(options: FloodWatchOptions) {
    this.#options = options;
  }

  /**
   * Call before each step. @param now monotonic ms
   * @returns addresses that flood
   */
  beginTick(now: number): readonly string[] {
    const { bytesPerSecond, tickMs, transport } = this.#options;
    const sinceMs = now - this.#tickedAt;
    this.#tickedAt = now;
    // Not the first tick, late, and some time after the last look; NaN is none of it.
    if (!(sinceMs > (1 + LATE_TICKS) * tickMs) || now < this.#lookAt) return NOBODY;
    this.#lookAt = now + LOOK_MS;
    // Where the process itself stood still, honest clients have gone on sending.
    const honest = RATE_FACTOR * bytesPerSecond * (sinceMs / SECOND_MS);
    return transport.unread(UNREAD_BYTES + Math.ceil(honest));
  }
}
