// What may come as a frame, and what becomes of everything else: sizes, fragments, garbage, the
// cases of RFC 6455, wrong versions. In each, the neighbour goes on.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeHello } from "../src/protocol/client-encode.ts";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import { PROTOCOL_VERSION } from "../src/protocol/version.ts";
import { bytesField, moveMessage, padded, paddedAck, tag, varint } from "./bytes.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import {
  buildFrame,
  OP_BINARY,
  OP_CLOSE,
  OP_CONTINUATION,
  OP_PING,
  OP_TEXT,
  RawSocket,
} from "./raw-socket.ts";
import type { FrameShape } from "./raw-socket.ts";
import { randomOf } from "./kernel/scenario.ts";
import { until } from "./until.ts";
import { expectUnharmed, turnWith } from "./witness.ts";

/** The server hung up without a Close frame: uWebSockets.js's way with what breaks RFC 6455. */
const BARE = 0;
/** A Close frame without a code. */
const EMPTY = 1005;

let house: House;
let witness: Guest;
beforeEach(async () => {
  house = await House.start();
  witness = await house.join(1, 1);
});
afterEach(async () => {
  await expectUnharmed(house, witness);
  house.stop();
});

/** How the connection ended: a close code, or BARE. */
async function endOf(guest: Guest): Promise<number> {
  await guest.ended();
  return guest.raw.closeCode;
}

/** Bytes of Hello that make a message of exactly `size`. */
function helloOf(size: number): Uint8Array {
  return padded(encodeHello({ client: "long", token: "t".repeat(size - 120) }), size);
}

describe("H23 sizes", () => {
  test.each([1, 511, 512])("H23 a message of %i bytes is taken", async (size) => {
    const guest = await house.join();
    guest.send(size === 1 ? new Uint8Array(0) : paddedAck(size));
    await house.turn();
    expect(guest.gone).toBe(false);
    expect(guest.errors).toEqual([]);
  });

  test.each([513, 4095, 4096])("H23 one of %i bytes ends with 1009 and words", async (size) => {
    const guest = await house.join();
    guest.send(paddedAck(size));
    expect(await endOf(guest)).toBe(CLOSES.TOO_BIG.code);
    expect(guest.errors).toMatchObject([{ code: ERRORS.TOO_BIG.code }]);
    expect(guest.errors[0]?.message).toContain(`${size} bytes`);
    expect(guest.goodbye?.code).toBe(CLOSES.TOO_BIG.code);
    expect(guest.raw.closeReason).toBe(ERRORS.TOO_BIG.sentence);
  });

  test.each([
    ["4097 bytes", paddedAck(4097), undefined],
    ["65536 bytes", Buffer.alloc(65536), undefined],
    ["a header that says 4 GiB", Buffer.alloc(64), 2n ** 32n],
    ["a header that says 2^63", Buffer.alloc(64), 2n ** 63n],
    ["a header that says 2^64 - 1", Buffer.alloc(64), 2n ** 64n - 1n],
  ])("H23 %s: cut off", async (_, payload, length) => {
    const guest = await house.join();
    guest.raw.frame(payload, length === undefined ? {} : { length });
    expect(await endOf(guest)).toBe(BARE);
  });

  test("H23 Hello may have 4,096 bytes, once", async () => {
    const guest = await house.connect();
    guest.send(helloOf(4096));
    await guest.sync();
    expect(guest.welcomes).toBe(1);
    guest.send(helloOf(513));
    expect(await endOf(guest)).toBe(CLOSES.TOO_BIG.code);
  });

  test("H23 a Hello of 4,097 bytes is cut off; other first messages have less room", async () => {
    const long = await house.connect();
    long.send(helloOf(4097));
    expect(await endOf(long)).toBe(BARE);
    const other = await house.connect();
    other.send(paddedAck(513));
    expect(await endOf(other)).toBe(CLOSES.TOO_BIG.code);
    expect(other.welcomes).toBe(0);
  });
});

describe("H24 fragments", () => {
  function fragments(payload: Uint8Array, pieces: number): Buffer {
    const size = Math.ceil(payload.length / pieces);
    const frames: Buffer[] = [];
    for (let i = 0; i < pieces; i++)
      frames.push(
        buildFrame(payload.subarray(i * size, (i + 1) * size), {
          opcode: i === 0 ? OP_BINARY : OP_CONTINUATION,
          fin: i === pieces - 1,
        }),
      );
    return Buffer.concat(frames);
  }

  test("H24 an intent in pieces, with a ping between them, is one intent", async () => {
    const guest = await house.join(0, 0);
    const intent = moveMessage(guest.entity, 1n, 2, 0);
    const middle = intent.length >> 1;
    guest.raw.frame(intent.subarray(0, middle), { fin: false });
    guest.raw.frame("in between", { opcode: OP_PING });
    guest.raw.frame(intent.subarray(middle), { opcode: OP_CONTINUATION });
    await house.turn();
    expect(guest.selfX).toBe(2 * 256);
    expect(guest.errors).toEqual([]);
  });

  test("H24 512 pieces of one byte are one message; 600 end with 1009", async () => {
    const guest = await house.join();
    guest.raw.write(fragments(paddedAck(512), 512));
    await house.turn();
    expect(guest.gone).toBe(false);
    guest.raw.write(fragments(paddedAck(600), 600));
    expect(await endOf(guest)).toBe(CLOSES.TOO_BIG.code);
  });

  test("H24 pieces that add up to more than 4 KiB are cut off before their end", async () => {
    const guest = await house.join();
    guest.raw.frame(Buffer.alloc(1), { fin: false });
    for (let i = 0; i < 4096; i++)
      guest.raw.frame(Buffer.alloc(1), { opcode: OP_CONTINUATION, fin: false });
    expect(await endOf(guest)).toBe(BARE);
  });

  test("H24 a message that never ends, of empty pieces, costs no memory", async () => {
    const guest = await house.join();
    const empty = buildFrame("", { opcode: OP_CONTINUATION, fin: false });
    const flood = Buffer.concat(new Array<Buffer>(10000).fill(empty));
    guest.raw.frame("", { fin: false });
    for (let i = 0; i < 10; i++) {
      guest.raw.write(flood);
      await turnWith(house, witness);
    }
    await guest.barrier();
    const { counters } = house.gateway;
    const { received, receivedBytes, malformed } = counters;
    guest.raw.frame("", { opcode: OP_CONTINUATION });
    await guest.barrier();
    // What the pieces come to is all that was kept of them: nothing.
    expect([counters.received, counters.receivedBytes]).toEqual([received + 1, receivedBytes]);
    expect([malformed, guest.gone]).toEqual([0, false]);
  });
});

describe("H31 what is no frame", () => {
  /** [what, frames, how it ends: a close code, BARE, EMPTY or "lives"] */
  const CASES: readonly (readonly [string, Buffer, number | "lives"])[] = [
    ["RSV1 although no compression was agreed", frame("x", { rsv: 4 }), BARE],
    ["RSV2", frame("x", { rsv: 2 }), BARE],
    ["RSV3", frame("x", { rsv: 1 }), BARE],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
      (opcode) => [`reserved opcode ${opcode}`, frame("x", { opcode }), BARE] as const,
    ),
    ["a ping of 125 bytes", frame("p".repeat(125), { opcode: OP_PING }), "lives"],
    ["a ping of 126 bytes", frame("p".repeat(126), { opcode: OP_PING }), BARE],
    ["a ping in pieces", frame("p", { opcode: OP_PING, fin: false }), BARE],
    ["a pong nobody asked for", frame("?", { opcode: 10 }), "lives"],
    ["a continuation of nothing", frame("x", { opcode: OP_CONTINUATION }), BARE],
    ["text that is not UTF-8", frame(Buffer.from([0xc3, 0x28]), { opcode: OP_TEXT }), BARE],
    ["Close of 1000", close(1000), 1000],
    ["Close of 4000", close(4000), 4000],
    ["Close without a code", frame("", { opcode: OP_CLOSE }), EMPTY],
    ["Close of one byte", frame("x", { opcode: OP_CLOSE }), EMPTY],
    // RFC 6455 allows 3000; uWebSockets.js takes it for no code, and closes all the same.
    ...[999, 1004, 1005, 1006, 1015, 3000, 5000].map(
      (code) => [`Close of ${code}`, close(code), EMPTY] as const,
    ),
    [
      "Close with words that are not UTF-8",
      frame(Buffer.from([3, 232, 0xc3, 0x28]), { opcode: OP_CLOSE }),
      EMPTY,
    ],
    ["Close of 126 bytes", frame(Buffer.alloc(126, 3), { opcode: OP_CLOSE }), BARE],
    ["HTTP again", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), BARE],
  ];

  function frame(payload: Buffer | string, shape: FrameShape): Buffer {
    return buildFrame(payload, shape);
  }
  function close(code: number): Buffer {
    return buildFrame(Buffer.from([code >> 8, code & 255]), { opcode: OP_CLOSE });
  }

  test.each(CASES)("H31 %s", async (_, bytes, ending) => {
    const guest = await house.join();
    guest.raw.write(bytes);
    if (ending === "lives") {
      await house.turn();
      expect(guest.gone).toBe(false);
    } else expect(await endOf(guest)).toBe(ending);
  });

  test("H31 a payload whose mask is wrong is garbage like any other", async () => {
    const guest = await house.join(0, 0);
    const bytes = buildFrame(moveMessage(guest.entity, 1n, 5, 5));
    bytes.writeUInt32BE(~bytes.readUInt32BE(2) >>> 0, 2);
    guest.raw.write(bytes);
    await house.turn();
    expect([guest.selfX, guest.selfY]).toEqual([0, 0]);
    expect(house.gateway.counters.intents).toBe(witness.sequence);
  });

  test("H31 compressed nonsense ends the connection that agreed on compression", async () => {
    const guest = await house.connect({}, { extensions: "permessage-deflate" });
    expect(guest.raw.head).toContain("permessage-deflate");
    guest.hello();
    await guest.sync();
    guest.raw.frame(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]), { rsv: 4 });
    expect(await endOf(guest)).toBe(BARE);
  });

  test("H25 a small frame that inflates to more than 4 KiB is cut off", async () => {
    const { deflateRawSync } = await import("node:zlib");
    const guest = await house.connect({}, { extensions: "permessage-deflate" });
    guest.hello();
    await guest.sync();
    const bomb = deflateRawSync(Buffer.alloc(400000));
    expect(bomb.length).toBeLessThan(500);
    guest.raw.frame(bomb, { rsv: 4 });
    expect(await endOf(guest)).toBe(BARE);
  });

  test("H31 random bytes after the handshake, 200 connections", async () => {
    const random = randomOf(31);
    for (let i = 0; i < 200; i++) {
      const guest = await house.connect();
      const bytes = Buffer.alloc(1 + Math.floor(random() * 300));
      for (let k = 0; k < bytes.length; k++) bytes[k] = Math.floor(random() * 256);
      guest.raw.write(bytes);
      guest.raw.socket.end();
      if (i % 20 === 0) await turnWith(house, witness);
    }
    await until(() => house.gateway.connections === 1, "the end of 200 connections");
    expect(house.world.liveCount).toBe(1);
  });

  test("H31 4,000 mutated messages in well-formed frames: the world stays whole", async () => {
    const random = randomOf(32);
    let guest = await house.join(0, 0);
    const { counters } = house.gateway;
    for (let i = 0; i < 4000; i++) {
      const message = moveMessage(guest.entity, BigInt(i + 1), 0.25, -0.25);
      const at = Math.floor(random() * message.length);
      const bytes = random() < 0.3 ? message.subarray(0, at) : message;
      if (bytes.length > at) bytes[at] = Math.floor(random() * 256);
      guest.send(bytes);
      if (i % 40 !== 39) continue;
      await turnWith(house, witness);
      expect(house.world.liveCount).toBeLessThanOrEqual(2);
      if (guest.gone) guest = await house.join(0, 0);
    }
    expect(counters.malformed).toBeGreaterThan(300);
    expect(counters.intents).toBeGreaterThan(300);
    expect(counters.closesWith(CLOSES.BAD_FRAME.code)).toBeGreaterThan(10);
  });
});

describe("H32 what is no message", () => {
  const DEEP = 300;
  const deepGroups = Buffer.concat([
    ...new Array<Buffer>(DEEP).fill(tag(100, 3)),
    ...new Array<Buffer>(DEEP).fill(tag(100, 4)),
  ]).subarray(0, 510);
  const PROTO = encodeHello({ client: "__proto__", token: "constructor" });
  const MALFORMED: readonly (readonly [string, Uint8Array])[] = [
    ["groups nested too deep", deepGroups],
    ["a length beyond the end", Buffer.concat([tag(3, 2), varint(500n)])],
    ["a length of 2^63", Buffer.concat([tag(3, 2), varint(2n ** 63n)])],
    ["a length of 2^32 + 1", Buffer.concat([tag(6, 2), varint(2n ** 32n + 1n)])],
    ["field zero", Buffer.from([0x00, 0x01])],
    ["wire type 6", Buffer.from([0x0e, 0x01])],
    ["wire type 7", Buffer.from([0x0f, 0x01])],
    ["a varint of eleven bytes", Buffer.alloc(11, 0xff)],
    ["a varint without an end", Buffer.from([0x78, 0x80])],
    ["a float without an end", bytesField(3, Buffer.from([0x1d, 0x00]))],
    ["an end of no group", tag(1, 4)],
    ["a name that is not UTF-8", bytesField(1, bytesField(4, Buffer.from([0xc3, 0x28])))],
  ];

  test.each(MALFORMED)("H32 %s is BAD_FRAME, and the session lives", async (_, bytes) => {
    const guest = await house.join();
    guest.send(bytes);
    await house.turn();
    expect(guest.errorCodes).toEqual([ERRORS.BAD_FRAME.code]);
    expect(guest.gone).toBe(false);
  });

  test("H32 the eighth of a connection ends it with 4000", async () => {
    const guest = await house.join();
    for (let i = 0; i < 7; i++) {
      guest.send(Buffer.from([0x00]));
      await house.turn();
    }
    expect(guest.gone).toBe(false);
    guest.send(Buffer.from([0x00]));
    expect(await endOf(guest)).toBe(CLOSES.BAD_FRAME.code);
    expect(guest.goodbye?.code).toBe(CLOSES.BAD_FRAME.code);
    expect(guest.errorCodes).toEqual(new Array(8).fill(ERRORS.BAD_FRAME.code));
  });

  test("H32 names out of JavaScript's own chest change no prototype", async () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const guest = await house.connect();
    guest.send(PROTO);
    guest.send(bytesField(100, Buffer.from("__proto__")));
    await guest.sync();
    expect(guest.welcomes).toBe(1);
    expect(guest.errors).toEqual([]);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });

  test("H32 unknown fields are skipped", async () => {
    const guest = await house.join(0, 0);
    guest.send(padded(moveMessage(guest.entity, 1n, 1, 0), 200));
    await house.turn();
    expect(guest.selfX).toBe(256);
  });
});

describe("H34 text and sub-protocols", () => {
  test("H34 a text frame ends with 1003 and words", async () => {
    const guest = await house.join();
    guest.raw.frame("hello", { opcode: OP_TEXT });
    expect(await endOf(guest)).toBe(CLOSES.TEXT_FRAME.code);
    expect(guest.errorCodes).toEqual([ERRORS.TEXT_FRAME.code]);
    expect(guest.goodbye?.code).toBe(CLOSES.TEXT_FRAME.code);
  });

  test("H34 so does one before Hello", async () => {
    const guest = await house.connect();
    guest.raw.frame("{}", { opcode: OP_TEXT });
    expect(await endOf(guest)).toBe(CLOSES.TEXT_FRAME.code);
  });

  test.each([
    [undefined, 101],
    ["aether.v1", 101],
    ["chat, aether.v1", 101],
    ["aether.v1,chat", 101],
    ["aether.v2", 426],
    ["chat", 426],
    ["AETHER.V1", 426],
    ["aether.v10", 426],
    ["xaether.v1", 426],
  ])("H34 sub-protocol %s is answered with %i", async (protocol, status) => {
    const raw = await RawSocket.open(house.port, protocol === undefined ? {} : { protocol });
    expect(raw.status).toBe(status);
    const answered = /sec-websocket-protocol: (.*)/i.exec(raw.head)?.[1];
    expect(answered).toBe(protocol === undefined ? undefined : "aether.v1");
    if (status === 426) {
      expect(raw.head).toMatch(/protocol versions \d+ to \d+/);
      expect(raw.head.toLowerCase()).toContain("upgrade: websocket");
    }
    raw.cut();
    await until(() => house.gateway.connections === 1, "the end of the connection");
  });

  test.each(["8", "12", "14", ""])("H34 WebSocket version '%s' is answered with 426", async (v) => {
    const raw = await RawSocket.open(house.port, { version: v });
    expect(raw.status).toBe(426);
    expect(raw.head.toLowerCase()).toContain("sec-websocket-version: 13");
  });
});

describe("H92 versions", () => {
  test.each([0, PROTOCOL_VERSION + 1, 99, 2 ** 32 - 1])(
    "H92 version %i ends with 4005 and says which are spoken",
    async (version) => {
      const guest = await house.connect();
      guest.hello(version);
      guest.spawn(0, 0);
      expect(await endOf(guest)).toBe(CLOSES.BAD_VERSION.code);
      expect(guest.errorCodes).toEqual([ERRORS.BAD_VERSION.code]);
      expect(guest.errors[0]?.message).toContain(`version ${version}`);
      expect(guest.goodbye?.code).toBe(CLOSES.BAD_VERSION.code);
      expect(guest.welcomes).toBe(0);
      expect(house.world.liveCount).toBe(1);
    },
  );
});
