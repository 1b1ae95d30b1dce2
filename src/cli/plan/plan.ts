// `aether plan`: how many clients this machine carries, from what two crowds cost on a real server.
import { availableParallelism } from "node:os";

import { describeFaults } from "../../config/faults.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { EXITS } from "../../protocol/codes.ts";
import { openFilesLimit } from "../limits.ts";
import { parsePlan } from "../options.ts";
import type { PlanOptions } from "../options.ts";
import { CORE_SHARE, estimate } from "./estimate.ts";
import type { Limits, Step } from "./estimate.ts";
import { measure } from "./measure.ts";
import { settingsFor } from "./settings.ts";
import { grouped, report, stepLine } from "./words.ts";

/** Nothing can be told. */
const EXIT_UNTOLD = 1;
/** The smaller crowd; a denser one is larger, since nobody sees more than all others. */
const SMALL = 200;
const SMALL_PER_NEIGHBOUR = 2;
/** Clients that one process of the swarm plays in time on a core of its own. */
const PER_WORKER = 700;
/** The larger crowd, of what the smaller one promises; and at least so many times it. */
const LARGE_SHARE = 0.7;
const LARGE_LEAST = 1.5;
/** Before measuring, so that what is compiled meanwhile does not count. */
const WARM_SECONDS = 1.5;
const SMALL_SECONDS = 2.5;
/** With fewer of the intents that such a crowd sends, it was another crowd. */
const PLAYED_LEAST = 0.9;

/** Makes a plan. @returns the exit code; the process must exit with it. */
export async function runPlan(argv: readonly string[]): Promise<number> {
  const parsed = parsePlan(argv);
  if (!parsed.ok) return refuse(`${parsed.faults.join("\n")}\n`);
  const { options } = parsed;
  const loaded = loadConfig({ file: options.config, cwd: process.cwd(), env: process.env });
  if (!loaded.ok) return refuse(describeFaults(loaded.faults, "aether plan does nothing"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => process.exit(EXIT_UNTOLD));
  }
  try {
    process.stdout.write(await plan(loaded.config, options));
    return EXITS.OK.code;
  } catch (error) {
    // A plain Error is a sentence for whoever called; any other class is a fault of our own.
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    process.stderr.write(`aether plan: ${error.message}\n`);
    return EXIT_UNTOLD;
  }
}

function refuse(text: string): number {
  process.stderr.write(text);
  return EXITS.CONFIG.code;
}

async function plan(config: Config, options: PlanOptions): Promise<string> {
  const { neighbours, seconds, mbit } = options;
  const frames = options.frames ?? config.gateway.frames_per_tick;
  const wanted = { ...config, gateway: { ...config.gateway, frames_per_tick: frames } };
  const workers = Math.max(1, availableParallelism() - 1);
  const play = async (clients: number, measured: number): Promise<Step> => {
    say(`${grouped(clients)} clients come; ${neighbours} neighbours each are wanted …`);
    const step = await measure(settingsFor(wanted, { clients, neighbours }), {
      ...{ clients, seconds: measured, warmSeconds: WARM_SECONDS },
      workers: Math.min(workers, Math.ceil(clients / PER_WORKER)),
    });
    say(stepLine(step));
    return step;
  };

  const small = await play(Math.max(SMALL, SMALL_PER_NEIGHBOUR * neighbours), SMALL_SECONDS);
  const { tick_rate_ms: tickMs, tick_budget: tickBudget } = config.engine;
  const promised = (small.clients * CORE_SHARE * tickMs) / small.cpuMs;
  const most = Math.max(LARGE_LEAST * small.clients, PER_WORKER * workers);
  const least = LARGE_LEAST * small.clients;
  const large = await play(Math.round(clamp(LARGE_SHARE * promised, least, most)), seconds);
  const crowds = [small, large];
  const short = crowds.find(({ played }) => !(played >= PLAYED_LEAST));
  if (short !== undefined) {
    throw new Error(
      `the ${grouped(short.clients)} clients sent ${Math.round(short.played * 100)} % of what ` +
        "they should have: the machine is too busy with something else, try again when it is idle",
    );
  }
  const limits: Limits = {
    ...{ tickMs, tickBudget, mbit },
    memory: process.availableMemory(),
    descriptors: openFilesLimit() ?? Infinity,
  };
  const told = estimate(small, large, limits);
  const notes = notesOf(config, told.clients, mbit);
  if (!options.json) return report({ estimate: told, small, large, limits, frames, notes });
  const all = { ...told, neighbours: large.neighbours, frames, notes, limits, crowds };
  return `${JSON.stringify(all, null, 2)}\n`;
}

/** What the figure leaves out, and settings that allow fewer. */
function notesOf({ engine, gateway }: Config, clients: number, mbit: number | null): string[] {
  const notes = (
    [
      ["engine.max_entities", engine.max_entities],
      ["gateway.max_connections", gateway.max_connections],
    ] as const
  )
    .filter(([, limit]) => limit < clients)
    .map(([key, limit]) => `The settings allow fewer: ${key} is ${limit}.`);
  if (gateway.tls_cert_file !== "") notes.push("TLS was left out: it costs more.");
  if (mbit === null) notes.push("The line was left out: --mbit says what it takes.");
  return notes;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** stdout is for the answer. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
