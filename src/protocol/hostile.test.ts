// Whatever bytes come: the hand-written decoders never throw, and accept and read exactly what
// protobufjs does. Frames are made from a seed by a mutator that knows the structure.
import { expect, test, vi } from "vitest";
import { hostileFrame, randomFrom, seedsOf } from "../../test/mutator.ts";
import * as server from "./client-decode.ts";
import * as rare from "./client-decode-rare.ts";
import * as bodies from "./decode.ts";
import { aether } from "./schema.ts";
import { MAX_DEPTH, MAX_FRAME } from "./version.ts";

const prototypes = [Object.prototype, Array.prototype, Function.prototype, Uint8Array.prototype];
const keysOfPrototypes = () => prototypes.map((prototype) => Reflect.ownKeys(prototype));

const exact = (value: number) => (value > Number.MAX_SAFE_INTEGER ? -1 : value);
const wide = (low: number, high: number) => high * 4294967296 + low;

const BODIES: Readonly<Record<string, number>> = {
  hello: bodies.BODY_HELLO,
  spawn: bodies.BODY_SPAWN,
  move: bodies.BODY_MOVE,
  heartbeat: bodies.BODY_HEARTBEAT,
  probe: bodies.BODY_PROBE,
  app: bodies.BODY_APP,
  leave: bodies.BODY_LEAVE,
};

/** What protobufjs reads, in the words of ClientDecoder; null: it refuses. */
function clientOracle(bytes: Uint8Array): unknown[] | null {
  let message;
  try {
    message = aether.ClientMessage.decode(bytes);
  } catch {
    return null;
  }
  const { app, body, move, heartbeat, probe, ack_tick } = message;
  const head = [body === undefined ? bodies.BODY_NONE : BODIES[body], ack_tick];
  if (move) {
    const { entity_id, sequence, delta_x, delta_y, timestamp } = move;
    return [...head, entity_id, exact(sequence ?? 0), delta_x, delta_y, timestamp];
  }
  if (heartbeat) return [...head, heartbeat.timestamp];
  if (app) return [...head, app.channel, app.request, app.sequence, ...(app.payload ?? [])];
  return probe ? [...head, probe.reset] : head;
}

function clientRead(from: bodies.ClientDecoder, bytes: Uint8Array): unknown[] | null {
  const body = from.decode(bytes);
  const head = [body, from.ackTick];
  switch (body) {
    case bodies.BODY_BAD:
      return null;
    case bodies.BODY_MOVE:
      return [
        ...[...head, from.moveEntity, from.moveSequence, from.moveDeltaX, from.moveDeltaY],
        wide(from.moveTimestampLow, from.moveTimestampHigh),
      ];
    case bodies.BODY_HEARTBEAT:
      return [...head, wide(from.heartbeatLow, from.heartbeatHigh)];
    case bodies.BODY_PROBE:
      return [...head, from.probeReset];
    case bodies.BODY_APP: {
      const payload = bytes.subarray(from.appStart, from.appEnd);
      return [...head, from.appChannel, from.appRequest, from.appSequence, ...payload];
    }
    default:
      return head;
  }
}

test("H31 H32 the server's decoder against 200,000 hostile frames", () => {
  const random = randomFrom(31);
  const seeds = seedsOf("client");
  const decoder = new bodies.ClientDecoder();
  const before = keysOfPrototypes();
  const counts = { good: 0, bad: 0 };
  // protobufjs 8.8.1 misreads unknown fields inside a message that has no field of its own (it
  // takes field 0, and refuses groups): a Leave that is not empty is no measure.
  const leave = vi.spyOn(aether.Leave, "decode");
  for (let i = 0; i < 200_000; i++) {
    const bytes = hostileFrame(random, seeds);
    const read = clientRead(decoder, bytes);
    const oracle = clientOracle(bytes);
    const isMeasure = leave.mock.calls.every(([, length]) => length === 0);
    leave.mockClear();
    if (!isMeasure) continue;
    if (!sameValues(read, oracle)) expect({ bytes: [...bytes], read }).toEqual({ oracle });
    counts[oracle === null ? "bad" : "good"]++;
  }
  leave.mockRestore();
  // Both ways are walked often, or the test says nothing.
  expect(counts.good).toBeGreaterThan(40_000);
  expect(counts.bad).toBeGreaterThan(40_000);
  expect(keysOfPrototypes()).toEqual(before);
});

const SERVERS: Readonly<Record<string, number>> = {
  welcome: server.SERVER_WELCOME,
  aoi: server.SERVER_AOI,
  correction: server.SERVER_CORRECTION,
  heartbeat_ack: server.SERVER_HEARTBEAT_ACK,
  digest: server.SERVER_DIGEST,
  pace: server.SERVER_PACE,
  app: server.SERVER_APP,
  error: server.SERVER_ERROR,
  goodbye: server.SERVER_GOODBYE,
};

/** What protobufjs reads, in the words of ServerDecoder; null: it refuses. */
function serverOracle(bytes: Uint8Array): unknown[] | null {
  let message;
  try {
    message = aether.ServerMessage.decode(bytes);
  } catch {
    return null;
  }
  const { body, aoi, correction, heartbeat_ack, digest } = message;
  const head = [body === undefined ? server.SERVER_NONE : SERVERS[body]];
  if (aoi) {
    const { tick, ack_sequence, self_x, self_y, flags, left, moved, entered } = aoi;
    return [
      ...[...head, tick, exact(ack_sequence ?? 0), self_x, self_y, flags],
      ...[...(left ?? []), ...(moved ?? []), entered?.length],
      ...(entered ?? []).flatMap(({ alias, id, kind, x, y }) => [alias, id, kind, x, y]),
    ];
  }
  if (correction) {
    const { entity_id, correct_x, correct_y, ack_sequence } = correction;
    return [...head, entity_id, correct_x, correct_y, exact(ack_sequence ?? 0)];
  }
  if (heartbeat_ack) return [...head, exact(heartbeat_ack.timestamp ?? 0), heartbeat_ack.tick];
  if (digest) return [...head, digest.tick, digest.count, digest.hash, digest.positions];
  return [...head, ...valuesOf(message)];
}

const RARE = {
  welcome: new rare.WelcomeMessage(),
  pace: new rare.PaceMessage(),
  app: new rare.AppMessage(),
  error: new rare.ErrorMessage(),
  goodbye: new rare.GoodbyeMessage(),
};

/** The values of the rare body that a message has, in one order; bytes one by one. */
function valuesOf(message: aether.ServerMessage | rare.RareMessage | null): unknown[] {
  for (const [name, empty] of Object.entries(RARE)) {
    const body: unknown = Reflect.get(message ?? {}, name);
    if (typeof body !== "object" || body === null) continue;
    return Object.entries(empty).flatMap(([field, nothing]: [string, unknown]) => {
      const value: unknown = Reflect.get(body, field) ?? nothing;
      if (value instanceof Uint8Array) return [value.length, ...value];
      return field === "sequence" ? [exact(Number(value))] : [value];
    });
  }
  return [];
}

function serverRead(from: server.ServerDecoder, bytes: Uint8Array): unknown[] | null {
  const body = from.decode(bytes);
  switch (body) {
    case server.SERVER_BAD:
      return null;
    case server.SERVER_AOI:
      return [
        ...[body, from.tick, from.ackSequence, from.selfX, from.selfY, from.flags],
        ...bytes.subarray(from.leftStart, from.leftEnd),
        ...bytes.subarray(from.movedStart, from.movedEnd),
        from.enteredCount,
        ...Array.from({ length: from.enteredCount }, (_, i) => [
          ...[from.enteredAlias[i], from.enteredId[i], from.enteredKind[i]],
          ...[from.enteredX[i], from.enteredY[i]],
        ]).flat(),
      ];
    case server.SERVER_CORRECTION:
      return [
        ...[body, from.correctionEntity, from.correctionX, from.correctionY],
        from.correctionSequence,
      ];
    case server.SERVER_HEARTBEAT_ACK:
      return [body, from.heartbeatTimestamp, from.heartbeatTick];
    case server.SERVER_DIGEST:
      return [body, from.digestTick, from.digestCount, from.digestHash, from.digestPositions];
    default:
      return [body, ...valuesOf(from.message)];
  }
}

/** The client's own rules, beyond those of protobuf: whole records, aliases of 16 bits. */
function isUpdateSound(bytes: Uint8Array): boolean {
  const { aoi } = aether.ServerMessage.decode(bytes);
  const { left, moved, entered } = aoi ?? {};
  const isWhole = (left?.length ?? 0) % 2 === 0 && (moved?.length ?? 0) % 6 === 0;
  return isWhole && (entered ?? []).every(({ alias }) => (alias ?? 0) <= 0xffff);
}

function unsoundSeeds(): number[][] {
  const updates = [
    { moved: new Uint8Array(7) },
    { left: new Uint8Array(3), moved: new Uint8Array(6) },
    { entered: [{ alias: 65536, id: 1 }] },
  ];
  return updates.map((aoi) => [...aether.ServerMessage.encode({ aoi }).finish()]);
}

test("H31 H32 the client's decoder against 100,000 hostile frames", () => {
  const random = randomFrom(32);
  const seeds = [...seedsOf("server"), ...unsoundSeeds()];
  const decoder = new server.ServerDecoder();
  const before = keysOfPrototypes();
  const counts = { good: 0, bad: 0, unsound: 0 };
  for (let i = 0; i < 100_000; i++) {
    const bytes = hostileFrame(random, seeds);
    const read = serverRead(decoder, bytes);
    const oracle = serverOracle(bytes);
    if (oracle !== null && !isUpdateSound(bytes)) {
      expect(read).toBeNull();
      counts.unsound++;
      continue;
    }
    if (!sameValues(read, oracle)) expect({ bytes: [...bytes], read }).toEqual({ oracle });
    counts[oracle === null ? "bad" : "good"]++;
  }
  expect(counts.good).toBeGreaterThan(20_000);
  expect(counts.bad).toBeGreaterThan(20_000);
  expect(counts.unsound).toBeGreaterThan(500);
  expect(keysOfPrototypes()).toEqual(before);
});

function sameValues(a: readonly unknown[] | null, b: readonly unknown[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i] ?? 0));
}

const decoder = new bodies.ClientDecoder();

test("H32 groups nest to the limit and no further", () => {
  const nested = (depth: number) =>
    Uint8Array.from(
      [...Array<number>(depth).fill(0x83), ...Array<number>(depth).fill(0x84)].flatMap((byte) => [
        byte,
        0x01,
      ]),
    );
  expect(decoder.decode(nested(MAX_DEPTH))).toBe(bodies.BODY_NONE);
  expect(decoder.decode(nested(MAX_DEPTH + 2))).toBe(bodies.BODY_BAD);
  expect(decoder.decode(Uint8Array.from({ length: MAX_FRAME }, () => 0x13))).toBe(bodies.BODY_BAD);
  // the same inside Hello, which the generated codec reads
  const hello = Uint8Array.from([0x0a, 100, ...Array<number>(100).fill(0x7b)]);
  expect(decoder.decode(hello)).toBe(bodies.BODY_BAD);
});

test("H32 giant lengths, text that is no UTF-8, field 0 and wire types that do not exist", () => {
  const bad = [
    [0x1a, 0xff, 0xff, 0xff, 0xff, 0x07], // a move of 2 GiB
    [0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f], // of 4 GiB
    [0x0a, 4, 0x12, 2, 0xc3, 0x28], // a token that is no UTF-8
    [0x0a, 3, 0x22, 1, 0xff], // a client's name that is none
    [0x00, 0x00], // field 0
    [0x06], // wire type 6
    [0x07], // wire type 7
    [0x0c], // the end of a group that never began
    [0x1a, 2, 0x08], // cut off
    [0x1a, 3, 0x1d, 0, 0], // a float of two bytes
    [0x78], // an acknowledgement without a value
  ];
  for (const bytes of bad) expect(decoder.decode(Uint8Array.from(bytes))).toBe(bodies.BODY_BAD);
});

test("H32 a known field of the wrong wire type is passed over, as an unknown one", () => {
  expect(decoder.decode(Uint8Array.of(0x7a, 1, 5))).toBe(bodies.BODY_NONE); // ack_tick as bytes
  expect(decoder.decode(Uint8Array.of(0x1a, 2, 0x18, 9))).toBe(bodies.BODY_MOVE); // delta_x, varint
  expect(decoder.moveDeltaX).toBe(0);
});

test("H32 names that JavaScript knows are only text", () => {
  const before = keysOfPrototypes();
  for (const name of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"]) {
    const hello = { token: name, client: name };
    const bytes = aether.ClientMessage.encode({ hello }).finish();
    expect(decoder.decode(bytes)).toBe(bodies.BODY_HELLO);
    expect([decoder.helloToken, decoder.helloClient]).toEqual([name, name]);
  }
  expect(keysOfPrototypes()).toEqual(before);
});
