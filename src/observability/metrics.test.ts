import { expect, test } from "vitest";

import { createMetrics } from "./metrics.ts";
import type { Snapshot } from "./metrics.ts";
import { TICK_EDGES, TickNumbers } from "./ticks.ts";

const NOTHING: Snapshot = {
  entities: 0,
  connections: 0,
  aoiQueries: 0,
  messagesSent: 0,
  bytesSent: 0,
  messagesReceived: 0,
  bytesReceived: 0,
  corrections: 0,
  correctionVerdicts: [],
  intentsRefused: 0,
  intentsDropped: 0,
  handshakesRefused: [],
  sendsBuffered: 0,
  sendsDropped: 0,
  windowsClosed: 0,
  merges: 0,
  slowClosed: 0,
  resets: 0,
  repliesDropped: 0,
  viewsIncomplete: 0,
  framesShort: 0,
  framesIgnored: 0,
  floods: 0,
  struckOut: 0,
  overRate: [],
  errors: [],
  closes: [],
  logLinesDropped: 0,
  sessionsSuspended: 0,
  sessionsResumed: 0,
  sessionsExpired: 0,
  resumesRefused: 0,
  tokensReused: 0,
  joinsUnavailable: 0,
  joinsRefused: 0,
  joinsWaiting: 0,
  joinsWaited: 0,
  spawnsMissed: 0,
  looksRested: 0,
  tokensVerified: 0,
  tokensRefused: [],
  accountsFull: 0,
  resumesForeign: 0,
  adminRefused: 0,
  flushes: 0,
  flushSeconds: 0,
  flushFaults: 0,
  durableAgeSeconds: 0,
  factsWaiting: 0,
  factsMax: 0,
  workersLost: 0,
  outboxWaiting: 0,
  outboxOldestSeconds: 0,
  outboxDead: 0,
  eventsDelivered: 0,
  eventsRefused: 0,
  presenceBeats: 0,
  presenceFailures: 0,
  presenceSkipped: 0,
  presenceEntries: 0,
};

/** The lines of our own metrics, without comments. */
async function lines(ticks: TickNumbers, read: () => Snapshot): Promise<string[]> {
  const text = await createMetrics(ticks, read).render();
  return text.split("\n").filter((line) => line.startsWith("aether_"));
}

test("the seed's five metrics are there under their names, from the first scrape", async () => {
  const text = await createMetrics(new TickNumbers([]), () => NOTHING).render();
  for (const [name, type] of [
    ["aether_tick_duration_seconds", "histogram"],
    ["aether_entity_count", "gauge"],
    ["aether_aoi_queries_total", "counter"],
    ["aether_active_connections", "gauge"],
    ["aether_messages_sent_total", "counter"],
  ]) {
    expect(text).toContain(`# TYPE ${name} ${type}\n`);
  }
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
});

test("each scrape shows the numbers of its moment", async () => {
  let sent = 7;
  const metrics = createMetrics(new TickNumbers([]), () => ({
    ...NOTHING,
    messagesSent: sent,
    errors: [{ label: "BAD_INTENT", value: sent }],
  }));
  expect(await metrics.render()).toContain("\naether_messages_sent_total 7\n");
  sent = 9;
  const text = await metrics.render();
  expect(text).toContain("\naether_messages_sent_total 9\n");
  expect(text).toContain('\naether_errors_total{code="BAD_INTENT"} 9\n');
});

test("every number of the snapshot is shown under a name of its own", async () => {
  const marks = Object.keys(NOTHING).map((field, i) => [field, 1000 + i] as const);
  const marked: Snapshot = {
    ...NOTHING,
    ...Object.fromEntries(marks),
    ...Object.fromEntries(
      marks
        .filter(([field]) => Array.isArray(NOTHING[field as keyof Snapshot]))
        .map(([field, value]) => [field, [{ label: "A", value }]]),
    ),
  };
  const shown = await lines(new TickNumbers([]), () => marked);
  for (const [field, mark] of marks) {
    const found = shown.filter((line) => line.endsWith(` ${mark}`));
    expect(found, field).toHaveLength(1);
  }
});

test("names are Prometheus's: snake_case, and counters alone end in _total", async () => {
  const text = await createMetrics(new TickNumbers(["step"]), () => NOTHING).render();
  const types = [...text.matchAll(/^# TYPE (aether_\S+) (\S+)$/gm)];
  expect(types.length).toBeGreaterThan(20);
  for (const [, name = "", type] of types) {
    expect(name).toMatch(/^aether(_[a-z]+)+$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(text).toMatch(new RegExp(`^# HELP ${name} [A-Z].*\\.$`, "m"));
  }
  expect(new Set(types.map(([, name]) => name)).size).toBe(types.length);
});

test("the tick histogram is cumulative, and its edges belong to the bucket below", async () => {
  const ticks = new TickNumbers(["step", "publish"]);
  ticks.finish(100, 0.0004);
  ticks.finish(125, 0.015);
  ticks.finish(150, 0.0151);
  ticks.finish(175, 3);
  ticks.skip(2);
  ticks.phase(1, 0.25);
  ticks.phase(1, 0.5);
  const shown = await lines(ticks, () => NOTHING);
  const bucket = (le: string) => {
    const start = `aether_tick_duration_seconds_bucket{le="${le}"} `;
    return Number(shown.find((line) => line.startsWith(start))?.slice(start.length));
  };
  expect(bucket("0.0005")).toBe(1);
  expect(bucket("0.0125")).toBe(1);
  expect(bucket("0.015")).toBe(2);
  expect(bucket("0.0175")).toBe(3);
  expect(bucket("0.1")).toBe(3);
  expect(bucket("+Inf")).toBe(4);
  expect(shown).toContain("aether_tick_duration_seconds_count 4");
  expect(shown).toContain(`aether_tick_duration_seconds_sum ${0.0004 + 0.015 + 0.0151 + 3}`);
  expect(shown).toContain("aether_ticks_skipped_total 2");
  expect(shown).toContain('aether_tick_phase_seconds_total{phase="step"} 0');
  expect(shown).toContain('aether_tick_phase_seconds_total{phase="publish"} 0.75');
  expect(ticks.lastTickMs).toBe(175);
});

test("the tick's edges rise, and the alert's 15 ms and the budget's 25 ms are among them", () => {
  expect([...TICK_EDGES].sort((a, b) => a - b)).toEqual(TICK_EDGES);
  expect(TICK_EDGES).toContain(0.015);
  expect(TICK_EDGES).toContain(0.025);
});

test("how far updates are thinned is shown, and for how many ticks they were", async () => {
  const ticks = new TickNumbers([]);
  ticks.finish(0, 0.001);
  ticks.thinning = 2;
  ticks.finish(25, 0.02);
  const shown = await lines(ticks, () => NOTHING);
  expect(shown).toContain("aether_thinning_level 2");
  expect(shown).toContain("aether_ticks_thinned_total 1");
});
