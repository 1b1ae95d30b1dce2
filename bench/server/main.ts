// npm run bench:server: the whole server with each engine.kernel, and the bare transport beside it,
// under the swarm. A whole run is written to bench/results/server.json, from which
// docs/benchmarks.md is made; a part, or a shorter one, only where --json says. What is built from
// older sources is built anew first. Linux only: CPU and memory of the servers are read from /proc.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { optionsOf, wantedBy } from "../command.ts";
import { buildStale, DIST, KERNEL, PROTO } from "../fresh.ts";
import { loadAtStart, thisMachine } from "../machine.ts";
import { BOTS, ROUNDS, whole } from "../options.ts";
import { EXIT_CODES } from "../verdict.ts";
import { SERVER_BOTS, SERVER_ROUNDS, SERVER_SECONDS } from "../whole.ts";
import { playContest } from "./contest.ts";
import type { ServerContest, ServerResults } from "./results.ts";
import { serverLines } from "./lines.ts";

const WHOLE = { bots: SERVER_BOTS.join(), rounds: SERVER_ROUNDS, seconds: SERVER_SECONDS };
const QUICKLY = { bots: "100,300", rounds: 1, seconds: 6 };
const USAGE = `npm run bench:server -- [--quick] [--bots LIST] [--rounds R] [--seconds S]
                        [--json FILE]
The whole server with engine.kernel wasm and js, and the bare transport, under a load of bots; they
take turns. Linux only.
  --quick        ${QUICKLY.bots} bots, one round of ${QUICKLY.seconds} s: a first look,
                 which decides nothing
  --bots LIST    loads, one after the other; ${WHOLE.bots} unless told
  --rounds R     measurements of each server; ${WHOLE.rounds} unless told
  --seconds S    of each measurement, once all bots are there; ${WHOLE.seconds} unless told
  --json FILE    where results go. A whole run goes to bench/results/server.json unless told; a
                 part, or a shorter one, goes nowhere
Ends with 0, 1 where a server was wrong, 78 where it was called wrongly.
`;
const RESULTS = fileURLToPath(new URL("../results/server.json", import.meta.url));
/** In less time the swarm does not say twice how far it is, and no CPU is counted between. */
const SECONDS = { min: 5, max: 3600 };

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
  const values = optionsOf("bench:server", argv, {
    quick: { type: "boolean", default: false },
    bots: text,
    rounds: text,
    seconds: text,
    json: text,
  });
  const defaults = values.quick ? QUICKLY : WHOLE;
  const list = (values.bots ?? defaults.bots).split(",");
  const rounds = whole("rounds", values.rounds ?? String(defaults.rounds), ROUNDS);
  const seconds = whole("seconds", values.seconds ?? String(defaults.seconds), SECONDS);
  const isShort = rounds < WHOLE.rounds || seconds < WHOLE.seconds;
  const isPart = values.quick || values.bots !== undefined || isShort;
  if (process.platform !== "linux") throw new Error("CPU and memory are read from Linux's /proc");
  return {
    quick: values.quick,
    bots: list.map((bots) => whole("bots", bots, BOTS)),
    rounds,
    seconds,
    json: values.json ?? (isPart ? null : RESULTS),
  };
}

const { quick, bots, rounds, seconds, json } = wantedBy("bench:server", USAGE, wantedOf);
const loadAverage = loadAtStart((line) => console.log(line));
buildStale([KERNEL, PROTO, DIST], (line) => console.log(line));
const date = new Date().toISOString();
const contests: ServerContest[] = [];
for (const [i, count] of bots.entries()) {
  const progress = (line: string): void =>
    console.log(`${i + 1}/${bots.length} ${count} bots: ${line}`);
  contests.push(await playContest(count, { rounds, seconds, progress }));
}
const machine = thisMachine();
const options = { quick, rounds, seconds };
const results: ServerResults = {
  format: "server",
  date,
  machine,
  loadAverage,
  options,
  contests,
};
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
if (isWrong) process.exitCode = EXIT_CODES.wrong;

/** Three digits behind the point are more than these clocks tell. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
