// RFC 6455 case by case, over real sockets: what a client may send, in every shape, and what
// becomes of it. A case says how it ends: the connection lives on (and its next intent counts), a
// Close frame comes with a code, or the server hangs up without one (BARE), as uWebSockets.js does
// with what breaks the framing. The neighbour never notices.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLOSES } from "../src/protocol/codes.ts";
import { moveMessage, padded, paddedAck } from "./bytes.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import {
  buildFrame,
  OP_BINARY,
  OP_CLOSE,
  OP_CONTINUATION,
  OP_PING,
  OP_PONG,
  OP_TEXT,
  RawSocket,
} from "./raw-socket.ts";
import type { Handshake } from "./raw-socket.ts";
import { expectUnharmed, turnWith } from "./witness.ts";

const LIVES = "lives";
/** The server hung up without a Close frame. */
const BARE = 0;
/** A Close frame without a code. */
const EMPTY = 1005;

type Ending = number | typeof LIVES;
/** The section of RFC 6455, what is sent, its bytes, how it ends. */
type Case = readonly [section: string, what: string, bytes: Buffer, ending: Ending];

const ack = paddedAck(20);
const ping = (payload: Buffer | string = "?"): Buffer => buildFrame(payload, { opcode: OP_PING });
const first = (payload: Uint8Array): Buffer => buildFrame(payload, { fin: false });
const middle = (payload: Uint8Array): Buffer =>
  buildFrame(payload, { opcode: OP_CONTINUATION, fin: false });
const last = (payload: Uint8Array): Buffer => buildFrame(payload, { opcode: OP_CONTINUATION });
const join = (...frames: readonly Buffer[]): Buffer => Buffer.concat(frames);

/** Close with a code of two bytes and a reason. */
function close(code: number, reason: Buffer | string = ""): Buffer {
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
  return buildFrame(payload, { opcode: OP_CLOSE });
}

/** A masked frame whose length is written in `width` bytes, needed or not; mask zero. */
function lengthIn(width: 2 | 8, payload: Uint8Array, opcode = OP_BINARY): Buffer {
  const head = Buffer.alloc(2 + width);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (width === 2 ? 126 : 127);
  if (width === 2) head.writeUInt16BE(payload.length, 2);
  else head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

const masked = (payload: Uint8Array, key: readonly number[]): Buffer => {
  const bytes = Buffer.from(payload.map((byte, i) => byte ^ (key[i & 3] ?? 0)));
  return Buffer.concat([Buffer.from([0x82, 0x80 | payload.length, ...key]), bytes]);
};

const TOO_BIG = CLOSES.TOO_BIG.code;
const TEXT = CLOSES.TEXT_FRAME.code;

const LENGTHS: readonly Case[] = [
  ["5.2", "a payload of 0 bytes", buildFrame(""), LIVES],
  ["5.2", "of 125 bytes, the most that 7 bits say", buildFrame(paddedAck(125)), LIVES],
  ["5.2", "of 126 bytes, the first that 16 bits say", buildFrame(paddedAck(126)), LIVES],
  ["5.2", "of 127 bytes", buildFrame(paddedAck(127)), LIVES],
  ["5.2", "of 512 bytes, the most that is taken", buildFrame(paddedAck(512)), LIVES],
  ["5.2", "of 513 bytes", buildFrame(paddedAck(513)), TOO_BIG],
  ["5.2", "of 65,535 bytes, the most that 16 bits say", buildFrame(Buffer.alloc(65535)), BARE],
  ["5.2", "of 65,536 bytes, the first that 64 bits say", buildFrame(Buffer.alloc(65536)), BARE],
  ["5.2", "20 bytes, their length in 16 bits: not minimal", lengthIn(2, ack), LIVES],
  ["5.2", "20 bytes, their length in 64 bits: not minimal", lengthIn(8, ack), LIVES],
  ["5.2", "0 bytes, their length in 64 bits", lengthIn(8, Buffer.alloc(0)), LIVES],
  ["5.2", "a length of 2^63", buildFrame(ack, { length: 2n ** 63n }), BARE],
  ["5.2", "a length of 2^64 - 1", buildFrame(ack, { length: 2n ** 64n - 1n }), BARE],
];

const BITS: readonly Case[] = [
  ...[4, 2, 1, 7].map((rsv): Case => {
    return ["5.2", `reserved bits ${rsv}, nothing agreed`, buildFrame(ack, { rsv }), BARE];
  }),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): Case => {
    return ["5.2", `reserved opcode ${opcode}`, buildFrame(ack, { opcode }), BARE];
  }),
  ["5.3", "a mask of zeros", masked(ack, [0, 0, 0, 0]), LIVES],
  ["5.3", "a mask of ones", masked(ack, [255, 255, 255, 255]), LIVES],
  ["5.3", "a mask of four bytes that differ", masked(ack, [1, 2, 254, 128]), LIVES],
];

const FRAGMENTS: readonly Case[] = [
  ["5.4", "a message in two pieces", join(first(ack.subarray(0, 7)), last(ack.subarray(7))), LIVES],
  ["5.4", "one piece and an empty end", join(first(ack), last(Buffer.alloc(0))), LIVES],
  [
    "5.4",
    "an empty beginning, an empty middle and the rest",
    join(first(Buffer.alloc(0)), middle(Buffer.alloc(0)), last(ack)),
    LIVES,
  ],
  [
    "5.4",
    "a piece of every byte",
    join(
      first(ack.subarray(0, 1)),
      ...[...ack.subarray(1, -1)].map((byte) => middle(Buffer.from([byte]))),
      last(ack.subarray(-1)),
    ),
    LIVES,
  ],
  ["5.4", "a ping between two pieces", join(first(ack), ping(), last(Buffer.alloc(0))), LIVES],
  [
    "5.4",
    "a pong between two pieces",
    join(first(ack), buildFrame("", { opcode: OP_PONG }), last(Buffer.alloc(0))),
    LIVES,
  ],
  ["5.4", "Close between two pieces", join(first(ack), close(1000), last(ack)), 1000],
  ["5.4", "a continuation of nothing", last(ack), BARE],
  ["5.4", "the continuation of a message that is over", join(buildFrame(ack), last(ack)), BARE],
  [
    "5.4",
    "text in pieces",
    join(buildFrame("a", { opcode: OP_TEXT, fin: false }), last(Buffer.from("b"))),
    TEXT,
  ],
  [
    "5.4",
    "513 bytes in two pieces",
    join(first(paddedAck(513).subarray(0, 500)), last(paddedAck(513).subarray(500))),
    TOO_BIG,
  ],
];

const CONTROL: readonly Case[] = [
  ["5.5", "a ping of 0 bytes", ping(""), LIVES],
  ["5.5", "a ping of 125 bytes", ping("p".repeat(125)), LIVES],
  ["5.5", "a ping of 126 bytes", ping("p".repeat(126)), BARE],
  ["5.5", "a pong of 126 bytes", buildFrame(Buffer.alloc(126), { opcode: OP_PONG }), BARE],
  ["5.5", "a ping whose length is not minimal", lengthIn(2, ack, OP_PING), BARE],
  ["5.5", "a ping in pieces", buildFrame("p", { opcode: OP_PING, fin: false }), BARE],
  ["5.5", "Close in pieces", buildFrame("", { opcode: OP_CLOSE, fin: false }), BARE],
  ["5.5", "ten pings at once", join(...Array.from({ length: 10 }, () => ping())), LIVES],
  ["5.5.3", "a pong that nobody asked for", buildFrame("?", { opcode: OP_PONG }), LIVES],
];

const CLOSING: readonly Case[] = [
  ["5.5.1", "Close without a code", buildFrame("", { opcode: OP_CLOSE }), EMPTY],
  ["5.5.1", "Close of one byte", buildFrame("x", { opcode: OP_CLOSE }), EMPTY],
  ["5.5.1", "a frame after Close", join(close(1000), buildFrame(ack)), 1000],
  ["5.5.1", "Close twice", join(close(1000), close(1001)), 1000],
  ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 4000, 4999].map((code): Case => {
    return ["7.4", `Close of ${code}, which is allowed`, close(code), code];
  }),
  // 3000 to 3999 are for libraries and allowed; uWebSockets.js takes them for no code.
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 3000, 5000, 65535].map((code): Case => {
    return ["7.4", `Close of ${code}`, close(code), EMPTY];
  }),
  ["7.1.6", "Close with a reason", close(1000, "goodbye"), 1000],
  ["7.1.6", "Close with a reason in two alphabets", close(1000, "tschüß, пока"), 1000],
  ["7.1.6", "Close with the longest reason, 123 bytes", close(1000, "r".repeat(123)), 1000],
  ["7.1.6", "Close with a reason of 124 bytes", close(1000, "r".repeat(124)), BARE],
];

const UTF8: readonly Case[] = [
  ...(
    [
      ["cut off", [0xc3]],
      ["with a byte that stands alone", [0x80]],
      ["overlong", [0xc0, 0xaf]],
      ["of a surrogate", [0xed, 0xa0, 0x80]],
      ["beyond the last character", [0xf4, 0x90, 0x80, 0x80]],
      ["of a byte that is never one", [0xff]],
    ] as const
  ).flatMap(([what, bytes]): Case[] => [
    ["8.1", `a Close reason ${what}`, close(1000, Buffer.from(bytes)), EMPTY],
    ["8.1", `text ${what}`, buildFrame(Buffer.from(bytes), { opcode: OP_TEXT }), BARE],
  ]),
  [
    "8.1",
    "text that is UTF-8, which this protocol has none of",
    buildFrame("ü", { opcode: OP_TEXT }),
    TEXT,
  ],
];

const TABLE = [...LENGTHS, ...BITS, ...FRAGMENTS, ...CONTROL, ...CLOSING, ...UTF8];

describe("H31 RFC 6455, frames", () => {
  let house: House;
  let witness: Guest;
  beforeAll(async () => {
    house = await House.start();
    witness = await house.join(1, 1);
  });
  afterAll(async () => {
    await expectUnharmed(house, witness);
    house.stop();
  });

  test.each(TABLE)("H31 %s: %s", async (_section, _what, bytes, ending) => {
    const guest = await house.join(0, 0);
    guest.raw.write(bytes);
    if (ending === LIVES) {
      await turnWith(house, witness);
      expect(guest.gone).toBe(false);
      guest.send(padded(moveMessage(guest.entity, 1n, 1, 0), 60));
      await turnWith(house, witness);
      expect(guest.selfX).toBe(256);
      expect(guest.errors).toEqual([]);
      guest.raw.cut();
    } else {
      await guest.ended();
      expect(guest.raw.closeCode).toBe(ending);
    }
    house.guests.splice(house.guests.indexOf(guest), 1);
    await turnWith(house, witness);
    expect(house.faults).toEqual([]);
  });

  test("H31 each case has a title of its own", () => {
    expect(new Set(TABLE.map(([section, what]) => `${section} ${what}`)).size).toBe(TABLE.length);
    expect(TABLE.length).toBeGreaterThan(80);
  });

  test("5.5.2 a pong carries the payload of its ping", async () => {
    const guest = await house.join(0, 0);
    const pongs: string[] = [];
    guest.raw.onPong = (payload) => pongs.push(Buffer.from(payload).toString());
    guest.raw.write(join(ping("one"), ping(""), ping("p".repeat(125))));
    const wanted = ["one", "", "p".repeat(125)];
    await expect.poll(() => pongs, { interval: 5 }).toEqual(wanted);
    guest.raw.cut();
    house.guests.splice(house.guests.indexOf(guest), 1);
  });

  test("5.1 what the server sends is not masked, and never in pieces", async () => {
    const raw = await RawSocket.open(house.port);
    const chunks: Buffer[] = [];
    raw.socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    raw.frame("text", { opcode: OP_TEXT });
    await expect.poll(() => raw.ended, { interval: 5 }).toBe(true);
    const heads: number[] = [];
    const bytes = Buffer.concat(chunks);
    for (let at = 0; at < bytes.length;) {
      const short = (bytes[at + 1] ?? 0) & 127;
      expect((bytes[at + 1] ?? 0) & 0x80).toBe(0);
      heads.push(bytes[at] ?? 0);
      at += short === 126 ? 4 + bytes.readUInt16BE(at + 2) : 2 + short;
    }
    // Error and Goodbye, whole; then Close.
    expect(heads).toEqual([0x82, 0x82, 0x88]);
  });
});

describe("H34 RFC 6455, the handshake", () => {
  let house: House;
  beforeAll(async () => {
    house = await House.start();
  });
  afterAll(() => {
    house.stop();
  });

  const UPGRADED: readonly (readonly [string, Handshake])[] = [
    ["as it should be", {}],
    ["with a path and a query", { path: "/play?room=1" }],
    ["with headers that nobody knows", { headers: ["X-Nothing: 1", "Cookie: a=b"] }],
    ["with an extension that nobody knows", { extensions: "x-unknown; level=9" }],
  ];
  test.each(UPGRADED)("4.2.2 %s: 101", async (_, handshake) => {
    const raw = await RawSocket.open(house.port, handshake);
    expect(raw.status).toBe(101);
    expect(raw.head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(raw.head).toMatch(/\r\nupgrade: websocket\r\n/i);
    expect(raw.head).toMatch(/\r\nconnection: upgrade\r\n/i);
    raw.cut();
  });

  test("4.2.2 Sec-WebSocket-Accept is what RFC 6455 says, by its own example too", async () => {
    const accepted = (key: string): string =>
      createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    expect(accepted("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    const raw = await RawSocket.open(house.port, { key: "dGhlIHNhbXBsZSBub25jZQ==" });
    expect(raw.head).toMatch(/sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/i);
    raw.cut();
  });

  test.each([
    ["without Upgrade", ["Connection: Upgrade"]],
    ["without a key", ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]],
    ["with Upgrade to something else", ["Upgrade: h2c", "Connection: Upgrade"]],
  ])("4.2.1 %s it is a plain request: no 101", async (_, lines) => {
    const raw = await RawSocket.open(house.port, { lines });
    expect(raw.status).toBeGreaterThanOrEqual(400);
    raw.cut();
  });

  test("4.2.1 a method other than GET is no handshake", async () => {
    const raw = await RawSocket.open(house.port, { method: "POST" });
    expect(raw.status).not.toBe(101);
    raw.cut();
  });
});
