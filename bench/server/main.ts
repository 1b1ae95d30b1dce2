// npm run bench:server [-- --bots LIST] [--rounds R] [--seconds S] [--quick] [--json FILE]
// The whole server with each engine.kernel, and the bare transport beside it, under the swarm. A
// whole run is written to bench/results/server.json, from which docs/benchmarks.md is made; a part
// only where --json says. Ends with 1 where a server was wrong. Linux only: CPU and memory of the
// servers are read from /proc.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { thisMachine } from "../machine.ts";
import { playContest } from "./contest.ts";
import type { ServerContest, ServerResults } from "./results.ts";
import { serverLines } from "./lines.ts";

const RESULTS = fileURLToPath(new URL("../results/server.json", import.meta.url));
const BUILT = ["dist/cli/aether.js", "dist/swarm/main.js"].map((name) =>
  fileURLToPath(new URL(`../../${name}`, import.meta.url)),
);
const EXIT_WRONG = 1;
const EXIT_USAGE = 78;
const WHOLE = { bots: "100,300,600,1000", rounds: "5", seconds: "10" };
const QUICKLY = { bots: "100,300", rounds: "1", seconds: "6" };
/** At the default of engine.max_visible no server takes more. */
const BOTS_MAX = 8192;
const ROUNDS_MAX = 1000;
/** In less time the swarm does not say twice how far it is, and no CPU is counted between. */
const SECONDS_MIN = 5;
const SECONDS_MAX = 3600;

interface Wanted {
  readonly quick: boolean;
  readonly bots: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  /** Where results go; null = nowhere. */
  readonly json: string | null;
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: "boolean", default: false },
      bots: text,
      rounds: text,
      seconds: text,
      json: text,
    },
  });
  const defaults = values.quick ? QUICKLY : WHOLE;
  const list = (values.bots ?? defaults.bots).split(",");
  const isPart = values.quick || values.bots !== undefined;
  if (process.platform !== "linux") throw new Error("CPU and memory are read from Linux's /proc");
  if (!BUILT.every((file) => existsSync(file))) throw new Error("not built: npm run build");
  return {
    quick: values.quick,
    bots: list.map((bots) => whole("bots", bots, 1, BOTS_MAX)),
    rounds: whole("rounds", values.rounds ?? defaults.rounds, 1, ROUNDS_MAX),
    seconds: whole("seconds", values.seconds ?? defaults.seconds, SECONDS_MIN, SECONDS_MAX),
    json: values.json ?? (isPart ? null : RESULTS),
  };
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${name} is ${text}; it must be a whole number from ${min} to ${max}`);
}

let wanted: Wanted;
try {
  wanted = wantedOf(process.argv.slice(2));
} catch (error) {
  console.error(`bench:server: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(EXIT_USAGE);
}

const { quick, bots, rounds, seconds, json } = wanted;
const date = new Date().toISOString();
const contests: ServerContest[] = [];
for (const [i, count] of bots.entries()) {
  const progress = (line: string): void =>
    console.log(`${i + 1}/${bots.length} ${count} bots: ${line}`);
  contests.push(await playContest(count, { rounds, seconds, progress }));
}
const machine = thisMachine();
const options = { quick, rounds, seconds };
const results: ServerResults = { format: "server", date, machine, options, contests };
console.log(
  `\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; medians of the rounds`,
);
for (const contest of contests) console.log(["", ...serverLines(contest)].join("\n"));
if (json === null) console.log("\nnot written: not a whole run (--json FILE writes it)");
else {
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify(results, rounded, 1)}\n`);
  console.log(`\nwritten to ${json}`);
}
const isWrong = contests.some(({ contenders }) => contenders.some((c) => c.status === "wrong"));
if (isWrong) process.exitCode = EXIT_WRONG;

/** Three digits behind the point are more than these clocks tell. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
