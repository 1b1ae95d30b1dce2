// Random numbers without a state to keep: each is a function of the world's seed, who asks, the
// tick and how often he has asked in it. So neither a restart nor another system changes one.
import { BASIS, fed } from "./fingerprint.ts";

/** Streams of one world. */
export class Randomness {
  readonly #seed: number;
  #stream = 0;
  #tick = 0;
  #drawn = 0;

  /** @param seed u32 */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Whoever asks from now on, and for the how manieth time in this tick. */
  begin(stream: number, tick: number, nth: number): void {
    this.#stream = stream ^ Math.imul(nth, 0x9e3779b1);
    this.#tick = tick;
    this.#drawn = 0;
  }

  /** @returns [0, 1), a multiple of 2^-32 */
  next(): number {
    let word = mixed(this.#seed ^ 0x9e3779b9);
    word = mixed(word ^ this.#stream);
    word = mixed(word ^ this.#tick);
    return (mixed(word ^ this.#drawn++) >>> 0) / 2 ** 32;
  }
}

/** A name's stream. */
export function streamOf(name: string): number {
  let hash = BASIS;
  for (let i = 0; i < name.length; i++) hash = fed(hash, name.charCodeAt(i));
  return hash;
}

/** The finalizer of MurmurHash3 (A. Appleby), with a constant so that 0 does not stay 0. */
function mixed(word: number): number {
  let h = (word + 0x6d2b79f5) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
