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
  /** Medians of the rounds. */
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
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const figures = {
    bots,
    p99: of(({ aether }) => aether.p99),
    tickRate: of(({ aether }) => aether.tickRate),
    cpuMsPerTick: of(({ aether }) => aether.cpuMsPerTick),
    bareCpuMsPerTick: of(({ bare }) => bare.cpuMsPerTick),
    ratio: of(({ aether, bare }) => aether.cpuMsPerTick / bare.cpuMsPerTick),
  };
  const faults = rounds.flatMap(({ aether }) => aether.faults);
  if (faults.length > 0) return { ...figures, verdict: "wrong", why: faults };
  const late = Math.max(...rounds.flatMap(({ aether, bare }) => [aether, bare].map(latenessOf)));
  // Not <=: a lateness that was not measured is none that is known.
  if (!(late < LATENESS_MAX_MS)) {
    const why = [`the load came late: p99 ${late.toFixed(1)} ms`];
    return { ...figures, verdict: "inconclusive", why };
  }
  const why: string[] = [];
  if (!(figures.p99 < P99_MAX_MS)) why.push(`p99 ${figures.p99.toFixed(1)} ms`);
  if (!(figures.tickRate > TICK_RATE_MIN)) why.push(`${figures.tickRate.toFixed(2)} Hz`);
  if (bots <= RATIO_BOTS && !(figures.ratio <= RATIO_MAX))
    why.push(`${figures.ratio.toFixed(2)}x of the bare transport`);
  return { ...figures, verdict: why.length === 0 ? "met" : "missed", why };
}

function isServed({ verdict, p99, tickRate }: Standing): boolean {
  const isMeasured = verdict === "met" || verdict === "missed";
  return isMeasured && p99 < P99_MAX_MS && tickRate > TICK_RATE_MIN;
}

function latenessOf({ latenessMs }: Trial): number {
  return latenessMs;
}
