// A number that another sequence of words and bytes hardly has: FNV-1a, 32 bits.

/** What a hash is of nothing. */
export const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** @returns the hash with another word, signed. @param word of which the lowest 32 bits count */
export function fed(hash: number, word: number): number {
  return Math.imul(hash ^ (word | 0), PRIME);
}

export class Fingerprint {
  #hash = BASIS;

  begin(): void {
    this.#hash = BASIS;
  }

  word(value: number): void {
    this.#hash = fed(this.#hash, value);
  }

  bytes(bytes: Uint8Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.word(bytes[i] ?? 0);
  }

  /** Its length as well, so that two texts are not one. */
  text(text: string): void {
    this.word(text.length);
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i));
  }

  /** u32 */
  get value(): number {
    return this.#hash >>> 0;
  }
}
