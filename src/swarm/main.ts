// `aether swarm`: clients that move, measure, and check all that they are shown.
import { realpathSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EXITS } from "../protocol/codes.ts";
import type { Figures } from "./figures.ts";
import { runCrowd } from "./living.ts";
import { parseOptions, USAGE, UsageError, type SwarmOptions } from "./options.ts";
import { Run } from "./run.ts";
import { askRules } from "./scout.ts";
import { SocketPool } from "./socket.ts";
import { openMovement } from "./sources.ts";
import { renderTable } from "./table.ts";

/** A run that found something, or could not be made. */
const EXIT_FAILED = 1;
/** --corrupt flipped a record, or could not, and the oracle did not find it. */
const EXIT_BLIND = 3;
const SERVER_PATIENCE_MS = 10_000;
const PROGRESS_MS = 2000;
const PROGRESS_TTY_MS = 250;

/**
 * Runs the command.
 * @param argv without node and script, and without "swarm"
 * @returns the exit code: 0 all is true, 1 something is not, 3 what --corrupt did was not
 * found, 78 wrong options
 */
export async function runSwarm(argv: string[]): Promise<number> {
  try {
    if (argv[0] === "crowd") return await runCrowd(argv.slice(1));
    const options = parseOptions(argv);
    if (options === null) {
      process.stdout.write(`${USAGE}\n`);
      return EXITS.OK.code;
    }
    return await runChecked(options, argv);
  } catch (error) {
    // A plain Error is a sentence for whoever called; any other class is a fault of our own.
    if (error instanceof UsageError || (error instanceof Error && error.name === "Error")) {
      process.stderr.write(`aether swarm: ${error.message}\n`);
      return error instanceof UsageError ? EXITS.CONFIG.code : EXIT_FAILED;
    }
    throw error;
  }
}

async function runChecked(options: SwarmOptions, argv: string[]): Promise<number> {
  const untilMs = performance.now() + SERVER_PATIENCE_MS;
  let failure = "";
  const rules = await askRules(options.url, new SocketPool(), (what) => {
    failure = what;
    return performance.now() > untilMs;
  });
  if (rules === null) throw new Error(`no Aether server answers at ${options.url}: ${failure}`);
  const run = new Run(options, rules, openMovement(options.source, rules));
  const stop = (): void => {
    run.stop();
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const endProgress = showProgress(run);
  const figures = await run.play(argv).finally(endProgress);
  process.off("SIGINT", stop).off("SIGTERM", stop);
  process.stdout.write(renderTable(figures));
  if (options.jsonFile !== null)
    writeFileSync(options.jsonFile, `${JSON.stringify(figures, null, 2)}\n`);
  return exitCodeOf(figures);
}

/** @returns the exit code that a run with these figures ends with */
export function exitCodeOf({ corruption, faults }: Pick<Figures, "corruption" | "faults">): number {
  if (corruption === "missed" || corruption === "never made") return EXIT_BLIND;
  return faults.length === 0 ? EXITS.OK.code : EXIT_FAILED;
}

/** @returns ends it */
function showProgress(run: Run): () => void {
  const { stderr } = process;
  const show = (): void => {
    stderr.write(stderr.isTTY ? `\r\x1b[K${run.progress()}` : `${run.progress()}\n`);
  };
  const timer = setInterval(show, stderr.isTTY ? PROGRESS_TTY_MS : PROGRESS_MS);
  return () => {
    clearInterval(timer);
    if (stderr.isTTY) stderr.write("\r\x1b[K");
  };
}

const script = process.argv[1];
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url))
  process.exit(await runSwarm(process.argv.slice(2)));
