// `aether outbox`: what the outbox holds, and what is to become of events that were given up. Works
// while the server runs.
import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { describeFaults, printable } from "../config/faults.ts";
import { loadConfig } from "../config/load.ts";
import { StoreFault, StoreRefusal } from "../persistence/contract.ts";
import type { DeadEvent, OutboxDepth, OutboxStore } from "../persistence/contract.ts";
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
  if (!loaded.ok) return refuse(describeFaults(loaded.faults));
  const { url, world, pool_size: poolSize } = loaded.config.persistence;
  const place = parseStoreUrl(url);
  // Opening would make it, and say that nothing waits in it.
  if (typeof place === "object" && place.kind === "sqlite" && !existsSync(place.path)) {
    return refuse(
      `aether outbox finds no file ${resolve(place.path)}: correct persistence.url, or run this ` +
        "where the server runs.\n",
    );
  }
  try {
    const store = await openOutboxStore(url, { world, poolSize });
    try {
      process.stdout.write(await act(store, options));
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof StoreFault || error instanceof StoreRefusal)) throw error;
    return refuse(`aether outbox cannot reach the outbox: ${error.message}\n`);
  }
  return EXITS.OK.code;
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
