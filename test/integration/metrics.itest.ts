// What a real server shows while fifty clients play: every metric of the page, numbers that add up,
// and an answer also while the tick's thread does nothing.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, expect, test } from "vitest";

import { Session } from "../../src/client/session.ts";
import { ServerProcess } from "./server-process.ts";

const CLIENTS = 50;
const PAGE = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

const servers: ServerProcess[] = [];
const clients: Session[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) await server.destroy();
});

type Series = ReadonlyMap<string, number>;

async function scrape(url: string): Promise<{ text: string; series: Series }> {
  const answer = await fetch(url);
  expect(answer.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  const text = await answer.text();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const pairs = lines.map((line): [string, number] => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), Number(line.slice(at + 1))];
  });
  return { text, series: new Map(pairs) };
}

function sumOf(series: Series, name: string): number {
  let sum = 0;
  for (const [key, value] of series) if (key === name || key.startsWith(`${name}{`)) sum += value;
  return sum;
}

function join(url: string): Promise<Session> {
  return new Promise((resolve, reject) => {
    const client = new Session({
      ...{ url, spawn: {}, name: "metrics" },
      handlers: {
        spawned: resolve,
        closed: (_client, code, reason) => reject(new Error(`closed with ${code} ${reason}`)),
      },
    });
    clients.push(client);
    client.connect();
  });
}

test("while fifty clients play, all metrics are there, and their numbers add up", async () => {
  const server = new ServerProcess();
  servers.push(server);
  const { url, metrics } = await server.listening();
  await Promise.all(Array.from({ length: CLIENTS }, () => join(url)));
  const first = await scrape(metrics);
  let moves = 0;
  let last = first.series;
  for (let turn = 0; turn < 80; turn++) {
    for (const client of clients) client.move(turn % 2 === 0 ? 1 : -1, 0.5);
    moves += CLIENTS;
    await sleep(25);
    if (turn % 8 !== 0) continue;
    const { series } = await scrape(metrics);
    // Nothing that is a counter ever falls, under whatever load it was read.
    for (const [name, value] of last)
      if (/_(?:total|bucket|count)\b/.test(name) && !name.startsWith("aether_entity_count"))
        expect(series.get(name), name).toBeGreaterThanOrEqual(value);
    last = series;
  }
  const received = 'aether_messages_received_total{type="move"}';
  await expect.poll(async () => (await scrape(metrics)).series.get(received)).toBe(moves);
  // Once a second everybody is looked at.
  const looked = ["aether_client_round_trip_seconds_count", "aether_window_bytes_count"];
  const isLookedAt = ({ series: of }: { series: Series }): boolean =>
    looked.every((name) => (of.get(name) ?? 0) >= CLIENTS) &&
    of.get('aether_sessions{state="playing"}') === CLIENTS;
  await expect.poll(async () => isLookedAt(await scrape(metrics))).toBe(true);
  const { series, text } = await scrape(metrics);
  for (const [name, value] of Object.entries({
    aether_active_connections: CLIENTS,
    aether_connections_opened_total: CLIENTS,
    aether_entity_count: CLIENTS,
    aether_entity_rows: CLIENTS,
    aether_entities_spawned_total: CLIENTS,
    'aether_messages_received_total{type="hello"}': CLIENTS,
    'aether_messages_received_total{type="spawn"}': CLIENTS,
    'aether_messages_received_total{type="malformed"}': 0,
    'aether_sessions{state="playing"}': CLIENTS,
    'aether_sessions{state="suspended"}': 0,
    'aether_index_in_use{index="brute"}': 1,
    'aether_index_in_use{index="quadtree"}': 0,
    aether_quadtree_leaves: 1,
    aether_quadtree_depth: 1,
    aether_tick_length_seconds: 0.025,
    aether_entity_capacity: 1000,
    aether_connection_capacity: 2000,
    aether_frame_arena_capacity: 65536,
    aether_store_up: 1,
    aether_faults_total: 0,
  }))
    expect(series.get(name), name).toBe(value);
  // What is counted in two places is the same.
  const ticks = series.get("aether_tick_duration_seconds_count") ?? 0;
  expect(series.get("aether_tick_lateness_seconds_count")).toBe(ticks);
  expect(sumOf(series, "aether_sends_total")).toBe(series.get("aether_messages_sent_total"));
  const phases = sumOf(series, "aether_tick_phase_seconds_total");
  expect(phases).toBeCloseTo(series.get("aether_tick_duration_seconds_sum") ?? 0, 6);
  const intents =
    (series.get("aether_intents_applied_total") ?? 0) +
    sumOf(series, "aether_intents_stale_total") +
    sumOf(series, "aether_correction_verdicts_total");
  expect(intents).toBeGreaterThanOrEqual(moves);
  for (const name of [
    "aether_aoi_queries_total",
    'aether_aoi_changes_total{change="moved"}',
    "aether_aoi_visible_count",
    "aether_aoi_candidates_count",
    "aether_client_round_trip_seconds_count",
    "aether_window_bytes_count",
    "aether_flush_duration_seconds_count",
    "aether_frames_total",
    "aether_frame_arena_peak",
    "aether_image_bytes",
    "nodejs_heap_size_used_bytes",
    "aether_heap_limit_bytes",
    "process_resident_memory_bytes",
    "aether_scrapes_total",
    // The threads of the store and of the metrics.
    'nodejs_active_resources{type="worker"}',
  ])
    expect(series.get(name), name).toBeGreaterThan(0);
  // The next tick is waited for by a timer, or by an immediate where it is due already.
  const waits = ["timer", "immediate"].map((type) => `nodejs_active_resources{type="${type}"}`);
  expect(waits.reduce((sum, name) => sum + (series.get(name) ?? 0), 0)).toBeGreaterThan(0);

  const real = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
  const listed = [...PAGE.matchAll(/^\| `(\w+)` +\| (counter|gauge|histogram) /gm)];
  expect(real.sort()).toEqual(listed.map(([, name, type]) => [name, type]).sort());
});

test("promtool finds nothing wrong with the metrics but names that others chose", async () => {
  const server = new ServerProcess();
  servers.push(server);
  const { metrics } = await server.listening();
  const { text } = await scrape(metrics);
  const checked = spawnSync("promtool", ["check", "metrics"], { input: text });
  const complaints = `${checked.stdout.toString()}${checked.stderr.toString()}`.split("\n");
  // The seed's own name.
  const known = /^(?:$|aether_entity_count )/;
  expect(complaints.filter((line) => !known.test(line))).toEqual([]);
  expect(checked.error).toBeUndefined();
});

test("a server whose event loop is held up still answers, and says for how long", async () => {
  // A loop without an end, as a debugger would be.
  const hold = `process.on("SIGUSR2", () => {
    while (true);
  });`;
  const script = `data:text/javascript,${encodeURIComponent(hold)}`;
  const server = new ServerProcess({ node: ["--import", script] });
  servers.push(server);
  const { metrics } = await server.listening();
  const age = async () => (await scrape(metrics)).series.get("aether_tick_age_seconds");
  // The first tick has ended: before it there is no age.
  await expect.poll(age).toBeGreaterThan(0);
  await expect.poll(age).toBeLessThan(1);
  server.signal("SIGUSR2");
  await expect.poll(age).toBeGreaterThan(1.5);
});
