// The outbox's way out, with real parts: PostgreSQL, Redis, processes that are killed.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { Redis } from "ioredis";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import type { OutboxStore } from "../../src/persistence/contract.ts";
import { createInbox } from "../../src/persistence/inbox.ts";
import { openOutboxStore } from "../../src/persistence/open.ts";
import { Relay } from "../../src/persistence/relay.ts";
import { openSink } from "../../src/persistence/sinks/open.ts";
import { eventsKey } from "../../src/persistence/sinks/redis.ts";
import { StreamReader } from "../../src/persistence/stream-reader.ts";
import { randomOf } from "../kernel/scenario.ts";
import { OutboxWriter } from "../outbox-writer.ts";
import { PrivatePostgres } from "./postgres.ts";
import { PrivateRedis } from "./redis.ts";

const AETHER = fileURLToPath(new URL("../../src/cli/aether.ts", import.meta.url));
const POISONED = fileURLToPath(new URL("./poisoned-relay.ts", import.meta.url));
const KILLS = 20;
const BACKLOG = 100_000;
const SLOW_MS = 300_000;

const postgres = new PrivatePostgres();
const redis = new PrivateRedis({ durable: true });
/** What a test opened, the last first. */
const opened: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  await Promise.all([postgres.start(), redis.start()]);
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
});

async function openWriter(world: string): Promise<OutboxWriter> {
  const writer = await OutboxWriter.open(postgres.url, world);
  opened.push(() => writer.close());
  return writer;
}

async function openStore(world: string): Promise<OutboxStore> {
  const store = await openOutboxStore(postgres.url, { world, poolSize: 2 });
  opened.push(() => store.close());
  return store;
}

function openRedis(): Redis {
  const client = new Redis(redis.url);
  opened.push(() => {
    client.disconnect();
    return Promise.resolve();
  });
  return client;
}

/** A relay in this process, from PostgreSQL into Redis. */
async function startRelay(world: string): Promise<Relay> {
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const sink = openSink({ sink: "redis", redisUrl: redis.url, world }, silent);
  const relay = new Relay({
    store: await openStore(world),
    sink,
    log: silent,
    now: () => performance.now(),
    random: () => Math.random(),
    sleep: (ms) => sleep(ms),
  });
  void relay.run();
  opened.push(async () => {
    await relay.stop();
    await sink.close();
  });
  return relay;
}

/** Runs a program; what it wrote to stdout is in `out`. */
function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const node = ["--disable-warning=ExperimentalWarning"];
  const child: ChildProcess = spawn(process.execPath, [...node, ...argv], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const program = { child, out: "", ended: once(child, "close") };
  child.stdout?.on("data", (part: Buffer) => (program.out += part.toString()));
  opened.push(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    return program.ended;
  });
  return program;
}

const runRelay = (world: string) =>
  run([AETHER, "relay"], {
    AETHER_PERSISTENCE_URL: postgres.url,
    AETHER_PERSISTENCE_WORLD: world,
    AETHER_PRESENCE_REDIS_URL: redis.url,
  });

const leads = (relay: { readonly out: string }) =>
  expect.poll(() => relay.out, { interval: 5 }).toContain("The relay leads");

const drained = (store: OutboxStore) =>
  expect
    .poll(async () => (await store.depth()).waiting, { timeout: 120_000, interval: 50 })
    .toBe(0);

/** The numbers of a world's events as Redis has them. */
async function numbersIn(world: string): Promise<number[]> {
  const entries = await openRedis().xrange(eventsKey(world), "-", "+");
  return entries.map(([, fields]) => {
    const payload = fields[fields.indexOf("payload") + 1] ?? "";
    return (JSON.parse(payload) as { n: number }).n;
  });
}

/** What is left when later copies of an event are thrown away. */
const firstOf = (numbers: readonly number[]): number[] => [...new Set(numbers)];

/** Every number below `count`, each stream's in order. */
function expectWhole(numbers: readonly number[], count: number, streams: number): void {
  const last = Array.from({ length: streams }, () => -1);
  const behind = numbers.filter((n) => {
    const before = last[n % streams] ?? -1;
    last[n % streams] = n;
    return n < before;
  });
  expect(behind).toEqual([]);
  expect(numbers.length).toBe(count);
  expect(Math.max(...numbers)).toBe(count - 1);
}

test(
  "H61 a relay killed 20 times loses nothing, and an inbox lets nothing through twice",
  async () => {
    const world = "killed";
    const random = randomOf(61);
    const writer = await openWriter(world);
    const store = await openStore(world);
    for (let kill = 0; kill < KILLS; kill++) {
      await writer.write(500, 7);
      const relay = runRelay(world);
      await leads(relay);
      await sleep(random() * 100);
      relay.child.kill("SIGKILL");
      await relay.ended;
    }
    const last = runRelay(world);
    await leads(last);
    await drained(store);
    last.child.kill("SIGTERM");
    expect((await last.ended)[0]).toBe(0);
    expect(last.out.trimEnd().split("\n").at(-1)).toContain("Stopped");

    const numbers = await numbersIn(world);
    expectWhole(firstOf(numbers), writer.count, 7);
    expect((await store.depth()).dead).toBe(0);
    const doubled = numbers.length - writer.count;
    console.info(
      `H61: ${writer.count} events, ${KILLS} kills, ${doubled} published more than once`,
    );
    expect(await consume(world)).toEqual({ effects: writer.count, events: writer.count });
  },
  SLOW_MS,
);

/** Handles a world's events through an inbox; of two consumers the first one fails midway. */
async function consume(world: string): Promise<{ effects: number; events: number }> {
  const client = new Client(postgres.url);
  await client.connect();
  opened.push(() => client.end());
  await client.query("CREATE TABLE effects (key text NOT NULL)");
  const inbox = await createInbox(client, { consumer: world });
  const stopping = new AbortController();
  const read = (consumer: string, failAt: number): Promise<void> => {
    let handled = 0;
    const options = { world, group: "test", consumer, takeOverMs: 0 };
    return new StreamReader(openRedis(), options).run(async ({ key }) => {
      await inbox.once(key, async (tx) => {
        await tx.query("INSERT INTO effects (key) VALUES ($1)", [key]);
        if (++handled === failAt) throw new Error("as told");
      });
    }, stopping.signal);
  };
  await expect(read("first", 1000)).rejects.toThrow("as told");
  const second = read("second", -1);
  await expect.poll(() => isRead(world), { timeout: 120_000, interval: 100 }).toBe(true);
  stopping.abort();
  await second;
  const { rows } = await client.query(
    "SELECT count(*)::int AS effects, count(DISTINCT key)::int AS events FROM effects",
  );
  return rows[0] as { effects: number; events: number };
}

/** Whether the group has read the stream to its end, and acknowledged everything. */
async function isRead(world: string): Promise<boolean> {
  const client = openRedis();
  const key = eventsKey(world);
  const [newest] = await client.xrevrange(key, "+", "-", "COUNT", 1);
  const [group] = (await client.xinfo("GROUPS", key)) as string[][];
  const value = (name: string): unknown => group?.[group.indexOf(name) + 1];
  return value("pending") === 0 && value("last-delivered-id") === newest?.[0];
}

test(
  "H73 a relay that starts before its store waits for it",
  async () => {
    const world = "early";
    const writer = await openWriter(world);
    await writer.write(10, 2);
    await postgres.kill();
    const relay = runRelay(world);
    const said = (words: string) =>
      expect.poll(() => relay.out, { timeout: 30_000 }).toContain(words);
    try {
      await said("Waiting for the store");
    } finally {
      await postgres.restart();
    }
    await said("The relay leads");
    await drained(await openStore(world));
    relay.child.kill("SIGTERM");
    expect((await relay.ended)[0]).toBe(0);
    expectWhole(await numbersIn(world), 10, 2);
  },
  SLOW_MS,
);

test("H67 an event that ends its relay is given up, and all others get through", async () => {
  const world = "poisoned";
  const writer = await openWriter(world);
  const store = await openStore(world);
  await writer.write(30, 3);
  await writer.writeOne("s1", '{"poison":true}');
  await writer.write(30, 3);
  const published: string[] = [];
  let relays = 0;
  for (; relays < 30 && (await store.depth()).waiting > 0; relays++) {
    const relay = run([POISONED, postgres.url, world]);
    const done = async (): Promise<string> =>
      relay.child.signalCode !== null || (await store.depth()).waiting === 0 ? "done" : "works";
    await expect.poll(done).toBe("done");
    relay.child.kill("SIGKILL");
    await relay.ended;
    published.push(...relay.out.split("\n").filter((key) => key !== ""));
  }
  const dead = await store.listDead(10);
  expect(dead).toMatchObject([{ stream: "s1", attempts: 9 }]);
  expect(dead[0]?.error).toMatch(/^It was taken up 8 times/);
  expect(new Set(published).size).toBe(60);
  expect(published).not.toContain(dead[0]?.key);
  console.info(`H67: ${relays} relays, ${published.length} published of 60`);
});

test(
  "H69 a backlog of 10^5 is drained, every event once and in order",
  async () => {
    const world = "backlog";
    const writer = await openWriter(world);
    const store = await openStore(world);
    const relay = await startRelay(world);
    const delivered = () => relay.counters.delivered;
    const waitFor = (count: number) =>
      expect.poll(delivered, { timeout: 120_000, interval: 50 }).toBe(count);
    // First a quiet life: what the database then knows of the outbox is that it is small.
    const few = 20;
    for (let count = 1; count <= few; count++) {
      await writer.write(1, 1);
      await waitFor(count);
    }
    await writer.write(BACKLOG, 100);
    const startMs = performance.now();
    await waitFor(few + BACKLOG);
    const rate = Math.round((1000 * BACKLOG) / (performance.now() - startMs));
    console.info(`H69: ${BACKLOG} events at ${rate}/s`);
    expect((await store.depth()).waiting).toBe(0);
    expect(relay.counters).toMatchObject({ failed: 0, dead: 0, faults: 0 });
    expectWhole(await numbersIn(world), few + BACKLOG, 100);
  },
  SLOW_MS,
);

interface Outage {
  readonly how: string;
  /** Tries to see fail; one takes seconds when Redis is frozen. */
  readonly tries: number;
  readonly begin: () => void | Promise<void>;
  readonly end: () => void | Promise<void>;
}
const OUTAGES: readonly Outage[] = [
  {
    how: "frozen",
    tries: 3,
    begin: () => {
      redis.freeze();
    },
    end: () => {
      redis.thaw();
    },
  },
  { how: "killed", tries: 10, begin: () => redis.kill(), end: () => redis.restart() },
];

test.each(OUTAGES)(
  "H73 Redis $how: the relay pauses, then delivers, and nothing dies of it",
  async ({ how, tries, begin, end }) => {
    const world = `redis-${how}`;
    const writer = await openWriter(world);
    const store = await openStore(world);
    const relay = await startRelay(world);
    await writer.write(100, 5);
    await drained(store);
    await begin();
    const mend = async (): Promise<void> => {
      await end();
    };
    opened.push(mend);
    await writer.write(100, 5);
    await expect.poll(() => relay.counters.faults).toBeGreaterThan(tries);
    expect(relay.counters.fault).not.toBeNull();
    expect(await store.depth()).toMatchObject({ waiting: 100, dead: 0 });
    await mend();
    opened.pop();
    await drained(store);
    await expect.poll(() => relay.counters.delivered).toBe(200);
    expect(relay.counters).toMatchObject({ failed: 0, dead: 0, fault: null });
    expectWhole(firstOf(await numbersIn(world)), 200, 5);
  },
  SLOW_MS,
);

test("H73 Redis out of memory is away, says why, and no event is at fault", async () => {
  const world = "full";
  const writer = await openWriter(world);
  const store = await openStore(world);
  await redis.ask("CONFIG SET maxmemory 1");
  opened.push(() => redis.ask("CONFIG SET maxmemory 0"));
  const relay = await startRelay(world);
  await writer.write(10, 2);
  await expect.poll(() => relay.counters.fault).toMatch(/^OOM /);
  await redis.ask("CONFIG SET maxmemory 0");
  await drained(store);
  await expect.poll(() => relay.counters.delivered).toBe(10);
  expect(relay.counters).toMatchObject({ failed: 0, dead: 0 });
});

test("an event that is too large for Redis is refused alone", async () => {
  const world = "large";
  const writer = await openWriter(world);
  const store = await openStore(world);
  await writer.writeOne("big", JSON.stringify("x".repeat(2 ** 20)));
  await writer.write(10, 2);
  const relay = await startRelay(world);
  await expect.poll(() => relay.counters.delivered).toBe(10);
  expect(relay.counters.failed).toBeGreaterThan(0);
  expect((await store.depth()).waiting).toBe(1);
});

test(
  "PostgreSQL frozen and killed: the relay waits, and goes on when it is back",
  async () => {
    const world = "store-away";
    const writer = await openWriter(world);
    const store = await openStore(world);
    const relay = await startRelay(world);
    await writer.write(100, 5);
    await drained(store);
    postgres.freeze();
    await expect.poll(() => relay.counters.faults).toBeGreaterThan(0);
    postgres.thaw();
    await expect.poll(() => relay.counters.fault).toBeNull();
    const before = relay.counters.faults;
    await postgres.kill();
    await expect.poll(() => relay.counters.faults).toBeGreaterThan(before);
    await postgres.restart();
    const again = await openWriter(world);
    await again.writeOne("s0", JSON.stringify({ n: 100 }));
    await expect.poll(() => relay.counters.delivered).toBe(101);
    expect(relay.counters).toMatchObject({ failed: 0, dead: 0, fault: null });
    expectWhole(await numbersIn(world), 101, 5);
  },
  SLOW_MS,
);
