// The end of a server, at any moment: everybody is told, exit code 0, in bounded time.
import { afterEach, expect, test } from "vitest";
import { AetherClient } from "../src/client/client.ts";
import { dialWebSocket } from "../src/client/dial-websocket.ts";
import { randomOf } from "./kernel/scenario.ts";
import { ServerProcess } from "./server-process.ts";

const MOMENTS = Number(process.env["AETHER_TEST_MOMENTS"] ?? 25);
const AT_ONCE = 4;
const CLIENTS = 5;
const random = randomOf(82);
const running: ServerProcess[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) {
    server.signal("SIGKILL");
    await server.ended;
  }
});

function start(): ServerProcess {
  const server = new ServerProcess();
  running.push(server);
  return server;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Guest {
  readonly client: AetherClient;
  readonly goodbyes: number[];
  readonly closed: Promise<number>;
}

function connect(url: string): Guest {
  const goodbyes: number[] = [];
  let client: AetherClient | undefined;
  const closed = new Promise<number>((resolve) => {
    client = new AetherClient({
      url,
      dial: dialWebSocket,
      handlers: {
        goodbye: (_client, code) => goodbyes.push(code),
        closed: (_client, code) => {
          resolve(code);
        },
      },
    });
  });
  if (client === undefined) throw new Error("no client");
  client.connect();
  return { client, goodbyes, closed };
}

async function joined(guests: readonly Guest[]): Promise<void> {
  while (!guests.every((g) => g.client.state === "joined")) await pause(5);
}

/** Starts a server, lets clients play, stops it after `delayMs`. */
async function stopOnce(delayMs: number): Promise<void> {
  const server = start();
  const url = await server.url;
  const guests = Array.from({ length: CLIENTS }, () => connect(url));
  await joined(guests);
  const moving = setInterval(() => {
    for (const g of guests) g.client.move(random() * 4 - 2, random() * 4 - 2);
  }, 10);
  await pause(delayMs);
  server.signal("SIGTERM");
  const codes = await Promise.all(guests.map((g) => g.closed));
  clearInterval(moving);
  const { code, tookMs } = await server.ended;
  expect(code).toBe(0);
  expect(codes).toEqual(codes.map(() => 1012));
  expect(guests.map((g) => g.goodbyes)).toEqual(codes.map(() => [1012]));
  expect(tookMs).toBeLessThan(10_000);
  running.splice(running.indexOf(server), 1);
}

test(`H82 SIGTERM at ${String(MOMENTS)} random moments`, { timeout: 300_000 }, async () => {
  let left = MOMENTS;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await stopOnce(random() * 120);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
});

test("H82 SIGTERM while it starts: exit 0, or the signal's own end", async () => {
  for (const delayMs of [0, 20, 60, 120, 200, 300]) {
    const server = start();
    await pause(delayMs);
    server.signal("SIGTERM");
    const { code, signal } = await server.ended;
    expect([code === 0, signal === "SIGTERM"]).toContain(true);
    expect(server.lines.join("\n")).not.toMatch(/ at .*:\d+:\d+/);
  }
}, 30_000);

test("H82 two signals at once are one wish: everybody is still told", async () => {
  const server = start();
  const url = await server.url;
  const guests = Array.from({ length: CLIENTS }, () => connect(url));
  await joined(guests);
  server.signal("SIGTERM");
  server.signal("SIGTERM");
  expect(await Promise.all(guests.map((g) => g.closed))).toEqual(guests.map(() => 1012));
  expect((await server.ended).code).toBe(0);
}, 30_000);
