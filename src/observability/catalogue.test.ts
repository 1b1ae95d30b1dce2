// docs/metrics.md against what is really shown, both ways: names, types, labels and their values,
// edges.
import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { CLOSE_NAMES, CONNECTION_ERRORS, ERRORS } from "../protocol/codes.ts";
import { Board, BoardReader } from "./board.ts";
import { CELLS, METRICS, MESSAGES, SESSIONS } from "./catalogue.ts";
import { Exposition } from "./exposition.ts";

const PAGE = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

interface Documented {
  readonly name: string;
  readonly type: string;
  readonly labels: string;
  readonly words: string;
}

/** The rows of all tables but that of the edges. */
const ROWS: readonly Documented[] = PAGE.split("\n").flatMap((line) => {
  const [, name = "", type = "", labels = "", words = ""] = line.split("|").map((c) => c.trim());
  const found = /^`([a-z]\w+)`$/.exec(name)?.[1];
  return found === undefined || words === "" ? [] : [{ name: found, type, labels, words }];
});

function shown(): Promise<string> {
  const board = new Board(CELLS);
  const info = { version: "0", node: "0", kernel: "js", protocol: "1" };
  const reader = new BoardReader(board.shared);
  return new Exposition({ board: reader, info, systems: [], now: () => 0 }).render();
}

/** Everything in code in a piece of the page. */
function codesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");
}

test("the page lists every metric that is shown, and no other, with its type", async () => {
  const types = [...(await shown()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  const real = types.map(([, name, type]) => `${name} ${type}`).sort();
  expect(real.length).toBeGreaterThan(120);
  expect(ROWS.map(({ name, type }) => `${name} ${type}`).sort()).toEqual(real);
});

test("the page lists every label with all of its values, and no other", () => {
  // Where a cell speaks of another list instead of writing it down a second time.
  const closes = CLOSE_NAMES.filter((name) => !["GOING_AWAY", "NO_CODE", "CUT_OFF"].includes(name));
  const elsewhere = new Map<string, readonly string[]>([
    [MESSAGES.errors.name, Object.keys(ERRORS)],
    [SESSIONS.closes.name, [...closes.slice(0, -1), "GOING_AWAY", "NO_CODE", "CUT_OFF", "other"]],
    [SESSIONS.errors.name, [...CONNECTION_ERRORS, "HANDSHAKE"]],
  ]);
  for (const metric of METRICS) {
    const labels = ROWS.find(({ name }) => name === metric.name)?.labels ?? "missing";
    const [label = "", ...values] = codesIn(labels);
    expect(label, metric.name).toBe(metric.label);
    // Names of systems are the application's.
    const own = metric.label === "system" ? metric.values : undefined;
    const told = own ?? elsewhere.get(metric.name) ?? (label === "" ? [""] : values);
    expect(told, metric.name).toEqual(metric.values);
  }
  const errors = ROWS.find(({ name }) => name === SESSIONS.errors.name)?.labels ?? "";
  const left = CLOSE_NAMES.filter((name) => !CONNECTION_ERRORS.includes(name));
  expect(codesIn(errors).slice(2)).toEqual([...left, "HANDSHAKE"]);
});

test("the labels of what runs are those of the page", async () => {
  const [, labels = ""] = /^aether_build_info\{(.*)\} 1$/m.exec(await shown()) ?? [];
  const real = [...labels.matchAll(/(\w+)="/g)].map(([, name]) => name);
  const row = ROWS.find(({ name }) => name === "aether_build_info")?.labels ?? "";
  expect(codesIn(row.replace(/ \([^)]*\)/, ""))).toEqual(real);
});

test("the page lists the edges of every histogram", () => {
  const [, table = ""] = PAGE.split("## Edges of the histograms");
  const rows = [...table.matchAll(/^\| `(\w+)` +\| ([\d. ]+?) +\|$/gm)];
  const told = new Map(rows.map(([, name, edges]) => [name, edges]));
  const histograms = METRICS.filter(({ kind }) => kind === "histogram");
  expect(Object.fromEntries(told)).toEqual(
    Object.fromEntries(histograms.map(({ name, edges }) => [name, edges.join(" ")])),
  );
});
