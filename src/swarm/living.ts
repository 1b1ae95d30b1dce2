// `swarm crowd`: a crowd that only lives. It checks nothing and says nothing, waits for its server,
// comes back when the connection breaks, and ends with whoever started it.
import { fstatSync } from "node:fs";
import { parseArgs } from "node:util";
import { Fleet } from "./fleet.ts";
import { parseOptions, UsageError } from "./options.ts";
import { askRules } from "./scout.ts";
import { SocketPool } from "./socket.ts";
import { openMovement } from "./sources.ts";

const LOOK_MS = 1;
/** Those who have not left by then are cut off. */
const END_MAX_MS = 500;

/** @returns the exit code: 0 when it was told to end */
export async function runCrowd(argv: readonly string[]): Promise<number> {
  const { url, bots, seed } = parseCrowd(argv);
  const options = parseOptions([
    ...["--crowd", "--bots", bots ?? "100"],
    ...(url === undefined ? [] : ["--url", url]),
    ...(seed === undefined ? [] : ["--seed", seed]),
  ]);
  if (options === null) return 0;
  let isStopped = false;
  onEndOfStarter(() => (isStopped = true));

  const pool = new SocketPool();
  const now = (): number => performance.now();
  const rules = await askRules(options.url, pool, () => isStopped);
  if (rules === null) return 0;
  const movement = openMovement(options.source, rules);
  const fleet = new Fleet({
    ...{ url: options.url, rules, movement, now, log: null, sampleTicks: 0, corrupt: false },
    dial: pool.dial,
    agents: Array.from({ length: movement.agents }, (_, agent) => agent),
  });
  fleet.gather();
  fleet.begin(now());
  await runUntil(fleet, () => isStopped);
  fleet.end();
  const endMs = now() + END_MAX_MS;
  await runUntil(fleet, () => fleet.areAway || now() > endMs);
  return 0;
}

function parseCrowd(argv: readonly string[]): { url?: string; bots?: string; seed?: string } {
  const text = { type: "string" } as const;
  try {
    return parseArgs({ args: [...argv], options: { url: text, bots: text, seed: text } }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function runUntil(fleet: Fleet, isDone: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      fleet.advance();
      if (isDone()) resolve();
      else timer.refresh();
    }, LOOK_MS);
  });
}

/** Signals, and the end of a standard input that somebody holds open for us. */
function onEndOfStarter(stop: () => void): void {
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.once("disconnect", stop);
  const input = fstatSync(0);
  // A terminal or /dev/null says nothing about who started us; a pipe does.
  if (!input.isFIFO() && !input.isSocket()) return;
  process.stdin.on("end", stop).on("error", stop).resume();
}
