// The end of a server, at any moment: everybody is told, exit code 0.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { afterEach, expect, test } from "vitest";

import { Session } from "../../src/client/session.ts";
import { dialWebSocket } from "../../src/client/dial-websocket.ts";
import { randomOf } from "../kernel/scenario.ts";
import { freePort } from "./ports.ts";
import { ServerProcess } from "./server-process.ts";

const MOMENTS = 100;
const AT_ONCE = 4;
const CLIENTS = 5;
const random = randomOf(82);
const running = new Set<ServerProcess>();

afterEach(async () => {
  for (const server of running) await server.destroy();
  running.clear();
});

function start(): ServerProcess {
  const server = new ServerProcess();
  running.add(server);
  return server;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Guest {
  readonly client: Session;
  readonly goodbyes: number[];
  readonly joined: Promise<void>;
  readonly closed: Promise<number>;
}

function connect(url: string): Guest {
  const goodbyes: number[] = [];
  const joined = Promise.withResolvers<undefined>();
  const closed = Promise.withResolvers<number>();
  const client = new Session({
    url,
    dial: dialWebSocket,
    handlers: {
      spawned: () => {
        joined.resolve(undefined);
      },
      goodbye: (_client, code) => goodbyes.push(code),
      closed: (_client, code) => {
        closed.resolve(code);
      },
    },
  });
  client.connect();
  return { client, goodbyes, joined: joined.promise, closed: closed.promise };
}

/** Starts a server that clients play on. */
async function inhabited(): Promise<{ server: ServerProcess; guests: Guest[] }> {
  const server = start();
  const { url } = await server.listening();
  const guests = Array.from({ length: CLIENTS }, () => connect(url));
  await Promise.all(guests.map((g) => g.joined));
  return { server, guests };
}

async function expectGoodEnd(server: ServerProcess, guests: readonly Guest[]): Promise<void> {
  const codes = await Promise.all(guests.map((g) => g.closed));
  const end = await server.ended();
  const told = `it ended with ${end}: ${server.stderr}\n${server.lines.slice(-4).join("\n")}`;
  expect(codes, told).toEqual(guests.map(() => 1012));
  expect(guests.map((g) => g.goodbyes)).toEqual(guests.map(() => [1012]));
  expect(end).toBe(0);
  running.delete(server);
}

async function stopOnce(delayMs: number): Promise<void> {
  const { server, guests } = await inhabited();
  const moving = setInterval(() => {
    for (const g of guests) g.client.move(random() * 4 - 2, random() * 4 - 2);
  }, 10);
  await pause(delayMs);
  server.signal("SIGTERM");
  await expectGoodEnd(server, guests);
  clearInterval(moving);
}

test(`H82 SIGTERM at ${String(MOMENTS)} random moments`, { timeout: 900_000 }, async () => {
  let left = MOMENTS;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await stopOnce(random() * 120);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
});

test("H82 SIGTERM while it starts: exit 0, or the signal's own end, and no stack", async () => {
  for (const delayMs of [0, 20, 60, 120, 200, 300]) {
    const server = start();
    await pause(delayMs);
    server.signal("SIGTERM");
    expect([0, "SIGTERM"]).toContain(await server.ended());
    expect(server.stderr).toBe("");
  }
});

test("H82 two signals at once are one wish: everybody is still told", async () => {
  const { server, guests } = await inhabited();
  server.signal("SIGTERM");
  server.signal("SIGTERM");
  await expectGoodEnd(server, guests);
});

test("H82 SIGTERM to `npm start` ends the server too, and everybody is told", async () => {
  const port = await freePort();
  const npm = spawn("npm", ["start", "--silent"], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: {
      ...process.env,
      AETHER_GATEWAY_BIND_ADDR: `127.0.0.1:${String(port)}`,
      AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
      AETHER_PERSISTENCE_URL: "none",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(npm, "close");
  await new Promise<void>((resolve) => {
    npm.stdout.on("data", (part: Buffer) => {
      if (part.toString().includes("Aether listens on")) resolve();
    });
  });
  const guest = connect(`ws://127.0.0.1:${String(port)}`);
  await guest.joined;
  npm.kill("SIGTERM");
  expect(await guest.closed).toBe(1012);
  // With all that has its stdout: the server too.
  await ended;
  await expect(fetch(`http://127.0.0.1:${String(port)}/healthz`)).rejects.toThrow();
});
