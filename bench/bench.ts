// npm run bench: Aether's tick beside other ways to do the same work. A whole run is written to
// bench/results/contenders.json, from which docs/benchmarks.md is made; a part, one of fewer
// rounds, or one without a library only where --json says. What is built from older sources is
// built anew first.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { allCases, QUICK } from "./cases.ts";
import { optionsOf, wantedBy } from "./command.ts";
import { Expectation } from "./compare.ts";
import { CONTENDERS, ENGINE, type Entry, entryOf } from "./contenders/index.ts";
import { buildStale, KERNEL, NATIVE, PROTO } from "./fresh.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { ROUNDS, whole } from "./options.ts";
import { WINDOW_TICKS } from "./plan.ts";
import type { Absent, Case, Contest, Job, Results } from "./results.ts";
import { runContest } from "./run.ts";
import { tableOf } from "./table.ts";
import { EXIT_CODES } from "./verdict.ts";
import { BENCH_ROUNDS } from "./whole.ts";

const USAGE = `npm run bench -- [--quick] [--cases NAMES] [--only NAMES] [--jobs NAMES] [--rounds R]
             [--json FILE]
Aether's tick beside other ways to do the same work: outputs are compared, then windows of ticks
take turns. NAMES are separated by commas.
  --quick         three cases, 8 rounds: a first look, which decides nothing
  --cases NAMES   such as uniform-1000,clustered-10000-k30; all unless told
  --only NAMES    contenders, such as native,js-grid; wasm-simd takes part always
  --jobs NAMES    tick, sets; both unless told
  --rounds R      windows of each contender; 30 unless told
  --json FILE     where results go. A whole run goes to bench/results/contenders.json unless told;
                  a part, a shorter one, or one without a library goes nowhere
AETHER_TRACES names the folder of the recordings for the cases trace-madras and trace-soccer.
Ends with 0, 1 where a contender was wrong or wasm-simd has no times, 78 where it was called
wrongly.
`;
const RESULTS = fileURLToPath(new URL("./results/contenders.json", import.meta.url));
const JOBS: readonly Job[] = ["tick", "sets"];
/**
 * Windows of each contender, what a slow one may spend on them in one case (ms), and the ticks in
 * which outputs are compared first. In large worlds the index is made anew for the first time after
 * 14 to 34 ticks, beyond what is compared here: test/kernel compares ticks on both sides of that.
 */
const WHOLE = { rounds: BENCH_ROUNDS, budgetMs: 3_000, comparedTicks: 12 };
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

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const text = { type: "string" } as const;
  const values = optionsOf("bench", argv, {
    quick: { type: "boolean", default: false },
    only: text,
    cases: text,
    jobs: text,
    rounds: text,
    json: text,
  });
  const { cases, absent } = allCases();
  const quick = values.quick;
  const defaults = quick ? QUICKLY : WHOLE;
  const rounds = whole("rounds", values.rounds ?? String(defaults.rounds), ROUNDS);
  const only = names("only", values.only);
  only?.forEach((name) => entryOf(name));
  const caseNames = names("cases", values.cases) ?? (quick ? QUICK : null);
  const unplayable = absent.find(({ name }) => caseNames?.includes(name));
  if (unplayable !== undefined) throw new Error(`${unplayable.name}: ${unplayable.why}`);
  const jobs = names("jobs", values.jobs) ?? JOBS;
  const isPart =
    quick ||
    only !== null ||
    caseNames !== null ||
    JOBS.some((job) => !jobs.includes(job)) ||
    rounds < WHOLE.rounds;
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

function names(option: string, list: string | undefined): readonly string[] | null {
  if (list === undefined) return null;
  const all = list.split(",").filter((name) => name !== "");
  if (all.length === 0) throw new Error(`--${option} names nothing`);
  return all;
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

async function bench(wanted: Wanted, loadAverage: number): Promise<Results> {
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
    loadAverage,
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

const wanted = wantedBy("bench", USAGE, wantedOf);
const loadAverage = loadAtStart((line) => console.log(line));
buildStale([KERNEL, PROTO, NATIVE], (line) => console.log(line));
const results = await bench(wanted, loadAverage);
const { cpu, cores, node } = results.machine;
console.log(`\n${cpu}, ${cores} cores, Node ${node}; ratio = time by that of ${ENGINE}`);
for (const contest of results.contests) console.log(["", ...tableOf(contest)].join("\n"));
// Without the engine's times there is no ratio, and nothing that the documents could be made from.
const unmeasured = results.contests.filter(
  ({ contenders }) =>
    !contenders.some(({ name, status }) => name === ENGINE && status === "measured"),
);
// The tables would lose a row that others have, and nobody would see it.
const lacking = results.absent.filter(({ name }) => entryOf(name).kind === "peer");
if (unmeasured.length > 0) {
  const where = unmeasured.map(({ job, case: play }) => `${job} ${play.name}`).join(", ");
  console.error(`\nbench: ${ENGINE} was not measured in ${where}; nothing is written`);
} else if (wanted.json === RESULTS && lacking.length > 0) {
  const names = lacking.map(({ name }) => name).join(", ");
  const remedy = "npm ci --prefix bench, or --json FILE writes it as it is";
  console.log(`\nnot written: not a whole run without ${names}: ${remedy}`);
} else if (wanted.json !== null) {
  mkdirSync(dirname(wanted.json), { recursive: true });
  writeFileSync(wanted.json, textOf(results));
  console.log(`\nwritten to ${wanted.json}`);
} else {
  console.log("\nnot written: not a whole run (--json FILE writes it)");
}
const wrong = results.contests.flatMap(({ contenders }) =>
  contenders.filter(({ status }) => status === "wrong"),
);
if (wrong.length > 0 || unmeasured.length > 0) process.exitCode = EXIT_CODES.wrong;
