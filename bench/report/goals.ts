// The goals that the project set itself, and what the results say of each.
import type { PartsResults } from "../parts/results.ts";
import type { Contest, Measured, Results } from "../results.ts";
import type { ServerResults } from "../server/results.ts";
import { ENGINE, isMeasured, ratioOf, titleOf, worstRatioOf } from "./lineup.ts";
import { table } from "./markdown.ts";
import { quantity, times } from "./numbers.ts";
import { isMeasuredPart } from "./parts.ts";
import { GRID } from "./strongest.ts";

/** All that was measured. */
export interface Evidence {
  readonly contenders: Results;
  readonly parts: PartsResults | null;
  readonly server?: ServerResults | null;
}

export interface Goal {
  /** A missed one is explained in notes.md, in a paragraph that begins with this name in bold. */
  readonly name: string;
  readonly bound: "at least" | "at most";
  readonly limit: number;
  /** Times as much, or nanoseconds. */
  readonly unit: "x" | "ns";
  /** What counts, each with where it was measured; the worst of them decides. */
  readonly values: (evidence: Evidence) => readonly Value[];
}

interface Value {
  readonly value: number;
  readonly where: string;
  /** The same measurement as the tables show it, where they divide the other way around. */
  readonly inTables?: number;
}

export interface Standing {
  readonly goal: Goal;
  readonly verdict: "met" | "missed" | "not measured";
  readonly worst: Value | null;
}

/** A contender's time by the engine's, in every contest that is meant and has both. */
function ratios(contender: string, isMeant: (contest: Contest) => boolean): Goal["values"] {
  return ({ contenders }) =>
    contenders.contests
      .filter(isMeant)
      .flatMap((contest) =>
        named(contest, contender).map((c) => ({ value: ratioOf(c), where: placeOf(contest) })),
      );
}

function named({ contenders }: Contest, name: string): Measured[] {
  return contenders.filter(isMeasured).filter((c) => c.name === name);
}

function placeOf({ case: played, job }: Contest): string {
  return `${titleOf(played)} (${job})`;
}

/** Every case of so many entities counts, whatever its spread, its density and the job. */
const has =
  (...sizes: readonly number[]) =>
  ({ case: { spread, n } }: Contest): boolean =>
    spread !== "trace" && sizes.includes(n);
/** Where a goal names the neighbours, only cases that were made with so many. */
const isDense = (n: number, k: number) => (contest: Contest) =>
  has(n)(contest) && contest.case.k === k;

export const GOALS: readonly Goal[] = [
  {
    name: "tuned JavaScript (js-grid), 1,000 entities",
    bound: "at least",
    limit: 3,
    unit: "x",
    values: ratios(GRID, has(1000)),
  },
  {
    name: "tuned JavaScript (js-grid), 10,000 entities, 100 neighbours",
    bound: "at least",
    limit: 4,
    unit: "x",
    values: ratios(GRID, isDense(10_000, 100)),
  },
  {
    name: "tuned JavaScript (js-grid), 100 and 300 entities",
    bound: "at least",
    limit: 2,
    unit: "x",
    values: ratios(GRID, has(100, 300)),
  },
  {
    name: "native C of 128 bits, everywhere",
    bound: "at most",
    limit: 1.3,
    unit: "x",
    values: (evidence) =>
      ratios(
        "native",
        () => true,
      )(evidence).map(({ value, where }) => ({
        value: 1 / value,
        where,
        inTables: value,
      })),
  },
  {
    name: "kdbush and Set diff, 1,000 entities",
    bound: "at least",
    limit: 35,
    unit: "x",
    values: ratios("kdbush", has(1000)),
  },
  {
    name: "kdbush and Set diff, 10,000 entities, 100 neighbours",
    bound: "at least",
    limit: 100,
    unit: "x",
    values: ratios("kdbush", isDense(10_000, 100)),
  },
  {
    name: "worst tick by the median, 10,000 entities",
    bound: "at most",
    limit: 2,
    unit: "x",
    values: ({ contenders }) =>
      contenders.contests
        .filter(has(10_000))
        .flatMap((contest) =>
          named(contest, ENGINE).map((c) => ({ value: worstRatioOf(c), where: placeOf(contest) })),
        ),
  },
  {
    name: "framing, an update",
    bound: "at most",
    limit: 2,
    unit: "ns",
    values: framings((name) => name === ENGINE, "median"),
  },
  {
    name: "framing, protobufjs",
    bound: "at least",
    limit: 60,
    unit: "x",
    // as people write it; records packed by hand before it are in the tables
    values: framings((name) => name === "protobufjs", "ratio"),
  },
];

function framings(isMeant: (name: string) => boolean, of: "median" | "ratio"): Goal["values"] {
  return ({ parts }) =>
    (parts?.contests ?? [])
      .filter(({ part }) => part === "framing")
      .flatMap(({ contenders, case: played }) =>
        contenders
          .filter(isMeasuredPart)
          .filter(({ name }) => isMeant(name))
          .map((standing) => ({
            value: of === "median" ? standing.median : (standing.ratio?.median ?? NaN),
            where: titleOf(played),
          })),
      );
}

export function judgeGoals(evidence: Evidence): Standing[] {
  return GOALS.map((goal) => {
    const values = goal.values(evidence).filter(({ value }) => Number.isFinite(value));
    const sorted = values.toSorted((a, b) => a.value - b.value);
    const worst = (goal.bound === "at least" ? sorted[0] : sorted.at(-1)) ?? null;
    if (worst === null) return { goal, verdict: "not measured", worst };
    const isMet = goal.bound === "at least" ? worst.value >= goal.limit : worst.value <= goal.limit;
    return { goal, verdict: isMet ? "met" : "missed", worst };
  });
}

export function goalTable(evidence: Evidence): string {
  const rows = judgeGoals(evidence).map(({ goal, verdict, worst }) => [
    goal.name,
    `${goal.bound} ${inUnit(goal, goal.limit)}`,
    worst === null ? "" : shown(goal, worst),
    verdict === "missed" ? "**missed**" : verdict,
    worst === null ? "" : worst.where,
  ]);
  return table(["goal", "wanted", "measured", "verdict", "worst where"], rows, [0, 1, 3, 4]);
}

function shown(goal: Goal, { value, inTables }: Value): string {
  const other = inTables === undefined ? "" : ` (${times(inTables)} in the tables)`;
  return inUnit(goal, value) + other;
}

function inUnit({ unit }: Goal, value: number): string {
  return unit === "x" ? times(value) : `${quantity(value)} ns`;
}

/** Missed goals that the notes do not explain. */
export function unexplained(evidence: Evidence, notes: string): string[] {
  return judgeGoals(evidence)
    .filter(({ verdict, goal }) => verdict === "missed" && !notes.includes(`**${goal.name}`))
    .map(({ goal }) => goal.name);
}
