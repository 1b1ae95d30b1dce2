// RFC 6455 as a client sees it: frames are taken out of what a socket read, and written with a mask
// key of zero, which is legal and makes masking free. Messages of a server come unfragmented.

export const OP_TEXT = 1;
export const OP_BINARY = 2;
export const OP_CLOSE = 8;
export const OP_PING = 9;
export const OP_PONG = 10;

/**
 * Largest payload that is taken; far above the protocol's 512, so that a larger frame is
 * measured.
 */
export const PAYLOAD_MAX = 16_384;
/** Largest header of a frame that {@link writeHeader} writes: 2 + 2 (length) + 4 (mask key). */
export const HEADER_MAX = 8;

const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;

/** Where the frames go. `payload` is valid only during the call. */
export interface FrameSink {
  frame(opcode: number, payload: Uint8Array): void;
}

/** A view of `length` bytes from `start`; a cache may stand behind it. */
export type ViewOf = (bytes: Uint8Array, start: number, length: number) => Uint8Array;

/** Takes frames out of a stream that arrives in any pieces. */
export class FrameReader {
  private carry = new Uint8Array(0);
  private carried = 0;
  private stopped = false;
  private readonly sink: FrameSink;
  private readonly viewOf: ViewOf;

  constructor(sink: FrameSink, viewOf: ViewOf) {
    this.sink = sink;
    this.viewOf = viewOf;
  }

  /** No frame is given to the sink from now on. */
  stop(): void {
    this.stopped = true;
  }

  /**
   * Reads the first `length` bytes of `bytes`, which are not kept.
   * @returns false when the stream is no unfragmented, unmasked RFC 6455 stream of small messages
   */
  read(bytes: Uint8Array, length: number): boolean {
    if (this.carried === 0) return this.parse(bytes, length);
    const total = this.carried + length;
    if (this.carry.length < total) {
      const larger = new Uint8Array(total * 2);
      larger.set(this.carry.subarray(0, this.carried));
      this.carry = larger;
    }
    this.carry.set(bytes.subarray(0, length), this.carried);
    this.carried = 0;
    return this.parse(this.carry, total);
  }

  private parse(bytes: Uint8Array, length: number): boolean {
    let at = 0;
    while (!this.stopped && length - at >= 2) {
      const first = bytes[at]!;
      const second = bytes[at + 1]!;
      if ((first & FIN) === 0 || (first & RESERVED) !== 0 || (second & MASKED) !== 0) return false;
      let size = second;
      let start = at + 2;
      if (second === 126) {
        if (length - at < 4) break;
        size = (bytes[at + 2]! << 8) | bytes[at + 3]!;
        start = at + 4;
      } else if (second === 127) return false;
      if (size > PAYLOAD_MAX) return false;
      if (start + size > length) break;
      this.sink.frame(first & 0x0f, this.viewOf(bytes, start, size));
      at = start + size;
    }
    if (!this.stopped) this.keep(bytes, at, length);
    return true;
  }

  private keep(bytes: Uint8Array, at: number, length: number): void {
    const rest = length - at;
    if (rest > 0) {
      if (bytes === this.carry) this.carry.copyWithin(0, at, length);
      else {
        if (this.carry.length < rest) this.carry = new Uint8Array(Math.max(1024, rest));
        this.carry.set(bytes.subarray(at, length));
      }
    }
    this.carried = rest;
  }
}

/**
 * Writes the header of a final frame with a mask key of zero at the start of `out`.
 * @param size bytes of the payload, at most 65,535
 * @returns bytes written: 6 or 8; the payload follows as it is
 */
export function writeHeader(out: Uint8Array, opcode: number, size: number): number {
  out[0] = FIN | opcode;
  let at = 2;
  if (size < 126) out[1] = MASKED | size;
  else {
    out[1] = MASKED | 126;
    out[2] = size >> 8;
    out[3] = size & 0xff;
    at = 4;
  }
  out[at] = out[at + 1] = out[at + 2] = out[at + 3] = 0;
  return at + 4;
}
