import { expect, test } from "vitest";
import { World } from "./engine/world.ts";
import { UNWRITTEN } from "./gateway/ledger.ts";
import { Gateway } from "./gateway/gateway.ts";
import type { Transport } from "./gateway/transport.ts";
import { defaultConfig } from "./config/schema.ts";
import { worldRules } from "./config/rules.ts";
import { openKernel } from "./kernel/open.ts";
import { createMetrics } from "./observability/metrics.ts";
import { TickNumbers } from "./observability/ticks.ts";
import { gatewayOptions, snapshotOf } from "./wiring.ts";

test("what is refused, dropped or held back reaches a scrape, by reason", async () => {
  const config = defaultConfig();
  const world = new World(openKernel("js"), worldRules(config));
  const gateway = new Gateway(gatewayOptions(config, true), {
    world,
    transport: {} as Partial<Transport> as Transport,
    now: () => 0,
    random: () => 0,
    sleep: () => Promise.resolve(),
    log: {
      opened: () => undefined,
      spawned: () => undefined,
      resumed: () => undefined,
      tokenReused: () => undefined,
      tokenRefused: () => undefined,
      fault: () => undefined,
      closed: () => undefined,
    },
    ledger: UNWRITTEN,
    tokens: { make: () => new Uint8Array(32), hash: () => "" },
    verifier: null,
  });
  // Every plain counter gets a value of its own: what is shown is then traced to its source.
  const { counters } = gateway;
  const marks = Object.entries(counters)
    .filter(([, value]) => value === 0)
    .map(([name], i) => [name, 1001 + i] as const);
  Object.assign(counters, Object.fromEntries(marks));
  const markOf = new Map<string, number>(marks);
  const numbers = new TickNumbers([]);
  const text = await createMetrics(numbers, () => ({
    ...snapshotOf(gateway, world, 0, null),
    adminRefused: 0,
  })).render();
  for (const [name, counter] of [
    ["aether_intents_refused_total", "intentsRefused"],
    ["aether_intents_dropped_total", "intentsDropped"],
    ["aether_windows_merged_total", "merges"],
    ["aether_slow_closed_total", "slowClosed"],
    ["aether_view_resets_total", "resets"],
    ["aether_sessions_suspended_total", "suspended"],
    ["aether_sessions_resumed_total", "resumed"],
    ["aether_sessions_expired_total", "expired"],
    ["aether_resumes_refused_total", "resumesRefused"],
    ["aether_tokens_reused_total", "tokensReused"],
    ["aether_joins_unavailable_total", "joinsUnavailable"],
    ["aether_joins_refused_total", "joinsRefused"],
    ["aether_joins_waited_ticks_total", "joinsWaited"],
    ["aether_spawns_missed_total", "spawnsMissed"],
    ["aether_struck_out_total", "struckOut"],
    ['aether_over_rate_total{rate="messages"}', "overMessages"],
    ['aether_over_rate_total{rate="bytes"}', "overBytes"],
    ['aether_over_rate_total{rate="errors"}', "overErrors"],
    ['aether_over_rate_total{rate="resets"}', "overResets"],
    ["aether_replies_dropped_total", "repliesDropped"],
    ["aether_frames_ignored_total", "framesIgnored"],
    ["aether_tokens_verified_total", "tokensVerified"],
    ["aether_accounts_full_total", "refusedAccount"],
    ["aether_resumes_foreign_total", "resumesForeign"],
    ['aether_handshakes_refused_total{reason="origin"}', "refusedOrigin"],
    ['aether_handshakes_refused_total{reason="token_in_url"}', "refusedUrlToken"],
    ['aether_handshakes_refused_total{reason="full"}', "refusedFull"],
    ['aether_handshakes_refused_total{reason="version"}', "refusedVersion"],
    ['aether_handshakes_refused_total{reason="subprotocol"}', "refusedSubprotocol"],
    ['aether_handshakes_refused_total{reason="too_many"}', "refusedHandshakes"],
    ['aether_handshakes_refused_total{reason="draining"}', "refusedDraining"],
    ['aether_handshakes_refused_total{reason="address"}', "refusedAddress"],
    ['aether_handshakes_refused_total{reason="address_rate"}', "refusedAddressRate"],
    ['aether_correction_verdicts_total{verdict="over_bank"}', "correctionsOverBank"],
    ['aether_correction_verdicts_total{verdict="over_rate"}', "correctionsOverRate"],
    ['aether_correction_verdicts_total{verdict="clipped"}', "correctionsClipped"],
  ] as const) {
    expect(markOf.get(counter), counter).toBeGreaterThan(0);
    expect(text).toContain(`\n${name} ${String(markOf.get(counter))}\n`);
  }
  for (const name of [
    "aether_views_incomplete_total",
    "aether_frames_short_total",
    "aether_looks_rested_total",
    "aether_joins_waiting",
  ])
    expect(text).toContain(`\n${name} 0\n`);
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
