// What the report reads: the results in bench/results, by their format, and the notes.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import type { PartsResults } from "../parts/results.ts";
import type { Results } from "../results.ts";
import type { ServerResults } from "../server/results.ts";
import type { Evidence } from "./goals.ts";
import { type Files, makePage } from "./page.ts";
import { withSummary } from "./summary.ts";
import { refusalsOf } from "./whole.ts";

const RESULTS = new URL("../results/", import.meta.url);
const README = new URL("../../README.md", import.meta.url);
const NOTES = new URL("notes.md", import.meta.url);

export function readNotes(): string {
  return readFileSync(NOTES, "utf8");
}

function formatOf(json: unknown): unknown {
  return typeof json === "object" && json !== null && "format" in json ? json.format : null;
}

function isContenders(json: unknown): json is Results {
  return formatOf(json) === "contenders";
}

function isParts(json: unknown): json is PartsResults {
  return formatOf(json) === "parts";
}

function isServer(json: unknown): json is ServerResults {
  return formatOf(json) === "server";
}

/** @throws Error in words when there are none, or two of a kind */
export function readEvidence(): Evidence {
  const files = existsSync(RESULTS) ? readdirSync(RESULTS) : [];
  const all = files
    .filter((name) => name.endsWith(".json"))
    .map((name): unknown => JSON.parse(readFileSync(new URL(name, RESULTS), "utf8")));
  const contenders = onlyOne(all.filter(isContenders), "contenders");
  if (contenders === null) {
    throw new Error('bench/results holds no results of contenders: run "npm run bench"');
  }
  return {
    contenders,
    parts: onlyOne(all.filter(isParts), "parts"),
    server: onlyOne(all.filter(isServer), "server"),
  };
}

function onlyOne<T>(found: readonly T[], format: string): T | null {
  if (found.length > 1) {
    throw new Error(`bench/results holds ${found.length} results of ${format}: leave one there`);
  }
  return found[0] ?? null;
}

/**
 * All that the report writes, by path from docs/.
 * @throws Error in words when results are not whole
 */
export function reportFiles(): Files {
  const evidence = readEvidence();
  const refusals = refusalsOf(evidence);
  if (refusals.length > 0) throw new Error(refusals.join("; "));
  const readme = withSummary(readFileSync(README, "utf8"), evidence);
  return new Map([...makePage(evidence, readNotes()), ["../README.md", readme]]);
}
