// When to connect again, and when not to.
import {
  CLOSE_BAD_FRAME,
  CLOSE_BAD_VERSION,
  CLOSE_LEFT,
  CLOSE_REPLACED,
  CLOSE_TEXT_FRAME,
  CLOSE_TOO_BIG,
  CLOSE_UNAUTHENTICATED,
} from "../protocol/code-numbers.ts";

const FIRST_MS = 250;
const LONGEST_MS = 8000;

/** After these another attempt would end the same way, or undo what somebody wanted. */
const FINAL: readonly number[] = [
  CLOSE_LEFT,
  CLOSE_TEXT_FRAME,
  CLOSE_TOO_BIG,
  CLOSE_BAD_FRAME,
  CLOSE_BAD_VERSION,
  CLOSE_REPLACED,
  CLOSE_UNAUTHENTICATED,
];

/**
 * @param code the close code
 * @param mayBelieve whether the next may be believed: each brings a token of its own, or this one
 *   came too late
 */
export function isFinal(code: number, mayBelieve: boolean): boolean {
  return FINAL.includes(code) && !(code === CLOSE_UNAUTHENTICATED && mayBelieve);
}

/** Twice as long after each failure, spread so that a crowd does not come back at one moment. */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  /** @param random [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** A connection has come as far as its entity. */
  succeeded(): void {
    this.#failures = 0;
  }

  /**
   * A connection ended.
   * @param retryAfterMs what the server asked for; each client is told a time of its own
   * @returns ms until the next attempt
   */
  next(retryAfterMs: number): number {
    const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures++);
    return Math.max(retryAfterMs, longest * (0.5 + 0.5 * this.#random()));
  }
}
