// The numbers that both ends of the wire must agree on before the first byte.

/** The version that this code speaks; `Hello.protocol_version` and `Welcome.protocol_version`. */
export const PROTOCOL_VERSION = 1;

/** The oldest version that the server still admits; below it, or above the newest: BAD_VERSION. */
export const PROTOCOL_MIN = 1;

/** The WebSocket subprotocol; a client may leave it out, but may not ask for another. */
export const SUBPROTOCOL = "aether.v1";

/** Bytes of one message, both ways. */
export const MAX_FRAME = 512;

/** Bytes of a message that holds Hello (its token may be long); once per connection. */
export const MAX_HELLO_FRAME = 4096;

/** Bytes of an application's message; what stands around them in its frame takes at most 24. */
export const MAX_PAYLOAD = 400;

/** The highest sequence number of an intent: 2^31 - 1, 621 days at 40 a second. */
export const MAX_SEQUENCE = 0x7fffffff;

/** A sequence may rise by at most this much from one intent to the next: 2^20. */
export const MAX_SEQUENCE_JUMP = 0x100000;

/** Groups (only ever found in unknown fields) may nest this deep; deeper is a malformed message. */
export const MAX_DEPTH = 8;
