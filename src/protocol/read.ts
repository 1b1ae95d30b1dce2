// Reads protobuf's wire format without garbage and without exceptions: a fault sets `bad`, ends the
// reading and is seen by the caller's next look. It accepts exactly what protobufjs accepts.
import { MAX_DEPTH } from "./version.ts";

const EMPTY = new Uint8Array(0);
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Wire types of protobuf: the low three bits of a tag. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const GROUP = 3;
export const GROUP_END = 4;
export const FIXED32 = 5;

export class WireReader {
  /** Set by the first fault; every value read from then on is 0. */
  bad = false;
  /** The low and high half of the last `uint64()` or `wide()`. */
  low = 0;
  high = 0;
  /** Where the next byte is read, and where reading ends. */
  pos = 0;
  end = 0;
  bytes: Uint8Array = EMPTY;

  /** Starts on a message. The reader keeps `bytes` until the next call. */
  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.pos = 0;
    this.end = bytes.length;
    this.bad = false;
  }

  /** Marks the message as malformed and lets every loop end. Returns 0, the value of a fault. */
  fail(): number {
    this.bad = true;
    this.pos = this.end;
    return 0;
  }

  /** @returns whether another field of the message at hand follows. */
  more(): boolean {
    return this.pos < this.end;
  }

  /** @returns field number * 8 + wire type, at most 5 bytes; 0 after a fault. */
  tag(): number {
    const value = this.#varint32(5, 15);
    return value >>> 3 === 0 ? this.fail() : value;
  }

  /** @returns the low 32 bits of a varint of at most 10 bytes. */
  uint32(): number {
    return this.#varint32(10, 127);
  }

  /** @returns a zigzag varint as a signed 32-bit integer. */
  sint32(): number {
    const value = this.uint32();
    return (value >>> 1) ^ -(value & 1);
  }

  /** @returns whether any bit of a varint of at most 10 bytes is set. */
  bool(): boolean {
    let bits = 0;
    for (let i = 0; i < 10; i++) {
      if (this.pos >= this.end) break;
      const byte = this.bytes[this.pos++] as number;
      bits |= byte & 127;
      if (byte < 128) return bits !== 0;
    }
    this.fail();
    return false;
  }

  /**
   * Reads as `wide()`.
   * @returns the value, exact to 2^53 - 1; -1 above, where a number would silently be rounded.
   */
  uint64(): number {
    this.wide();
    // Not multiplied needlessly: a small integer is returned without making a heap number.
    if (this.high === 0) return this.low;
    return this.high > 0x1fffff ? -1 : this.high * 4294967296 + this.low;
  }

  /** Reads a varint of at most 10 bytes into `low` and `high`; both are 0 after a fault. */
  wide(): void {
    const { bytes, end } = this;
    let pos = this.pos;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (pos >= end) break;
      const byte = bytes[pos++] as number;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) {
        this.pos = pos;
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    this.low = 0;
    this.high = 0;
    this.fail();
  }

  /** @returns four bytes, little-endian, as a signed integer: larger ones would be heap numbers. */
  fixed32(): number {
    const { bytes, pos } = this;
    if (this.end - pos < 4) return this.fail();
    this.pos = pos + 4;
    return (
      (bytes[pos] as number) |
      ((bytes[pos + 1] as number) << 8) |
      ((bytes[pos + 2] as number) << 16) |
      ((bytes[pos + 3] as number) << 24)
    );
  }

  /** @returns the length of a field that follows and lies whole in the message; 0 after a fault. */
  size(): number {
    const length = this.#varint32(5, 7);
    return length > this.end - this.pos ? this.fail() : length;
  }

  /** @returns the bytes of a field that follows, as a view into the message; none after a fault. */
  view(): Uint8Array {
    const length = this.size();
    if (length === 0) return EMPTY;
    this.pos += length;
    return this.bytes.subarray(this.pos - length, this.pos);
  }

  /** @returns a field that follows as text; "" after a fault, such as bytes that are no UTF-8. */
  text(): string {
    const bytes = this.view();
    try {
      return UTF8.decode(bytes);
    } catch {
      this.fail();
      return "";
    }
  }

  /**
   * Narrows the reading to the message inside the message whose length follows.
   * @returns the outer end, to be given to `leave()`.
   */
  enter(): number {
    const outer = this.end;
    const length = this.size();
    this.end = this.pos + length;
    return outer;
  }

  leave(outer: number): void {
    this.end = outer;
    if (this.bad) this.pos = outer;
  }

  /** Steps over the value of a field that the caller does not know. */
  skip(tag: number, depth: number): void {
    if (depth > MAX_DEPTH) {
      this.fail();
      return;
    }
    switch (tag & 7) {
      case VARINT:
        // Unlike a known field's, its length is bounded by the message only (as in protobufjs).
        while (this.pos < this.end) if ((this.bytes[this.pos++] as number) < 128) return;
        this.fail();
        return;
      case FIXED64:
        this.#step(8);
        return;
      case BYTES:
        this.#step(this.size());
        return;
      case GROUP:
        this.#skipGroup(tag, depth);
        return;
      case FIXED32:
        this.#step(4);
        return;
      default: // an end without a start, or a wire type that does not exist
        this.fail();
    }
  }

  #skipGroup(start: number, depth: number): void {
    for (let tag = this.tag(); tag !== 0; tag = this.tag()) {
      if ((tag & 7) === GROUP_END) {
        if (tag >>> 3 !== start >>> 3) this.fail();
        return;
      }
      this.skip(tag, depth + 1);
    }
  }

  #step(length: number): void {
    if (length > this.end - this.pos) this.fail();
    else this.pos += length;
  }

  /** A varint of at most `most` bytes whose fifth byte, if it has one, is at most `top` (+128). */
  #varint32(most: number, top: number): number {
    const { bytes, end } = this;
    let pos = this.pos;
    if (pos >= end) return this.fail();
    let value = bytes[pos++] as number;
    if (value < 128) {
      this.pos = pos;
      return value;
    }
    value &= 127;
    for (let i = 1; i < most; i++) {
      if (pos >= end) break;
      const byte = bytes[pos++] as number;
      if (i < 4) value |= (byte & 127) << (i * 7);
      else if (i === 4) {
        if (most === 5 && byte > top) break;
        value |= (byte & 15) << 28;
      }
      if (byte < 128) {
        this.pos = pos;
        return value >>> 0;
      }
    }
    return this.fail();
  }
}
