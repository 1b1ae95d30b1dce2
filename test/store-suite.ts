// What every store of worlds must do, whatever database is behind it.
import { afterEach, describe, expect, test } from "vitest";

import { StoreRefusal } from "../src/persistence/contract.ts";
import type { MarkedFact } from "../src/persistence/contract.ts";
import { unseal } from "../src/persistence/snapshot.ts";
import { emitted, eventsIn, flightOf, imageOf, joined, Stores, WORLD } from "./store-bench.ts";
import type { StoreBench } from "./store-bench.ts";
import { openInProcesses, StoreHolder } from "./store-process.ts";

const COUNTERS = { received: 11, sent: 22, corrections: 3 };

export function storeSuite(name: string, bench: StoreBench): void {
  const stores = new Stores(bench);
  afterEach(() => stores.closeAll());

  describe(`${name}: a world's snapshot`, () => {
    test("a fresh world has no owner, no snapshot, no sessions", async () => {
      const world = await stores.world(await bench.fresh());
      expect(await world.owner()).toBeNull();
      expect(await world.snapshots()).toEqual([]);
      expect(await world.sessions()).toEqual([]);
      expect(world.warnings).toEqual([]);
      expect(await world.claim("first")).toBe(1);
      expect(await world.owner()).toMatchObject({ owner: "first", epoch: 1, written: 0 });
    });

    test("comes back as it went, and with it the tick", async () => {
      const { url, world } = await stores.both();
      const image = imageOf(7, 100_000);
      expect(await world.flush({ tick: 7, image, facts: [] })).toBe(true);
      const again = await stores.world(url);
      const [snapshot, ...rest] = await again.snapshots();
      expect(rest).toEqual([]);
      expect(snapshot?.tick).toBe(7);
      expect(unseal(snapshot!.sealed)).toEqual(image);
      expect(await again.owner()).toMatchObject({ epoch: 1, tick: 7, written: 1 });
    });

    test("goes to the slot that is not the newest", async () => {
      const { world } = await stores.both();
      const seen = [];
      for (const tick of [0, 10, 20, 30]) {
        expect(await world.flush(flightOf(tick))).toBe(true);
        seen.push((await world.snapshots()).map((snapshot) => [snapshot.slot, snapshot.tick]));
      }
      expect(seen).toEqual([
        [[0, 0]],
        [[1, 10], [0, 0]], // prettier-ignore
        [[0, 20], [1, 10]], // prettier-ignore
        [[1, 30], [0, 20]], // prettier-ignore
      ]);
    });

    test("H67 a damaged one is found, and the other slot still has its own", async () => {
      const { url, world } = await stores.both();
      await world.flush(flightOf(1));
      await world.flush(flightOf(2));
      await bench.sql(url, bench.damage);
      const [newest, other] = await world.snapshots();
      expect(newest?.tick).toBe(2);
      expect(unseal(newest!.sealed)).toContain("bytes");
      expect(unseal(other!.sealed)).toEqual(imageOf(1));
    });

    test("a world that went back to its older slot goes on from there", async () => {
      const { url, world } = await stores.both();
      await world.flush(flightOf(100));
      await world.flush(flightOf(200));
      const next = await stores.world(url);
      expect(await next.claim("next")).toBe(2);
      // Restored from tick 100; the first flush may carry that very tick.
      expect(await next.flush(eventsIn(100, ["a"]))).toBe(true);
      expect(await next.flush(eventsIn(101, ["a"]))).toBe(true);
      expect((await next.snapshots()).map(({ tick }) => tick)).toEqual([101, 100]);
      expect(await next.owner()).toMatchObject({ epoch: 2, tick: 101, written: 2 });
    });

    test("an epoch is above the last one, and as high as asked", async () => {
      const { url, world } = await stores.both();
      const next = await stores.world(url);
      expect(await next.claim("next", 5000)).toBe(5000);
      expect(await next.claim("next", 4000)).toBe(5001);
      expect(await world.flush(flightOf(1))).toBe(false);
      const elsewhere = await stores.world(url, "elsewhere");
      expect(await elsewhere.claim("first", 7000)).toBe(7000);
    });
  });

  describe(`${name}: who may write`, () => {
    test("H44 an older owner writes nothing, and is told so", async () => {
      const { url, world } = await stores.both();
      await world.flush(eventsIn(5, ["a"]));
      const next = await stores.world(url);
      await next.claim("next");
      const stale = flightOf(6, [joined("s", 1, 6, 0), emitted(6, 1, "a")]);
      expect(await world.flush(stale)).toBe(false);
      expect(await world.flush(stale)).toBe(false);
      await world.writeEntities([{ id: 1, kind: 0, x: 1, y: 2 }], 6);
      expect(await stores.count(url, "outbox")).toBe(1);
      expect(await stores.count(url, "snapshots")).toBe(1);
      expect(await stores.count(url, "sessions")).toBe(0);
      expect(await stores.count(url, "session_history")).toBe(0);
      expect(await stores.count(url, "entity_snapshots")).toBe(0);
      expect(await next.flush(eventsIn(6, ["a"]))).toBe(true);
    });

    test("H66 a flight that was written is not written again", async () => {
      const { url, world } = await stores.both();
      const flight = flightOf(9, [joined("s", 1, 8, 0), emitted(9, 0, "a")]);
      expect(await world.flush(flight)).toBe(true);
      expect(await world.flush(flight)).toBe(true);
      const after = await stores.world(url);
      after.reclaim(1);
      expect(await after.flush(flight)).toBe(true);
      expect(await stores.count(url, "outbox")).toBe(3);
      expect(await stores.count(url, "session_history")).toBe(1);
      expect(await stores.count(url, "snapshots")).toBe(1);
    });

    test("the lock has one holder, and dies with it", async () => {
      const url = await bench.fresh();
      const world = await stores.world(url);
      expect(await world.tryLock()).toBe(true);
      expect(await world.tryLock()).toBe(true);
      const second = await stores.world(url);
      expect(await second.tryLock()).toBe(false);
      expect(await (await stores.world(url, "another")).tryLock()).toBe(true);
      await world.close();
      // PostgreSQL frees it when it has noticed.
      await expect.poll(() => second.tryLock()).toBe(true);
    });

    test("H44 the lock of a process that was killed is free", async () => {
      const url = await bench.fresh();
      const holder = await StoreHolder.start(url, WORLD);
      try {
        const world = await stores.world(url);
        expect(await world.tryLock()).toBe(false);
        await holder.kill();
        await expect.poll(() => world.tryLock()).toBe(true);
      } finally {
        await holder.kill();
      }
    });

    test("two worlds of one database know nothing of each other", async () => {
      const { url, world } = await stores.both();
      const other = await stores.world(url, "other");
      expect(await other.claim("b")).toBe(1);
      await world.flush(flightOf(50, [joined("s", 1, 50, 0)]));
      await other.flush(flightOf(3, [joined("s", 2, 3, 0)]));
      expect((await other.snapshots()).map(({ tick }) => tick)).toEqual([3]);
      expect((await other.sessions()).map(({ entity }) => entity)).toEqual([2]);
      const outbox = await stores.outbox(url, "other");
      expect((await outbox.claim(10)).map(({ stream }) => stream)).toEqual([
        "session:s",
        "entity:2",
      ]);
    });
  });

  describe(`${name}: sessions`, () => {
    const suspended = { what: "suspended", code: 1006, counters: COUNTERS } as const;
    const ended = { what: "ended", reason: "expired", counters: COUNTERS } as const;

    function resumed(session: string, entity: number, tick: number): MarkedFact {
      return {
        what: "resumed",
        session,
        entity,
        tokenHash: "second hash",
        usedHash: "hash",
        tick,
        index: 0,
      };
    }

    test("live from flight to flight, and leave a history", async () => {
      const { url, world } = await stores.both();
      await world.flush(flightOf(1, [joined("s", 17, 1, 0), joined("t", 18, 1, 1)]));
      const both = await world.sessions();
      expect(both.map(({ session }) => session)).toEqual(["s", "t"]);
      expect(both[0]).toEqual({
        ...{ session: "s", entity: 17, kind: 3, tokenHash: "hash of s", client: "bot" },
        ...{ usedHash: "", account: "account of s", isOpen: true },
        counters: { received: 0, sent: 0, corrections: 0 },
      });

      await world.flush(
        flightOf(2, [{ ...suspended, session: "s", entity: 17, tick: 2, index: 0 }]),
      );
      expect((await world.sessions())[0]?.counters).toEqual(COUNTERS);
      await world.flush(flightOf(3, [resumed("s", 17, 3)]));
      const back = { tokenHash: "second hash", usedHash: "hash", counters: COUNTERS };
      expect((await world.sessions())[0]).toMatchObject(back);
      const told = { what: "told", session: "s", entity: 17, tick: 3, index: 1 } as const;
      await world.flush(flightOf(4, [told]));
      expect((await world.sessions())[0]).toMatchObject({ ...back, usedHash: "" });
      await world.flush(flightOf(5, [{ ...ended, session: "s", entity: 17, tick: 5, index: 0 }]));
      expect((await world.sessions()).map(({ session }) => session)).toEqual(["t"]);

      const [row] = await bench.sql(url, "SELECT state, reason FROM sessions WHERE session = 's'");
      expect({ ...row }).toEqual({ state: "ended", reason: "expired" });
      const history = await bench.sql(
        url,
        "SELECT what, code, reason FROM session_history WHERE session = 's' ORDER BY id",
      );
      expect(history.map((each) => ({ ...each }))).toEqual([
        { what: "connect", code: null, reason: null },
        { what: "disconnect", code: 1006, reason: null },
        { what: "resume", code: null, reason: null },
        { what: "end", code: null, reason: "expired" },
      ]);
    });

    test("may come and go within one flight", async () => {
      const { url, world, outbox } = await stores.both();
      const facts: MarkedFact[] = [
        joined("s", 17, 1, 0),
        { ...suspended, session: "s", entity: 17, tick: 1, index: 1 },
        resumed("s", 17, 2),
        { what: "violated", session: "s", entity: 17, ...violations(), tick: 2, index: 1 },
        { ...ended, session: "s", entity: 17, tick: 3, index: 0 },
      ];
      await world.flush(flightOf(3, facts));
      expect(await world.sessions()).toEqual([]);
      const [row] = await bench.sql(url, "SELECT state, token_hash, received FROM sessions");
      expect([row?.["state"], row?.["token_hash"], Number(row?.["received"])]).toEqual([
        ...["ended", "second hash", COUNTERS.received],
      ]);
      const events = await outbox.claim(10);
      expect(events.map(({ key, stream, type }) => [key, stream, type])).toEqual([
        ["plain:1:1:0", "session:s", "session.opened"],
        ["plain:1:1:1", "entity:17", "entity.spawned"],
        ["plain:1:2:2", "session:s", "session.violated"],
        ["plain:1:3:0", "entity:17", "entity.despawned"],
        ["plain:1:3:1", "session:s", "session.closed"],
      ]);
      expect(events.map(({ payload }) => JSON.parse(payload) as unknown)).toEqual([
        { session: "s", entity: 17, kind: 3, client: "bot", account: "account of s", tick: 1 },
        { entity: 17, kind: 3, session: "s", tick: 1 },
        { session: "s", entity: 17, ...violations(), tick: 2 },
        { entity: 17, session: "s", reason: "expired", tick: 3 },
        { session: "s", entity: 17, reason: "expired", tick: 3, ...COUNTERS },
      ]);
    });

    test("that are over are kept for a while only", async () => {
      const { url, world } = await stores.both();
      const left = { ...ended, session: "s", entity: 1, tick: 1, index: 2 };
      await world.flush(flightOf(1, [joined("s", 1, 1, 0), joined("t", 2, 1, 1), left]));
      const now = Date.now();
      const kept = { days: 1, historyRows: 1000 };
      expect(await world.retain({ ...kept, now })).toEqual({ old: 0, surplus: 0 });
      expect(await stores.count(url, "session_history")).toBe(3);
      // Two days later: a session of three history rows, and one that lives.
      const later = now + 2 * 86_400_000;
      expect(await world.retain({ ...kept, now: later })).toEqual({ old: 4, surplus: 0 });
      expect((await world.sessions()).map(({ session }) => session)).toEqual(["t"]);
    });

    test("H13 of a history that is too long the oldest rows go, with their sessions", async () => {
      const { url, world } = await stores.both();
      const other = await stores.world(url, "other");
      await other.claim("a test");
      await other.flush(flightOf(1, [joined("s0", 1, 1, 0)]));
      await world.flush(flightOf(1, [joined("lives", 99, 1, 0)]));
      const churned = 3000;
      for (let tick = 2, n = 0; n < churned; tick++) {
        const facts: MarkedFact[] = [];
        for (let i = 0; i < 500; i++, n++) {
          facts.push(joined(`s${n}`, n, tick, 2 * i));
          facts.push({ ...ended, session: `s${n}`, entity: n, tick, index: 2 * i + 1 });
        }
        await world.flush(flightOf(tick, facts));
      }
      expect(await stores.count(url, "session_history")).toBe(2 * churned + 2);
      const keeping = { days: 1, historyRows: 1500, now: Date.now() };
      const { old, surplus } = await world.retain(keeping);
      // 4,501 rows, and the sessions of four flights, which are older than what is left.
      expect([old, surplus]).toEqual([0, 4501 + 4 * 500]);
      expect(await stores.count(url, "sessions")).toBe(2 * 500 + 2);
      expect(await stores.count(url, "session_history")).toBe(1500 + 1);
      // What is kept is the newest; who is connected stays, though its story begins later.
      const [{ n } = { n: -1 }] = await bench.sql(
        url,
        "SELECT count(*) AS n FROM session_history WHERE world = 'plain' AND tick < 6",
      );
      expect(Number(n)).toBe(0);
      expect((await world.sessions()).map(({ session }) => session)).toEqual(["lives"]);
      expect((await other.sessions()).map(({ session }) => session)).toEqual(["s0"]);
      expect(await world.retain(keeping)).toEqual({ old: 0, surplus: 0 });
    });

    test("H42 tokens that they used up are known until they expire", async () => {
      const { url, world } = await stores.both();
      const now = 1_800_000_000_000;
      const spent = (id: string, until: number) => ({ id, until });
      const join = (id: string, until: number, index: number): MarkedFact =>
        joined(id, index, 1, index, spent(id, until));
      const flight = flightOf(1, [join("a", now + 1, 0), join("b", now + 2000, 1)]);
      expect(await world.flush(flight)).toBe(true);
      expect(await world.flush(flightOf(2, [join("b", now + 2000, 2)]))).toBe(true);
      const again = await stores.world(url);
      expect((await again.spentTokens(now)).sort((x, y) => x.until - y.until)).toEqual([
        spent("a", now + 1),
        spent("b", now + 2000),
      ]);
      expect(await again.spentTokens(now + 1)).toEqual([spent("b", now + 2000)]);
      expect(await (await stores.world(url, "other")).spentTokens(now)).toEqual([]);
      await world.retain({ days: 1, historyRows: 1000, now: now + 1 });
      expect(await stores.count(url, "spent_tokens")).toBe(1);
    });
  });

  describe(`${name}: rows for queries`, () => {
    test("are as many as there are entities, in batches, and those that are gone go", async () => {
      const { url, world } = await stores.both();
      const rows = Array.from({ length: 2500 }, (_, id) => ({ id, kind: 1, x: id / 4, y: -id }));
      await world.writeEntities(rows, 10);
      expect(await stores.count(url, "entity_snapshots")).toBe(2500);
      await world.writeEntities([{ id: 7, kind: 2, x: 0.25, y: 4_000_000_000 }], 9);
      const left = await bench.sql(url, "SELECT id, kind, x, y FROM entity_snapshots");
      expect(left.map((row) => Object.values(row).map(Number))).toEqual([[7, 2, 0.25, 4e9]]);
      await world.writeEntities([], 11);
      expect(await stores.count(url, "entity_snapshots")).toBe(0);
    });
  });

  describe(`${name}: what strangers write`, () => {
    test("H49 SQL, quotes, NULs and broken surrogates are only text", async () => {
      const { url, world, outbox } = await stores.both();
      const bad = `'); DROP TABLE outbox; --"\\ {} $1 ? \u{1F600}`;
      const join = { ...joined(bad, 1, 1, 0), client: `${bad}\0\ud800` } as MarkedFact;
      const event = {
        what: "emitted",
        stream: `${bad}\0`,
        type: bad,
        payload: "\ud800\0",
      } as const;
      expect(await world.flush(flightOf(1, [join, { ...event, tick: 1, index: 1 }]))).toBe(true);
      const [session] = await world.sessions();
      expect(session?.session).toBe(bad);
      expect(session?.client).toBe(`${bad}\uFFFD\uFFFD`);
      const events = await outbox.claim(10);
      expect(events.at(-1)?.stream).toBe(`${bad}\uFFFD`);
      expect(events.at(-1)?.payload).toBe("\uFFFD\uFFFD");
      await outbox.settle(
        [],
        [{ id: events[0]!.id, error: `${bad}\0`, attempts: 1, retryMs: null }],
      );
      expect((await outbox.listDead(5))[0]?.stream).toBe(`session:${bad}`);
      expect(await outbox.dropDead([bad])).toBe(0);
      expect(await outbox.dropDead(null)).toBe(1);
      expect(await stores.count(url, "outbox")).toBe(2);
    });
  });

  describe(`${name}: the schema`, () => {
    test("H70 a newer one is refused in words", async () => {
      const url = await bench.fresh();
      await (await stores.world(url)).close();
      await bench
        .sql(url, "INSERT INTO aether_schema (version, applied_at) VALUES (99, NULL)")
        .catch(() => bench.sql(url, "INSERT INTO aether_schema (version) VALUES (99)"));
      const words = /version 99.* versions up to 3\b/;
      await expect(stores.world(url)).rejects.toThrow(StoreRefusal);
      await expect(stores.world(url)).rejects.toThrow(words);
      await expect(stores.outbox(url)).rejects.toThrow(words);
    });

    test("H70 processes that make it at once make it once", async () => {
      const url = await bench.fresh();
      expect(await openInProcesses(url, WORLD, 3)).toEqual(["opened", "opened", "opened"]);
      expect(await stores.count(url, "aether_schema")).toBe(3);
    });

    test("H70 sessions of the version before have no token before their own", async () => {
      const { url, world } = await stores.both();
      await world.flush(flightOf(1, [joined("s", 17, 1, 0)]));
      await world.close();
      await bench.sql(url, "ALTER TABLE sessions DROP COLUMN used_hash");
      await bench.sql(url, "DELETE FROM aether_schema WHERE version = 3");
      const [session] = await (await stores.world(url)).sessions();
      expect(session).toMatchObject({ tokenHash: "hash of s", usedHash: "" });
    });
  });
}

function violations(): {
  overBank: number;
  overRate: number;
  clipped: number;
  tokenReused: number;
} {
  return { overBank: 1, overRate: 2, clipped: 3, tokenReused: 4 };
}
