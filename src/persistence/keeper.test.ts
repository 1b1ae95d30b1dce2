// The tick's end of persistence: flights, what waits for them, a worker or store that goes away.
import { beforeEach, describe, expect, test } from "vitest";
import { Vault } from "../../test/vault.ts";
import type { VaultWorker } from "../../test/vault.ts";
import type { Fact } from "./contract.ts";
import { Keeper } from "./keeper.ts";

/** Time that a test moves. */
class Time {
  now = 0;
  #calls: { at: number; call: () => void }[] = [];
  readonly after = (ms: number, call: () => void): void => {
    this.#calls.push({ at: this.now + ms, call });
  };
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.#calls.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#calls.splice(this.#calls.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.call();
    }
    this.now = end;
  }
}

const FLUSH_MS = 250;
const FACTS_MAX = 10;
const EVENTS_MAX = 100;
const COMMIT_MS = 4;

let time: Time;
let vault: Vault;
let workers: VaultWorker[];
let fenced: number;
const world = {
  tick: 0,
  isEmpty: false,
  writeImage(out: Uint8Array): number {
    out.set([this.tick, 2, 3]);
    return 3;
  },
};

beforeEach(() => {
  time = new Time();
  vault = new Vault({ after: time.after, commitMs: () => COMMIT_MS });
  workers = [];
  fenced = 0;
  world.tick = 0;
  world.isEmpty = false;
});

async function keeping(): Promise<Keeper> {
  const options = {
    url: "",
    world: "test",
    poolSize: 2,
    retentionDays: 1,
    presence: { redisUrl: "", ttlMs: 1000 },
    outbox: { relay: false, sink: "log" as const },
    logLevel: "info",
    flushMs: FLUSH_MS,
    heartbeatMs: 1000,
    imageBytesMax: 64,
    factsMax: FACTS_MAX,
    historyRows: 1000,
    eventsMax: EVENTS_MAX,
  };
  const keeper = new Keeper(options, {
    startWorker: (...args) => {
      const worker = vault.startWorker(...args);
      workers.push(worker);
      return worker;
    },
    now: () => time.now,
    wallNow: () => 1e12 + time.now,
    after: time.after,
    tick: () => world.tick,
    owner: "a test",
    log: () => undefined,
    onFenced: () => fenced++,
    journal: null,
  });
  const opening = keeper.open();
  time.pass(COMMIT_MS);
  await opening;
  return keeper;
}

function tick(keeper: Keeper, times = 1): void {
  for (let i = 0; i < times; i++) {
    world.tick++;
    keeper.afterTick(world);
    time.pass(25);
  }
}

const joined = (session: string): Fact => ({
  what: "joined",
  session,
  entity: 5,
  kind: 1,
  tokenHash: "h",
  client: "",
  account: "",
  spent: null,
});
const counters = { received: 0, sent: 0, corrections: 0 };
const suspended = (session: string): Fact => ({
  what: "suspended",
  session,
  entity: 5,
  code: 1006,
  counters,
});
const ended = (session: string): Fact => ({
  what: "ended",
  session,
  entity: 5,
  reason: "left",
  counters,
});

describe("flights", () => {
  test("leave every flush_ms, and at once when somebody waits for one", async () => {
    const keeper = await keeping();
    tick(keeper, 41);
    // one at the first tick, then one every ten
    expect([vault.commits, vault.tick]).toEqual([5, 41]);
    expect(vault.image).toEqual(Uint8Array.from([41, 2, 3]));
    const serial = keeper.note(joined("a"));
    expect(keeper.isSettled(serial)).toBe(false);
    tick(keeper);
    expect([vault.commits, vault.tick]).toEqual([6, 42]);
    expect(keeper.isSettled(serial)).toBe(true);
  });

  test("an empty world without news is written once a second", async () => {
    const keeper = await keeping();
    world.isEmpty = true;
    tick(keeper, 81);
    expect(vault.commits).toBe(3);
  });

  test("one is in the air at a time; what comes meanwhile goes with the next", async () => {
    const keeper = await keeping();
    vault.isAway = true;
    const serials = ["a", "b"].map((name) => {
      const serial = keeper.note(joined(name));
      tick(keeper, 3);
      return serial;
    });
    expect(workers[0]?.flights).toBe(1);
    vault.comeBack();
    expect(serials.map((serial) => keeper.isSettled(serial))).toEqual([true, false]);
    tick(keeper);
    expect(workers[0]?.flights).toBe(2);
    expect(serials.map((serial) => keeper.isSettled(serial))).toEqual([true, true]);
    expect(vault.keys).toEqual(["1:0:0", "1:3:0"]);
  });

  test("facts of one tick are numbered, and no key comes twice", async () => {
    const keeper = await keeping();
    tick(keeper);
    for (const name of ["a", "b", "c"]) keeper.note(joined(name));
    tick(keeper);
    keeper.note(ended("a"));
    tick(keeper, 20);
    expect(vault.keys).toEqual(["1:1:0", "1:1:1", "1:1:2", "1:2:0"]);
    expect([...vault.sessions.keys()]).toEqual(["b", "c"]);
  });
});

describe("a store that is away", () => {
  test("nobody waits for it longer than half a second; facts wait, and arrive once", async () => {
    const keeper = await keeping();
    vault.isAway = true;
    const serial = keeper.note(joined("a"));
    tick(keeper, 20);
    expect([keeper.isAway, keeper.isSettled(serial)]).toEqual([false, false]);
    tick(keeper, 2);
    expect([keeper.isAway, keeper.isSettled(serial)]).toEqual([true, true]);
    expect(keeper.status).toMatchObject({ waiting: 1, durableTick: 0 });
    vault.comeBack();
    tick(keeper, 11);
    expect(keeper.isAway).toBe(false);
    expect(vault.keys).toEqual(["1:0:0"]);
    expect(keeper.status.waiting).toBe(0);
  });

  test("H62 a full queue has no room for who joins, and has for the end of who is in", async () => {
    const keeper = await keeping();
    vault.isAway = true;
    const sessions: string[] = [];
    while (keeper.hasRoom(3)) {
      sessions.push(`s${sessions.length}`);
      keeper.note(joined(sessions.at(-1) ?? ""));
    }
    expect(sessions.length).toBe(3);
    expect(keeper.hasRoom(3)).toBe(false);
    for (const name of sessions) keeper.note(suspended(name));
    for (const name of sessions) keeper.note(ended(name));
    expect(keeper.status.waiting).toBeLessThanOrEqual(FACTS_MAX);
    tick(keeper, 30);
    vault.comeBack();
    tick(keeper, 30);
    expect(vault.keys.length).toBe(9);
    expect(vault.sessions.size).toBe(0);
    expect(keeper.hasRoom(FACTS_MAX)).toBe(true);
  });

  test("H13 it is behind while too many events wait to be published", async () => {
    const keeper = await keeping();
    const seen = [keeper.isBehind];
    for (const waiting of [EVENTS_MAX - 1, EVENTS_MAX, EVENTS_MAX + 7, EVENTS_MAX - 1]) {
      workers[0]?.reportWaiting(waiting);
      seen.push(keeper.isBehind);
    }
    expect(seen).toEqual([false, false, true, true, false]);
  });
});

describe("a worker that is lost", () => {
  test.each([true, false])(
    "H61 is replaced, and nothing comes twice (committed: %s)",
    async (is) => {
      const keeper = await keeping();
      keeper.note(joined("a"));
      world.tick++;
      keeper.afterTick(world);
      time.pass(1);
      if (is) {
        // in the store, but the answer never comes
        vault.isAway = false;
        const [worker] = workers;
        time.pass(COMMIT_MS - 1);
        expect(vault.commits).toBe(1);
        worker?.die();
      } else {
        vault.isAway = true;
        time.pass(COMMIT_MS);
        workers[0]?.die();
        expect(vault.commits).toBe(0);
        vault.comeBack();
      }
      tick(keeper, 30);
      expect(workers.length).toBe(2);
      expect(vault.keys).toEqual(["1:0:0"]);
      expect(keeper.status).toMatchObject({ waiting: 0, workersLost: 1, isAway: false });
      expect(vault.present.get("a")).toBe("playing");
    },
  );
});

describe("a successor that cannot begin", () => {
  test("H61 is tried again and again, ever more seldom, while the world goes on", async () => {
    const keeper = await keeping();
    vault.refusal = { sentence: "The database is too old.", isOwned: false };
    workers[0]?.die();
    keeper.note(joined("a"));
    tick(keeper, 1200);
    expect([fenced, vault.commits]).toEqual([0, 0]);
    expect(keeper.status).toMatchObject({ isAway: true, waiting: 1, flights: 0 });
    // After 0.25, 0.5, 1, 2, 4, 8 and 8 s of the 30.
    expect(workers.length).toBe(1 + 7);
    vault.refusal = null;
    tick(keeper, 400);
    expect(keeper.status).toMatchObject({ isAway: false, waiting: 0 });
    expect(vault.keys).toEqual(["1:0:0"]);
  });

  test("H44 because another process has the world ends this one", async () => {
    const keeper = await keeping();
    vault.refusal = { sentence: "another process took the world", isOwned: true };
    workers[0]?.die();
    tick(keeper, 200);
    expect([fenced, workers.length]).toEqual([1, 2]);
  });
});

test("H44 an owner that was overtaken writes nothing and is told", async () => {
  const keeper = await keeping();
  tick(keeper, 5);
  vault.epoch++;
  keeper.note(joined("a"));
  tick(keeper, 5);
  expect([fenced, vault.fenced, vault.keys.length]).toEqual([1, 1, 0]);
});

test("H61 facts noted after the flight of the last tick get through at the end", async () => {
  const keeper = await keeping();
  tick(keeper);
  expect(vault.tick).toBe(1);
  keeper.note(joined("a"));
  const closing = keeper.close(world);
  for (let i = 0; i < 50; i++) {
    time.pass(10);
    await Promise.resolve();
  }
  expect(await closing).toBe(0);
  expect(vault.keys).toEqual(["1:1:0"]);
});

test("the end takes the last state along, and says what did not get through", async () => {
  const keeper = await keeping();
  keeper.note(joined("a"));
  const closing = keeper.close(world);
  for (let i = 0; i < 50; i++) {
    time.pass(10);
    await Promise.resolve();
  }
  expect(await closing).toBe(0);
  expect(vault.keys.length).toBe(1);

  const other = await keeping();
  vault.isAway = true;
  other.note(joined("b"));
  const closingAway = other.close(world);
  for (let i = 0; i < 600; i++) {
    time.pass(10);
    await Promise.resolve();
  }
  expect(await closingAway).toBe(1);
});
