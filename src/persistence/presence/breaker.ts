// A breaker: after a failure it keeps callers away for a while, longer after each further one, so
// that a server in trouble is not asked all the time, and all its clients do not ask at once.
import type { Outside } from "./presence.ts";

/** Waits are drawn from the least to a limit that doubles with each failure, up to the most. */
export const LEAST_WAIT_MS = 250;
export const MOST_WAIT_MS = 5000;

/** Closed until a failure; then open, with a probe allowed after each wait, until one succeeds. */
export class Breaker {
  readonly #outside: Outside;
  #failures = 0;
  #probeAtMs = -Infinity;

  constructor(outside: Outside) {
    this.#outside = outside;
  }

  /** Whether a call may be tried now. */
  allows(): boolean {
    return this.#outside.now() >= this.#probeAtMs;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#probeAtMs = -Infinity;
  }

  failed(): void {
    this.#failures++;
    const limitMs = Math.min(LEAST_WAIT_MS * 2 ** this.#failures, MOST_WAIT_MS);
    const waitMs = LEAST_WAIT_MS + this.#outside.random() * (limitMs - LEAST_WAIT_MS);
    this.#probeAtMs = this.#outside.now() + waitMs;
  }

  /**
   * There is a sign that things are well again: the next call is allowed. The failures are not
   * forgotten, so when the sign was wrong the next wait is longer still.
   */
  invite(): void {
    this.#probeAtMs = -Infinity;
  }
}
