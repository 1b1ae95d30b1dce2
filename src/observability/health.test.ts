import { expect, test } from "vitest";

import { besideChecks, type BesideState, drainCheck, Health, tickCheck } from "./health.ts";
import { TickNumbers } from "./ticks.ts";

function setUp() {
  const world = { now: 1000, draining: false };
  const ticks = new TickNumbers([]);
  const health = new Health(
    [tickCheck(ticks, () => world.now, 250), drainCheck(() => world.draining)],
    () => "http://127.0.0.1:9091",
  );
  return { world, ticks, health };
}

test("alive from the start, ready with the first tick", () => {
  const { ticks, health } = setUp();
  expect(health.publicAnswer("/healthz")).toEqual({ status: 200, body: "alive\n" });
  expect(health.publicAnswer("/readyz")).toEqual({
    status: 503,
    body: "not ready\ntick: not ok, no tick has run yet\nsessions: ok, open to new ones\n",
  });
  ticks.finish(990, 0.001);
  expect(health.publicAnswer("/readyz")).toEqual({
    status: 200,
    body: "ready\ntick: ok, the last tick ended 10 ms ago\nsessions: ok, open to new ones\n",
  });
});

test("not ready once ticks stop, or while draining", () => {
  const { world, ticks, health } = setUp();
  ticks.finish(1000, 0.001);
  world.now = 1250;
  expect(health.ready().status).toBe(200);
  world.now = 1251;
  expect(health.ready().status).toBe(503);
  world.now = 1000;
  world.draining = true;
  expect(health.ready().body).toContain("sessions: not ok, draining, no new ones");
  expect(health.publicAnswer("/healthz")?.status).toBe(200);
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
});

test("what works beside the store is told, and never a reason not to be ready", () => {
  let state: BesideState | null = null;
  const health = new Health(
    besideChecks(() => state),
    () => "",
  );
  expect(health.ready().body).toBe(
    "ready\noutbox: ok, not heard of yet\npresence: ok, not heard of yet\n",
  );
  state = {
    outbox: { waiting: 7, dead: 1, isAway: true },
    presence: { entries: 3, isAway: false },
  };
  expect(health.ready()).toEqual({
    status: 200,
    body:
      "ready\noutbox: ok, degraded, away; 7 events wait, 1 were given up\n" +
      "presence: ok, in time; 3 sessions\n",
  });
});
