// A heap that fills up: first nobody new is let in, then the process ends in words, and the next
// one goes on where it was.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as pathOf } from "node:path";

import { afterEach, expect, test } from "vitest";

import { Session } from "../../src/client/session.ts";
import { ERRORS, EXITS } from "../../src/protocol/codes.ts";
import { ServerProcess } from "./server-process.ts";

const folder = mkdtempSync(pathOf(tmpdir(), "aether-memory-"));
const servers: ServerProcess[] = [];
const clients: Session[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) await server.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const LIMIT_MB = 96;
/** Without what V8 leaves unused: with less than two semi-spaces left it collects without end. */
const USABLE_MB = LIMIT_MB - 2 * 2;
/**
 * At each signal it holds more: first 85 % of the heap, then all but a little. Large objects count
 * while they are young, since V8 will keep them.
 */
const LEAK = `
  import { getHeapSpaceStatistics } from "node:v8";
  import { isMainThread } from "node:worker_threads";
  const piece = new Array(32768).fill(0.5);
  const held = [];
  const shares = [0.85, 0.955];
  let goal = 0;
  const used = () => getHeapSpaceStatistics()
    .filter((space) => !/^(?:new_space|read_only_space)$/.test(space.space_name))
    .reduce((sum, space) => sum + space.space_used_size, 0);
  const fill = () => {
    if (used() < goal) held.push(piece.slice());
  };
  if (isMainThread) process.on("SIGUSR2", () => {
    if (goal === 0) setInterval(fill, 5).unref();
    goal = shares.shift() * ${USABLE_MB} * 1024 * 1024;
  });`;

function start(): ServerProcess {
  const leak = `data:text/javascript,${encodeURIComponent(LEAK)}`;
  const server = new ServerProcess({
    env: { AETHER_PERSISTENCE_URL: `sqlite:${pathOf(folder, "aether.db")}` },
    node: [`--max-old-space-size=${LIMIT_MB}`, "--import", leak],
  });
  servers.push(server);
  return server;
}

/** What a client that asks for an entity is told: its entity, or a refusal. */
function ask(url: string): Promise<{ entity: number; code: number; retryAfterMs: number }> {
  return new Promise((resolve) => {
    const client = new Session({
      ...{ url, spawn: {}, name: "memory" },
      handlers: {
        spawned: ({ entityId }) => resolve({ entity: entityId, code: 0, retryAfterMs: 0 }),
        error: (_client, code, _message, _sequence, retryAfterMs) =>
          resolve({ entity: 0, code, retryAfterMs }),
      },
    });
    clients.push(client);
    client.connect();
  });
}

test("H88 a full heap sheds joins, then ends with 70 in words, and the world goes on", async () => {
  const server = start();
  const { http, metrics, url } = await server.listening();
  const first = await ask(url);
  expect(first.entity).toBeGreaterThan(0);
  const ready = async () => (await fetch(`${http}/readyz`)).status;
  await expect.poll(ready).toBe(200);

  server.signal("SIGUSR2");
  const shed = await server.logged("The heap fills up: joins are refused");
  expect(shed).toMatchObject({ level: "error" });
  expect(String(shed["heap"])).toMatch(new RegExp(`^\\d+ of ${USABLE_MB} MB of heap in use$`));
  expect(await ready()).toBe(503);
  const { checks } = (await (await fetch(`${http}/readyz`)).json()) as {
    checks: Record<string, { status: string }>;
  };
  expect(checks["memory"]?.status).toBe("failing");
  const late = await ask(url);
  expect(late).toMatchObject({ entity: 0, code: ERRORS.UNAVAILABLE.code });
  expect(late.retryAfterMs).toBeGreaterThanOrEqual(2000);
  const shown = async () => (await fetch(metrics)).text();
  await expect.poll(shown).toContain("\naether_joins_shed_total 1\n");

  server.signal("SIGUSR2");
  expect(await server.ended()).toBe(EXITS.INTERNAL.code);
  const last = server.log.at(-1);
  expect(last).toMatchObject({ level: "fatal" });
  expect(JSON.stringify(last?.["error"])).toContain("The heap is full: ");
  expect(JSON.stringify(last?.["error"])).toContain("--max-old-space-size");

  const next = start();
  await next.listening();
  const goesOn = await next.logged("The world goes on from its ");
  expect(goesOn["sessions"]).toBe(1);
});
