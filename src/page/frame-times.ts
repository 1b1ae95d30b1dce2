// What the page's script takes for a frame: the drawing, and whatever came from the feed since the
// last one.

const FRAMES = 240;

export class FrameTimes {
  readonly #ms = new Float64Array(FRAMES);
  readonly #sorted = new Float64Array(FRAMES);
  #count = 0;
  #spent = 0;

  /** Runs what belongs to the next frame. */
  measure(work: () => void): void {
    const start = performance.now();
    work();
    this.#spent += performance.now() - start;
  }

  /** The frame is over. */
  finish(): void {
    this.#ms[this.#count % FRAMES] = this.#spent;
    this.#count++;
    this.#spent = 0;
  }

  get frames(): number {
    return this.#count;
  }

  /** Of the last 240 frames, ms. @param share 0 to 1 */
  percentile(share: number): number {
    const count = Math.min(this.#count, FRAMES);
    if (count === 0) return 0;
    const sorted = this.#sorted.subarray(0, count);
    sorted.set(this.#ms.subarray(0, count));
    sorted.sort();
    return sorted[Math.max(1, Math.ceil(share * count)) - 1] ?? 0;
  }
}
