// The store of PostgreSQL while its server is killed, frozen, filled, and cut off.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { StoreFault, StoreRefusal } from "../../src/persistence/contract.ts";
import type { Flight, WorldStore } from "../../src/persistence/contract.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import { eventsIn, flightOf, Stores } from "../store-bench.ts";
import { FaultProxy } from "./fault-proxy.ts";
import type { Direction } from "./fault-proxy.ts";
import { isRoot, PrivatePostgres } from "./postgres.ts";

/** Ambiguous commits a run; AETHER_CUTS=200 for the long one. */
const CUTS = Number(process.env["AETHER_CUTS"] ?? 20);
/** A test that waits for a server longer than this has failed. */
const PATIENCE_MS = 90_000;

const postgres = new PrivatePostgres();
const stores = new Stores({
  fresh: () => postgres.database(),
  sql: (url, text) => postgres.query(url, text),
  damage: "",
});

beforeAll(() => postgres.start());
afterAll(() => postgres.stop());
afterEach(() => stores.closeAll());

/** Flushes until it is done, as the server's worker does. @returns the faults on the way */
async function bring(world: WorldStore, flight: Flight): Promise<StoreFault[]> {
  const faults: StoreFault[] = [];
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      expect(await world.flush(flight)).toBe(true);
      return faults;
    } catch (error) {
      if (!(error instanceof StoreFault) || performance.now() > deadline) throw error;
      faults.push(error);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Keys of all events that are in the outbox, in the order of their ids. */
async function keysIn(url: string): Promise<string[]> {
  const rows = await postgres.query(url, "SELECT key FROM outbox ORDER BY id");
  return rows.map((row) => String(row["key"]));
}

describe("PostgreSQL of another encoding", () => {
  test("H49 is refused: a client's name could be text that it does not take", async () => {
    const url = await postgres.database("LATIN1");
    await expect(stores.world(url)).rejects.toThrow(StoreRefusal);
    await expect(stores.world(url)).rejects.toThrow("is encoded in LATIN1, and Aether needs UTF8");
    await stores.world(await postgres.database("SQL_ASCII"));
  });
});

describe("PostgreSQL in trouble", () => {
  test("H62 killed and started again: flushes go on, nothing is lost or doubled", async () => {
    const { url, world } = await stores.both();
    expect(await world.tryLock()).toBe(true);
    for (let tick = 1; tick <= 5; tick++) await bring(world, eventsIn(tick, ["a"]));
    await postgres.kill();
    await expect(world.flush(eventsIn(6, ["a"]))).rejects.toThrow(StoreFault);
    await postgres.restart();
    for (let tick = 6; tick <= 10; tick++) await bring(world, eventsIn(tick, ["a"]));
    expect(await keysIn(url)).toEqual(Array.from({ length: 10 }, (_, i) => `plain:1:${i + 1}:0`));
    // The lock died with the server; the next flush took it again.
    const second = await stores.world(url);
    expect(await second.tryLock()).toBe(false);
  });

  test("H63 frozen: a fault instead of waiting, afterwards as if nothing had been", async () => {
    const { url, world, outbox } = await stores.both();
    await outbox.claim(1);
    await bring(world, eventsIn(1, ["a"]));
    postgres.freeze();
    try {
      for (let i = 0; i < 3; i++) {
        await expect(world.flush(eventsIn(2, ["a"]))).rejects.toThrow("did not answer in time");
        await expect(world.writeEntities([], 2)).rejects.toThrow(StoreFault);
        await expect(outbox.depth()).rejects.toThrow(StoreFault);
      }
      await expect(outbox.claim(1)).rejects.toThrow(StoreFault);
      await outbox.wait(10);
    } finally {
      postgres.thaw();
    }
    await bring(world, eventsIn(2, ["a"]));
    await bring(world, eventsIn(3, ["a"]));
    expect(await keysIn(url)).toEqual(["plain:1:1:0", "plain:1:2:0", "plain:1:3:0"]);
    await expect.poll(() => outbox.tryLead().catch(() => false)).toBe(true);
    expect(await outbox.depth()).toMatchObject({ waiting: 3 });
  });

  test("H64 read-only: a fault that says so, and it goes on when it writes again", async () => {
    const { url, world } = await stores.both();
    await bring(world, eventsIn(1, ["a"]));
    const name = new URL(url).pathname.slice(1);
    await postgres.query(url, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await endBackends(url);
    await expect.poll(() => codeOf(world.flush(eventsIn(2, ["a"])))).toBe("25006");
    await expect(world.flush(eventsIn(2, ["a"]))).rejects.toThrow("name the primary");
    await postgres.query(
      postgres.url,
      `ALTER DATABASE ${name} SET default_transaction_read_only = off`,
    );
    await bring(world, eventsIn(2, ["a"]));
    expect(await keysIn(url)).toEqual(["plain:1:1:0", "plain:1:2:0"]);
  });

  test("H74 a server that does not wait for its disk is used, and said", async () => {
    const careless = new PrivatePostgres({ settings: { fsync: "off" } });
    try {
      await careless.start();
      const world = await stores.world(careless.url);
      expect(world.warnings).toHaveLength(1);
      expect(world.warnings[0]).toContain("fsync is off in the database postgres://postgres@127");
    } finally {
      await stores.closeAll();
      await careless.stop();
    }
  });
});

describe("PostgreSQL behind a bad network", () => {
  let proxy: FaultProxy;
  beforeAll(async () => {
    proxy = new FaultProxy(postgres.port, 20_26);
    await proxy.start();
  });
  afterAll(() => proxy.stop());
  afterEach(() => {
    Object.assign(proxy.faults, { latencyMs: 0, byteByByte: false, blackHole: false });
  });

  /** PostgreSQL ends what it answered to a transaction with Z, 5, and I for idle. */
  function isReady(piece: Buffer): boolean {
    return piece.includes(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]));
  }

  test(`H66 an ambiguous commit, ${CUTS} times: nothing is lost, nothing doubled`, async () => {
    const url = await postgres.database();
    const world = await stores.world(proxy.before(url));
    await world.claim("a test");
    await bring(world, flightOf(0));
    const random = new RandomStream(66);
    const expected: string[] = [];
    let ambiguous = 0;
    for (let tick = 1; tick <= CUTS; tick++) {
      // Before the transaction reaches the server, or before its answer reaches the client.
      const place: Direction = random.next() < 0.5 ? "to server" : "to client";
      const cutsBefore = proxy.cuts;
      const keys = [`plain:1:${tick}:0`, `plain:1:${tick}:2`];
      proxy.cutOn(
        (piece, direction) => direction === place && (place === "to server" || isReady(piece)),
      );
      const flight = eventsIn(tick, ["a", "b"]);
      await expect(world.flush(flight)).rejects.toThrow(StoreFault);
      expect(proxy.cuts).toBe(cutsBefore + 1);
      if (place === "to client") expected.push(...keys);
      expect(await keysIn(url)).toEqual(expected);
      await bring(world, flight);
      if (place === "to client") ambiguous++;
      else expected.push(...keys);
    }
    expect(ambiguous).toBeGreaterThan(0);
    expect(await keysIn(url)).toEqual(expected);
    expect((await world.owner())?.tick).toBe(CUTS);
  });

  test("bytes that come one by one, and late, are the same bytes", async () => {
    const url = await postgres.database();
    const world = await stores.world(proxy.before(url));
    await world.claim("a test");
    await bring(world, flightOf(0));
    Object.assign(proxy.faults, { latencyMs: 5, byteByByte: true });
    await bring(world, eventsIn(1, ["a"]));
    expect(await keysIn(url)).toEqual(["plain:1:1:0"]);
    proxy.faults.byteByByte = false;
    proxy.faults.latencyMs = 0;
    expect((await world.snapshots())[0]?.tick).toBe(1);
  });

  test("H63 silence is a fault, and one connection after the other heals it", async () => {
    const url = await postgres.database();
    const world = await stores.world(proxy.before(url));
    await world.claim("a test");
    await bring(world, eventsIn(1, ["a"]));
    proxy.faults.blackHole = true;
    for (let i = 0; i < 3; i++) {
      await expect(world.flush(eventsIn(2, ["a"]))).rejects.toThrow("did not answer in time");
    }
    proxy.faults.blackHole = false;
    await bring(world, eventsIn(2, ["a"]));
    expect(await keysIn(url)).toEqual(["plain:1:1:0", "plain:1:2:0"]);
  });
});

describe("PostgreSQL on a full disk", () => {
  const DISK_MB = 32;
  const folder = mkdtempSync(join(tmpdir(), "aether-disk-"));
  let isMounted = false;
  beforeAll(() => {
    if (!isRoot()) return;
    try {
      const size = `size=${DISK_MB}m,mode=0777`;
      execFileSync("mount", ["-t", "tmpfs", "-o", size, "tmpfs", folder], { stdio: "ignore" });
      isMounted = true;
    } catch {
      // Not in every container; the test says so.
    }
  });
  afterAll(async () => {
    await stores.closeAll();
    if (isMounted) {
      await postgres.kill();
      execFileSync("umount", [folder]);
    }
    rmSync(folder, { recursive: true });
  });

  test("H65 a fault that says so; acknowledged events are there; it recovers", async (context) => {
    context.skip(!isMounted, "a small disk can only be mounted by root");
    // The tables alone are on the small disk: without room for its log the server would stop.
    const place = join(folder, "tables");
    execFileSync("install", ["-d", "-o", "postgres", place]);
    await postgres.query(postgres.url, `CREATE TABLESPACE small LOCATION '${place}'`);
    await postgres.query(postgres.url, "CREATE DATABASE small TABLESPACE small");
    const url = postgres.urlOf("small");
    const world = await stores.world(url);
    await world.claim("a test");
    const ballast = join(folder, "ballast");
    writeFileSync(ballast, Buffer.alloc(8 * 2 ** 20));
    chmodSync(ballast, 0o600);

    let acknowledged = 0;
    let fault: unknown = null;
    for (let tick = 1; tick < 1000 && fault === null; tick++) {
      try {
        await world.flush(heavy(tick));
        acknowledged = tick;
      } catch (error) {
        fault = error;
      }
    }
    expect(fault).toBeInstanceOf(StoreFault);
    expect(fault).toMatchObject({ code: "53100" });
    expect(String(fault)).toContain("Free space on its disk");
    const keys = await keysIn(url);
    expect(keys).toEqual(Array.from({ length: acknowledged }, (_, i) => `plain:1:${i + 1}:0`));

    rmSync(ballast);
    await bring(world, heavy(acknowledged + 1));
    expect(await keysIn(url)).toHaveLength(acknowledged + 1);
  });

  /** Half a megabyte that cannot be made smaller, in an image and in an event. */
  function heavy(tick: number): Flight {
    const random = new RandomStream(tick);
    const image = Uint8Array.from({ length: 250_000 }, () => random.next() * 256);
    const payload = Buffer.from(image).toString("base64");
    return {
      tick,
      image,
      facts: [{ what: "emitted", stream: "a", type: "told", payload, tick, index: 0 }],
    };
  }
});

/** Ends all other connections of a database, as a failover would. */
async function endBackends(url: string): Promise<void> {
  await postgres.query(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

async function codeOf(flush: Promise<boolean>): Promise<string> {
  return flush.then(
    () => "written",
    (error: unknown) => (error instanceof StoreFault ? error.code : "another error"),
  );
}
