// npm run prove -- kernel: has the kernel become slower? Its builds and a control, which shares
// nothing with them but the job, run windows of ticks in turn, each in a process of its own, after
// their outputs were compared. What counts is their time by the control's, beside the baseline's.
// Missed where it is more by over the margin, inconclusive where the control itself spreads, there
// is no baseline, or rounds are few.
// What is built from older sources is built anew first. --quick shows that all of it works, and
// decides nothing but whether outputs are right.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Baseline, caveatsOf, readBaseline, textOf, type Versions } from "./baseline.ts";
import { allCases, QUICK } from "./cases.ts";
import { optionsOf, wordsOf } from "./command.ts";
import { Expectation } from "./compare.ts";
import { ENGINE, type Entry, entryOf } from "./contenders/index.ts";
import { buildStale, KERNEL, PROTO } from "./fresh.ts";
import {
  DECIDING_ROUNDS,
  type Finding,
  type Judgement,
  judgeKernel,
  MARGIN,
  ratiosOf,
} from "./kernel-judge.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { ROUNDS, whole } from "./options.ts";
import { WINDOW_TICKS } from "./plan.ts";
import type { Case, Contest, Machine } from "./results.ts";
import { runContest } from "./run.ts";
import { digits } from "./table.ts";
import { EXIT_CODES, EXIT_USAGE, SPREAD_MAX } from "./verdict.ts";

const BASELINE = fileURLToPath(new URL("./baseline.json", import.meta.url));
const MANIFEST = new URL("../package.json", import.meta.url);
/** The kernel's builds; all of them tick the same source. */
const JUDGED: readonly string[] = [ENGINE, "wasm-scalar", "js"];
/**
 * Plain JavaScript: it slows down with the machine, and not with the kernel. Whoever changes it
 * writes the baseline anew.
 */
const CONTROL = "js-grid";
const JOB = "tick";
const CASES = QUICK;
/** Windows of each contender; of a slow one as many as fit into the budget, ms a case. */
const WHOLE_ROUNDS = 30;
const BUDGET_MS = 12_000;
const QUICK_ROUNDS = 3;
const QUICK_CASES = ["uniform-100"];
/** Ticks in which outputs are compared first. */
const COMPARED_TICKS = 8;

interface Wanted {
  readonly cases: readonly Case[];
  readonly rounds: number;
  readonly entries: readonly Entry[];
  readonly file: string;
  /** Null where the file is not there yet. */
  readonly baseline: Baseline | null;
  readonly writes: boolean;
  readonly json: string | null;
}

/** @returns the code to end with */
export async function proveKernel(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  let loadAverage: number;
  try {
    wanted = wantedOf(argv);
    loadAverage = loadAtStart((line) => console.log(line));
    buildStale([KERNEL, PROTO], (line) => console.log(line));
    refuseAbsent(wanted.entries);
  } catch (error) {
    console.error(`prove kernel: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  const { baseline, writes, json } = wanted;
  const machine = thisMachine();
  const date = new Date().toISOString();
  const contests = await measure(wanted);
  const judgement = judgeKernel(contests, baseline, CONTROL, wanted.rounds);
  const said = [...linesOf(judgement, machine), ...remarksOf(wanted, judgement, machine)];
  console.log(["", ...said].join("\n"));
  if (json !== null) {
    const conditions = { date, machine, loadAverage, control: CONTROL, margin: MARGIN };
    writeFileSync(json, `${JSON.stringify({ ...conditions, ...judgement, contests }, null, 2)}\n`);
  }
  if (writes) return writeBaseline(wanted, judgement, machine, date);
  console.log(`kernel: ${judgement.verdict}`);
  return judgement.exitCode;
}

function wantedOf(argv: readonly string[]): Wanted {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const values = optionsOf("prove", argv, {
    quick: flag,
    cases: text,
    rounds: text,
    baseline: text,
    json: text,
    "write-baseline": flag,
  });
  const names = values.cases?.split(",") ?? (values.quick ? QUICK_CASES : CASES);
  const usual = values.quick ? QUICK_ROUNDS : WHOLE_ROUNDS;
  const rounds = whole("rounds", values.rounds ?? String(usual), ROUNDS);
  const writes = values["write-baseline"];
  if (writes && (rounds < WHOLE_ROUNDS || CASES.some((name) => !names.includes(name))))
    throw new Error(`a baseline is written of all cases, with ${WHOLE_ROUNDS} rounds at least`);
  const entries = [...JUDGED, CONTROL].map(entryOf);
  const file = values.baseline ?? BASELINE;
  // One that was named must be there, or else a slip of the pen would count as "not written yet".
  if (values.baseline !== undefined && !writes && !existsSync(file))
    throw new Error(`there is no ${file}`);
  const baseline = readBaseline(file);
  const cases = casesOf(names);
  return { cases, rounds, entries, file, baseline, writes, json: values.json ?? null };
}

/** A gate without one of its contenders would judge less than it says. */
function refuseAbsent(entries: readonly Entry[]): void {
  for (const { name, missing } of entries) {
    const why = missing();
    if (why !== null) throw new Error(`${name}: ${why}`);
  }
}

function casesOf(names: readonly string[]): readonly Case[] {
  const { cases } = allCases();
  return names.map((name) => {
    const play = CASES.includes(name) ? cases.find((each) => each.name === name) : undefined;
    if (play !== undefined) return play;
    throw new Error(`no case of the gate is called ${name}; there are ${CASES.join(", ")}`);
  });
}

async function measure({ cases, rounds, entries }: Wanted): Promise<readonly Contest[]> {
  const contests: Contest[] = [];
  for (const play of cases) {
    console.log(`${play.name}: what should come out of ${COMPARED_TICKS} ticks, by brute force`);
    const expectation = new Expectation(play, COMPARED_TICKS);
    const progress = (line: string): void => console.log(`${play.name}: ${line}`);
    const options = { rounds, budgetMs: BUDGET_MS, progress };
    contests.push(await runContest(JOB, play, entries, expectation, options));
  }
  return contests;
}

function linesOf(judgement: Judgement, { cpu, cores, node }: Machine): string[] {
  const head = `${cpu}, ${cores} cores, Node ${node}; ratio = time by that of ${CONTROL}`;
  const cases = judgement.controls.flatMap(({ case: play, median, spread, isSteady }) => [
    `${play}: ${CONTROL} takes ${digits(median)} us a tick and spreads ${spread.toFixed(2)}x` +
      (isSteady ? "" : `, at most ${SPREAD_MAX}x is steady`),
    ...judgement.findings.filter((each) => each.case === play).map(lineOf),
  ]);
  return [head, ...cases, ...judgement.faults];
}

function lineOf({ name, ratio, baseline, slower, verdict, isBaselineStale }: Finding): string {
  const beside =
    baseline === null || slower === null
      ? "no baseline"
      : `baseline ${ratioText(baseline)}, ${percent(slower)}`;
  const stale = isBaselineStale ? " (faster than the baseline: write it anew)" : "";
  return `  ${name.padEnd(11)} ${ratioText(ratio)}  ${beside}: ${verdict}${stale}`;
}

const ratioText = (ratio: number): string => ratio.toFixed(3).padStart(7);

function percent(slower: number): string {
  const text = `${(Math.abs(slower) * 100).toFixed(1)} %`;
  return `${text} ${slower > 0 ? "slower" : "faster"}`;
}

/** What the reader must do or know, in sentences. */
function remarksOf(wanted: Wanted, judgement: Judgement, machine: Machine): string[] {
  const { baseline, file, writes, rounds } = wanted;
  const missed = judgement.findings.flatMap(({ case: play, name, slower, verdict }) => {
    if (verdict !== "missed" || slower === null) return [];
    const margin = `the margin is ${MARGIN * 100} %`;
    return [`${name} in ${play} is ${percent(slower)} than its baseline, ${margin}`];
  });
  if (writes) return missed;
  const remedy = "npm run prove -- kernel --write-baseline";
  if (baseline === null) return [`there is no baseline in ${file}: ${remedy}`];
  if (baseline.control !== CONTROL)
    return [`the baseline's control is ${baseline.control}, not ${CONTROL}: ${remedy}`];
  const few = `${rounds} rounds decide nothing, ${DECIDING_ROUNDS} are the fewest that do`;
  return [...missed, ...(rounds < DECIDING_ROUNDS ? [few] : []), ...caveatsOf(baseline, machine)];
}

/** Of a kernel that is wrong, or by a control that spreads, no baseline is written. */
function writeBaseline(
  { file, rounds }: Wanted,
  { faults, controls, findings }: Judgement,
  machine: Machine,
  date: string,
): number {
  if (faults.length > 0) {
    console.log("kernel: wrong; no baseline was written");
    return EXIT_CODES.wrong;
  }
  if (!controls.every(({ isSteady }) => isSteady)) {
    console.log("kernel: the control spreads; no baseline was written");
    return EXIT_CODES.inconclusive;
  }
  const baseline: Baseline = {
    format: "kernel-baseline",
    date,
    machine,
    versions: versionsHere(),
    control: CONTROL,
    rounds,
    windowTicks: WINDOW_TICKS,
    ratios: ratiosOf(findings),
  };
  writeFileSync(file, textOf(baseline));
  console.log(`kernel: the baseline was written to ${file}`);
  return EXIT_CODES.met;
}

function versionsHere(): Versions {
  const manifest = JSON.parse(readFileSync(MANIFEST, "utf8")) as {
    readonly version: string;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const { version, devDependencies } = manifest;
  return { aether: version, assemblyscript: devDependencies["assemblyscript"] ?? "unknown" };
}
