// Presence in a real Redis: the suite that the table in the process passes too, and everything that
// happens to Redis only. No test waits for a time: each beats until it sees what it waits for.
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";

import { StoreRefusal } from "../../src/persistence/contract.ts";
import { openPresence } from "../../src/persistence/presence/open.ts";
import type { Outside } from "../../src/persistence/presence/presence.ts";
import { listPresence, readHeartbeat } from "../../src/persistence/presence/reader.ts";
import { RedisPresence } from "../../src/persistence/presence/redis.ts";
import { crowd, LONG_MS, online, playing, presenceSuite } from "../presence-suite.ts";
import type { Watched } from "../presence-suite.ts";
import { PrivateRedis } from "./redis.ts";

const BEAT_MS = 200;
const TTL_MS = 6000;
/** Beats within which presence must be whole again. */
const BEATS_A_TTL = TTL_MS / BEAT_MS;
const SESSIONS = 1500;
/** Two for each thousand sessions, two for those that are gone, and four. */
const COMMANDS_A_BEAT = 10;
/** With those of a handshake. */
const COMMANDS_MOST = COMMANDS_A_BEAT + 4;

const OUTSIDE: Outside = { now: () => performance.now(), random: () => Math.random() };

let redis: PrivateRedis;
const opened: RedisPresence[] = [];
const readers: Redis[] = [];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function open(
  url: string,
  world = "world",
  ttlMs = TTL_MS,
  outside = OUTSIDE,
): Promise<RedisPresence> {
  const presence = await openPresence(url, { world, server: "server", ttlMs }, outside);
  if (!(presence instanceof RedisPresence)) throw new Error("opened without Redis");
  opened.push(presence);
  return presence;
}

function another(): Redis {
  const reader = new Redis(redis.url);
  // It loses its connection with the server, and comes back with it.
  reader.on("error", () => {});
  readers.push(reader);
  return reader;
}

async function watch(world = "world", ttlMs = TTL_MS): Promise<Watched & { own: RedisPresence }> {
  const own = await open(redis.url, world, ttlMs);
  const other = another();
  const reader = {
    list: () => listPresence(other, world),
    server: () => readHeartbeat(other, world),
  };
  return { own, presence: own, reader };
}

/** Beats as the server does until one gets through. @returns how many it took */
async function beatsUntilBack(presence: RedisPresence): Promise<number> {
  for (let beats = 1; ; beats++) {
    if (await presence.beat(Date.now())) return beats;
    if (beats > 5 * BEATS_A_TTL) throw new Error(`not back: ${String(presence.fault)}`);
    await pause(BEAT_MS);
  }
}

/** Beats until so many have failed, and looks at what is under way all the time. */
async function beatsThatFail(presence: RedisPresence, failures: number): Promise<void> {
  const end = presence.counters.failures + failures;
  while (presence.counters.failures < end) {
    const [first, second] = [presence.beat(Date.now()), presence.beat(Date.now())];
    expect(presence.client.commandQueue.length).toBeLessThanOrEqual(COMMANDS_MOST);
    expect(await second).toBe(false);
    expect(await first).toBe(false);
    await pause(BEAT_MS / 4);
  }
}

const stop = async (): Promise<void> => {
  redis.thaw();
  for (const presence of opened.splice(0)) await presence.close();
  for (const reader of readers.splice(0)) reader.disconnect();
};

const start = async (): Promise<void> => {
  redis = new PrivateRedis();
  await redis.start();
};

describe("in Redis", () => {
  beforeAll(start);
  afterEach(stop);
  afterAll(() => redis.stop());

  presenceSuite({
    open: watch,
    // Redis counts by itself, to the millisecond.
    pass: (ms) => pause(ms + 20),
  });

  test("a beat of 1,500 sessions is one write of few commands", async () => {
    const { own } = await watch("one-write");
    crowd(own, SESSIONS);
    await own.beat(Date.now());
    await redis.ask("CONFIG RESETSTAT");
    const write = vi.spyOn(own.client.stream, "write");
    expect(await own.beat(Date.now())).toBe(true);
    expect(write).toHaveBeenCalledTimes(1);
    const stats = await another().info("commandstats");
    const calls = (name: string): number =>
      Number(new RegExp(`^cmdstat_${name}:calls=(\\d+)`, "m").exec(stats)?.[1] ?? 0);
    expect([calls("set"), calls("eval"), calls("zadd")]).toEqual([SESSIONS + 1, 2, 2]);
  });

  test("a world of 65,535 sessions goes in one beat too, and goes again", async () => {
    const { own, reader } = await watch("large", LONG_MS);
    const entries = crowd(own, 65_535);
    await beatsUntilBack(own);
    expect(await reader.list()).toHaveLength(65_535);
    for (const { session } of entries) own.remove(session);
    await beatsUntilBack(own);
    expect(await reader.list()).toEqual([]);
  });

  test("a beat renews the time of everything", async () => {
    const { own } = await watch("renewed", LONG_MS);
    own.put(playing("a"));
    await own.beat(Date.now());
    const other = another();
    const names = await other.keys("aether:{renewed}:*");
    expect(names.toSorted()).toEqual(
      ["server", "session:a", "sessions"].map((name) => `aether:{renewed}:${name}`),
    );
    for (const name of names) await other.pexpire(name, LONG_MS / 2);
    const nowMs = Date.now();
    await own.beat(nowMs);
    for (const name of names) expect(await other.pttl(name), name).toBeGreaterThan(LONG_MS / 2);
    expect(await other.zscore("aether:{renewed}:sessions", "a")).toBe(String(nowMs + LONG_MS));
  });

  test("members that another process left behind go, also those from the future", async () => {
    const { own } = await watch("left");
    own.put(playing("a"));
    const nowMs = Date.now();
    const key = "aether:{left}:sessions";
    await another().zadd(key, nowMs - 1, "past", nowMs + 2 * TTL_MS, "future", nowMs + 1, "alive");
    await own.beat(nowMs);
    expect(await another().zrange(key, "0", "-1")).toEqual(["alive", "a"]);
  });

  test("a reader leaves out what is not presence's", async () => {
    const { own, reader } = await watch("strange");
    for (const id of ["a", "b", "c", "d"]) own.put(playing(id));
    await own.beat(Date.now());
    const key = (id: string): string => `aether:{strange}:session:${id}`;
    await another().mset(key("a"), "{", key("b"), "null", key("c"), '{"session":"c"}');
    expect(await online(reader)).toEqual([playing("d")]);
    await another().set("aether:{strange}:server", "[]");
    expect(await reader.server()).toBeNull();
  });

  test("a user with the documented rights is enough", async () => {
    const rights =
      "+set +del +eval +zadd +zrem +zremrangebyscore +pexpire +info +select +zrange +mget +get";
    await redis.ask(`ACL SETUSER narrow on >word ~aether:* ${rights}`);
    const own = await open(`${redis.url.replace("//", "//narrow:word@")}/1`, "narrow");
    crowd(own, 2);
    expect(await own.beat(Date.now()), own.fault ?? "").toBe(true);
    own.remove("session-00000");
    expect(await own.beat(Date.now()), own.fault ?? "").toBe(true);
    expect(await listPresence(own.client, "narrow")).toHaveLength(1);
    await own.client.select(0);
    expect(await readHeartbeat(own.client, "narrow")).toBeNull();
  });

  test("it says who is there, and refuses a database that is not", async () => {
    expect((await open(redis.url)).name).toMatch(/^Redis \d+\.\d+\.\d+$/);
    const { own } = await watch();
    await expect(open(`${redis.url}/99`)).rejects.toThrow(StoreRefusal);
    await expect(open(`${redis.url}/99`)).rejects.toThrow(
      new RegExp(
        String.raw`^Presence in Redis at 127\.0\.0\.1:\d+, database 99 has no such database ` +
          String.raw`\(ERR DB index is out of range\): name another one in presence\.redis_url\.$`,
      ),
    );
    const fifth = await open(`${redis.url}/5`);
    fifth.put(playing("a"));
    expect(await fifth.beat(Date.now())).toBe(true);
    expect(await listPresence(own.client, "world")).toEqual([]);
  });
});

describe("Redis in trouble", () => {
  beforeEach(start);
  afterEach(async () => {
    await stop();
    await redis.stop();
  });

  test("H73 frozen: one batch under way at most, and whole again within one TTL", async () => {
    const { own, reader } = await watch();
    const entries = crowd(own, SESSIONS);
    expect(await own.beat(Date.now())).toBe(true);
    redis.freeze();
    await beatsThatFail(own, 3);
    expect(own.counters.skipped).toBeGreaterThanOrEqual(3);
    expect(own.fault).toContain("The world goes on without it");
    own.remove(entries.pop()!.session);
    redis.thaw();
    expect(await beatsUntilBack(own)).toBeLessThanOrEqual(BEATS_A_TTL);
    expect(await online(reader)).toEqual(entries);
    expect(own.fault).toBeNull();
  });

  test("H73 killed and started again, empty: whole again within one TTL", async () => {
    const { own, reader } = await watch();
    const entries = crowd(own, SESSIONS);
    expect(await own.beat(Date.now())).toBe(true);
    await redis.kill();
    await beatsThatFail(own, 3);
    expect(own.client.commandQueue.length).toBe(0);
    own.remove(entries.pop()!.session);
    await redis.restart();
    expect(await beatsUntilBack(own)).toBeLessThanOrEqual(BEATS_A_TTL);
    expect(await online(reader)).toEqual(entries);
  });

  test("H73 killed while a batch is under way: that beat fails, a later one mends it", async () => {
    const { own, reader } = await watch();
    const entries = crowd(own, SESSIONS);
    redis.freeze();
    const beat = own.beat(Date.now());
    await redis.kill();
    expect(await beat).toBe(false);
    await redis.restart();
    expect(await beatsUntilBack(own)).toBeLessThanOrEqual(BEATS_A_TTL);
    expect(await online(reader)).toEqual(entries);
  });

  test("H73 the return of Redis ends the breaker's wait, however long that is", async () => {
    const own = await open(redis.url, "world", TTL_MS, { ...OUTSIDE, now: () => 0 });
    await redis.kill();
    await expect.poll(() => own.client.status).toBe("reconnecting");
    expect(await own.beat(Date.now())).toBe(false);
    await redis.restart();
    await beatsUntilBack(own);
    expect(own.counters).toMatchObject({ beats: 1, failures: 1 });
  });

  test("H73 emptied by FLUSHALL: whole with the next beat", async () => {
    const { own, reader } = await watch();
    const entries = crowd(own, SESSIONS);
    await own.beat(Date.now());
    await redis.flushall();
    expect(await online(reader)).toEqual([]);
    expect(await own.beat(Date.now())).toBe(true);
    expect(await online(reader)).toEqual(entries);
  });

  test("H73 away at the start: a fault and no refusal, and it joins in later", async () => {
    await redis.kill();
    const own = await open(redis.url);
    expect(own.fault).toContain("not connected");
    own.put(playing("a"));
    await redis.restart();
    expect(await beatsUntilBack(own)).toBeLessThanOrEqual(BEATS_A_TTL);
    expect(own.name).toMatch(/^Redis \d/);
    expect(await listPresence(another(), "world")).toEqual([playing("a")]);
  });

  test("H73 frozen at the start: opening ends all the same, and so does closing", async () => {
    redis.freeze();
    const own = await open(redis.url);
    expect(own.fault).toContain("not connected");
    expect(await own.beat(Date.now())).toBe(false);
    await own.close();
  });

  test("H73 frozen while closing: closing ends, and what is left expires by itself", async () => {
    const { own, reader } = await watch("world", 3000);
    crowd(own, 10);
    await own.beat(Date.now());
    redis.freeze();
    await Promise.all([own.beat(Date.now()), own.close()]);
    expect(own.client.commandQueue.length).toBeLessThanOrEqual(COMMANDS_MOST);
    redis.thaw();
    await expect.poll(() => reader.list()).toEqual([]);
  });

  test("H73 failover, the connection leads to a replica now: it asks again", async () => {
    const { own, reader } = await watch();
    for (const id of ["a", "b"]) own.put(playing(id));
    await own.beat(Date.now());
    own.remove("b");
    await redis.ask(`REPLICAOF 127.0.0.1 ${String(redis.port)}`);
    expect(await own.beat(Date.now())).toBe(false);
    expect(own.fault).toContain("READONLY");
    const { stream } = own.client;
    await redis.ask("REPLICAOF NO ONE");
    await beatsUntilBack(own);
    expect(own.client.stream).not.toBe(stream);
    expect(await online(reader)).toEqual([playing("a")]);
  });

  test("H73 out of memory: the beat fails in words, the connection stays", async () => {
    const { own, reader } = await watch();
    own.put(playing("a"));
    await redis.ask("CONFIG SET maxmemory 1");
    expect(await own.beat(Date.now())).toBe(false);
    expect(own.fault).toContain("OOM");
    expect(await own.beat(Date.now())).toBe(false);
    expect(own.counters).toMatchObject({ failures: 1, skipped: 1 });
    await redis.ask("CONFIG SET maxmemory 0");
    await beatsUntilBack(own);
    expect(await online(reader)).toEqual([playing("a")]);
  });

  test("a client that gave up is made to connect again", async () => {
    const { own } = await watch();
    own.client.disconnect();
    await expect.poll(() => own.client.status).toBe("end");
    expect(await own.beat(Date.now())).toBe(false);
    await beatsUntilBack(own);
  });

  test("H43 a password works, a wrong one is a fault without it", async () => {
    const password = "p@ss/w:rd%";
    const { own } = await watch();
    await own.client.config("SET", "requirepass", password);
    const url = (text: string): string =>
      redis.url.replace("//", `//:${encodeURIComponent(text)}@`);
    const right = await open(url(password));
    expect(right.fault).toBeNull();
    expect(await right.beat(Date.now())).toBe(true);
    const wrong = await open(url("hunter2"));
    expect(wrong.fault).toContain("WRONGPASS");
    expect(wrong.fault).not.toContain("hunter2");
    const none = await open(redis.url);
    expect(none.fault).toContain("NOAUTH");
    await wrong.close();
    await own.client.config("SET", "requirepass", "");
    await beatsUntilBack(none);
  });
});
