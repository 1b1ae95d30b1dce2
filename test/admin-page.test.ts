// The live page on the admin address: a real admin thread, real sockets, and a door in this thread.
import { request } from "node:http";
import { afterEach, beforeAll, afterAll, describe, expect, test } from "vitest";
import type { PageDoor } from "../src/feed/door.ts";
import { FRAME, HELLO, TOKEN_WANTED } from "../src/feed/format.ts";
import {
  CHOSEN,
  CHOSEN_NUMBERS,
  FrameBoard,
  frameMemory,
  NUMBER,
} from "../src/feed/frame-board.ts";
import type { PageFiles } from "../src/feed/page-file.ts";
import { createAdmin } from "../src/observability/admin.ts";
import type { Admin } from "../src/observability/admin.ts";
import { Board } from "../src/observability/board.ts";
import { CELLS, PROCESS } from "../src/observability/catalogue.ts";
import {
  OP_BINARY,
  OP_CONTINUATION,
  OP_PING,
  OP_TEXT,
  RawSocket,
  buildFrame,
} from "./raw-socket.ts";
import type { FrameShape, Handshake } from "./raw-socket.ts";
import { pause, until } from "./until.ts";
import { Visitor } from "./visitor.ts";

const TOKEN = "t".repeat(32);
const FILES: PageFiles = new Map([["/", { type: "text/html", bytes: Buffer.from("<p>page</p>") }]]);
const INFO = { version: "1", node: "22", kernel: "wasm", protocol: "1" };

/** A door that remembers. */
class Door implements PageDoor {
  readonly pages: number[] = [];
  readonly heard: number[][] = [];
  readonly left: number[] = [];

  came(page: number): void {
    this.pages.push(page);
  }
  said(page: number, bytes: Uint8Array): void {
    this.heard.push([page, ...bytes]);
  }
  gone(page: number): void {
    this.left.push(page);
  }
  lost(): void {
    this.left.push(...this.pages);
  }
}

const faults: unknown[] = [];
const admins: Admin[] = [];
const sockets: { terminate(): void }[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const admin of admins.splice(0)) await admin.close();
  expect(faults.splice(0)).toEqual([]);
});

async function open(
  token = "",
  hasPage = false,
): Promise<{ door: Door; port: number; admin: Admin; board: FrameBoard }> {
  const door = new Door();
  const board = new FrameBoard(frameMemory(1, 1, { minX: 0, minY: 0, maxX: 1, maxY: 1 }));
  const admin = createAdmin({
    ...{
      host: "127.0.0.1",
      port: 0,
      token: () => token,
      board: new Board(CELLS).shared,
      info: INFO,
    },
    ...{
      pageFiles: FILES,
      frames: board.memory,
      door: () => door,
      play: () => ({ port: 4711, hasPage }),
    },
    onFault: (error) => void faults.push(error),
  });
  admins.push(admin);
  return { door, admin, board, port: await admin.listen() };
}

function visit(port: number, headers: Readonly<Record<string, string>> = {}): Visitor {
  const visitor = new Visitor(port, headers);
  sockets.push(visitor.socket);
  return visitor;
}

async function connected(visitor: Visitor): Promise<void> {
  await until(() => visitor.socket.readyState === 1, "the handshake was answered");
}

async function refused(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const lines = (await answer.text()).split("\n");
  const line = lines.find((each) => each.startsWith(`${PROCESS.adminRefused.name} `));
  return Number(line?.split(" ")[1]);
}

describe("its files", () => {
  test("H47 need no token, and hold no secret; what else there is does", async () => {
    const { port } = await open(TOKEN);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe("<p>page</p>");
    // It plays on the players' address, which is another origin, and after the server has started
    // anew perhaps a third.
    const policy = answer.headers.get("content-security-policy");
    expect(policy).toContain("connect-src 'self' ws://127.0.0.1:* wss://127.0.0.1:*;");
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401);
    expect((await fetch(`http://127.0.0.1:${port}/live`)).status).toBe(401);
  });

  test("H47 without a token they are for who asks by address", async () => {
    const { port } = await open();
    const status = await new Promise((resolve) => {
      const headers = { host: "example.org" };
      request({ host: "127.0.0.1", port, headers }, ({ statusCode }) => resolve(statusCode)).end();
    });
    expect(status).toBe(421);
  });
});

describe("its feed", () => {
  test("carries both ways, and says who goes", async () => {
    const { admin, door, port } = await open();
    const visitor = visit(port, { origin: `http://127.0.0.1:${port}` });
    const got: Buffer[] = [];
    visitor.socket.removeAllListeners("message");
    visitor.socket.on("message", (data: Buffer) => got.push(data));
    await connected(visitor);
    await until(() => door.pages.length === 1, "the door was opened");
    visitor.say({ type: "choose", row: 258 });
    await until(() => door.heard.length === 1, "the choice arrived");
    expect(door.heard).toEqual([[1, 2, 2, 1]]);
    for (const size of [1, 125, 126, 65_535, 65_536, 100_000]) {
      const bytes = new Uint8Array(size).fill(size & 255);
      admin.pages.send(1, bytes);
      bytes.fill(0);
      await until(() => got.at(-1)?.length === size, `${size} bytes`);
      expect(got.at(-1)?.every((byte) => byte === (size & 255))).toBe(true);
    }
    visitor.socket.close();
    await until(() => door.left.length === 1, "the page has gone");
    expect(door.left).toEqual([1]);
    admin.pages.send(1, new Uint8Array(7));
    await until(() => got.length === 6, "nobody is there");
  });

  test("sends the board's frame to whom it names, takes it from there, and says so", async () => {
    const { admin, board, door, port } = await open();
    const got = new Map<number, Buffer>();
    for (let i = 0; i < 3; i++) {
      const visitor = visit(port);
      visitor.socket.removeAllListeners("message");
      visitor.socket.on("message", (data: Buffer) => got.set(i + 1, data));
      await until(() => door.pages.length === i + 1, "the page came");
      admin.pages.send(i + 1, Uint8Array.of(HELLO));
      await until(() => got.has(i + 1), "it was greeted");
    }
    got.clear();
    board.numbers[NUMBER.pages] = 3;
    board.numbers[NUMBER.tick] = 4711;
    for (const [i, page] of [3, 1, 9].entries())
      board.chosen[i * CHOSEN_NUMBERS + CHOSEN.page] = page;
    board.fill();
    await until(() => got.size === 2 && board.isFree, "two pages had it");
    const { framesMissed, framesSent } = NUMBER;
    expect([board.numbers[framesSent], board.numbers[framesMissed]]).toEqual([2, 0]);
    // Its kind, and nobody chosen; then engine, index and level, and the tick.
    const [first, third] = [got.get(1), got.get(3)];
    expect([first?.readUInt8(0), first?.readUInt8(1), first?.readUInt32LE(5)]).toEqual([
      ...[FRAME, 0, 4711],
    ]);
    expect(third?.equals(first ?? Buffer.alloc(0))).toBe(true);
    expect(got.has(2)).toBe(false);
  });

  test("is closed from inside with a code and a sentence", async () => {
    const { admin, door, port } = await open();
    const visitor = visit(port);
    await until(() => door.pages.length === 1, "the door was opened");
    admin.pages.end(1, 1013, "Not now, said the door.");
    await until(() => visitor.closed !== null, "the page was closed");
    expect(visitor.closed).toEqual({ code: 1013, reason: "Not now, said the door." });
    await until(() => door.left.length === 1, "the door was told");
  });

  test("H47 asks for the token before anything else, and counts who has it not", async () => {
    const { door, port } = await open(TOKEN);
    for (const token of ["", "x".repeat(32), `${TOKEN}t`]) {
      const stranger = visit(port);
      await connected(stranger);
      stranger.say({ type: "token", token });
      await until(() => stranger.closed !== null, "the stranger was closed");
      expect(stranger.closed?.code).toBe(TOKEN_WANTED);
    }
    const rash = visit(port);
    await connected(rash);
    rash.say({ type: "kernel", engine: "js" });
    await until(() => rash.closed !== null, "who acts before was closed");
    expect([door.pages.length, door.heard.length, door.left.length]).toEqual([0, 0, 0]);
    expect(await refused(port)).toBe(4);
    const known = visit(port);
    await connected(known);
    known.say({ type: "token", token: TOKEN });
    await until(() => door.pages.length === 1, "the door was opened");
    known.say({ type: "choose", row: 1 });
    await until(() => door.heard.length === 1, "the choice arrived");
  });

  test("H41 who says nothing is not waited for", async () => {
    const { port } = await open(TOKEN);
    const silent = visit(port);
    await until(() => silent.closed !== null, "who says nothing was closed");
    expect(silent.closed?.code).toBe(TOKEN_WANTED);
  });

  test.each([
    ["H40 another origin", { origin: "http://example.org" }],
    ["H40 a page without an origin", { origin: "null" }],
    ["H40 a name that was pointed here", { host: "example.org", origin: "http://example.org" }],
  ])("%s is refused", async (_who, headers) => {
    const { door, port } = await open();
    const visitor = visit(port, headers);
    await until(() => visitor.refusal !== 0, "the handshake was refused");
    expect(visitor.refusal).toBe(403);
    expect(door.pages).toHaveLength(0);
  });

  test("lets in the page of the players' address, where that serves it", async () => {
    const { door, port } = await open("", true);
    const players = "http://localhost:4711";
    for (const [origin, refusal] of [
      [players, 0],
      ["http://127.0.0.1:4711", 0],
      ["http://127.0.0.1:4712", 403],
      ["http://example.org:4711", 403],
      ["https://localhost:4711", 403],
    ] as const) {
      const visitor = visit(port, { origin });
      await until(() => visitor.socket.readyState === 1 || visitor.refusal !== 0, "an answer");
      expect([origin, visitor.refusal]).toEqual([origin, refusal]);
    }
    expect(door.pages).toHaveLength(2);
    const { port: other } = await open();
    const stranger = visit(other, { origin: players });
    await until(() => stranger.refusal === 403, "it is refused where there is no page");
  });

  test("ends with the server", async () => {
    const { admin, port } = await open();
    const visitor = visit(port);
    await connected(visitor);
    await admin.close();
    await until(() => visitor.closed !== null, "the page was closed");
    expect(visitor.closed).toEqual({ code: 1001, reason: "The server stops." });
  });
});

describe("RFC 6455, as far as the feed has it", () => {
  let port: number;
  let door: Door;
  let admin: Admin;

  beforeAll(async () => {
    ({ admin, door, port } = await open());
    admins.length = 0;
  });
  afterAll(() => admin.close());

  async function raw(): Promise<RawSocket> {
    const pages = door.pages.length;
    const socket = await RawSocket.open(port, { path: "/live" });
    sockets.push({ terminate: () => socket.cut() });
    expect(socket.status).toBe(101);
    await until(() => door.pages.length === pages + 1, "the door was opened");
    return socket;
  }

  test.each<[string, Handshake]>([
    ["another version", { version: "8" }],
    ["a key that is none", { key: "abc" }],
    ["another method", { method: "POST" }],
    ["another path", { path: "/" }],
  ])("H34 %s is refused", async (_what, handshake) => {
    const pages = door.pages.length;
    const socket = await RawSocket.open(port, { path: "/live", ...handshake });
    expect(socket.status).toBe(403);
    expect(door.pages.length).toBe(pages);
  });

  test("H26 a ping is answered with what it brought, also one in single bytes", async () => {
    const socket = await raw();
    const pongs: string[] = [];
    socket.onPong = (payload) => void pongs.push(Buffer.from(payload).toString());
    const whole = buildFrame("still there?", { opcode: OP_PING });
    for (const byte of whole) {
      socket.write(Uint8Array.of(byte));
      await pause();
    }
    await until(() => pongs.length === 1, "a pong");
    expect(pongs).toEqual(["still there?"]);
    socket.write(Buffer.concat([whole, whole, buildFrame(Uint8Array.of(2, 1, 0))]));
    await until(() => pongs.length === 3 && door.heard.length === 1, "three frames in one piece");
    expect(door.heard.splice(0).map((said) => said.slice(1))).toEqual([[2, 1, 0]]);
  });

  test("H26 who pings on and on and does not read is cut off", async () => {
    const socket = await raw();
    const gone = door.left.length;
    socket.socket.pause();
    const pings = Buffer.concat(
      new Array<Buffer>(512).fill(buildFrame(Buffer.alloc(125), { opcode: OP_PING })),
    );
    await until(() => {
      socket.write(pings);
      return door.left.length === gone + 1;
    }, "the end of who does not read");
  });

  test("H20 of who says too much at once the tick's thread hears little", async () => {
    const socket = await raw();
    const choice = buildFrame(Uint8Array.of(2, 1, 0));
    socket.write(Buffer.concat(new Array<Buffer>(20_000).fill(choice)));
    await until(() => socket.closeCode !== 0, "a close");
    expect(socket.closeCode).toBe(1008);
    const heard = door.heard.splice(0).length;
    expect(heard).toBeGreaterThanOrEqual(64);
    // Its bytes come in several reads, between which the thread may look.
    expect(heard).toBeLessThan(1000);
  });

  test.each<[string, FrameShape, Uint8Array, number]>([
    ["H34 text", { opcode: OP_TEXT }, Buffer.from("hello"), 1003],
    ["H24 a fragment", { opcode: OP_BINARY, fin: false }, Buffer.alloc(3), 1003],
    ["H24 a continuation", { opcode: OP_CONTINUATION }, Buffer.alloc(3), 1003],
    ["H23 more than a command takes", {}, Buffer.alloc(1025), 1009],
    ["H23 far more", {}, Buffer.alloc(70_000), 1009],
    ["H31 an unknown opcode", { opcode: 5 }, Buffer.alloc(1), 1003],
    ["H31 no mask", { masked: false }, Buffer.alloc(3), 1002],
    ["H31 a reserved bit", { rsv: 4 }, Buffer.alloc(3), 1002],
    ["H31 a ping that is too long", { opcode: OP_PING }, Buffer.alloc(126), 1002],
    ["H31 a ping in pieces", { opcode: OP_PING, fin: false }, Buffer.alloc(1), 1002],
  ])("%s is closed with its code", async (_what, shape, payload, code) => {
    const socket = await raw();
    const gone = door.left.length;
    socket.frame(payload, shape);
    await until(() => socket.closeCode !== 0, "a close");
    expect(socket.closeCode).toBe(code);
    await until(() => door.left.length === gone + 1, "the door was told");
    expect(door.heard).toEqual([]);
  });
});
