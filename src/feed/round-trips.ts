// Percentiles of round trips over one round of the sessions, by classes that are 9 % apart.

const CLASSES = 128;
/** Of the first class, ms; the last one ends above half a minute. */
const LEAST_MS = 0.5;
const STEP = 1.09;

export class RoundTrips {
  /** ms; 0 = none was known. */
  p50 = 0;
  p99 = 0;
  readonly #counts = new Uint32Array(CLASSES);
  #count = 0;

  /** @param ms 0 = not known */
  note(ms: number): void {
    if (ms <= 0) return;
    const at = Math.floor(Math.log(ms / LEAST_MS) / Math.log(STEP));
    const place = Math.max(0, Math.min(CLASSES - 1, at));
    this.#counts[place] = this.#counts[place]! + 1;
    this.#count++;
  }

  /** The round is over: its percentiles stand until the next one is. */
  settle(): void {
    this.p50 = this.#percentile(0.5);
    this.p99 = this.#percentile(0.99);
    this.#counts.fill(0);
    this.#count = 0;
  }

  /** The middle of the class in which it lies. */
  #percentile(share: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let at = 0;
    let seen = this.#counts[0]!;
    while (seen < rank) {
      at++;
      seen += this.#counts[at]!;
    }
    return LEAST_MS * STEP ** (at + 0.5);
  }
}
