import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  SERVER_AOI,
  SERVER_APP,
  SERVER_BAD,
  SERVER_CORRECTION,
  SERVER_DIGEST,
  SERVER_ERROR,
  SERVER_GOODBYE,
  SERVER_HEARTBEAT_ACK,
  SERVER_NONE,
  SERVER_PACE,
  SERVER_WELCOME,
  ServerDecoder,
} from "./client-decode.ts";
import { aether } from "./schema.ts";
import { MAX_FRAME } from "./version.ts";

const decoder = new ServerDecoder();
const encode = (fields: aether.ServerMessage.$Properties) =>
  aether.ServerMessage.encode(fields).finish();

const u32 = fc.oneof(fc.nat({ max: 0xffffffff }), fc.constantFrom(0, 1, 0xffffffff));
const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const records = (bytes: number, most: number) =>
  fc.nat({ max: most }).chain((n) => fc.uint8Array({ minLength: n * bytes, maxLength: n * bytes }));

function enteredOf(decoded: ServerDecoder) {
  return Array.from({ length: decoded.enteredCount }, (_, i) => ({
    alias: decoded.enteredAlias[i],
    id: decoded.enteredId[i],
    kind: decoded.enteredKind[i],
    x: decoded.enteredX[i],
    y: decoded.enteredY[i],
  }));
}

test("an AoiUpdate is read as protobufjs wrote it", () => {
  const entity = fc.record({ alias: fc.nat({ max: 0xffff }), id: u32, kind: u32, x: i32, y: i32 });
  const update = fc.record({
    tick: u32,
    ack_sequence: fc.maxSafeNat(),
    self_x: i32,
    self_y: i32,
    flags: fc.nat({ max: 15 }),
    moved: records(6, 25),
    left: records(2, 10),
    entered: fc.array(entity, { maxLength: 10 }),
  });
  fc.assert(
    fc.property(update, (aoi) => {
      const bytes = encode({ aoi });
      expect(decoder.decode(bytes)).toBe(SERVER_AOI);
      expect(decoder.tick).toBe(aoi.tick);
      expect(decoder.ackSequence).toBe(aoi.ack_sequence);
      expect([decoder.selfX, decoder.selfY, decoder.flags]).toEqual([
        aoi.self_x,
        aoi.self_y,
        aoi.flags,
      ]);
      const { leftStart, leftEnd, movedStart, movedEnd } = decoder;
      expect([...bytes.subarray(leftStart, leftEnd)]).toEqual([...aoi.left]);
      expect([...bytes.subarray(movedStart, movedEnd)]).toEqual([...aoi.moved]);
      expect(enteredOf(decoder)).toEqual(aoi.entered);
    }),
    { seed: 30, numRuns: 1500 },
  );
});

test("correction, heartbeat and digest are read as protobufjs wrote them", () => {
  fc.assert(
    fc.property(u32, fc.float(), fc.maxSafeNat(), fc.boolean(), (number, x, wide, flag) => {
      const correction = { entity_id: number, correct_x: x, correct_y: -x, ack_sequence: wide };
      expect(decoder.decode(encode({ correction }))).toBe(SERVER_CORRECTION);
      expect(decoder.correctionEntity).toBe(number);
      expect(Object.is(decoder.correctionX, x)).toBe(true);
      expect(Object.is(decoder.correctionY, -x)).toBe(true);
      expect(decoder.correctionSequence).toBe(wide);

      const heartbeat_ack = { timestamp: wide, tick: number };
      expect(decoder.decode(encode({ heartbeat_ack }))).toBe(SERVER_HEARTBEAT_ACK);
      expect([decoder.heartbeatTimestamp, decoder.heartbeatTick]).toEqual([wide, number]);

      const digest = { tick: number, count: 7, hash: number, positions: flag };
      expect(decoder.decode(encode({ digest }))).toBe(SERVER_DIGEST);
      expect(decoder.digestTick).toBe(number);
      expect(decoder.digestCount).toBe(7);
      expect(decoder.digestHash).toBe(number);
      expect(decoder.digestPositions).toBe(flag);
    }),
    { seed: 31, numRuns: 1000 },
  );
});

test("rare messages come whole, and are gone with the next message", () => {
  const cases: [aether.ServerMessage.$Properties, number][] = [
    [{ welcome: { session: "s" } }, SERVER_WELCOME],
    [{ pace: { tick_ms: 50 } }, SERVER_PACE],
    [{ app: { channel: 1 } }, SERVER_APP],
    [{ error: { code: 2 } }, SERVER_ERROR],
    [{ goodbye: { code: 1012 } }, SERVER_GOODBYE],
  ];
  for (const [fields, kind] of cases) {
    expect(decoder.decode(encode(fields))).toBe(kind);
    expect(decoder.message).toMatchObject(fields);
  }
  expect(decoder.decode(encode({ aoi: {} }))).toBe(SERVER_AOI);
  expect(decoder.message).toBeNull();
});

describe("what is refused whole", () => {
  test("records that are not whole", () => {
    expect(decoder.decode(encode({ aoi: { moved: new Uint8Array(7) } }))).toBe(SERVER_BAD);
    expect(decoder.decode(encode({ aoi: { left: new Uint8Array(3) } }))).toBe(SERVER_BAD);
  });

  test("an alias above 16 bits", () => {
    expect(decoder.decode(encode({ aoi: { entered: [{ alias: 65536 }] } }))).toBe(SERVER_BAD);
    expect(decoder.decode(encode({ aoi: { entered: [{ alias: 65535 }] } }))).toBe(SERVER_AOI);
  });

  test("a frame above 512 bytes, however many entities it holds", () => {
    const most = Array.from({ length: 254 }, () => ({}));
    const full = encode({ aoi: { entered: most } });
    expect(full.length).toBeLessThanOrEqual(MAX_FRAME);
    expect(decoder.decode(full)).toBe(SERVER_AOI);
    expect(decoder.enteredCount).toBe(254);
    const over = encode({ aoi: { entered: [...most, {}] } });
    expect(over.length).toBeGreaterThan(MAX_FRAME);
    expect(decoder.decode(over)).toBe(SERVER_BAD);
  });
});

test("a body of a later protocol and unknown fields are passed over", () => {
  // field 12 (a body that does not exist), then field 100 beside an empty AoiUpdate
  expect(decoder.decode(Uint8Array.of(0x62, 1, 7))).toBe(SERVER_NONE);
  expect(decoder.decode(Uint8Array.of(0xa0, 0x06, 5, 0x12, 0))).toBe(SERVER_AOI);
});
