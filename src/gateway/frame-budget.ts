// How many frames of a connection are heard between two ticks. The tick resets the count, so a tick
// that floods starve makes them trip it. A process that stood still is no flood: what honest
// clients sent meanwhile comes in at once when it goes on, and is heard.

/** The clock is read once for so many frames, and at each tick. */
const FRAMES_PER_LOOK = 16;
/** Nothing was heard and no tick ran for so many ticks: the process stood still. */
const STALL_TICKS = 2;
/** Of an honest client in a tick at most: an intent, an acknowledgement, a pong, a probe. */
const FRAMES_OF_ONE_TICK = 4;
/** As long as a stall may count, ms; and for how many ticks its backlog may still come in. */
const STALL_MAX_MS = 60_000;
const BACKLOG_TICKS = 40;

export class FrameBudget {
  readonly #most: number;
  readonly #tickMs: number;
  readonly #now: () => number;
  /** What a connection may add to its share, after a stall. */
  #extra = 0;
  #extraTicks = 0;
  #lookedAt: number;
  #untilLook = FRAMES_PER_LOOK;

  /**
   * @param most frames of one connection between two ticks
   * @param now monotonic ms
   */
  constructor(most: number, tickMs: number, now: () => number) {
    this.#most = most;
    this.#tickMs = tickMs;
    this.#now = now;
    this.#lookedAt = now();
  }

  /** Frames of one connection that are heard before the next tick. */
  get most(): number {
    return this.#most + this.#extra;
  }

  /** Call for each frame, before it is compared with `most`. */
  count(): void {
    if (--this.#untilLook > 0) return;
    this.#look(this.#now());
  }

  /** The counts of all connections begin anew. */
  beginTick(now: number): void {
    if (this.#extraTicks > 0 && --this.#extraTicks === 0) this.#extra = 0;
    this.#look(now);
  }

  #look(now: number): void {
    const still = Math.min(now - this.#lookedAt, STALL_MAX_MS);
    this.#lookedAt = now;
    this.#untilLook = FRAMES_PER_LOOK;
    if (still < STALL_TICKS * this.#tickMs) return;
    const frames = Math.ceil(still / this.#tickMs) * FRAMES_OF_ONE_TICK;
    this.#extra = Math.max(this.#extra, frames);
    this.#extraTicks = BACKLOG_TICKS;
  }
}
