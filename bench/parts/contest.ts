// All contenders of one part in one case: opened in processes of their own, compared, then measured
// by turns, round by round.
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ask, end } from "../ask.ts";
import { forkPlain } from "../fork.ts";
import type { Case } from "../results.ts";
import { median, quantile } from "../statistic.ts";
import type { Entry, PartEntry } from "./lineup.ts";
import type { Part, PartContest, PartRatio, PartRound, PartStanding } from "./results.ts";
import type { Order, Round } from "./worker.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));
/** Runs whose outcomes are compared. */
const COMPARED = 3;

export interface Measuring {
  readonly rounds: number;
  readonly roundMs: number;
  /** Before the first round, ms. */
  readonly warmUpMs: number;
}

interface Runner {
  readonly entry: Entry;
  readonly child: ChildProcess;
  readonly rounds: Round[];
}

export async function play(
  { part, what, per, entries }: PartEntry,
  arena: Case,
  measuring: Measuring,
): Promise<PartContest> {
  const standings = new Map<string, PartStanding>();
  const runners: Runner[] = [];
  try {
    for (const entry of entries) runners.push({ entry, child: forkPlain(WORKER), rounds: [] });
    const right = await compared(part, arena, runners, standings);
    for (let round = 0; round < measuring.rounds; round++) {
      const first = round % Math.max(1, right.length);
      for (const runner of [...right.slice(first), ...right.slice(0, first)]) {
        const warmUpMs = round === 0 ? measuring.warmUpMs : 0;
        const order: Order = { do: "measure", ms: measuring.roundMs, warmUpMs };
        runner.rounds.push((await ask(runner.child, order)) as Round);
      }
    }
    const reference = right.find((runner) => runner.entry === entries[0]) ?? null;
    for (const runner of right)
      standings.set(runner.entry.name, standingOf(runner, reference === runner ? null : reference));
  } finally {
    await Promise.all(runners.map(({ child }) => end(child)));
  }
  const contenders = entries.flatMap(({ name }) => standings.get(name) ?? []);
  return { part, what, per, case: arena, contenders };
}

/** @returns those that came to the same as the first that could be opened */
async function compared(
  part: Part,
  arena: Case,
  runners: readonly Runner[],
  standings: Map<string, PartStanding>,
): Promise<Runner[]> {
  let expected: string | null = null;
  let first = "";
  const right: Runner[] = [];
  for (const runner of runners) {
    const { name, note } = runner.entry;
    try {
      const digests = await outcomes(part, arena, runner);
      if (expected === null) [expected, first] = [digests, name];
      if (digests === expected) right.push(runner);
      else standings.set(name, { status: "wrong", name, note, why: `It differs from ${first}.` });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      standings.set(name, { status: "left out", name, note, why });
    }
  }
  return right;
}

async function outcomes(part: Part, arena: Case, { entry, child }: Runner): Promise<string> {
  const open: Order = { do: "open", part, name: entry.name, case: arena };
  const compare: Order = { do: "compare" };
  await ask(child, open);
  const digests: unknown[] = [];
  for (let i = 0; i < COMPARED; i++) digests.push(await ask(child, compare));
  return digests.join();
}

function standingOf({ entry, rounds }: Runner, reference: Runner | null): PartStanding {
  const means = rounds.map((round) => round.mean);
  return {
    status: "measured",
    name: entry.name,
    note: entry.note,
    p10: quantile(means, 0.1),
    median: median(means),
    ratio: reference === null ? null : ratioOf(means, reference),
    operations: median(rounds.map((round) => round.operations)),
    rounds: rounds.map(({ mean, samples }): PartRound => ({ mean, samples })),
  };
}

function ratioOf(means: readonly number[], reference: Runner): PartRatio {
  const theirs = reference.rounds.map((round) => round.mean);
  return {
    median: median(means.map((mean, i) => mean / theirs[i]!)),
    p10: quantile(means, 0.1) / quantile(theirs, 0.1),
  };
}
