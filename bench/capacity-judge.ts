// How many clients one core serves: what the measurements of each crowd amount to.
import { median } from "./statistic.ts";
import { EXIT_CODES, type Verdict } from "./verdict.ts";

/** A measurement counts only if the load was so punctual: p99 of its send lateness, ms. */
export const LATENESS_MAX_MS = 5;
/** A crowd is served when its clients see so many ticks, and movements so soon. */
export const P99_MAX_MS = 50;
export const TICK_RATE_MIN = 39;
/** Server CPU a tick by the bare transport's, up to so many clients. */
export const RATIO_MAX = 1.2;
export const RATIO_BOTS = 1000;

export interface Trial {
  /** To a neighbour, ms. */
  readonly p99: number;
  readonly tickRate: number;
  readonly cpuMsPerTick: number;
  readonly latenessMs: number;
  /** What the clients found wrong. */
  readonly faults: readonly string[];
  /** Whether nothing of it was untrue: the rest may be the load's, if that came late. */
  readonly isTrue: boolean;
}

export interface Round {
  readonly bare: Trial;
  readonly aether: Trial;
}

export interface Crowd {
  readonly bots: number;
  readonly rounds: readonly Round[];
}

export interface Standing {
  readonly bots: number;
  readonly verdict: Verdict;
  readonly why: readonly string[];
  /** Rounds that count, of all. */
  readonly counted: number;
  readonly rounds: number;
  /** Nobody was left out. */
  readonly isWhole: boolean;
  /** Medians of the rounds that count, or of all where none does. */
  readonly p99: number;
  readonly tickRate: number;
  readonly cpuMsPerTick: number;
  readonly bareCpuMsPerTick: number;
  readonly ratio: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly standings: readonly Standing[];
  /** The largest crowd that was served; 0 = none. */
  readonly capacity: number;
}

export function judgeCapacity(crowds: readonly Crowd[]): Judgement {
  const standings = crowds.map(standingOf);
  const verdicts = standings.map((standing) => standing.verdict);
  const order: readonly Verdict[] = ["wrong", "missed", "inconclusive"];
  const verdict = order.find((each) => verdicts.includes(each)) ?? "met";
  const served = standings.filter(isServed).map(({ bots }) => bots);
  return { verdict, exitCode: EXIT_CODES[verdict], standings, capacity: Math.max(0, ...served) };
}

function standingOf({ bots, rounds }: Crowd): Standing {
  const punctual = rounds.filter((round) => lateOf(round) < LATENESS_MAX_MS);
  const judged = punctual.length > 0 ? punctual : rounds;
  const of = (pick: (round: Round) => number): number => median(judged.map(pick));
  const faults = judged.flatMap(({ aether }) => aether.faults);
  const figures = {
    bots,
    counted: punctual.length,
    rounds: rounds.length,
    isWhole: faults.length === 0,
    p99: of(({ aether }) => aether.p99),
    tickRate: of(({ aether }) => aether.tickRate),
    cpuMsPerTick: of(({ aether }) => aether.cpuMsPerTick),
    bareCpuMsPerTick: of(({ bare }) => bare.cpuMsPerTick),
    ratio: of(({ aether, bare }) => aether.cpuMsPerTick / bare.cpuMsPerTick),
  };
  const untrue = rounds.filter(({ aether }) => !aether.isTrue);
  if (untrue.length > 0)
    return { ...figures, verdict: "wrong", why: untrue.flatMap(({ aether }) => aether.faults) };
  if (punctual.length === 0) {
    const least = Math.min(...rounds.map(lateOf));
    const why = [`the load came late, p99 ${least.toFixed(1)} ms at best: does not count`];
    return { ...figures, verdict: "inconclusive", why };
  }
  const why = [...faults];
  if (!(figures.p99 < P99_MAX_MS)) why.push(`p99 ${figures.p99.toFixed(1)} ms`);
  if (!(figures.tickRate > TICK_RATE_MIN)) why.push(`${figures.tickRate.toFixed(2)} Hz`);
  if (bots <= RATIO_BOTS && !(figures.ratio <= RATIO_MAX))
    why.push(`${figures.ratio.toFixed(3)}x of the bare transport`);
  return { ...figures, verdict: why.length === 0 ? "met" : "missed", why };
}

function isServed({ verdict, isWhole, p99, tickRate }: Standing): boolean {
  const isMeasured = verdict === "met" || verdict === "missed";
  return isMeasured && isWhole && p99 < P99_MAX_MS && tickRate > TICK_RATE_MIN;
}

/** Of a lateness that was not measured none is known: NaN, which is below no limit. */
function lateOf({ aether, bare }: Round): number {
  return Math.max(aether.latenessMs, bare.latenessMs);
}
