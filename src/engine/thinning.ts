// What a world tells its observers while ticks take too long. Far rows first: with one frame a tick
// the nearest are refreshed in every tick and the others in turn. Then all observers in turns, each
// of whose views is of every second or fourth tick. Levels rise and fall one by one.
import type { Clock } from "./clock.ts";
import type { World } from "./world.ts";

/** What a level allows: frames for an observer, log2 of the steps of which one looks at it. */
const LEVELS = [
  { frames: 8, lookShift: 0 },
  { frames: 1, lookShift: 0 },
  { frames: 1, lookShift: 1 },
  { frames: 1, lookShift: 2 },
] as const;
/** Share of a tick in the smoothed length. */
const GAIN = 1 / 16;
/** A single tick counts as two of its lengths at most: a pause of the process is no load. */
const SAMPLE_MAX_TICKS = 2;
/** Ticks at a level before the next: the smoothed length has followed by then. */
const RISE_TICKS = 20;
/** Ticks in a row below the lower bound before a level is given back. */
const FALL_TICKS = 80;
/** The lower bound, of the upper: a level that is given back may double the work. */
const FALL_SHARE = 0.45;

export class Thinning {
  /** 0: nothing is left out. */
  level = 0;
  readonly #world: World;
  readonly #sampleMaxMs: number;
  readonly #budgetMs: number;
  #smoothedMs = 0;
  #ticksAtLevel = 0;
  #ticksBelow = 0;

  /** @param share of a tick's length that it may take */
  constructor(world: World, clock: Clock, share: number) {
    this.#world = world;
    this.#budgetMs = clock.tickMs * share;
    this.#sampleMaxMs = clock.tickMs * SAMPLE_MAX_TICKS;
  }

  /** What the tick takes, smoothed, ms. */
  get smoothedMs(): number {
    return this.#smoothedMs;
  }

  /**
   * A tick took so long; a new level is in force from the next on.
   * @param skipped ticks given up before it: then it was too late, however short it was
   * @returns whether the level is another now
   */
  note(tickMs: number, skipped: number): boolean {
    const sample = skipped > 0 ? this.#sampleMaxMs : Math.min(tickMs, this.#sampleMaxMs);
    this.#smoothedMs += (sample - this.#smoothedMs) * GAIN;
    this.#ticksAtLevel++;
    this.#ticksBelow = this.#smoothedMs < this.#budgetMs * FALL_SHARE ? this.#ticksBelow + 1 : 0;
    if (this.#smoothedMs > this.#budgetMs) {
      if (this.level === LEVELS.length - 1 || this.#ticksAtLevel < RISE_TICKS) return false;
      return this.#turnTo(this.level + 1);
    }
    if (this.level === 0 || this.#ticksBelow < FALL_TICKS) return false;
    return this.#turnTo(this.level - 1);
  }

  #turnTo(level: number): boolean {
    const { frames, lookShift } = LEVELS[level] ?? LEVELS[0];
    // The world's queue of commands is full: the next tick tries again.
    if (!this.#world.budget(frames, lookShift)) return false;
    this.level = level;
    this.#ticksAtLevel = 0;
    this.#ticksBelow = 0;
    return true;
  }
}
