// npm run bench [-- --quick] [--only NAMES] [--cases NAMES] [--jobs NAMES] [--rounds R]
// [--json FILE]
// Aether's tick beside other ways to do the same work. A whole run is written to
// bench/results/contenders.json, from which docs/benchmarks.md is made; a part only where --json
// says. What is built from older sources is built anew first. Ends with 1 where a contender was
// wrong.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { allCases, QUICK } from "./cases.ts";
import { Expectation } from "./compare.ts";
import { CONTENDERS, ENGINE, type Entry, entryOf } from "./contenders/index.ts";
import { buildStale } from "./fresh.ts";
import { thisMachine } from "./machine.ts";
import { WINDOW_TICKS } from "./plan.ts";
import type { Absent, Case, Contest, Job, Results } from "./results.ts";
import { runContest } from "./run.ts";
import { tableOf } from "./table.ts";

const RESULTS = fileURLToPath(new URL("./results/contenders.json", import.meta.url));
const JOBS: readonly Job[] = ["tick", "sets"];
const EXIT_WRONG = 1;
const EXIT_USAGE = 78;
/**
 * Windows of each contender, what a slow one may spend on them in one case (ms), and the ticks in
 * which outputs are compared first: in large worlds the index is made anew in one of them.
 */
const WHOLE = { rounds: 30, budgetMs: 3_000, comparedTicks: 12 };
const QUICKLY = { rounds: 8, budgetMs: 1000, comparedTicks: 8 };

interface Wanted {
  readonly quick: boolean;
  readonly rounds: number;
  readonly budgetMs: number;
  readonly comparedTicks: number;
  readonly jobs: readonly Job[];
  readonly cases: readonly Case[];
  readonly entries: readonly Entry[];
  readonly absentCases: readonly Absent[];
  /** Where results go; null = nowhere. */
  readonly json: string | null;
}

function wantedOf(argv: readonly string[]): Wanted {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: "boolean", default: false },
      only: text,
      cases: text,
      jobs: text,
      rounds: text,
      json: text,
    },
  });
  const { cases, absent } = allCases();
  const quick = values.quick;
  const defaults = quick ? QUICKLY : WHOLE;
  const rounds = Number(values.rounds ?? defaults.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is ${String(rounds)}`);
  const only = names(values.only);
  only?.forEach((name) => entryOf(name));
  const caseNames = names(values.cases) ?? (quick ? QUICK : null);
  const unplayable = absent.find(({ name }) => caseNames?.includes(name));
  if (unplayable !== undefined) throw new Error(`${unplayable.name}: ${unplayable.why}`);
  const jobs = names(values.jobs) ?? JOBS;
  const isPart = quick || only !== null || caseNames !== null || jobs.length < JOBS.length;
  return {
    quick,
    rounds,
    budgetMs: defaults.budgetMs,
    comparedTicks: defaults.comparedTicks,
    jobs: jobs.map((name) => found(JOBS, (job) => job, name, "job")),
    cases: caseNames?.map((name) => found(cases, (play) => play.name, name, "case")) ?? cases,
    // The one that ratios refer to takes part always.
    entries: CONTENDERS.filter(({ name }) => (only?.includes(name) ?? true) || name === ENGINE),
    absentCases: caseNames === null ? absent : [],
    json: values.json ?? (isPart ? null : RESULTS),
  };
}

function names(list: string | undefined): readonly string[] | null {
  return list === undefined ? null : list.split(",").filter((name) => name !== "");
}

function found<T>(all: readonly T[], nameOf: (each: T) => string, name: string, what: string): T {
  const one = all.find((each) => nameOf(each) === name);
  if (one !== undefined) return one;
  throw new Error(`no ${what} is called ${name}; there are ${all.map(nameOf).join(", ")}`);
}

function absentOf(entries: readonly Entry[]): Absent[] {
  return entries.flatMap(({ name, missing }) => {
    const why = missing();
    return why === null ? [] : [{ name, why }];
  });
}

/** One line for each reason, with all to which it applies. */
function sayAbsent(absent: readonly Absent[], what: string): void {
  for (const why of new Set(absent.map((each) => each.why))) {
    const alike = absent.filter((each) => each.why === why).map(({ name }) => name);
    console.log(
      `${alike.length} ${what}${alike.length === 1 ? "" : "s"} left out ` +
        `(${alike.join(", ")}): ${why}`,
    );
  }
}

async function bench(wanted: Wanted): Promise<Results> {
  const absent = absentOf(wanted.entries);
  const present = wanted.entries.filter(({ name }) => !absent.some((each) => each.name === name));
  const { rounds, budgetMs, comparedTicks, quick } = wanted;
  const date = new Date().toISOString();
  const contests: Contest[] = [];
  sayAbsent(absent, "contender");
  sayAbsent(wanted.absentCases, "case");
  const count = wanted.cases.length * wanted.jobs.length;
  for (const play of wanted.cases) {
    console.log(`${play.name}: what should come out of ${comparedTicks} ticks, by brute force`);
    const expectation = new Expectation(play, comparedTicks);
    for (const job of wanted.jobs) {
      const title = `${contests.length + 1}/${count} ${job} ${play.name}`;
      const progress = (line: string): void => console.log(`${title}: ${line}`);
      const entries = present.filter(({ jobs }) => jobs.includes(job));
      const options = { rounds, budgetMs, progress };
      contests.push(await runContest(job, play, entries, expectation, options));
    }
  }
  return {
    format: "contenders",
    date,
    machine: thisMachine(),
    options: { quick, rounds, windowTicks: WINDOW_TICKS, budgetMs },
    absent,
    absentCases: wanted.absentCases,
    contests,
  };
}

/** Three digits behind the point are more than a clock tells; a window stands on one line. */
function textOf(results: Results): string {
  const text = JSON.stringify(
    results,
    (_, value: unknown) => (typeof value === "number" ? Math.round(value * 1000) / 1000 : value),
    2,
  );
  const onOneLine = text.replace(/\{\s+("round": [^}]*?)\s+\}/g, (_, window: string) => {
    return `{ ${window.replace(/\s+/g, " ")} }`;
  });
  return `${onOneLine}\n`;
}

let wanted: Wanted;
try {
  wanted = wantedOf(process.argv.slice(2));
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(EXIT_USAGE);
}

buildStale((line) => console.log(line));
const results = await bench(wanted);
const { cpu, cores, node } = results.machine;
console.log(`\n${cpu}, ${cores} cores, Node ${node}; ratio = time by that of ${ENGINE}`);
for (const contest of results.contests) console.log(["", ...tableOf(contest)].join("\n"));
if (wanted.json !== null) {
  mkdirSync(dirname(wanted.json), { recursive: true });
  writeFileSync(wanted.json, textOf(results));
  console.log(`\nwritten to ${wanted.json}`);
} else {
  console.log("\nnot written: not a whole run (--json FILE writes it)");
}
const wrong = results.contests.flatMap(({ contenders }) =>
  contenders.filter(({ status }) => status === "wrong"),
);
if (wrong.length > 0) process.exitCode = EXIT_WRONG;
