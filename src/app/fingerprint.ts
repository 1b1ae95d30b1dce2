// A number that another sequence of words and bytes hardly has: FNV-1a, 32 bits.

const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

export class Fingerprint {
  #hash = BASIS;

  begin(): void {
    this.#hash = BASIS;
  }

  /** @param value of which the lowest 32 bits count */
  word(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), PRIME);
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
