// The golden frames: one or more of every message, as bytes that no later version may change. Run
// it (`node proto/golden.ts`) to write proto/golden/*.bin and the listing frames.txt anew; a test
// compares the files with this module and with the hand-written codecs.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs/minimal.js";
import { aether } from "../src/protocol/schema.ts";
import { annotate } from "./annotate.ts";

export type ClientFields = aether.ClientMessage.$Properties;
export type ServerFields = aether.ServerMessage.$Properties;

export interface GoldenFrame {
  readonly name: string;
  /** Who sends it. */
  readonly side: "client" | "server";
  /** What it is an example of. */
  readonly about: string;
  readonly bytes: Uint8Array;
}

const GOLDEN = fileURLToPath(new URL("golden/", import.meta.url));

function client(name: string, about: string, fields: ClientFields): GoldenFrame {
  return { name, side: "client", about, bytes: aether.ClientMessage.encode(fields).finish() };
}

function server(name: string, about: string, fields: ServerFields): GoldenFrame {
  return { name, side: "server", about, bytes: aether.ServerMessage.encode(fields).finish() };
}

/** An AoiUpdate in the order in which the server lays its fields: as a client applies them. */
function update(name: string, about: string, fields: aether.AoiUpdate.$Properties): GoldenFrame {
  const { left = null, entered = null, moved = null, changed = null, ...header } = fields;
  const parts = [header, { left }, { entered }, { moved }, { changed }];
  const body = parts.map((part) => aether.AoiUpdate.encode(part).finish());
  const bytes = protobuf.Writer.create().uint32(0x12).bytes(Buffer.concat(body)).finish();
  return { name, side: "server", about, bytes };
}

/** Little-endian u16 words: the records of moved (alias, x, y) and left (alias). */
function words(...values: number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value & 255, (value >> 8) & 255]));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

const RESUME_TOKEN = Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i);

const WORLD = {
  protocol_version: 1,
  session: "s-7f3a91c04be2",
  resume_token: RESUME_TOKEN,
  tick: 4000,
  tick_ms: 25,
  min_x: -256000,
  min_y: -256000,
  max_x: 256000,
  max_y: 256000,
  units_per_position: 256,
  units_per_sight: 32,
  max_speed: 1280,
  move_burst_ticks: 16,
  aoi_radius: 6400,
  leave_radius: 7040,
  max_visible: 1024,
  window_ticks: 40,
};

export const GOLDEN_FRAMES: readonly GoldenFrame[] = [
  client("hello", "the first message of a client without a token", {
    hello: { protocol_version: 1, client: "example/1.0" },
  }),
  client("hello-full", "every field of Hello; the text is UTF-8", {
    hello: {
      protocol_version: 1,
      token: "eyJhbGciOiJFZERTQSJ9.e30.c2ln",
      resume_token: RESUME_TOKEN,
      client: "exämple/1.0",
    },
  }),
  client("spawn", "an entity of kind 0, placed by the server: no field needs to be sent", {
    spawn: {},
  }),
  client("spawn-at", "an entity of kind 2 at (-12.5, 300)", {
    spawn: { kind: 2, x: -12.5, y: 300 },
  }),
  client("move", "intent 1 of entity 0x00010007: 3 units right, 0.5 down", {
    move: { entity_id: 0x10007, sequence: 1, delta_x: 3, delta_y: -0.5, timestamp: 1234 },
    ack_tick: 4001,
  }),
  client("move-largest", "the highest sequence, the longest move there is", {
    move: {
      entity_id: 0xffffffff,
      sequence: 0x7fffffff,
      delta_x: -64,
      delta_y: 64,
      timestamp: Number.MAX_SAFE_INTEGER,
    },
    ack_tick: 0xffffffff,
  }),
  client("heartbeat", "", { heartbeat: { timestamp: 1234567 }, ack_tick: 4002 }),
  client("probe", "asks for a digest", { probe: {}, ack_tick: 4002 }),
  client("probe-reset", "asks for the whole view again", {
    probe: { reset: true },
    ack_tick: 4002,
  }),
  client("app", "request 9 on channel 3", {
    app: { channel: 3, request: 9, payload: text("open the gate") },
    ack_tick: 4002,
  }),
  client("app-numbered", "the third of its session that wants to arrive", {
    app: { channel: 3, payload: text("close the gate"), sequence: 3 },
    ack_tick: 4002,
  }),
  client("hello-resume", "comes back to a session, in which 41 messages have come", {
    hello: { protocol_version: 1, resume_token: RESUME_TOKEN, app_received: 41 },
  }),
  client("leave", "", { leave: {}, ack_tick: 4003 }),
  client("ack", "an acknowledgement alone: no body", { ack_tick: 4010 }),

  server("welcome", "the answer to Hello: no entity yet", { welcome: WORLD }),
  server("welcome-spawned", "the answer to Spawn: entity 0x00010007 at (1.5, -2)", {
    welcome: { ...WORLD, entity_id: 0x10007, kind: 2, x: 384, y: -512, tick: 4001 },
  }),
  server("welcome-entered", "likewise, some ticks after the entity came into the world", {
    welcome: {
      ...WORLD,
      entity_id: 0x10007,
      kind: 2,
      x: 384,
      y: -512,
      tick: 4001,
      entered_tick: 3998,
    },
  }),
  server("welcome-resumed", "one answer to Hello with a resume token: sequences go on", {
    welcome: {
      ...WORLD,
      entity_id: 0x10007,
      kind: 2,
      x: 384,
      y: -512,
      sequence: 1200,
      rules: text("capture-the-flag"),
    },
  }),
  server("welcome-components", "of a world whose entities have 4 bytes that observers are told", {
    welcome: { ...WORLD, entity_id: 0x10007, kind: 2, x: 384, y: -512, component_bytes: 4 },
  }),
  server("welcome-app", "likewise resumed: the client's messages up to the third were taken", {
    welcome: { ...WORLD, entity_id: 0x10007, kind: 2, x: 384, y: -512, app_received: 3 },
  }),
  update("aoi-empty", "nothing changed; sent at least every 250 ms", {
    tick: 4012,
    ack_sequence: 12,
    self_x: 384,
    self_y: -512,
    flags: 1,
  }),
  update("aoi-reset", "the first of two parts: forget all, then three entities enter", {
    tick: 4001,
    self_x: 384,
    self_y: -512,
    flags: 2,
    entered: [
      { alias: 3, id: 0x10003, kind: 1, x: 48, y: -64 },
      { alias: 9, id: 0x10009, x: -6352, y: -64 },
      { alias: 300, id: 0x2012c, kind: 2, x: 2048, y: 5000 },
    ],
  }),
  update("aoi", "one leaves, one enters, two move; 65472 stands for -64", {
    tick: 4002,
    ack_sequence: 1,
    self_x: 1152,
    self_y: -640,
    flags: 1,
    left: words(9),
    entered: [{ alias: 10, id: 0x1000a, x: 6500, y: -80 }],
    moved: words(3, 50, 65472, 300, 2050, 5001),
  }),
  update("aoi-merged", "after a pause of the acknowledgements: merged, and something still due", {
    tick: 4100,
    ack_sequence: 40,
    self_x: 1152,
    self_y: -640,
    flags: 13,
    moved: words(3, 60, 65500),
  }),
  update("aoi-components", "with components of 4 bytes: one enters, two change, one is its own", {
    tick: 4003,
    ack_sequence: 1,
    self_x: 1152,
    self_y: -640,
    flags: 1,
    entered: [{ alias: 11, id: 0x1000b, x: 6400, components: Uint8Array.of(1, 0, 100, 0) }],
    moved: words(3, 51, 65472),
    changed: Uint8Array.of(7, 0, 0, 1, 99, 0, 3, 0, 1, 0, 0, 2),
  }),
  server("correction", "an intent was refused: the entity is at (4.5, -2.5)", {
    correction: { entity_id: 0x10007, correct_x: 4.5, correct_y: -2.5, ack_sequence: 2 },
  }),
  server("heartbeat-ack", "", { heartbeat_ack: { timestamp: 1234567, tick: 4003 } }),
  server("digest", "of the view after golden frames aoi-reset and aoi", {
    digest: { tick: 4002, count: 3, hash: 0x93299bd5, positions: true },
  }),
  server("digest-ids", "the same view where some positions are due: ids only", {
    digest: { tick: 4002, count: 3, hash: 0x5d31c327 },
  }),
  server("pace", "", { pace: { tick_ms: 50 } }),
  server("app-answer", "the answer to golden frame app", {
    app: { channel: 3, request: 9, payload: text("it is open") },
  }),
  server("app-answer-numbered", "the 42nd of its session; another connection would get it again", {
    app: { channel: 7, payload: text("you are it"), sequence: 42 },
  }),
  server("app-received", "the client's messages up to the third were taken", {
    app: { received: 3 },
  }),
  server("app-missed", "in place of 17 messages that found no room", {
    app: { sequence: 43, missed: 17 },
  }),
  server("error", "about intent 3", {
    error: { code: 2, message: "delta_x and delta_y must be finite numbers.", sequence: 3 },
  }),
  server("goodbye", "the server restarts", {
    goodbye: { code: 1012, message: "The server is restarting.", retry_after_ms: 1500 },
  }),
];

/** @returns the listing of all frames, field by field. */
export function listing(): string {
  const head =
    "Golden frames of the wire protocol, written by proto/golden.ts. Left the bytes, right what\n" +
    "they say. The same bytes lie in NAME.bin.\n";
  const frames = GOLDEN_FRAMES.map(({ name, side, about, bytes }) => {
    const title = `${name}  (${side}, ${bytes.length} bytes)${about === "" ? "" : `  ${about}`}`;
    const message = side === "client" ? "ClientMessage" : "ServerMessage";
    return `${title}\n${annotate(message, bytes)}`;
  });
  return `${head}\n${frames.join("\n")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(GOLDEN, { recursive: true });
  for (const name of readdirSync(GOLDEN)) rmSync(GOLDEN + name);
  for (const { name, bytes } of GOLDEN_FRAMES) writeFileSync(`${GOLDEN}${name}.bin`, bytes);
  writeFileSync(`${GOLDEN}frames.txt`, listing());
}
