import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BODY_APP,
  BODY_BAD,
  BODY_HEARTBEAT,
  BODY_HELLO,
  BODY_LEAVE,
  BODY_MOVE,
  BODY_NONE,
  BODY_PROBE,
  BODY_SPAWN,
  ClientDecoder,
  SEQUENCE_UNREPRESENTABLE,
} from "./decode.ts";
import { aether } from "./schema.ts";

type Fields = aether.ClientMessage.$Properties;

const decoder = new ClientDecoder();
const encode = (fields: Fields) => aether.ClientMessage.encode(fields).finish();

const u32 = fc.oneof(fc.nat({ max: 0xffffffff }), fc.constantFrom(0, 127, 128, 0xffffffff));
const float = fc.float();
const time = fc.maxSafeNat();

/** A varint of any 64-bit value, which protobufjs could not write without Long. */
function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

/** ClientMessage{move{sequence, timestamp}} */
function moveOf(sequence: bigint, timestamp: bigint): Uint8Array {
  const fields = [0x10, ...varint(sequence), 0x28, ...varint(timestamp)];
  return Uint8Array.from([0x1a, fields.length, ...fields]);
}

test("a move is read as protobufjs wrote it", () => {
  const move = fc.record({
    entity_id: u32,
    sequence: time,
    delta_x: float,
    delta_y: float,
    timestamp: time,
  });
  fc.assert(
    fc.property(move, u32, (move, ack_tick) => {
      expect(decoder.decode(encode({ move, ack_tick }))).toBe(BODY_MOVE);
      expect(decoder.ackTick).toBe(ack_tick);
      expect(decoder.moveEntity).toBe(move.entity_id);
      expect(decoder.moveSequence).toBe(move.sequence);
      expect(Object.is(decoder.moveDeltaX, move.delta_x)).toBe(true);
      expect(Object.is(decoder.moveDeltaY, move.delta_y)).toBe(true);
      expect(decoder.moveTimestampHigh * 2 ** 32 + decoder.moveTimestampLow).toBe(move.timestamp);
    }),
    { seed: 4, numRuns: 3000 },
  );
});

test("heartbeat, probe, leave and a bare acknowledgement are read as protobufjs wrote them", () => {
  fc.assert(
    fc.property(time, fc.boolean(), u32, (timestamp, reset, ack_tick) => {
      expect(decoder.decode(encode({ heartbeat: { timestamp }, ack_tick }))).toBe(BODY_HEARTBEAT);
      expect(decoder.heartbeatHigh * 2 ** 32 + decoder.heartbeatLow).toBe(timestamp);
      expect(decoder.ackTick).toBe(ack_tick);
      expect(decoder.decode(encode({ probe: { reset }, ack_tick }))).toBe(BODY_PROBE);
      expect(decoder.probeReset).toBe(reset);
      expect(decoder.decode(encode({ leave: {}, ack_tick }))).toBe(BODY_LEAVE);
      expect(decoder.decode(encode({ ack_tick }))).toBe(BODY_NONE);
      expect(decoder.ackTick).toBe(ack_tick);
    }),
    { seed: 5, numRuns: 500 },
  );
});

test("hello, spawn and app are read as protobufjs wrote them", () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  const text = fc.string({ unit: "grapheme", maxLength: 20 });
  fc.assert(
    fc.property(u32, text, bytes, text, float, (number, token, raw, client, x) => {
      const hello = { protocol_version: number, token, resume_token: raw, client };
      expect(decoder.decode(encode({ hello }))).toBe(BODY_HELLO);
      expect(decoder.helloVersion).toBe(number);
      expect(decoder.helloToken).toBe(token);
      expect([...decoder.helloResumeToken]).toEqual([...raw]);
      expect(decoder.helloClient).toBe(client);

      expect(decoder.decode(encode({ spawn: { kind: number, x, y: -x } }))).toBe(BODY_SPAWN);
      expect(decoder.spawnKind).toBe(number);
      expect(Object.is(decoder.spawnX, x)).toBe(true);
      expect(Object.is(decoder.spawnY, -x)).toBe(true);

      const app = { channel: number, request: 7, payload: raw, sequence: number };
      const message = encode({ app, ack_tick: number });
      expect(decoder.decode(message)).toBe(BODY_APP);
      expect(decoder.appChannel).toBe(number);
      expect(decoder.appRequest).toBe(7);
      expect(decoder.appSequence).toBe(number);
      expect([...message.subarray(decoder.appStart, decoder.appEnd)]).toEqual([...raw]);
      expect(decoder.ackTick).toBe(number);
    }),
    { seed: 6, numRuns: 500 },
  );
});

describe("H04 sequences are exact or named unrepresentable, never rounded", () => {
  const exact = [0n, 1n, 127n, 128n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n];
  const boundaries = [2n ** 32n + 1n, 2n ** 53n - 1n];
  test.each([...exact, ...boundaries])("%d is exact", (sequence) => {
    expect(decoder.decode(moveOf(sequence, 1n))).toBe(BODY_MOVE);
    expect(decoder.moveSequence).toBe(Number(sequence));
  });

  const above = [2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n];
  test.each(above)("%d is unrepresentable", (sequence) => {
    expect(decoder.decode(moveOf(sequence, 1n))).toBe(BODY_MOVE);
    expect(decoder.moveSequence).toBe(SEQUENCE_UNREPRESENTABLE);
  });

  test("any 64-bit sequence and timestamp", () => {
    const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(u64, u64, (sequence, timestamp) => {
        expect(decoder.decode(moveOf(sequence, timestamp))).toBe(BODY_MOVE);
        const expected = sequence < 2n ** 53n ? Number(sequence) : SEQUENCE_UNREPRESENTABLE;
        expect(decoder.moveSequence).toBe(expected);
        expect(BigInt(decoder.moveTimestampLow)).toBe(timestamp & 0xffffffffn);
        expect(BigInt(decoder.moveTimestampHigh)).toBe(timestamp >> 32n);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  test("a varint of eleven bytes is malformed", () => {
    const fields = [0x10, ...Array<number>(10).fill(0x80), 0];
    expect(decoder.decode(Uint8Array.from([0x1a, fields.length, ...fields]))).toBe(BODY_BAD);
  });
});

test("H05 NaN and the infinities come through, and -0 stays -0", () => {
  for (const value of [
    NaN,
    Infinity,
    -Infinity,
    -0,
    1.401298464324817e-45,
    3.4028234663852886e38,
  ]) {
    const move = { entity_id: 1, sequence: 1, delta_x: value, delta_y: -value };
    expect(decoder.decode(encode({ move }))).toBe(BODY_MOVE);
    expect(decoder.moveDeltaX).toBe(value);
    expect(decoder.moveDeltaY).toBe(-value);
  }
});

test("nothing of one message is left over in the next", () => {
  const move = { entity_id: 5, sequence: 6, delta_x: 7, delta_y: 8, timestamp: 9 };
  decoder.decode(encode({ move, ack_tick: 10 }));
  expect(decoder.decode(encode({ move: {} }))).toBe(BODY_MOVE);
  const { moveEntity, moveSequence, moveDeltaX, moveDeltaY, ackTick } = decoder;
  expect([moveEntity, moveSequence, moveDeltaX, moveDeltaY, ackTick]).toEqual([0, 0, 0, 0, 0]);
  decoder.decode(encode({ probe: { reset: true } }));
  decoder.decode(encode({ probe: {} }));
  expect(decoder.probeReset).toBe(false);
});

test("of two bodies the last counts, and of a field said twice the last value", () => {
  const first = encode({ move: { sequence: 1, delta_x: 2 }, ack_tick: 3 });
  const second = encode({ move: { sequence: 9 }, ack_tick: 4 });
  const both = (a: Uint8Array, b: Uint8Array) => Uint8Array.from([...a, ...b]);
  expect(decoder.decode(both(first, second))).toBe(BODY_MOVE);
  expect([decoder.moveSequence, decoder.moveDeltaX, decoder.ackTick]).toEqual([9, 2, 4]);
  expect(decoder.decode(both(first, encode({ leave: {} })))).toBe(BODY_LEAVE);
  expect(decoder.decode(both(encode({ hello: {} }), first))).toBe(BODY_MOVE);
});

test("an empty message is no error and says nothing", () => {
  expect(decoder.decode(new Uint8Array(0))).toBe(BODY_NONE);
  expect(decoder.ackTick).toBe(0);
});
