// The section of the server end to end: every figure in its row, and why one is missing.
import { expect, test } from "vitest";
import type { Range, ServerMeasured, ServerName, ServerResults } from "../server/results.ts";
import { makePage } from "./page.ts";
import { SAMPLE } from "./sample.ts";
import { serverFigure, serverTable } from "./server.ts";
import { render } from "./svg.ts";

const range = (median: number): Range => ({ median, min: median * 0.9, max: median * 1.1 });

function measured(name: ServerName, cpu: number, p99: number | null): ServerMeasured {
  const round = { p50: 12, p99: 25, tickRate: 40, cpuMsPerTick: cpu, rssMib: 100, playedShare: 1 };
  return {
    status: "measured",
    name,
    comparedViews: name === "bare" ? null : 2600,
    p50: p99 === null ? null : range(12.5),
    p99: p99 === null ? null : range(p99),
    tickRate: range(40),
    cpuMsPerTick: range(cpu),
    rssMib: range(101),
    bytesPerClient: range(3043),
    ratio: name === "bare" ? null : range(cpu / 5),
    rounds: [0, 1].map((i) => ({ ...round, round: i, bytesPerClient: 3043, latenessMs: 14 - i })),
  };
}

const RESULTS: ServerResults = {
  format: "server",
  date: "2026-01-02T03:04:05.000Z",
  machine: SAMPLE.machine,
  options: { quick: false, rounds: 2, seconds: 10 },
  contests: [
    {
      bots: 300,
      neighbours: 9,
      maxEntities: 1000,
      contenders: [measured("wasm", 6, 25.6), measured("js", 7, 27), measured("bare", 5, 25)],
    },
    {
      bots: 1000,
      neighbours: 31,
      maxEntities: 1000,
      contenders: [
        measured("wasm", 18, null),
        { status: "wrong", name: "js", why: "2 <digests> differ" },
        measured("bare", 15, 27),
      ],
    },
  ],
};
const text = serverTable(RESULTS);
const rows = text.split("\n").map((line) => line.replace(/ +/g, " "));

test("a row for each server under each load", () => {
  expect(rows).toContain(
    "| 300 | wasm | 12.5 | 25.6 | 40.0 | 6.00 (5.40 to 6.60) | 1.20x (1.08x to 1.32x) " +
      "| 101 | 3.04 | 2 |",
  );
  expect(rows).toContain(
    "| 300 | bare transport | 12.5 | 25.0 | 40.0 | 5.00 (4.50 to 5.50) | | 101 | 3.04 | 2 |",
  );
  expect(rows.filter((row) => /^\| [\d,]+ \|/.test(row))).toHaveLength(6);
});

test("a wrong server has no figure, and a late load no latency; both say why", () => {
  expect(rows).toContain("| 1,000 | js | wrong | | | | | | | |");
  expect(rows).toContain("- 1,000 clients, js: wrong: 2 &lt;digests> differ");
  expect(rows.find((row) => row.startsWith("| 1,000 | wasm |"))).toContain("| - | - | 40.0 |");
  expect(text).toContain("1,000 clients, wasm: no latency, for the load itself was 13.0 ms late");
});

test("the figure names the servers, and needs two loads", () => {
  const figure = serverFigure(RESULTS);
  const svg = figure === null ? "" : render(figure);
  for (const name of ["wasm", "js", "bare transport"]) expect(svg).toContain(`>${name}<`);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  expect(serverFigure({ ...RESULTS, contests: RESULTS.contests.slice(0, 1) })).toBeNull();
});

test("stands where the notes ask for it, or a sentence does", () => {
  const notes = "<!-- results: server -->";
  const page = (server: ServerResults | null) =>
    makePage({ contenders: SAMPLE, parts: null, server }, notes);
  const files = page(RESULTS);
  expect(files.get("benchmarks.md")).toContain("](benchmarks/server.svg)\n\n2 rounds of 10 s");
  expect(files.has("benchmarks/server.svg")).toBe(true);
  const without = page(null);
  expect(without.get("benchmarks.md")).toContain("Not measured in these results.");
  expect(without.size).toBe(1);
});
