// The same warning over and over tells nothing more and fills a disk: of one message so many lines
// a second are let through, the others are counted, and a line of a later second says how many.

/** Lines of one message in a second. */
export const REPEATS_PER_SECOND = 10;
/** Different messages that are told apart in a second; what comes beyond is let through. */
const MESSAGES_MAX = 1000;
const WINDOW_MS = 1000;

/** Levels that are counted. */
type Level = "warn" | "error";

/** What was left out of a window. */
export interface LeftOut {
  readonly level: Level;
  readonly message: string;
  readonly repeated: number;
}

export class Repeats {
  readonly #now: () => number;
  readonly #counts = new Map<string, { level: Level; message: string; count: number }>();
  #windowMs = -Infinity;
  /** Lines left out since the start. */
  suppressed = 0;

  /** @param now monotonic ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns whether another line of this message may be written */
  allows(level: Level, message: string): boolean {
    const key = `${level} ${message}`;
    const seen = this.#counts.get(key);
    if (seen === undefined) {
      if (this.#counts.size < MESSAGES_MAX) this.#counts.set(key, { level, message, count: 1 });
      return true;
    }
    seen.count++;
    if (seen.count <= REPEATS_PER_SECOND) return true;
    this.suppressed++;
    return false;
  }

  /** To be asked before each line. @returns what the second before left out, when that is over */
  takeLeftOut(): readonly LeftOut[] {
    const now = this.#now();
    if (now - this.#windowMs < WINDOW_MS) return [];
    this.#windowMs = now;
    return this.drain();
  }

  /** What was left out and not said yet: at the end nothing comes after it. */
  drain(): readonly LeftOut[] {
    const left = [...this.#counts.values()].filter(({ count }) => count > REPEATS_PER_SECOND);
    this.#counts.clear();
    return left.map(({ level, message, count }) => {
      return { level, message, repeated: count - REPEATS_PER_SECOND };
    });
  }
}
