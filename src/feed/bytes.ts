// Bytes of the live page's feed: little-endian fields one behind the other, written into a buffer
// that is made once, read in the same order. Both sides are ours and of one build, so there is no
// schema: hello.ts says a version, and a page of another build loads itself anew.

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Bytes of a text, after its length in one. */
const TEXT_MAX = 255;

export class FeedWriter {
  readonly bytes: Uint8Array;
  readonly #data: DataView;
  at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#data = new DataView(this.bytes.buffer);
  }

  /** Begins again. @param at where */
  begin(at = 0): this {
    this.at = at;
    return this;
  }

  u8(value: number): void {
    this.#data.setUint8(this.at, value);
    this.at += 1;
  }
  u16(value: number): void {
    this.#data.setUint16(this.at, value, true);
    this.at += 2;
  }
  u32(value: number): void {
    this.#data.setUint32(this.at, value, true);
    this.at += 4;
  }
  i32(value: number): void {
    this.#data.setInt32(this.at, value, true);
    this.at += 4;
  }
  f32(value: number): void {
    this.#data.setFloat32(this.at, value, true);
    this.at += 4;
  }
  f64(value: number): void {
    this.#data.setFloat64(this.at, value, true);
    this.at += 8;
  }
  /** @param list little-endian in memory, as on every machine that Node runs on */
  halves(list: Uint16Array, count: number): void {
    const bytes = new Uint8Array(list.buffer, list.byteOffset, count * 2);
    this.bytes.set(bytes, this.at);
    this.at += bytes.byteLength;
  }
  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }
  /** Cut where it would be longer than a page shows. */
  text(value: string): void {
    const room = this.bytes.subarray(this.at + 1, this.at + 1 + TEXT_MAX);
    const { written } = encoder.encodeInto(value, room);
    this.u8(written);
    this.at += written;
  }
}

/** Reads what FeedWriter wrote. A message that ends too early throws a RangeError. */
export class FeedReader {
  readonly #bytes: Uint8Array;
  readonly #data: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.byteLength - this.at;
  }

  u8(): number {
    const value = this.#data.getUint8(this.at);
    this.at += 1;
    return value;
  }
  u16(): number {
    const value = this.#data.getUint16(this.at, true);
    this.at += 2;
    return value;
  }
  u32(): number {
    const value = this.#data.getUint32(this.at, true);
    this.at += 4;
    return value;
  }
  i32(): number {
    const value = this.#data.getInt32(this.at, true);
    this.at += 4;
    return value;
  }
  f32(): number {
    const value = this.#data.getFloat32(this.at, true);
    this.at += 4;
    return value;
  }
  f64(): number {
    const value = this.#data.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }
  text(): string {
    const length = this.u8();
    if (length > this.left) throw new RangeError("a text of the feed ends too early");
    this.at += length;
    return decoder.decode(this.#bytes.subarray(this.at - length, this.at));
  }
  /** @returns a copy */
  raw(count: number): Uint8Array {
    if (count > this.left) throw new RangeError("bytes of the feed end too early");
    this.at += count;
    return this.#bytes.slice(this.at - count, this.at);
  }
  /** @returns a copy */
  halves(count: number): Uint16Array {
    const bytes = count * 2;
    if (bytes > this.left) throw new RangeError("a list of the feed ends too early");
    const out = new Uint16Array(count);
    for (let i = 0; i < count; i++) out[i] = this.#data.getUint16(this.at + i * 2, true);
    this.at += bytes;
    return out;
  }
}
