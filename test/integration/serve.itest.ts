// The server as people run it: the built program, its endpoints, its signals, its exit codes.
import { afterEach, expect, test } from "vitest";

import { Session } from "../../src/client/session.ts";
import type { SessionOptions } from "../../src/client/session-options.ts";
import { FLAGS, ServerProcess } from "./server-process.ts";
import type { Starting } from "./server-process.ts";

const servers: ServerProcess[] = [];
const clients: Session[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) await server.destroy();
});

function start(starting: Starting = {}): ServerProcess {
  const server = new ServerProcess(starting);
  servers.push(server);
  return server;
}

function connect(url: string, handlers: SessionOptions["handlers"] = {}): Session {
  const client = new Session({ url, spawn: {}, name: "integration", handlers });
  clients.push(client);
  client.connect();
  return client;
}

/** Connects and waits until the client's entity is in the world. */
function join(url: string): Promise<Session> {
  return new Promise((resolve, reject) => {
    connect(url, {
      spawned: resolve,
      closed: (_client, code, reason) => {
        reject(new Error(`closed with ${code} ${reason}`));
      },
    });
  });
}

async function get(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.text() };
}

/** The value of a metric without labels. */
function valueOf(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("the public port answers for health, and says where the rest is", async () => {
  const { http, metrics } = await start().listening();
  const alive = await get(`${http}/healthz`);
  expect([alive.status, JSON.parse(alive.body)]).toEqual([200, { status: "alive" }]);
  const ok = (message: RegExp) => ({
    status: "ok",
    message: expect.stringMatching(message) as string,
  });
  // In the first second, and on a machine that does much else, a tick may be late.
  const readiness = async (): Promise<unknown> => JSON.parse((await get(`${http}/readyz`)).body);
  await expect.poll(readiness).toEqual({
    status: "ready",
    checks: {
      tick: ok(/^the last tick ended \d+ ms ago; p99 of the last second [\d.]+ of 15.0 ms$/),
      sessions: ok(/^open to new ones$/),
      memory: ok(/^\d+ of \d+ MB of heap in use$/),
      database: ok(/^SQLite [\d.]+; tick \d+ is durable since \d+ ms, \d+ facts wait$/),
      journal: ok(/^tick \d+ is on the disk since \d+ ms, 0 ticks missing$/),
      kernel: ok(/^wasm, 0 traps since the start$/),
      outbox: ok(/^(?:not heard of yet|\d+ events wait, 0 were given up)$/),
      redis: ok(/^(?:not heard of yet|none, presence of 0 sessions is kept in the process)$/),
    },
  });
  expect(await get(`${http}/readyz`)).toMatchObject({ status: 200 });
  expect(await get(`${http}/metrics`)).toEqual({
    status: 404,
    body: `Not on this port; the admin server is at ${metrics}\n`,
  });
  for (const path of ["/debug/pprof/heap", "/favicon.ico"]) {
    expect((await get(`${http}${path}`)).status, path).toBe(404);
  }
  // The live page, since only this machine connects and nobody is asked who he is.
  const page = await get(http);
  expect([page.status, page.body.slice(0, 15)]).toEqual([200, "<!doctype html>"]);
});

test("H82 SIGTERM tells every client 1012, and ends with 0", async () => {
  const server = start();
  const { url } = await server.listening();
  await join(url);
  const code = await new Promise<number>((resolve) => {
    connect(url, {
      spawned: () => {
        server.signal("SIGTERM");
      },
      closed: (_client, closeCode) => {
        resolve(closeCode);
      },
    });
  });
  expect(code).toBe(1012);
  expect(await server.ended()).toBe(0);
  expect(server.log.at(-1)?.message).toBe("Stopped");
  expect(server.stderr).toBe("");
});

test("H82 one Ctrl-C that arrives twice, as npm passes it on, still drains", async () => {
  const server = start();
  await server.listening();
  server.signal("SIGINT");
  server.signal("SIGINT");
  expect(await server.ended()).toBe(0);
  expect(server.log.at(-1)?.message).toBe("Stopped");
});

test("H82 a signal during the start ends it, with 0 once our handlers are there", async () => {
  for (const delayMs of [0, 100, 200, 300]) {
    const server = start();
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    server.signal("SIGTERM");
    // Before that, the signal ends the process by itself, and there is nothing to drain.
    expect([0, "SIGTERM"]).toContain(await server.ended());
  }
});

test("H51 a port in use is refused in words with 78", async () => {
  const { url } = await start().listening();
  const second = start({ env: { AETHER_GATEWAY_BIND_ADDR: new URL(url).host } });
  expect(await second.ended()).toBe(78);
  expect(second.stderr).toMatch(/^Aether does not start: .*\.\n$/);
  expect(second.stderr).toContain(new URL(url).port);
});

test("H45 every line of stdout is one JSON object with a level and a message", async () => {
  const server = start({ argv: ["--bots", "3"], env: { LOG_LEVEL: "debug" } });
  const { url } = await server.listening();
  await join(url);
  server.signal("SIGTERM");
  await server.ended();
  expect(server.lines.length).toBeGreaterThan(3);
  for (const { level, message } of server.log) {
    expect(["debug", "info"]).toContain(level);
    expect(message).toMatch(/^\S/);
  }
});

test("H50 runs without code generation and without __proto__", async () => {
  const hardened = ["--disallow-code-generation-from-strings", "--disable-proto=delete"];
  expect(FLAGS).toEqual(expect.arrayContaining(hardened));
  const server = start();
  const { url, metrics } = await server.listening();
  await join(url);
  expect((await get(metrics)).status).toBe(200);
  server.signal("SIGTERM");
  expect(await server.ended()).toBe(0);
});

test("--bots joins bots, and they end with the server", async () => {
  const server = start({ argv: ["--bots", "20"] });
  const { metrics } = await server.listening();
  const pid = Number((await server.logged("Bots are on their way"))["pid"]);
  const connections = async () => valueOf((await get(metrics)).body, "aether_active_connections");
  await expect.poll(connections).toBe(20);
  server.signal("SIGTERM");
  expect(await server.ended()).toBe(0);
  expect(isAlive(pid)).toBe(false);
});

test("bots end although the server could not say goodbye", async () => {
  const server = start({ argv: ["--bots", "5"] });
  const pid = Number((await server.logged("Bots are on their way"))["pid"]);
  server.signal("SIGKILL");
  expect(await server.ended()).toBe("SIGKILL");
  await expect.poll(() => isAlive(pid)).toBe(false);
});
