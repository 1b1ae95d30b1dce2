// A contender of this process, timed by this process's clock.
import { type Contender, digestOf, INTENT_WORDS, type Job, type Opening } from "./contender.ts";
import type { Outcome, Timed } from "./contender.ts";

export class Local implements Timed {
  readonly #contender: Contender;
  readonly #hasFrames: boolean;
  #n = 0;

  constructor(contender: Contender, job: Job) {
    this.#contender = contender;
    this.#hasFrames = job === "tick";
  }

  open(opening: Opening): void {
    this.#n = opening.n;
    this.#contender.open(opening);
  }

  run(batches: readonly Int32Array[]): Float64Array {
    const contender = this.#contender;
    const us = new Float64Array(batches.length);
    batches.forEach((intents, i) => {
      contender.load(intents, intents.length / INTENT_WORDS);
      const began = performance.now();
      contender.tick();
      us[i] = (performance.now() - began) * 1000;
    });
    return us;
  }

  outcome(): Outcome {
    const { entered, left, updates } = this.#contender;
    if (this.#hasFrames) this.#contender.follow?.();
    const told = new Int32Array(this.#n);
    for (let row = 0; row < this.#n; row++) told[row] = digestOf(this.#contender.told(row));
    return { entered, left, updates, told, shown: this.#shownOfAll() };
  }

  told(row: number): Int32Array {
    return this.#contender.told(row);
  }

  shown(row: number): Int32Array | null {
    return this.#hasFrames ? (this.#contender.shown?.(row) ?? null) : null;
  }

  close(): void {
    // the process ends
  }

  #shownOfAll(): Int32Array | null {
    const digests = new Int32Array(this.#n);
    for (let row = 0; row < this.#n; row++) {
      const shown = this.shown(row);
      if (shown === null) return null;
      digests[row] = digestOf(shown);
    }
    return digests;
  }
}
