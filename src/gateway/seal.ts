// What a ping carries that nobody can guess: who sends it back has read up to it, for bytes come in
// order. HalfSipHash-2-4 (Aumasson and Bernstein, https://github.com/veorq/SipHash) of connection
// and tick, under a key of this process: 32 bits, no memory, and no garbage.

const ROUNDS = 2;
const FINAL_ROUNDS = 4;
/** Its words' initial values, and what tells the end of a message of eight bytes. */
const INIT_2 = 0x6c796765;
const INIT_3 = 0x74656462;
const LENGTH = 8 << 24;
const END = 0xff;

export class Seal {
  readonly #low: number;
  readonly #high: number;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;

  /** @param key at least eight bytes that nobody knows */
  constructor(key: Uint8Array) {
    const words = new DataView(key.buffer, key.byteOffset);
    this.#low = words.getInt32(0, true);
    this.#high = words.getInt32(4, true);
  }

  /** @returns 32 bits, signed */
  of(serial: number, tick: number): number {
    this.#v0 = this.#low;
    this.#v1 = this.#high;
    this.#v2 = INIT_2 ^ this.#low;
    this.#v3 = INIT_3 ^ this.#high;
    this.#take(serial | 0);
    this.#take(tick | 0);
    this.#take(LENGTH);
    this.#v2 ^= END;
    this.#mix(FINAL_ROUNDS);
    return this.#v1 ^ this.#v3;
  }

  #take(word: number): void {
    this.#v3 ^= word;
    this.#mix(ROUNDS);
    this.#v0 ^= word;
  }

  #mix(rounds: number): void {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    for (let i = 0; i < rounds; i++) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}
