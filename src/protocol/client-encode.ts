// The client's writing. What is sent every tick is written by hand into an array that is used
// again; Hello, Spawn and AppMessage go through the generated codec.
import { aether } from "./schema.ts";
import { MAX_FRAME, MAX_HELLO_FRAME, PROTOCOL_VERSION } from "./version.ts";
import { putFloat, putInteger, putUint32 } from "./write.ts";

/** Room that the writers with an `out` need in it; a MovementDelta takes at most 39 bytes. */
export const CLIENT_FRAME = 64;

// ClientMessage's body tags.
const MOVE = 0x1a;
const HEARTBEAT = 0x22;
const PROBE = 0x2a;
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

export interface HelloFields {
  /** Identity, when the server asks for it. */
  readonly token?: string;
  /** From an earlier Welcome. */
  readonly resumeToken?: Uint8Array;
  /** Name and version of the client, for the server's log. */
  readonly client?: string;
  readonly version?: number;
}

/** @throws RangeError when the token is too long for the one frame of 4,096 bytes. */
export function encodeHello(fields: HelloFields): Uint8Array {
  const { token = "", resumeToken = new Uint8Array(0), client = "" } = fields;
  const hello = {
    protocol_version: fields.version ?? PROTOCOL_VERSION,
    token,
    resume_token: resumeToken,
    client,
  };
  return finish({ hello }, MAX_HELLO_FRAME);
}

/** @param x world units; honoured only where the server lets clients choose. */
export function encodeSpawn(kind: number, x: number, y: number): Uint8Array {
  return finish({ spawn: { kind, x, y } }, MAX_FRAME);
}

/** @throws RangeError when the payload does not fit one frame. */
export function encodeClientApp(
  channel: number,
  request: number,
  payload: Uint8Array,
  ackTick: number,
): Uint8Array {
  return finish({ app: { channel, request, payload }, ack_tick: ackTick }, MAX_FRAME);
}

function finish(message: aether.ClientMessage.$Properties, most: number): Uint8Array {
  const frame = aether.ClientMessage.encode(message).finish();
  if (frame.length > most)
    throw new RangeError(`a message of ${frame.length} bytes was to be sent; at most ${most}`);
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
