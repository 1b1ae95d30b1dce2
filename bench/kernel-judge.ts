// What the contests of the regression gate amount to: the kernel's builds by the control's time,
// against the baseline's. Pure: contests and a baseline in, a judgement out.
import type { Baseline, Ratios } from "./baseline.ts";
import type { Contest, Measured, Window } from "./results.ts";
import { median, quantile } from "./statistic.ts";
import { EXIT_CODES, SPREAD_MAX, type Verdict } from "./verdict.ts";

/**
 * A ratio may be so much above the baseline's: measured eight times by a steady control, ratios of
 * the same kernel in the same case differed by up to a tenth (what a process gets of memory and of
 * the compiler is settled anew with each).
 */
export const MARGIN = 0.15;
/**
 * Of fewer rounds a median is noise as often as not: by three of them, a kernel that did not change
 * was "missed" now and then.
 */
export const DECIDING_ROUNDS = 10;

/** One contender in one case. */
export interface Finding {
  readonly case: string;
  readonly name: string;
  /** Median of the rounds' ratios to the control. */
  readonly ratio: number;
  /** Null where the baseline has none. */
  readonly baseline: number | null;
  /** By how much of the baseline it is slower; 0.3 = 30 %, negative = faster; null without one. */
  readonly slower: number | null;
  readonly verdict: Verdict;
  /** Faster by more than the margin: the baseline lets a later loss pass. */
  readonly isBaselineStale: boolean;
}

/** How steady the control was in one case. */
export interface Control {
  readonly case: string;
  /** Median of its windows' means, us a tick. */
  readonly median: number;
  /** p90 of its windows' means by their p10. */
  readonly spread: number;
  readonly isSteady: boolean;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly exitCode: number;
  /** Who gave a wrong output or could not be measured, sentences. */
  readonly faults: readonly string[];
  /** Cases in which both the control and somebody to judge were measured. */
  readonly controls: readonly Control[];
  readonly findings: readonly Finding[];
}

/**
 * The worst decides: wrong outputs, then a finding that is missed, then one that is inconclusive.
 * A contender that could not be measured is a fault too, or else a kernel that traps would pass.
 * @param rounds asked for
 */
export function judgeKernel(
  contests: readonly Contest[],
  baseline: Baseline | null,
  control: string,
  rounds: number,
): Judgement {
  const faults = contests.flatMap(faultsOf);
  const known = baseline?.control === control ? baseline.ratios : {};
  const controls: Control[] = [];
  const findings: Finding[] = [];
  for (const contest of contests) {
    const measured = contest.contenders.filter((each) => each.status === "measured");
    const theirs = measured.find(({ name }) => name === control);
    if (theirs === undefined) continue;
    const steadiness = steadinessOf(contest.case.name, theirs);
    controls.push(steadiness);
    for (const ours of measured)
      if (ours !== theirs) findings.push(findingOf(ours, theirs, steadiness, known, rounds));
  }
  const verdict = worstOf(faults, findings);
  return { verdict, exitCode: EXIT_CODES[verdict], faults, controls, findings };
}

/** The findings' ratios as a baseline holds them. */
export function ratiosOf(findings: readonly Finding[]): Ratios {
  const ratios: Record<string, Record<string, number>> = {};
  for (const { case: play, name, ratio } of findings) (ratios[play] ??= {})[name] = ratio;
  return ratios;
}

function faultsOf({ case: play, contenders }: Contest): string[] {
  return contenders.flatMap((each) => {
    if (each.status === "measured") return [];
    const what = each.status === "wrong" ? "was wrong" : "was not measured";
    return [`${each.name} ${what} in ${play.name}: ${each.why}`];
  });
}

/**
 * From p10 to p90, not from the smallest to the largest: of dozens of windows, some shorter than
 * half a millisecond, one often meets an interruption, and the median does not feel it.
 */
function steadinessOf(play: string, { windows }: Measured): Control {
  const means = windows.map((window) => window.mean);
  const spread = quantile(means, 0.9) / quantile(means, 0.1);
  return { case: play, median: median(means), spread, isSteady: spread <= SPREAD_MAX };
}

function findingOf(
  ours: Measured,
  theirs: Measured,
  control: Control,
  known: Ratios,
  rounds: number,
): Finding {
  const ratio = median(roundRatios(ours.windows, theirs.windows));
  const { name } = ours;
  const baseline = known[control.case]?.[name] ?? null;
  const slower = baseline === null ? null : ratio / baseline - 1;
  const decides = control.isSteady && rounds >= DECIDING_ROUNDS;
  return {
    case: control.case,
    name,
    ratio,
    baseline,
    slower,
    verdict: verdictOf(slower, decides),
    isBaselineStale: decides && baseline !== null && ratio * (1 + MARGIN) < baseline,
  };
}

/** Of each round in which both took part: its windows were measured one after the other. */
function roundRatios(ours: readonly Window[], theirs: readonly Window[]): readonly number[] {
  const means = new Map(theirs.map(({ round, mean }) => [round, mean]));
  return ours.flatMap(({ round, mean }) => {
    const control = means.get(round);
    return control === undefined ? [] : [mean / control];
  });
}

/** A ratio that is not a number is no ratio: inconclusive, never met. */
function verdictOf(slower: number | null, decides: boolean): Verdict {
  if (slower === null || Number.isNaN(slower) || !decides) return "inconclusive";
  return slower <= MARGIN ? "met" : "missed";
}

/** Nothing judged is inconclusive as well. */
function worstOf(faults: readonly string[], findings: readonly Finding[]): Verdict {
  if (faults.length > 0) return "wrong";
  const has = (verdict: Verdict): boolean => findings.some((each) => each.verdict === verdict);
  if (has("missed")) return "missed";
  return has("inconclusive") || findings.length === 0 ? "inconclusive" : "met";
}
