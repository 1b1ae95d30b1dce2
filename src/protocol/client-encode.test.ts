import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CLIENT_FRAME,
  encodeAck,
  encodeClientApp,
  encodeHeartbeat,
  encodeHello,
  encodeLeave,
  encodeMove,
  encodeProbe,
  encodeSpawn,
} from "./client-encode.ts";
import { aether } from "./schema.ts";
import { MAX_FRAME, MAX_HELLO_FRAME } from "./version.ts";

const encode = (fields: aether.ClientMessage.$Properties) => [
  ...aether.ClientMessage.encode(fields).finish(),
];
const out = new Uint8Array(CLIENT_FRAME);
const written = (length: number) => [...out.subarray(0, length)];

const u32 = fc.oneof(fc.constantFrom(0, 127, 128, 0xffffffff), fc.nat({ max: 0xffffffff }));
const time = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1));
const float = fc.oneof(fc.float(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 0.1));

test("a move is byte for byte that of protobufjs", () => {
  fc.assert(
    fc.property(u32, time, float, float, time, u32, (id, sequence, x, y, timestamp, ack_tick) => {
      const move = { entity_id: id, sequence, delta_x: x, delta_y: y, timestamp };
      const length = encodeMove(out, id, sequence, x, y, timestamp, ack_tick);
      expect(written(length)).toEqual(encode({ move, ack_tick }));
    }),
    { seed: 20, numRuns: 3000 },
  );
});

test("heartbeat, probe, leave and acknowledgement are byte for byte those of protobufjs", () => {
  fc.assert(
    fc.property(time, fc.boolean(), u32, (timestamp, reset, ack_tick) => {
      const heartbeat = written(encodeHeartbeat(out, timestamp, ack_tick));
      expect(heartbeat).toEqual(encode({ heartbeat: { timestamp }, ack_tick }));
      const probe = written(encodeProbe(out, reset, ack_tick));
      expect(probe).toEqual(encode({ probe: { reset }, ack_tick }));
      expect(written(encodeLeave(out, ack_tick))).toEqual(encode({ leave: {}, ack_tick }));
      expect(written(encodeAck(out, ack_tick))).toEqual(encode({ ack_tick }));
    }),
    { seed: 21, numRuns: 1000 },
  );
});

test("hello says the version by itself, spawn and app carry their fields", () => {
  const { hello } = aether.ClientMessage.decode(encodeHello({ client: "c", token: "t" }));
  expect(hello).toMatchObject({ protocol_version: 1, client: "c", token: "t" });
  const resumed = aether.ClientMessage.decode(
    encodeHello({ resumeToken: Uint8Array.of(7), version: 3, appReceived: 11 }),
  );
  expect([...(resumed.hello?.resume_token ?? [])]).toEqual([7]);
  expect(resumed.hello).toMatchObject({ protocol_version: 3, app_received: 11 });
  const { spawn } = aether.ClientMessage.decode(encodeSpawn(2, 1.5, -3));
  expect(spawn).toMatchObject({ kind: 2, x: 1.5, y: -3 });
  const app = aether.ClientMessage.decode(encodeClientApp(3, 9, Uint8Array.of(4), 5, 12));
  expect(app).toMatchObject({ ack_tick: 12, app: { channel: 3, request: 9, sequence: 5 } });
});

test("what does not fit one frame is refused in words", () => {
  expect(encodeHello({ token: "x".repeat(4000) }).length).toBeLessThanOrEqual(MAX_HELLO_FRAME);
  expect(() => encodeHello({ token: "x".repeat(4096) })).toThrow(/at most 4096/);
  expect(() => encodeClientApp(1, 1, new Uint8Array(MAX_FRAME), 0, 0)).toThrow(/at most 512/);
});
