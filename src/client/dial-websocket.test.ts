// Against a WebSocket server of twenty lines, spoken over node:http, so that the global WebSocket
// itself is under test and nothing of ours is behind it.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dialWebSocket } from "./dial-websocket.ts";

const CLOSE = 8; // opcode
const CLOSE_4009 = Uint8Array.of(0x88, 4, 0x0f, 0xa9, 0x68, 0x69); // "hi"

const server = createServer();
let url = "";
let peer: Duplex | undefined;
const received: Buffer[] = [];

beforeAll(async () => {
  server.on("upgrade", (request, socket) => {
    const key = `${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash("sha1").update(key).digest("base64");
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on("data", (chunk: Buffer) => {
      received.push(chunk);
      if (((chunk[0] ?? 0) & 15) === CLOSE) socket.end(Uint8Array.of(0x88, 2, 0x0f, 0xa0)); // 4000
    });
    socket.on("error", () => undefined);
    peer = socket;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address !== null && typeof address === "object") url = `ws://127.0.0.1:${address.port}/`;
});

afterAll(() => {
  peer?.destroy();
  server.close();
});

/** The opcode and the payload of a client's short frame. */
function unmask(frame: Buffer): { opcode: number; payload: number[] } {
  const mask = frame.subarray(2, 6);
  const payload = frame.subarray(6, 6 + ((frame[1] ?? 0) & 127));
  return {
    opcode: (frame[0] ?? 0) & 15,
    payload: [...payload].map((byte, i) => byte ^ (mask[i % 4] ?? 0)),
  };
}

/** Dials, and resolves with what was heard when the connection is over. */
function converse(onOpen: (socket: ReturnType<typeof dialWebSocket>) => void) {
  return new Promise<unknown[][]>((resolve) => {
    const heard: unknown[][] = [];
    const socket = dialWebSocket(url, {
      open: () => {
        onOpen(socket);
      },
      message: (bytes) => heard.push(["message", ...bytes]),
      close: (code, reason) => {
        heard.push(["close", code, reason]);
        resolve(heard);
      },
    });
  });
}

test("binary messages go both ways, and the sender may use its array again", async () => {
  received.length = 0;
  const heard = await converse((socket) => {
    const bytes = Uint8Array.of(7, 8, 9);
    socket.send(bytes.subarray(1));
    bytes.fill(0);
    peer?.write(Uint8Array.of(0x82, 2, 5, 6)); // binary
    peer?.once("data", () => peer?.write(CLOSE_4009));
  });
  expect(heard).toEqual([
    ["message", 5, 6],
    ["close", 4009, "hi"],
  ]);
  expect(unmask(Buffer.concat(received))).toEqual({ opcode: 2, payload: [8, 9] });
});

test("a text frame ends the connection: no Aether server sends one", async () => {
  received.length = 0;
  const heard = await converse(() => {
    peer?.write(Uint8Array.of(0x81, 1, 0x41));
  });
  expect(heard).toEqual([["close", 4000, ""]]);
  expect(unmask(Buffer.concat(received))).toMatchObject({ opcode: 8 });
});

test("close says 1000, and a code that the interface forbids is left out", async () => {
  for (const [code, said] of [
    [undefined, [0x03, 0xe8]],
    [1011, []],
  ] as const) {
    received.length = 0;
    await converse((socket) => {
      socket.close(code);
    });
    expect(unmask(Buffer.concat(received))).toEqual({ opcode: 8, payload: said });
  }
});

test("a connection that breaks is closed with 1006", async () => {
  expect(await converse(() => peer?.destroy())).toEqual([["close", 1006, ""]]);
});

test("a connection that never opens is closed with 1006", async () => {
  const events: unknown[] = [];
  await new Promise<void>((resolve) => {
    dialWebSocket("ws://127.0.0.1:9/", {
      open: () => events.push("open"),
      message: () => events.push("message"),
      close: (code) => {
        events.push(code);
        resolve();
      },
    });
  });
  expect(events).toEqual([1006]);
});

test("an address that is none throws at once", () => {
  const nothing = { open: () => undefined, message: () => undefined, close: () => undefined };
  expect(() => dialWebSocket("not an address", nothing)).toThrow();
});
