import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, expect, test } from "vitest";

import { OutboxWriter } from "../../test/outbox-writer.ts";
import type { OutboxEvent } from "./contract.ts";
import { openOutboxStore } from "./open.ts";
import { MAX_ATTEMPTS, Relay } from "./relay.ts";
import { EventRefused, publishEach } from "./sinks/sink.ts";

const AETHER = fileURLToPath(new URL("../cli/aether.ts", import.meta.url));
const WORLD = "main";

let folder = "";
let url = "";
const opened: (() => Promise<void>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aether-relay-"));
  url = `sqlite:${join(folder, "world.db")}`;
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

async function setUp(take: (event: OutboxEvent) => void) {
  const writer = await OutboxWriter.open(url, WORLD);
  opened.push(() => writer.close());
  const store = await openOutboxStore(url, { world: WORLD, poolSize: 1 });
  opened.push(() => store.close());
  const published: OutboxEvent[] = [];
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const relay = new Relay({
    store,
    sink: {
      name: "test",
      ready: () => Promise.resolve(),
      publish: (events) =>
        publishEach(events, (event) => {
          take(event);
          published.push(event);
        }),
      close: () => Promise.resolve(),
    },
    log: silent,
    now: () => performance.now(),
    // Next to no backoff.
    random: () => 0,
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
  });
  opened.push(() => relay.stop());
  return { writer, store, relay, published };
}

/** Runs `aether outbox` on the same file. */
function outbox(...argv: string[]): { code: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, [AETHER, "outbox", ...argv], {
    cwd: folder,
    env: { PATH: process.env["PATH"], AETHER_PERSISTENCE_URL: url },
  });
  return { code: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
}

test("H68 events written while the relay works arrive once, each stream's in order", async () => {
  const { writer, store, relay, published } = await setUp(() => undefined);
  void relay.run();
  for (let i = 0; i < 10; i++) await writer.write(150, 7);
  await expect.poll(() => relay.counters.delivered).toBe(writer.count);
  const numbers = published.map(({ payload }) => (JSON.parse(payload) as { n: number }).n);
  for (let s = 0; s < 7; s++) {
    const stream = numbers.filter((n) => n % 7 === s);
    expect(stream).toEqual([...stream].sort((a, b) => a - b));
  }
  expect(new Set(numbers).size).toBe(writer.count);
  expect(await store.depth()).toEqual({ waiting: 0, oldestMs: 0, dead: 0 });
});

test("H67 dead events are listed, put back and dropped while the relay runs", async () => {
  let refuses = true;
  const { writer, store, relay } = await setUp(({ stream }) => {
    if (refuses && stream === "bad") throw new EventRefused("not this one");
  });
  void relay.run();
  for (const payload of ['{"n":1}', '{"n":2}', '{"n":3}']) await writer.writeOne("bad", payload);
  await writer.write(20, 4);
  await expect.poll(() => relay.counters.dead).toBe(3);
  await expect.poll(() => relay.counters.delivered).toBe(20);
  expect(relay.counters.failed).toBe(3 * MAX_ATTEMPTS);

  const keys = (await store.listDead(10)).map((event) => event.key);
  const listed = outbox("list");
  expect(listed).toMatchObject({ code: 0, err: "" });
  for (const key of keys) expect(listed.out).toContain(key);
  expect(listed.out).toContain("not this one");
  expect(listed.out).toMatch(/\n0 events waiting; 3 dead events\.\n$/);

  refuses = false;
  expect(outbox("drop", "--key", keys[0] ?? "", "--key", "no:such:key")).toMatchObject({
    code: 0,
    out: "1 dead event: dropped for good. 1 of the keys: no dead event has them.\n",
  });
  expect(outbox("retry", "--all").out).toBe("2 dead events: put back, to be published again.\n");
  await expect.poll(() => relay.counters.delivered).toBe(22);
  expect(await store.depth()).toEqual({ waiting: 0, oldestMs: 0, dead: 0 });
});

test("aether outbox says in words that there is no outbox", () => {
  url = "none";
  const { code, out, err } = outbox("list");
  expect({ code, out }).toEqual({ code: 78, out: "" });
  expect(err).toMatch(/^aether outbox cannot reach the outbox: .*\.\n$/);
});
