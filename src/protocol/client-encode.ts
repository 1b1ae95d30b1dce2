// The client's writing. What is sent every tick is written into an array that is used again; Hello,
// Spawn and AppMessage make one. By hand, since a generated codec would be four times the rest of
// the client.
import { MAX_FRAME, MAX_HELLO_FRAME, PROTOCOL_VERSION } from "./version.ts";
import { putFloat, putInteger, putUint32, sizeOfUint32 } from "./write.ts";

/** Room that the writers with an `out` need in it; a MovementDelta takes at most 39 bytes. */
export const CLIENT_FRAME = 64;

// ClientMessage's body tags.
const HELLO = 0x0a;
const SPAWN = 0x12;
const MOVE = 0x1a;
const HEARTBEAT = 0x22;
const PROBE = 0x2a;
const APP = 0x32;
const LEAVE = 0x3a;

/**
 * Writes ClientMessage{move, ack_tick}.
 * @param out at least CLIENT_FRAME bytes
 * @param sequence higher than any before, 1 .. MAX_SEQUENCE
 * @param deltaX world units, sent as a 32-bit float
 * @param deltaY likewise
 * @param timestamp the client's milliseconds, an integer of 0 .. 2^53 - 1
 * @param ackTick the newest tick applied whole, 0 = none
 * @returns the frame's length
 */
export function encodeMove(
  out: Uint8Array,
  entityId: number,
  sequence: number,
  deltaX: number,
  deltaY: number,
  timestamp: number,
  ackTick: number,
): number {
  let pos = putInt(out, 2, 0x08, entityId);
  pos = putInt(out, pos, 0x10, sequence);
  pos = putDelta(out, pos, 0x1d, deltaX);
  pos = putDelta(out, pos, 0x25, deltaY);
  pos = putInt(out, pos, 0x28, timestamp);
  return close(out, MOVE, pos, ackTick);
}

/** Writes ClientMessage{heartbeat, ack_tick}; as encodeMove. */
export function encodeHeartbeat(out: Uint8Array, timestamp: number, ackTick: number): number {
  return close(out, HEARTBEAT, putInt(out, 2, 0x08, timestamp), ackTick);
}

/** Writes ClientMessage{probe, ack_tick}; as encodeMove. */
export function encodeProbe(out: Uint8Array, reset: boolean, ackTick: number): number {
  return close(out, PROBE, putInt(out, 2, 0x08, reset ? 1 : 0), ackTick);
}

/** Writes ClientMessage{leave, ack_tick}; as encodeMove. */
export function encodeLeave(out: Uint8Array, ackTick: number): number {
  return close(out, LEAVE, 2, ackTick);
}

/** Writes ClientMessage{ack_tick}: an acknowledgement and nothing else. */
export function encodeAck(out: Uint8Array, ackTick: number): number {
  return putInt(out, 0, 0x78, ackTick);
}

const UTF8 = new TextEncoder();
const NO_BYTES = new Uint8Array(0);
/** Hello's, Spawn's and AppMessage's fields without their bytes take 30 at most. */
const SMALL = 32;

export interface HelloFields {
  /** Identity, when the server asks for it. */
  readonly token?: string;
  /** From an earlier Welcome. */
  readonly resumeToken?: Uint8Array;
  /** Name and version of the client, for the server's log. */
  readonly client?: string;
  readonly version?: number;
  /** With a resume token: the last numbered AppMessage that came. */
  readonly appReceived?: number;
}

/** @throws RangeError when the token is too long for the one frame of 4,096 bytes. */
export function encodeHello(fields: HelloFields): Uint8Array {
  const token = UTF8.encode(fields.token ?? "");
  const client = UTF8.encode(fields.client ?? "");
  const { resumeToken = NO_BYTES, version = PROTOCOL_VERSION, appReceived = 0 } = fields;
  const body = new Uint8Array(SMALL + token.length + resumeToken.length + client.length);
  let end = putInt(body, 0, 0x08, version);
  end = putBytes(body, end, 0x12, token);
  end = putBytes(body, end, 0x1a, resumeToken);
  end = putBytes(body, end, 0x22, client);
  end = putInt(body, end, 0x28, appReceived);
  return wrap(HELLO, body.subarray(0, end), 0, MAX_HELLO_FRAME);
}

/** @param x world units; honoured only where the server lets clients choose. */
export function encodeSpawn(kind: number, x: number, y: number): Uint8Array {
  const body = new Uint8Array(SMALL);
  let end = putInt(body, 0, 0x08, kind);
  end = putDelta(body, end, 0x15, x);
  end = putDelta(body, end, 0x1d, y);
  return wrap(SPAWN, body.subarray(0, end), 0, MAX_FRAME);
}

/** @param payload at most MAX_PAYLOAD bytes */
export function encodeClientApp(
  channel: number,
  request: number,
  payload: Uint8Array,
  sequence: number,
  ackTick: number,
): Uint8Array {
  const body = new Uint8Array(SMALL + payload.length);
  let end = putInt(body, 0, 0x08, channel);
  end = putInt(body, end, 0x10, request);
  end = putBytes(body, end, 0x1a, payload);
  end = putInt(body, end, 0x20, sequence);
  return wrap(APP, body.subarray(0, end), ackTick, MAX_FRAME);
}

/** Writes a field of bytes or of text; nothing where it is empty. */
function putBytes(out: Uint8Array, pos: number, tag: number, bytes: Uint8Array): number {
  if (bytes.length === 0) return pos;
  out[pos] = tag;
  const start = putUint32(out, pos + 1, bytes.length);
  out.set(bytes, start);
  return start + bytes.length;
}

/** @returns a frame of its own: a body of any length, and ack_tick after it */
function wrap(tag: number, body: Uint8Array, ackTick: number, most: number): Uint8Array {
  const ackBytes = ackTick === 0 ? 0 : 1 + sizeOfUint32(ackTick);
  const length = 1 + sizeOfUint32(body.length) + body.length + ackBytes;
  if (length > most)
    throw new RangeError(`a message of ${length} bytes was to be sent; at most ${most}`);
  const frame = new Uint8Array(length);
  frame[0] = tag;
  const start = putUint32(frame, 1, body.length);
  frame.set(body, start);
  putInt(frame, start + body.length, 0x78, ackTick);
  return frame;
}

/** Writes an integer field with a one-byte tag; nothing for 0, as proto3 wants it. */
function putInt(out: Uint8Array, pos: number, tag: number, value: number): number {
  if (value === 0) return pos;
  out[pos] = tag;
  return value <= 0xffffffff ? putUint32(out, pos + 1, value) : putInteger(out, pos + 1, value);
}

function putDelta(out: Uint8Array, pos: number, tag: number, value: number): number {
  if (Object.is(value, 0)) return pos;
  out[pos] = tag;
  return putFloat(out, pos + 1, value);
}

/** Writes the tag and length of a body that lies at [2, end), and ack_tick after it. */
function close(out: Uint8Array, tag: number, end: number, ackTick: number): number {
  out[0] = tag;
  out[1] = end - 2;
  return putInt(out, end, 0x78, ackTick);
}
