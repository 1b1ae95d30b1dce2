// The consumer that docs/operating.md shows, as it stands there, against a real Redis and a real
// PostgreSQL; and how one stops whose Redis answers no more.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { eventsKey } from "../../src/persistence/sinks/redis.ts";
import { StreamReader } from "../../src/persistence/stream-reader.ts";
import { PrivatePostgres } from "./postgres.ts";
import { PrivateRedis } from "./redis.ts";

const HOME = fileURLToPath(new URL("../..", import.meta.url));

const postgres = new PrivatePostgres();
const redis = new PrivateRedis();
const clients: Redis[] = [];

beforeAll(async () => {
  await Promise.all([postgres.start(), redis.start()]);
});
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
});

function open(): Redis {
  const client = new Redis(redis.url, { maxRetriesPerRequest: 1 });
  client.on("error", () => undefined);
  clients.push(client);
  return client;
}

function tell(client: Redis, world: string, session: string): Promise<unknown> {
  const payload = JSON.stringify({ session, client: "game 1.2" });
  const event = ["key", `k-${session}`, "stream", `session:${session}`, "type", "session.opened"];
  return client.xadd(eventsKey(world), "*", ...event, "tick", "1", "payload", payload);
}

test("the example of docs/operating.md notes each visit, and ends when it is told to", async () => {
  const page = readFileSync(`${HOME}docs/operating.md`, "utf8");
  const [, shown = ""] = /```js\n([^`]*StreamReader[^`]*)```/.exec(page) ?? [];
  const database = await postgres.database();
  const code = shown
    .replace("postgres://localhost/shop", database)
    .replace("redis://localhost:6379", redis.url);
  expect(code).toContain(database);
  expect(code).toContain(redis.url);
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd: HOME });
  let said = "";
  child.stderr.on("data", (part: Buffer) => (said += part.toString()));
  const client = open();
  for (const session of ["a", "b", "a"]) await tell(client, "main", session);
  const visits = async (): Promise<unknown[]> => {
    const rows = await postgres.query(database, "SELECT session FROM visits").catch(() => []);
    return rows.map(({ session }) => session);
  };
  await expect.poll(visits).toEqual(["a", "b"]);
  child.kill("SIGTERM");
  expect([await once(child, "exit"), said]).toEqual([[0, null], ""]);
});

test("the signal ends a reader whose Redis is frozen, and none of its events is lost", async () => {
  const reading = (handle: (key: string) => void, signal: AbortSignal): Promise<void> =>
    new StreamReader(open(), { world: "frozen", group: "g", consumer: "1" }).run(({ key }) => {
      handle(key);
      return Promise.resolve();
    }, signal);
  const client = open();
  await tell(client, "frozen", "a");
  const stopping = new AbortController();
  const first: string[] = [];
  const run = reading((key) => {
    first.push(key);
    // Frozen while the event is acknowledged; the signal comes some time later.
    process.kill(redis.pid, "SIGSTOP");
    setTimeout(() => stopping.abort(), 100);
  }, stopping.signal);
  await run;
  process.kill(redis.pid, "SIGCONT");
  expect(first).toEqual(["k-a"]);

  await tell(client, "frozen", "b");
  const again = new AbortController();
  const second: string[] = [];
  await reading((key) => {
    second.push(key);
    if (key === "k-b") again.abort();
  }, again.signal);
  // Whether the acknowledgement of the first was heard is Redis's secret; the second is new.
  expect(second.at(-1)).toBe("k-b");
  expect(second.length).toBeLessThanOrEqual(2);
});
