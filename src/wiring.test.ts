import { expect, test } from "vitest";
import { defaultConfig } from "./config/schema.ts";
import { gatewayOptions, keeperOptions, settledTick } from "./wiring.ts";

test("every setting of the store and of what stands beside it reaches the keeper", () => {
  const config = defaultConfig();
  const set = {
    ...config,
    engine: { ...config.engine, max_entities: 10 },
    gateway: { ...config.gateway, max_connections: 100 },
    persistence: {
      ...{ url: "sqlite:x", world: "w", pool_size: 2 },
      ...{ flush_ms: 11, retention_days: 12, history_rows: 1300 },
    },
    outbox: { relay: "external", sink: "log", max_waiting: 1400 } as const,
    presence: { redis_url: "redis://h", heartbeat_ms: 150, ttl_ms: 1600 },
    observability: { ...config.observability, log_level: "warn" } as const,
  };
  expect(keeperOptions(set, 17)).toEqual({
    ...{ url: "sqlite:x", world: "w", poolSize: 2, flushMs: 11, retentionDays: 12 },
    ...{ historyRows: 1300, eventsMax: 1400, heartbeatMs: 150, imageBytesMax: 17 },
    ...{ logLevel: "warn", factsMax: 16_384 + 3 * 100 + 10 },
    presence: { redisUrl: "redis://h", ttlMs: 1600 },
    outbox: { relay: false, sink: "log" },
  });
});

test("H13 this machine is trusted only where nobody is asked who he is", () => {
  const config = defaultConfig();
  const trust = (mode: "none" | "jwt", onLoopback: boolean): boolean[] => {
    const asked = { ...config, auth: { ...config.auth, mode } };
    const { exemptsLoopback, clientSpawn } = gatewayOptions(asked, onLoopback);
    return [exemptsLoopback, clientSpawn];
  };
  expect(trust("none", true)).toEqual([true, true]);
  expect(trust("none", false)).toEqual([true, false]);
  expect(trust("jwt", true)).toEqual([false, false]);
  expect(trust("jwt", false)).toEqual([false, false]);
});

test("what no crash takes back is in the journal or the store, whichever has more", () => {
  const keeper = { landedTick: 10, isAway: false };
  expect(settledTick(null, null)).toBe(Infinity);
  expect(settledTick(keeper, null)).toBe(10);
  expect(settledTick({ ...keeper, isAway: true }, null)).toBe(Infinity);
  expect(settledTick(keeper, { settledTick: 25 })).toBe(25);
  expect(settledTick(keeper, { settledTick: 3 })).toBe(10);
  expect(settledTick({ ...keeper, isAway: true }, { settledTick: 25 })).toBe(25);
});
