// The built server against strangers: a rush of joins, handshakes that drip, connections that say
// nothing, a network that swallows everything. Nobody else notices.
import { connect } from "node:net";
import type { Socket } from "node:net";

import { afterEach, expect, test } from "vitest";

import { Session } from "../../src/client/session.ts";
import { encodeHello, encodeSpawn } from "../../src/protocol/client-encode.ts";
import { CLOSES } from "../../src/protocol/codes.ts";
import { Guest } from "../guest.ts";
import { buildFrame } from "../raw-socket.ts";
import { FaultProxy } from "./fault-proxy.ts";
import { ServerProcess } from "./server-process.ts";

const GIVEN_UP = "aether_ticks_skipped_total";

let server: ServerProcess;
let proxy: FaultProxy | null = null;
const open: { cut(): void }[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) each.cut();
  await proxy?.stop();
  proxy = null;
  await server.destroy();
});

async function start(env: Readonly<Record<string, string>> = {}) {
  server = new ServerProcess({ env });
  const { url, http, metrics } = await server.listening();
  return { url, http, metrics, port: Number(new URL(url).port) };
}

/** An honest client that is in the world; its ticks say whether the server keeps its pace. */
function join(url: string): Promise<Session> {
  return new Promise((resolve, reject) => {
    const client = new Session({
      url,
      spawn: {},
      handlers: {
        spawned: resolve,
        closed: (_client, code, reason) => reject(new Error(`closed: ${code} ${reason}`)),
      },
    });
    open.push({ cut: () => client.close() });
    client.connect();
  });
}

/** Connects; where a tick's handshakes are used up, tries again. */
async function knock(port: number): Promise<Guest> {
  for (;;) {
    const guest = await Guest.connect(port, {}, {});
    if (guest.raw.status === 101) {
      open.push({ cut: () => guest.raw.cut() });
      return guest;
    }
  }
}

async function valueOf(metrics: string, name: string): Promise<number> {
  const text = await (await fetch(metrics)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
}

test("300 that ask at once are all in within 80 ticks, each in its turn", async () => {
  const { url, port, metrics } = await start({ AETHER_GATEWAY_HELLO_TIMEOUT_MS: "60000" });
  await join(url);
  const guests: Guest[] = [];
  while (guests.length < 300) {
    const more = Array.from({ length: 30 }, () => knock(port));
    guests.push(...(await Promise.all(more)));
  }
  const words = Buffer.concat([buildFrame(encodeHello({})), buildFrame(encodeSpawn(1, 0, 0))]);
  const givenBefore = await valueOf(metrics, GIVEN_UP);
  for (const guest of guests) guest.raw.write(words);
  await expect.poll(() => guests.filter(({ entity }) => entity !== 0).length).toBe(300);
  // By the ticks that let them in, and without those that a busy machine had the server give up:
  // what this process took for asking, and the store for keeping it, is no matter.
  const entered = guests.map(({ enteredTick }) => enteredTick);
  const given = (await valueOf(metrics, GIVEN_UP)) - givenBefore;
  expect(Math.max(...entered) - Math.min(...entered) - given).toBeLessThanOrEqual(80);
  // some had to wait for their turn
  expect(new Set(entered).size).toBeGreaterThan(20);
  expect(guests.flatMap(({ errorCodes }) => errorCodes)).toEqual([]);
  expect(await valueOf(metrics, "aether_joins_waiting")).toBe(0);
  expect(await valueOf(metrics, "aether_entity_count")).toBe(301);
});

/** A TCP connection, and whether the server has closed it. */
function dial(port: number): { socket: Socket; isOver: () => boolean } {
  const socket = connect(port, "127.0.0.1");
  let over = false;
  socket.on("error", () => undefined);
  socket.on("close", () => (over = true));
  socket.resume();
  open.push({ cut: () => socket.destroy() });
  return { socket, isOver: () => over };
}

/** A request that never ends: a piece of it now, another byte of a header every second. */
function drip(port: number, begin: string): { isOver: () => boolean } {
  const { socket, isOver } = dial(port);
  socket.write(begin);
  const timer = setInterval(() => socket.write("x"), 1000);
  socket.on("close", () => clearInterval(timer));
  return { isOver };
}

test("H27 200 handshakes and requests that drip are closed; the others go on", async () => {
  const { url, http, port, metrics } = await start();
  const witness = await join(url);
  const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  const begins = [
    "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    `GET / HTTP/1.1\r\nHost: a\r\n${upgrade}X-Slow: `,
    "GET /heal",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n",
  ];
  const dripping = Array.from({ length: 200 }, (_, i) => drip(port, begins[i % 4] ?? ""));
  const from = witness.tick;
  await expect.poll(async () => (await fetch(`${http}/readyz`)).status).toBe(200);
  await expect.poll(() => dripping.filter(({ isOver }) => !isOver()).length).toBe(0);
  expect((await fetch(`${http}/healthz`)).status).toBe(200);
  expect(witness.state).toBe("joined");
  expect(witness.tick).toBeGreaterThan(from);
  expect(await valueOf(metrics, "aether_active_connections")).toBe(1);
});

test("H28 silent connections are closed, whenever they fall silent", async () => {
  const { url, port, metrics } = await start({
    AETHER_GATEWAY_IDLE_TIMEOUT_S: "8",
    AETHER_SESSION_GRACE_MS: "0",
  });
  const witness = await join(url);
  const plain = Array.from({ length: 100 }, () => dial(port));
  const shy: Guest[] = [];
  const greeted: Guest[] = [];
  const playing: Guest[] = [];
  for (let i = 0; i < 40; i++) {
    shy.push(await knock(port));
    const polite = await knock(port);
    polite.hello();
    greeted.push(polite);
    const player = await knock(port);
    player.hello();
    player.spawn(0, 0);
    playing.push(player);
  }
  const all = [...shy, ...greeted, ...playing];
  await expect.poll(() => playing.every(({ entity }) => entity !== 0)).toBe(true);
  // from now on they neither answer a ping nor say a word
  for (const { raw } of all) {
    raw.answersPings = false;
    raw.onMessage = () => undefined;
  }
  await expect.poll(() => all.filter(({ gone }) => !gone).length).toBe(0);
  const codes = new Set(shy.map(({ raw }) => raw.closeCode));
  expect(codes).toEqual(new Set([CLOSES.UNAUTHENTICATED.code]));
  await expect.poll(() => plain.filter(({ isOver }) => !isOver()).length).toBe(0);
  expect(await valueOf(metrics, "aether_active_connections")).toBe(1);
  expect(await valueOf(metrics, "aether_entity_count")).toBe(1);
  expect(witness.state).toBe("joined");
});

test("H28 behind a network that swallows everything clients are let go", async () => {
  const { url, port, metrics } = await start({
    AETHER_GATEWAY_IDLE_TIMEOUT_S: "8",
    AETHER_SESSION_GRACE_MS: "1000",
  });
  const witness = await join(url);
  proxy = new FaultProxy(port, 28);
  await proxy.start();
  const lost = await Promise.all(Array.from({ length: 20 }, () => join(proxy?.before(url) ?? "")));
  expect(await valueOf(metrics, "aether_entity_count")).toBe(21);
  proxy.faults.blackHole = true;
  await expect.poll(() => valueOf(metrics, "aether_active_connections")).toBe(1);
  await expect.poll(() => valueOf(metrics, "aether_entity_count")).toBe(1);
  expect(lost.length).toBe(20);
  expect(witness.state).toBe("joined");
});
