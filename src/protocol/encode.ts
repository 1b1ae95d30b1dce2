// The server's writing of what it sends every tick, by hand and without garbage. The kernel lays
// the body of an AoiUpdate into linear memory with room before it; the header is written into that
// room, so that the frame is sent as a view, never copied.
//
//   ServerMessage   12 LL          field 2 (aoi), length of all that follows (1 or 2 bytes)
//   AoiUpdate       08 tick  10 ack_sequence  18 self_x  20 self_y  28 flags     a zero is left out
//                   then the body: left (3A), entered (42), moved (32)
import {
  putFixed32,
  putFloat,
  putInteger,
  putUint32,
  putUint64,
  sizeOfUint32,
  zigzag,
} from "./write.ts";

/** AoiUpdate.flags: the last part of its tick. */
export const AOI_LAST = 1;
/** AoiUpdate.flags: forget everything shown before applying this part. */
export const AOI_RESET = 2;
/** AoiUpdate.flags: something in reach is not shown yet, or a shown position is not the newest. */
export const AOI_INCOMPLETE = 4;
/** AoiUpdate.flags: ticks were skipped for this client; this is the merged state. */
export const AOI_MERGED = 8;

/**
 * The most that `writeAoiHeader` writes:
 *    3  ServerMessage.aoi: tag, length of up to two bytes
 *   24  tick, ack_sequence, self_x, self_y: tag and up to five bytes each
 *    2  flags
 */
export const AOI_HEADER_MAX = 29;

/** Room that every other writer of this file needs in `out`. */
export const SMALL_FRAME = 64;

// ServerMessage's body tags.
const AOI = 0x12;
const CORRECTION = 0x1a;
const HEARTBEAT_ACK = 0x22;
const DIGEST = 0x2a;
const APP = 0x3a;

/** @returns the bytes that `writeAoiHeader` will write for the same arguments. */
export function aoiHeaderSize(
  bodyLength: number,
  tick: number,
  ackSequence: number,
  selfX: number,
  selfY: number,
  flags: number,
): number {
  const fields = aoiFieldsSize(tick, ackSequence, selfX, selfY, flags);
  return 1 + sizeOfUint32(fields + bodyLength) + fields;
}

/**
 * Writes the header of an AoiUpdate so that it ends where the body starts.
 * @param memory holds the body, and at least AOI_HEADER_MAX free bytes before it
 * @param bodyStart where the body (fields 6 to 8, already encoded) starts in `memory`
 * @param bodyLength its bytes, 0 for an empty update
 * @param tick u32
 * @param ackSequence the last sequence processed for this client's entity, u32
 * @param selfX the entity's position in 1/256 unit, signed
 * @param selfY likewise
 * @param flags AOI_ constants
 * @returns where the frame starts: it is `memory[start, bodyStart + bodyLength)`
 */
export function writeAoiHeader(
  memory: Uint8Array,
  bodyStart: number,
  bodyLength: number,
  tick: number,
  ackSequence: number,
  selfX: number,
  selfY: number,
  flags: number,
): number {
  const fields = aoiFieldsSize(tick, ackSequence, selfX, selfY, flags);
  const length = fields + bodyLength;
  const start = bodyStart - fields - sizeOfUint32(length) - 1;
  memory[start] = AOI;
  let pos = putUint32(memory, start + 1, length);
  pos = putField(memory, pos, 0x08, tick);
  pos = putField(memory, pos, 0x10, ackSequence);
  pos = putField(memory, pos, 0x18, zigzag(selfX));
  pos = putField(memory, pos, 0x20, zigzag(selfY));
  putField(memory, pos, 0x28, flags);
  return start;
}

function aoiFieldsSize(
  tick: number,
  ackSequence: number,
  selfX: number,
  selfY: number,
  flags: number,
): number {
  return (
    sizeOfField(tick) +
    sizeOfField(ackSequence) +
    sizeOfField(zigzag(selfX)) +
    sizeOfField(zigzag(selfY)) +
    sizeOfField(flags)
  );
}

/**
 * Writes ServerMessage{correction}.
 * @param out at least SMALL_FRAME bytes
 * @param x final position in 1/256 unit; the wire carries units as a float, exact to 65,536 units
 * @param y likewise
 * @param ackSequence the last sequence processed, 0 .. 2^53 - 1
 * @returns the frame's length
 */
export function writeCorrection(
  out: Uint8Array,
  entityId: number,
  x: number,
  y: number,
  ackSequence: number,
): number {
  let pos = putField(out, 2, 0x08, entityId);
  if (x !== 0) {
    out[pos] = 0x15;
    pos = putFloat(out, pos + 1, x / 256);
  }
  if (y !== 0) {
    out[pos] = 0x1d;
    pos = putFloat(out, pos + 1, y / 256);
  }
  if (ackSequence !== 0) {
    out[pos] = 0x30;
    pos = putInteger(out, pos + 1, ackSequence);
  }
  return close(out, CORRECTION, pos);
}

/**
 * Writes ServerMessage{heartbeat_ack}.
 * @param out at least SMALL_FRAME bytes
 * @param timestampLow the Heartbeat's timestamp, u32 halves as the decoder gave them
 * @param timestampHigh likewise
 * @returns the frame's length
 */
export function writeHeartbeatAck(
  out: Uint8Array,
  timestampLow: number,
  timestampHigh: number,
  tick: number,
): number {
  let pos = 2;
  if (timestampLow !== 0 || timestampHigh !== 0) {
    out[pos] = 0x08;
    pos = putUint64(out, pos + 1, timestampLow, timestampHigh);
  }
  pos = putField(out, pos, 0x10, tick);
  return close(out, HEARTBEAT_ACK, pos);
}

/**
 * Writes ServerMessage{digest}.
 * @param out at least SMALL_FRAME bytes
 * @param hash u32, see digest.ts
 * @param positions whether the hash covers positions, or ids only
 * @returns the frame's length
 */
export function writeDigest(
  out: Uint8Array,
  tick: number,
  count: number,
  hash: number,
  positions: boolean,
): number {
  let pos = putField(out, 2, 0x08, tick);
  pos = putField(out, pos, 0x10, count);
  if (hash !== 0) {
    out[pos] = 0x1d;
    pos = putFixed32(out, pos + 1, hash);
  }
  pos = putField(out, pos, 0x20, positions ? 1 : 0);
  return close(out, DIGEST, pos);
}

/**
 * The most that `writeApp` writes beside the payload:
 *    3  ServerMessage.app: tag, length of up to two bytes
 *   18  channel, request, sequence: tag and up to five bytes each
 *    3  payload: tag, length of up to two bytes
 */
export const APP_HEADER_MAX = 24;

/** @returns the bytes that `writeApp` will write for the same arguments. */
export function appSize(
  channel: number,
  request: number,
  length: number,
  sequence: number,
): number {
  const body = appBodySize(channel, request, length, sequence);
  return 1 + sizeOfUint32(body) + body;
}

/**
 * Writes ServerMessage{app}.
 * @param out at least `appSize` bytes from `at` on
 * @param payload at most MAX_PAYLOAD bytes
 * @param sequence u32, 0 = not numbered
 * @returns where the frame ends
 */
export function writeApp(
  out: Uint8Array,
  at: number,
  channel: number,
  request: number,
  payload: Uint8Array,
  sequence: number,
): number {
  const { length } = payload;
  out[at] = APP;
  let pos = putUint32(out, at + 1, appBodySize(channel, request, length, sequence));
  pos = putField(out, pos, 0x08, channel);
  pos = putField(out, pos, 0x10, request);
  if (length > 0) {
    out[pos] = 0x1a;
    pos = putUint32(out, pos + 1, length);
    out.set(payload, pos);
    pos += length;
  }
  return putField(out, pos, 0x20, sequence);
}

function appBodySize(channel: number, request: number, length: number, sequence: number): number {
  const payload = length === 0 ? 0 : 1 + sizeOfUint32(length) + length;
  return sizeOfField(channel) + sizeOfField(request) + payload + sizeOfField(sequence);
}

/**
 * Writes ServerMessage{app} that says so many messages found no room.
 * @param out at least SMALL_FRAME bytes from `at` on
 * @returns where the frame ends
 */
export function writeMissed(out: Uint8Array, at: number, sequence: number, missed: number): number {
  out[at] = APP;
  out[at + 1] = sizeOfField(sequence) + sizeOfField(missed);
  return putField(out, putField(out, at + 2, 0x20, sequence), 0x30, missed);
}

/**
 * Writes ServerMessage{app} that says which of the client's messages was taken last.
 * @param out at least SMALL_FRAME bytes
 * @returns the frame's length
 */
export function writeReceived(out: Uint8Array, received: number): number {
  return close(out, APP, putField(out, 2, 0x28, received));
}

/** Writes a u32 field with a one-byte tag; nothing for 0, as proto3 wants it. */
function putField(out: Uint8Array, pos: number, tag: number, value: number): number {
  if (value === 0) return pos;
  out[pos] = tag;
  return putUint32(out, pos + 1, value);
}

function sizeOfField(value: number): number {
  return value === 0 ? 0 : 1 + sizeOfUint32(value);
}

/** Writes the tag and the length of a body that lies at [2, end); below 128 bytes. */
function close(out: Uint8Array, tag: number, end: number): number {
  out[0] = tag;
  out[1] = end - 2;
  return end;
}
