import { expect, test } from "vitest";

import { TICK_EDGES } from "../numbers/edges.ts";
import { Board, BoardReader } from "./board.ts";
import { APP, CELLS, METRICS, PROCESS, SESSIONS, TICK } from "./catalogue.ts";
import { PHASES } from "./catalogue/tick.ts";
import { Exposition } from "./exposition.ts";
import { cellOf } from "./layout.ts";
import { TickNumbers } from "./ticks.ts";

const INFO = { version: "0", node: "0", kernel: "js", protocol: "1" };

function setUp(nowMs = 0, systems: readonly string[] = []) {
  const board = new Board(CELLS);
  const reader = new BoardReader(board.shared);
  const exposition = new Exposition({ board: reader, info: INFO, systems, now: () => nowMs });
  return { board, exposition };
}

async function textOf({ board, exposition }: ReturnType<typeof setUp>): Promise<string> {
  board.publish();
  return exposition.render();
}

test("the seed's metrics are there under their names, from the first scrape", async () => {
  const text = await textOf(setUp());
  for (const [name, type] of [
    ["aether_tick_duration_seconds", "histogram"],
    ["aether_entity_count", "gauge"],
    ["aether_aoi_queries_total", "counter"],
    ["aether_active_connections", "gauge"],
    ["aether_messages_sent_total", "counter"],
    ["aether_connection_errors_total", "counter"],
  ]) {
    expect(text).toContain(`# TYPE ${name} ${type}\n`);
  }
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
});

test("every number of the board is shown, in a series of its own", async () => {
  const parts = setUp(0, APP.runs.values.slice(1));
  const { board } = parts;
  const marks = board.cells.map((_, i) => 1_000_001 + i);
  board.cells.set(marks);
  const shown = (await textOf(parts)).split("\n").filter((line) => /^(aether|nodejs)_/.test(line));
  const endsWith = (value: number): string[] =>
    shown.filter((line) => line.endsWith(` ${value}`)).map((line) => line.split(" ")[0] ?? "");
  // What this thread adds by itself.
  const own = [TICK.age, PROCESS.adminRefused, PROCESS.scrapes, PROCESS.scrapeSeconds];
  for (const metric of METRICS.filter((one) => !own.includes(one))) {
    for (const value of metric.values) {
      const at = cellOf(metric, value);
      const label = metric.label === "" ? "" : `{${metric.label}="${value}"}`;
      if (metric.kind !== "histogram") {
        expect(endsWith(marks[at] ?? 0)).toEqual([`${metric.name}${label}`]);
        continue;
      }
      const sum = at + metric.edges.length + 1;
      expect(endsWith(marks[sum] ?? 0)).toEqual([`${metric.name}_sum${label}`]);
      const count = marks.slice(at, sum).reduce((total, mark) => total + mark, 0);
      const all = label === "" ? `{le="+Inf"}` : label.replace("}", `,le="+Inf"}`);
      expect(endsWith(count)).toEqual([
        `${metric.name}_bucket${all}`,
        `${metric.name}_count${label}`,
      ]);
    }
  }
});

test("cells do not overlap, and there is none too many", () => {
  let at = 0;
  for (const metric of METRICS) {
    expect(metric.at, metric.name).toBe(at);
    at += metric.stride * metric.values.length;
  }
  expect(at).toBe(CELLS);
});

test("names are Prometheus's: snake_case, and counters alone end in _total", async () => {
  const text = await textOf(setUp());
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  expect(types.length).toBeGreaterThan(100);
  for (const [, name = "", type] of types) {
    expect(name).toMatch(/^(?:aether|nodejs|process)(_[a-z0-9]+)+$/);
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    expect(text).toMatch(new RegExp(`^# HELP ${name} [A-Z0-9].*$`, "m"));
  }
  expect(new Set(types.map(([, name]) => name)).size).toBe(types.length);
});

test("no label has a value that a stranger chose: no series is ever added", async () => {
  const parts = setUp();
  const count = (text: string): number =>
    text.split("\n").filter((line) => /^(?:aether|nodejs)_/.test(line)).length;
  const before = count(await textOf(parts));
  parts.board.cells.fill(1e15);
  expect(count(await textOf(parts))).toBe(before);
  expect(before).toBeLessThan(500);
});

test("the tick histogram is cumulative, and its edges belong to the bucket below", async () => {
  const parts = setUp(175);
  const ticks = new TickNumbers(parts.board.cells, 25);
  ticks.finish(100 - 1000 * 0.0004, 100);
  ticks.finish(125 - 1000 * 0.015, 125);
  ticks.finish(150 - 1000 * 0.0151, 150);
  ticks.thinning = 2;
  ticks.finish(170 - 1000 * 3, 170);
  ticks.begin(6, 0, 2);
  ticks.phase(1, 0, 250);
  ticks.phase(1, 250, 750);
  const shown = (await textOf(parts)).split("\n");
  const bucket = (le: string): number => {
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
  expect(shown).toContain('aether_tick_lateness_seconds_bucket{le="0.005"} 0');
  expect(shown).toContain('aether_tick_lateness_seconds_bucket{le="0.01"} 1');
  expect(shown).toContain("aether_ticks_skipped_total 2");
  expect(shown).toContain("aether_thinning_level 2");
  expect(shown).toContain("aether_ticks_thinned_total 1");
  expect(shown).toContain("aether_tick_length_seconds 0.025");
  expect(shown).toContain("aether_tick_age_seconds 0.005");
  expect(shown).toContain(`aether_tick_phase_seconds_total{phase="${PHASES[0]}"} 0`);
  expect(shown).toContain(`aether_tick_phase_seconds_total{phase="${PHASES[1]}"} 0.75`);
  expect(ticks.lastTickMs).toBe(170);
});

test("the tick's edges rise, and the alert's 15 ms and the budget's 25 ms are among them", () => {
  expect([...TICK_EDGES].sort((a, b) => a - b)).toEqual(TICK_EDGES);
  expect(TICK_EDGES).toContain(0.015);
  expect(TICK_EDGES).toContain(0.025);
});

test("a label that does not exist is a fault of ours, and found at the start", () => {
  expect(() => cellOf(SESSIONS.closes, "NOBODY")).toThrow(/aether_closes_total has no code NOBODY/);
});
