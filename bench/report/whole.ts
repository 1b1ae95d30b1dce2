// Whether the page may be made from some results: those of a first look or of a part of the cases
// are refused, and what else they lack of a whole run is said on the page.
import { CONTENDERS } from "../contenders/index.ts";
import { ALL_CASES } from "../cases.ts";
import { isBusy } from "../machine.ts";
import { isPlayed, PART_CASES } from "../parts/plan.ts";
import { PARTS, type PartsResults } from "../parts/results.ts";
import type { Job, Machine, Results } from "../results.ts";
import type { ServerResults } from "../server/results.ts";
import {
  BENCH_ROUNDS,
  PARTS_ROUNDS,
  SERVER_BOTS,
  SERVER_ROUNDS,
  SERVER_SECONDS,
} from "../whole.ts";
import type { Evidence } from "./goals.ts";

const JOBS: readonly Job[] = ["tick", "sets"];

/** Why no page may be made of them, a sentence each. */
export function refusalsOf({ contenders, parts, server }: Evidence): string[] {
  return [
    ...ofContenders(contenders),
    ...(parts === null ? [] : ofParts(parts)),
    ...(server ? ofServer(server) : []),
  ];
}

function ofContenders({ options, contests, absent, absentCases }: Results): string[] {
  const remedy = "run npm run bench";
  if (options.quick) return [`bench/results holds contenders of --quick: ${remedy}`];
  const isAbsent = (name: string): boolean =>
    [...absent, ...absentCases].some((each) => each.name === name);
  const lacking = JOBS.flatMap((job) =>
    ALL_CASES.filter((name) => !isAbsent(name)).flatMap((name) => {
      const contest = contests.find((each) => each.job === job && each.case.name === name);
      if (contest === undefined) return [`${name} (${job})`];
      return CONTENDERS.filter(({ jobs }) => jobs.includes(job))
        .filter((entry) => !isAbsent(entry.name))
        .filter((entry) => !contest.contenders.some((c) => c.name === entry.name))
        .map((entry) => `${entry.name} in ${name} (${job})`);
    }),
  );
  if (lacking.length === 0) return [];
  return [`bench/results holds contenders without ${lacking.join(", ")}: ${remedy}`];
}

function ofParts({ options, contests }: PartsResults): string[] {
  const remedy = "run npm run bench:parts";
  if (options.quick) return [`bench/results holds parts of --quick: ${remedy}`];
  const lacking = PARTS.flatMap((part) =>
    PART_CASES.filter((each) => isPlayed(part, each))
      .filter(({ name }) => !contests.some((c) => c.part === part && c.case.name === name))
      .map(({ name }) => `${part} in ${name}`),
  );
  if (lacking.length === 0) return [];
  return [`bench/results holds parts without ${lacking.join(", ")}: ${remedy}`];
}

function ofServer({ options, contests }: ServerResults): string[] {
  const remedy = "run npm run bench:server";
  if (options.quick) return [`bench/results holds a server of --quick: ${remedy}`];
  const lacking = SERVER_BOTS.filter((bots) => !contests.some((each) => each.bots === bots));
  if (lacking.length === 0) return [];
  return [`bench/results holds a server without ${lacking.join(", ")} bots: ${remedy}`];
}

/** What a reader must know of results that are shown all the same. */
export function marksOf({ contenders, parts, server }: Evidence): string[] {
  const marks: string[] = [];
  const few = (what: string, has: number, whole: number, unit = "rounds"): void => {
    if (has < whole) marks.push(`${what} are of ${has} ${unit} in place of ${whole}`);
  };
  few("The contenders", contenders.options.rounds, BENCH_ROUNDS);
  if (contenders.absent.length > 0) {
    const names = contenders.absent.map(({ name }) => name).join(", ");
    marks.push(`The contenders are without ${names}`);
  }
  if (parts !== null) few("The parts of a tick", parts.options.rounds, PARTS_ROUNDS);
  if (server) {
    few("The figures of the server", server.options.rounds, SERVER_ROUNDS);
    few("The figures of the server", server.options.seconds, SERVER_SECONDS, "seconds a round");
  }
  const busy = (what: string, results: Timed | null | undefined): void => {
    const load = results?.loadAverage;
    if (results && load !== undefined && isBusy(load, results.machine.cores))
      marks.push(`${what} began on a busy machine, with a load average of ${load}`);
  };
  busy("The run of the contenders", contenders);
  busy("The run of the parts of a tick", parts);
  busy("The run of the server", server);
  return marks;
}

interface Timed {
  readonly machine: Machine;
  readonly loadAverage?: number;
}

/** The marks as the page shows them. */
export function markedText(evidence: Evidence): string {
  const marks = marksOf(evidence);
  if (marks.length === 0) return "All figures are of whole runs.";
  return `**Not of whole runs.** ${marks.join(". ")}.`;
}
