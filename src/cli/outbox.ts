// `aether outbox`: what the outbox holds, and what is to become of events that were given up. Works
// while the server runs.
import { resolve } from "node:path";

import { describeFaults, printable } from "../config/faults.ts";
import { loadConfig } from "../config/load.ts";
import { StoreFault, StoreRefusal } from "../persistence/contract.ts";
import type { DeadEvent, OutboxDepth, OutboxStore } from "../persistence/contract.ts";
import { lookAtStore } from "../persistence/look.ts";
import type { Look } from "../persistence/look.ts";
import { openOutboxStore } from "../persistence/open.ts";
import { parseStoreUrl } from "../persistence/url.ts";
import { EXITS } from "../protocol/codes.ts";
import { parseOutbox } from "./options.ts";
import type { OutboxOptions } from "./options.ts";

const MAX_ERROR = 200;

/** Runs one action. @returns the exit code */
export async function runOutbox(argv: readonly string[]): Promise<number> {
  const parsed = parseOutbox(argv);
  if (!parsed.ok) return refuse(`${parsed.faults.join("\n")}\n`);
  const { options } = parsed;
  const loaded = loadConfig({ file: options.config, cwd: process.cwd(), env: process.env });
  if (!loaded.ok) return refuse(describeFaults(loaded.faults, "aether outbox does nothing"));
  const { url, world, pool_size: poolSize } = loaded.config.persistence;
  try {
    // Opening would make what is not there, and say that nothing waits in it.
    const look = await lookAtStore(url, world);
    const missing = look === null ? noFile(url) : missingIn(look, world);
    if (missing !== null) return refuse(`aether outbox ${missing}\n`);
    const store = await openOutboxStore(url, { world, poolSize });
    try {
      process.stdout.write(await act(store, options));
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreFault || error instanceof StoreRefusal)) throw error;
    const words = error instanceof StoreFault ? error.final : error.message;
    return refuse(`aether outbox cannot reach the outbox: ${words}\n`);
  }
  return EXITS.OK.code;
}

function noFile(url: string): string {
  const place = parseStoreUrl(url);
  const path = typeof place === "object" && place.kind === "sqlite" ? resolve(place.path) : url;
  return `finds no file ${path}: correct persistence.url, or run this where the server runs.`;
}

/** What is not there that an outbox needs, completing "aether outbox …"; null when all is. */
export function missingIn(look: Look, world: string): string | null {
  const { where, schema, newest } = look;
  if (schema === 0)
    return (
      `finds no tables of Aether in ${where}: correct persistence.url, or start the server once, ` +
      "which makes them."
    );
  if (schema < newest)
    return `finds an older schema in ${where}: start the server once, which brings it up to date.`;
  if (look.world === null)
    return (
      `knows no world "${world}" in ${where}: correct persistence.world, or start the server ` +
      "once, which makes it."
    );
  return null;
}

function refuse(text: string): number {
  process.stderr.write(text);
  return EXITS.CONFIG.code;
}

/** @returns what to print */
async function act(store: OutboxStore, options: OutboxOptions): Promise<string> {
  const { action, keys, limit } = options;
  if (action === "list") return report(await store.depth(), await store.listDead(limit));
  const count = action === "retry" ? await store.retryDead(keys) : await store.dropDead(keys);
  const done = action === "retry" ? "put back, to be published again" : "dropped for good";
  const missed = (keys?.length ?? count) - count;
  const unknown = missed > 0 ? ` ${missed} of the keys: no dead event has them.` : "";
  return `${counted(count, "dead event")}: ${done}.${unknown}\n`;
}

/** The table of dead events, and the outbox's depth in a sentence. */
export function report(depth: OutboxDepth, dead: readonly DeadEvent[]): string {
  const oldest = depth.waiting > 0 ? `, the oldest for ${Math.round(depth.oldestMs / 1000)} s` : "";
  const shown = depth.dead > dead.length ? ` (${dead.length} shown)` : "";
  const sentence =
    `${counted(depth.waiting, "event")} waiting${oldest}; ` +
    `${counted(depth.dead, "dead event")}${shown}.`;
  return dead.length === 0 ? `${sentence}\n` : `${table(dead)}\n${sentence}\n`;
}

function table(dead: readonly DeadEvent[]): string {
  const rows = [
    ["KEY", "STREAM", "TYPE", "TRIES", "GIVEN UP", "WHY"],
    ...dead.map(({ key, stream, type, attempts, diedAt, error }) => [
      ...[key, stream, type, String(attempts), diedAt, printable(error, MAX_ERROR)],
    ]),
  ].map((row) => row.map((cell) => printable(cell, MAX_ERROR)));
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
