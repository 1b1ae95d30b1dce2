import fc from "fast-check";
import { expect, test } from "vitest";
import {
  AOI_HEADER_MAX,
  aoiHeaderSize,
  SMALL_FRAME,
  writeAoiHeader,
  writeCorrection,
  writeDigest,
  writeHeartbeatAck,
} from "./encode.ts";
import { aether } from "./schema.ts";

const encode = (fields: aether.ServerMessage.$Properties) => [
  ...aether.ServerMessage.encode(fields).finish(),
];
const out = new Uint8Array(SMALL_FRAME);
const written = (length: number) => [...out.subarray(0, length)];

const edge = fc.constantFrom(0, 1, 127, 128, 16383, 16384, 2097151, 2097152, 268435455, 268435456);
const u32 = fc.oneof(edge, fc.nat({ max: 0xffffffff }), fc.constant(0xffffffff));
const i32 = fc.oneof(
  edge,
  edge.map((value) => -value | 0),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);
const flags = fc.nat({ max: 15 });

test("an AoiUpdate's header is that of protobufjs, and ends where the body starts", () => {
  const memory = new Uint8Array(1024);
  const bodyOf = fc.oneof(fc.constantFrom(0, 90, 100, 120, 127, 128, 483), fc.nat({ max: 483 }));
  fc.assert(
    fc.property(bodyOf, u32, u32, i32, i32, flags, (length, tick, ack, x, y, flags) => {
      const bodyStart = 100;
      memory.fill(0xee);
      const start = writeAoiHeader(memory, bodyStart, length, tick, ack, x, y, flags);

      const fields = { tick, ack_sequence: ack, self_x: x, self_y: y, flags };
      const inner = aether.AoiUpdate.encode(fields).finish();
      const total = inner.length + length;
      const lengthBytes = total < 128 ? [total] : [(total & 127) | 128, total >> 7];
      expect([...memory.subarray(start, bodyStart)]).toEqual([0x12, ...lengthBytes, ...inner]);
      expect(aoiHeaderSize(length, tick, ack, x, y, flags)).toBe(bodyStart - start);
      expect(bodyStart - start).toBeLessThanOrEqual(AOI_HEADER_MAX);
      expect(memory.subarray(0, start).every((byte) => byte === 0xee)).toBe(true);
      expect(memory.subarray(bodyStart).every((byte) => byte === 0xee)).toBe(true);
    }),
    { seed: 10, numRuns: 3000 },
  );
});

test("header and body together are a message that protobufjs reads", () => {
  const memory = new Uint8Array(600);
  const left = aether.AoiUpdate.encode({ left: Uint8Array.of(1, 0) }).finish();
  const moved = aether.AoiUpdate.encode({ moved: Uint8Array.of(2, 0, 3, 0, 4, 0) }).finish();
  memory.set(left, 64);
  memory.set(moved, 64 + left.length);
  const length = left.length + moved.length;
  const start = writeAoiHeader(memory, 64, length, 77, 5, -256, 512, 3);
  const { aoi } = aether.ServerMessage.decode(memory.subarray(start, 64 + length));
  expect(aoi).toMatchObject({ tick: 77, ack_sequence: 5, self_x: -256, self_y: 512, flags: 3 });
  expect([...(aoi?.left ?? [])]).toEqual([1, 0]);
  expect([...(aoi?.moved ?? [])]).toEqual([2, 0, 3, 0, 4, 0]);
});

test("the longest header is AOI_HEADER_MAX", () => {
  const size = aoiHeaderSize(483, 0xffffffff, 0xffffffff, -(2 ** 31), 2 ** 31 - 1, 15);
  expect(size).toBe(AOI_HEADER_MAX);
});

test("a correction is byte for byte that of protobufjs", () => {
  fc.assert(
    fc.property(u32, i32, i32, fc.maxSafeNat(), (entity_id, x, y, ack_sequence) => {
      const correction = { entity_id, correct_x: x / 256, correct_y: y / 256, ack_sequence };
      const length = writeCorrection(out, entity_id, x, y, ack_sequence);
      expect(written(length)).toEqual(encode({ correction }));
    }),
    { seed: 11, numRuns: 2000 },
  );
});

test("a correction is exact to 1/256 unit up to 65,536 units", () => {
  const limit = 65536 * 256;
  for (const x of [1, -1, limit - 1, -limit + 1, limit]) {
    const length = writeCorrection(out, 1, x, -x, 1);
    const { correction } = aether.ServerMessage.decode(out.subarray(0, length));
    expect(correction?.correct_x).toBe(x / 256);
    expect(correction?.correct_y).toBe(-x / 256);
  }
});

test("a heartbeat's answer is byte for byte that of protobufjs, and echoes all 64 bits", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), u32, (timestamp, tick) => {
      const high = Math.floor(timestamp / 2 ** 32);
      const length = writeHeartbeatAck(out, timestamp >>> 0, high, tick);
      expect(written(length)).toEqual(encode({ heartbeat_ack: { timestamp, tick } }));
    }),
    { seed: 12, numRuns: 1000 },
  );
  const length = writeHeartbeatAck(out, 0xffffffff, 0xffffffff, 0);
  const ones = [...Array<number>(9).fill(0xff), 0x01];
  expect(written(length)).toEqual([0x22, 11, 0x08, ...ones]);
});

test("a digest is byte for byte that of protobufjs", () => {
  fc.assert(
    fc.property(u32, u32, u32, fc.boolean(), (tick, count, hash, positions) => {
      const length = writeDigest(out, tick, count, hash, positions);
      expect(written(length)).toEqual(encode({ digest: { tick, count, hash, positions } }));
    }),
    { seed: 13, numRuns: 1000 },
  );
});
