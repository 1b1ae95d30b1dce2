// What the measurements of latency amount to: Aether against its control, round by round.
import type { Measured } from "./contender.ts";
import { median } from "./statistic.ts";
import { EXIT_CODES, SPREAD_MAX, type Verdict } from "./verdict.ts";

/** A measurement counts only if the load itself was punctual: p99 of its send lateness, ms. */
export const LATENESS_MAX_MS = 10;
/** What Aether may add to the bare transport's p99, ms. */
export const ADDED_MAX_MS = 2;

/** Of a measurement, what is judged. */
export type Judged = Pick<Measured["figures"], "faults"> & {
  readonly neighbourMs: { readonly p99: number };
  readonly sendLatenessMs: { readonly p99: number };
};

export interface Round {
  readonly aether: { readonly figures: Judged };
  readonly bare: { readonly figures: Judged };
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly exitCode: number;
  /** What Aether did wrong, each with its round. */
  readonly faults: readonly string[];
  /** Medians of the rounds' p99 to a neighbour, ms, and their difference. */
  readonly ours: number;
  readonly theirs: number;
  readonly added: number;
  /** Of the control, largest p99 by smallest. */
  readonly spread: number;
}

/**
 * A server that is fast and wrong proves nothing: any fault of an Aether run decides. The control
 * moves nobody by the rules, so its faults are as expected, and not looked at.
 */
export function judge(rounds: readonly Round[]): Judgement {
  const faults = rounds.flatMap(({ aether }, i) =>
    aether.figures.faults.map((fault) => `round ${String(i + 1)}: ${fault}`),
  );
  const ours = median(rounds.map((round) => round.aether.figures.neighbourMs.p99));
  const control = rounds.map((round) => round.bare.figures.neighbourMs.p99);
  const theirs = median(control);
  const added = ours - theirs;
  const spread = Math.max(...control) / Math.min(...control);
  const isLate = rounds.some(({ aether, bare }) =>
    [aether, bare].some(({ figures }) => figures.sendLatenessMs.p99 > LATENESS_MAX_MS),
  );
  const verdict = verdictOf(faults, isLate || !(spread <= SPREAD_MAX), added);
  return { verdict, exitCode: EXIT_CODES[verdict], faults, ours, theirs, added, spread };
}

function verdictOf(faults: readonly string[], isUnsteady: boolean, added: number): Verdict {
  if (faults.length > 0) return "wrong";
  if (isUnsteady) return "inconclusive";
  return added <= ADDED_MAX_MS ? "met" : "missed";
}
