import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { SocketPool, SwarmSocket } from "./socket.ts";

let server: Server | null = null;
afterEach(() => {
  server?.close();
  server = null;
});

/** A scripted server: answers the handshake as told, then hands the connection over. */
async function listen(
  answer: (head: string) => string,
  connected: (socket: Socket) => void,
): Promise<string> {
  const listening = createServer((socket) => {
    socket.once("data", (bytes) => {
      socket.write(answer(bytes.toString("latin1")), "latin1");
      connected(socket);
    });
    socket.on("error", () => undefined);
  }).listen(0, "127.0.0.1");
  server = listening;
  await once(listening, "listening");
  return `ws://127.0.0.1:${(listening.address() as AddressInfo).port}/`;
}

function accepted(head: string): string {
  const key = /sec-websocket-key: (.*)\r\n/i.exec(head)?.[1] ?? "";
  const accept = createHash("sha1")
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  const status = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n";
  return `${status}Sec-WebSocket-Accept: ${accept}\r\n\r\n`;
}

interface Heard {
  opened: number;
  messages: string[];
  tapped: number;
  closed: [number, string][];
}

function dial(url: string): { socket: SwarmSocket; heard: Heard; closed: Promise<void> } {
  const heard: Heard = { opened: 0, messages: [], tapped: 0, closed: [] };
  let resolve = (): void => undefined;
  const closed = new Promise<void>((done) => (resolve = done));
  const socket: SwarmSocket = new SwarmSocket(
    url,
    {
      open: () => {
        heard.opened += 1;
        socket.send(Uint8Array.of(1, 2, 3));
      },
      message: (bytes) => heard.messages.push(Buffer.from(bytes).toString("utf8")),
      close: (code, reason) => {
        heard.closed.push([code, reason]);
        resolve();
      },
    },
    new SocketPool(),
    { frame: () => (heard.tapped += 1) },
  );
  return { socket, heard, closed };
}

const hello = Buffer.from([0x82, 5, ...Buffer.from("hello")]);

test("opens, sends a masked frame, hears, answers pings, is closed with a code", async () => {
  const received: Buffer[] = [];
  const url = await listen(accepted, (socket) => {
    socket.on("data", (bytes) => received.push(bytes));
    socket.write(hello);
    socket.write(Buffer.from([0x89, 2, 7, 8]));
    setTimeout(() => socket.write(Buffer.from([0x88, 5, 0x0f, 0xa0, ...Buffer.from("bye")])), 20);
  });
  const { heard, closed, socket } = dial(url);
  await closed;
  expect(heard).toEqual({ opened: 1, messages: ["hello"], tapped: 1, closed: [[4000, "bye"]] });
  const frame = [0x82, 0x83, 0, 0, 0, 0, 1, 2, 3];
  const pong = [0x8a, 0x82, 0, 0, 0, 0, 7, 8];
  const close = [0x88, 0x82, 0, 0, 0, 0, 0x0f, 0xa0];
  expect([...Buffer.concat(received)]).toEqual([...frame, ...pong, ...close]);
  expect(socket.bytesReceived).toBe(7 + 4 + 7);
});

test("a frame that came with the handshake's answer is not lost", async () => {
  const url = await listen(
    (head) => accepted(head) + hello.toString("latin1"),
    (socket) => setTimeout(() => socket.end(), 20),
  );
  const { heard, closed } = dial(url);
  await closed;
  expect(heard.messages).toEqual(["hello"]);
  expect(heard.closed[0]?.[0]).toBe(1006);
});

test("our own close says its code, and the connection ends", async () => {
  const received: Buffer[] = [];
  const url = await listen(accepted, (socket) => {
    socket.on("data", (bytes) => received.push(bytes));
    socket.on("end", () => socket.end());
  });
  const dialled = dial(url);
  await expect.poll(() => dialled.heard.opened).toBe(1);
  dialled.socket.close(1000, "done");
  await dialled.closed;
  expect(dialled.heard.closed).toEqual([[1000, "done"]]);
  const tail = [...Buffer.concat(received)].slice(-12);
  expect(tail).toEqual([0x88, 0x86, 0, 0, 0, 0, 0x03, 0xe8, ...Buffer.from("done")]);
});

test.each([
  ["a refusal", () => "HTTP/1.1 503 Service Unavailable\r\n\r\n", /503/],
  ["a wrong accept key", () => accepted("sec-websocket-key: x\r\n"), /does not match/],
])("%s ends as 1006 with the reason", async (_, answer, reason) => {
  const url = await listen(answer, () => undefined);
  const { heard, closed } = dial(url);
  await closed;
  expect(heard.opened).toBe(0);
  expect(heard.closed[0]?.[0]).toBe(1006);
  expect(heard.closed[0]?.[1]).toMatch(reason);
});

test("nobody listening ends as 1006", async () => {
  const url = await listen(accepted, () => undefined);
  server?.close();
  const { heard, closed } = dial(url);
  await closed;
  expect(heard.closed[0]?.[0]).toBe(1006);
  expect(heard.closed[0]?.[1]).toMatch(/ECONNREFUSED/);
});

test("a text frame closes with 1002", async () => {
  const url = await listen(accepted, (socket) => socket.write(Buffer.from([0x81, 1, 65])));
  const { heard, closed } = dial(url);
  await closed;
  expect(heard.closed[0]?.[0]).toBe(1002);
});

test("while it is paused it sends and hears nothing; what came is heard after", async () => {
  let peer: Socket | null = null;
  const received: Buffer[] = [];
  const url = await listen(accepted, (socket) => {
    peer = socket;
    socket.on("data", (bytes) => received.push(bytes));
  });
  const { socket, heard, closed } = dial(url);
  await expect.poll(() => heard.opened).toBe(1);
  expect(socket.localPort).toBeGreaterThan(0);
  socket.pause();
  const many = 50_000;
  const theirs = peer as Socket | null;
  theirs?.write(Buffer.concat(new Array<Buffer>(many).fill(hello)));
  const before = Buffer.concat(received).length;
  socket.send(Uint8Array.of(4, 5));
  await expect.poll(() => Buffer.concat(received).length).toBeGreaterThan(before);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(heard.messages).toEqual([]);
  socket.resume();
  await expect.poll(() => heard.messages.length).toBe(many);
  theirs?.destroy();
  await closed;
});
