import { expect, test } from "vitest";

import { CELLS } from "./catalogue.ts";
import {
  besideChecks,
  journalCheck,
  type BesideState,
  drainCheck,
  Health,
  memoryCheck,
  storeCheck,
  type StoreState,
  tickCheck,
} from "./health.ts";
import { createLog } from "./log.ts";
import { MemoryWatch } from "./memory.ts";
import { TickNumbers } from "./ticks.ts";

function setUp() {
  const world = { now: 1000, draining: false };
  const ticks = new TickNumbers(new Float64Array(CELLS), 25);
  const limits = { ageMs: 250, p99Ms: 15 };
  const health = new Health(
    [tickCheck(ticks, () => world.now, limits), drainCheck(() => world.draining)],
    () => "http://127.0.0.1:9091",
  );
  return { world, ticks, health };
}

/** What /readyz says: its status, and of each check the status and the message. */
function told(health: Health): [number, string, Record<string, string>] {
  const { status, body, contentType } = health.ready();
  expect(contentType).toBe("application/json");
  const answer = JSON.parse(body) as {
    status: string;
    checks: Record<string, { status: string; message: string }>;
  };
  const checks = Object.entries(answer.checks).map(([name, check]) => [
    name,
    `${check.status}: ${check.message}`,
  ]);
  return [status, answer.status, Object.fromEntries(checks) as Record<string, string>];
}

test("alive from the start, ready with the first tick", () => {
  const { ticks, health } = setUp();
  expect(health.publicAnswer("/healthz")).toEqual({
    status: 200,
    body: '{\n  "status": "alive"\n}\n',
    contentType: "application/json",
  });
  expect(told(health)).toEqual([
    503,
    "not ready",
    { tick: "failing: no tick has run yet", sessions: "ok: open to new ones" },
  ]);
  ticks.finish(990 - 1000 * 0.001, 990);
  expect(told(health)).toEqual([
    200,
    "ready",
    {
      tick: "ok: the last tick ended 10 ms ago; p99 of the last second 1.0 of 15.0 ms",
      sessions: "ok: open to new ones",
    },
  ]);
  expect(health.publicAnswer("/readyz")).toEqual(health.ready());
});

test("not ready once ticks stop, or while draining", () => {
  const { world, ticks, health } = setUp();
  ticks.finish(1000 - 1000 * 0.001, 1000);
  world.now = 1250;
  expect(health.ready().status).toBe(200);
  world.now = 1251;
  expect(health.ready().status).toBe(503);
  expect(health.isReady).toBe(false);
  world.now = 1000;
  expect(health.isReady).toBe(true);
  world.draining = true;
  const [status, , checks] = told(health);
  expect(status).toBe(503);
  expect(checks["sessions"]).toBe("failing: draining, no new ones");
  expect(health.publicAnswer("/healthz")?.status).toBe(200);
});

test("not ready while the p99 of a second's ticks is over its share of the budget", () => {
  const { ticks, health } = setUp();
  const tick = (count: number, seconds: number) => {
    for (let i = 0; i < count; i++) ticks.finish(1000 - seconds * 1000, 1000);
  };
  tick(40, 0.015);
  expect(health.ready().status).toBe(200);
  // Forty ticks are fewer than a hundred: their 99th percentile is the longest of them.
  tick(1, 0.0151);
  expect(told(health)[2]["tick"]).toContain("p99 of the last second 15.1 of 15.0 ms");
  expect(health.ready().status).toBe(503);
  tick(39, 0.001);
  expect(health.ready().status).toBe(503);
  tick(1, 0.001);
  expect(health.ready().status).toBe(200);
});

test("of more than a hundred ticks a second one may be longer", () => {
  const ticks = new TickNumbers(new Float64Array(CELLS), 5);
  for (let i = 0; i < 200; i++) ticks.finish(i - 1000 * (i === 7 || i === 8 ? 0.02 : 0.001), i);
  expect(ticks.recentP99()).toBe(0.001);
  ticks.finish(200 - 1000 * 0.02, 200);
  expect(ticks.recentP99()).toBe(0.02);
});

test("H88 a heap that fills up is not ready, and says so until there is room again", () => {
  const shed: boolean[] = [];
  const memory = new MemoryWatch(createLog({ level: "silent", fd: 1 }).log, (is) => shed.push(is));
  const health = new Health([memoryCheck(memory)], () => "");
  const mb = 1024 * 1024;
  memory.look(79 * mb, 100 * mb);
  expect(told(health)).toEqual([200, "ready", { memory: "ok: 79 of 100 MB of heap in use" }]);
  memory.look(80 * mb, 100 * mb);
  memory.look(90 * mb, 100 * mb);
  memory.look(71 * mb, 100 * mb);
  expect(told(health)).toEqual([
    503,
    "not ready",
    { memory: "failing: 71 of 100 MB of heap in use, joins are refused" },
  ]);
  memory.look(69 * mb, 100 * mb);
  expect(health.isReady).toBe(true);
  expect(shed).toEqual([true, false]);
  expect(() => {
    memory.look(95 * mb, 100 * mb);
  }).toThrow(/^The heap is full: 95 of 100 MB of heap in use; .*--max-old-space-size/);
});

test("H47 the public port says where metrics and profiles are, and shows none", () => {
  const { health } = setUp();
  expect(health.publicAnswer("/metrics")).toEqual({
    status: 404,
    body: "Not on this port; the admin server is at http://127.0.0.1:9091/metrics\n",
  });
  expect(health.publicAnswer("/debug/pprof/heap")?.status).toBe(404);
  for (const path of ["/", "/healthz/", "/debugger", "/metrics2", ""]) {
    expect(health.publicAnswer(path), path).toBeNull();
  }
  const open = new Health([], () => "");
  expect(open.publicAnswer("/metrics")?.body).toBe(
    "Not on this port; the admin server is where observability.admin_addr says\n",
  );
});

test("a database that is away is told, and is no reason not to be ready", () => {
  let state: StoreState | null = null;
  const health = new Health([storeCheck(() => state)], () => "");
  expect(told(health)[2]).toEqual({ database: "ok: none, nothing outlives this process" });
  const well = { store: "SQLite 3", durableTick: 9, durableAgeMs: 20.4, waiting: 2 };
  const durable = "SQLite 3; tick 9 is durable since 20 ms, 2 facts wait";
  state = { ...well, isAway: false };
  expect(told(health)).toEqual([200, "ready", { database: `ok: ${durable}` }]);
  state = { ...well, isAway: true };
  expect(told(health)).toEqual([200, "ready", { database: `degraded: away: ${durable}` }]);
});

test("outbox and Redis are told, and never a reason not to be ready", () => {
  let state: BesideState | null = null;
  const health = new Health(
    besideChecks(true, () => state),
    () => "",
  );
  const unheard = "ok: not heard of yet";
  expect(told(health)).toEqual([200, "ready", { outbox: unheard, redis: unheard }]);
  state = {
    outbox: { waiting: 7, dead: 1, isAway: true },
    presence: { entries: 3, isAway: false },
  };
  expect(told(health)).toEqual([
    200,
    "ready",
    {
      outbox: "degraded: away; 7 events wait, 1 were given up",
      redis: "ok: presence shows 3 sessions",
    },
  ]);
  const alone = new Health(
    besideChecks(false, () => state),
    () => "",
  );
  expect(told(alone)[2]["redis"]).toBe("ok: none, presence of 3 sessions is kept in the process");
});

test("a journal that is not written degrades, with what it has", () => {
  const state = { syncedTick: 70, syncedAgeMs: 12.4, lostTicks: 0, fault: null as string | null };
  const health = new Health([journalCheck(() => state)], () => "");
  const checkOf = (): unknown =>
    (JSON.parse(health.ready().body) as { checks: { journal: unknown } }).checks.journal;
  expect(checkOf()).toEqual({
    status: "ok",
    message: "tick 70 is on the disk since 12 ms, 0 ticks missing",
  });
  state.fault = "ENOSPC: no space left on /secret/place";
  state.lostTicks = 9;
  expect(health.ready().status).toBe(200);
  expect(checkOf()).toEqual({
    status: "degraded",
    message:
      "not written: a crash forgets more; tick 70 is on the disk since 12 ms, 9 ticks missing",
  });
});
