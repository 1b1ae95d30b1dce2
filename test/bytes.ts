// Protobuf by hand, for messages that no honest encoder writes.

const MOVE_FIELD = 3;
const ACK_FIELD = 15;
/** A field number that no message of ours has. */
const UNKNOWN_FIELD = 100;

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export function tag(field: number, wireType: number): Buffer {
  return varint(BigInt((field << 3) | wireType));
}

export function bytesField(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([tag(field, 2), varint(BigInt(content.length)), content]);
}

/** ClientMessage{move} with a sequence of 64 bits and deltas as they are. */
export function moveMessage(entity: number, sequence: bigint, dx: number, dy: number): Buffer {
  const floats = Buffer.alloc(10);
  floats[0] = 0x1d;
  floats.writeFloatLE(dx, 1);
  floats[5] = 0x25;
  floats.writeFloatLE(dy, 6);
  const head = [tag(1, 0), varint(BigInt(entity)), tag(2, 0), varint(sequence)];
  return bytesField(MOVE_FIELD, Buffer.concat([...head, floats]));
}

/** A valid message of exactly `size` bytes: `message`, and a field that nobody knows. */
export function padded(message: Uint8Array, size: number): Buffer {
  for (let content = size - message.length; content >= 0; content--) {
    const whole = Buffer.concat([message, bytesField(UNKNOWN_FIELD, Buffer.alloc(content))]);
    if (whole.length === size) return whole;
  }
  throw new RangeError(`no padding makes ${message.length} bytes ${size}`);
}

/** A valid message that only acknowledges tick 0, of exactly `size` bytes. */
export function paddedAck(size: number): Buffer {
  return padded(Buffer.concat([tag(ACK_FIELD, 0), varint(0n)]), size);
}
