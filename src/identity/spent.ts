// Tokens that have opened a session and would be valid still. One entry a token, until it expires.

export class SpentTokens {
  readonly #most: number;
  /** When each may be forgotten, Unix ms, by id. */
  readonly #until = new Map<string, number>();
  /** Nothing is to be forgotten before. */
  #sweepAt = Infinity;

  /** @param most entries; beyond, nobody's token is taken until one expires */
  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#until.size;
  }

  /**
   * @param until when the token cannot be valid any more, Unix ms
   * @returns "taken", "replayed" when it was taken before, "crowded" when there is no room
   */
  take(id: string, until: number, now: number): "taken" | "replayed" | "crowded" {
    if (now >= this.#sweepAt) this.#sweep(now);
    if (this.#until.has(id)) return "replayed";
    if (this.#until.size >= this.#most) return "crowded";
    this.#until.set(id, until);
    this.#sweepAt = Math.min(this.#sweepAt, Math.max(until, now + SWEEP_MS));
    return "taken";
  }

  /** Takes tokens that were taken before this list was made, however many. */
  adopt(tokens: Iterable<readonly [id: string, until: number]>): void {
    for (const [id, until] of tokens) {
      this.#until.set(id, until);
      this.#sweepAt = Math.min(this.#sweepAt, until);
    }
  }

  #sweep(now: number): void {
    let next = Infinity;
    for (const [id, until] of this.#until) {
      if (until <= now) this.#until.delete(id);
      else next = Math.min(next, until);
    }
    this.#sweepAt = Math.max(next, now + SWEEP_MS);
  }
}

/** A sweep looks at every entry, so it is not made more often. */
const SWEEP_MS = 1000;
