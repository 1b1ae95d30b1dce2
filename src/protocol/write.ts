// Writes protobuf's wire format into an array that the caller owns: functions of (array, position,
// value) that return the position after. No garbage; the caller guarantees the room.

const cellFloat = new Float32Array(1);
const cellBytes = new Uint8Array(cellFloat.buffer);
// A float's bytes travel little-endian; the machine's own order may differ.
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Writes a u32 as a varint of 1 to 5 bytes. */
export function putUint32(out: Uint8Array, pos: number, value: number): number {
  let rest = value >>> 0;
  while (rest > 127) {
    out[pos++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  out[pos++] = rest;
  return pos;
}

/** Writes a u64, given as two u32 halves, as a varint of 1 to 10 bytes. */
export function putUint64(out: Uint8Array, pos: number, low: number, high: number): number {
  let restLow = low >>> 0;
  let restHigh = high >>> 0;
  while (restHigh !== 0) {
    out[pos++] = (restLow & 127) | 128;
    restLow = ((restLow >>> 7) | (restHigh << 25)) >>> 0;
    restHigh >>>= 7;
  }
  return putUint32(out, pos, restLow);
}

/** Writes an integer of 0 to 2^53 - 1 as a varint of 1 to 8 bytes. */
export function putInteger(out: Uint8Array, pos: number, value: number): number {
  return putUint64(out, pos, value >>> 0, Math.floor(value / 4294967296));
}

/** @returns the zigzag form of a signed 32-bit integer, as a u32. */
export function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

/** @returns how many bytes putUint32 writes. */
export function sizeOfUint32(value: number): number {
  const bits = value >>> 0;
  if (bits < 0x80) return 1;
  if (bits < 0x4000) return 2;
  if (bits < 0x200000) return 3;
  return bits < 0x10000000 ? 4 : 5;
}

export function putFixed32(out: Uint8Array, pos: number, value: number): number {
  out[pos] = value;
  out[pos + 1] = value >>> 8;
  out[pos + 2] = value >>> 16;
  out[pos + 3] = value >>> 24;
  return pos + 4;
}

/** Writes a number as a 32-bit float, rounded to nearest. */
export function putFloat(out: Uint8Array, pos: number, value: number): number {
  cellFloat[0] = value;
  for (let i = 0; i < 4; i++) out[pos + i] = cellBytes[isLittleEndian ? i : 3 - i] as number;
  return pos + 4;
}
