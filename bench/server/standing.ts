// From the measurements of a server to what is written down of it.
import { median } from "../statistic.ts";
import type { Range, ServerName, ServerRound, ServerStanding } from "./results.ts";

/** A measurement counts only if the load itself was punctual: p99 of its send lateness, ms. */
export const LATENESS_MAX_MS = 10;

/** What a contender showed in one round. */
export interface Trial extends ServerRound {
  /** What the swarm found wrong, sentences. */
  readonly faults: readonly string[];
}

/** What was found before any time was taken. */
export interface Check {
  readonly faults: readonly string[];
  /** Null where there are no rules to compare with. */
  readonly comparedViews: number | null;
}

export const isPunctual = ({ latenessMs }: Pick<Trial, "latenessMs">): boolean =>
  latenessMs <= LATENESS_MAX_MS;

/**
 * Any fault, in the check or in a round, and there are no figures: a server that is wrong has none.
 * @param bare the bare transport's rounds under the same load; null for itself
 */
export function standingOf(
  name: ServerName,
  { faults, comparedViews }: Check,
  trials: readonly Trial[],
  bare: readonly ServerRound[] | null,
): ServerStanding {
  const wrong = [
    ...faults,
    ...trials.flatMap((trial) => trial.faults.map((f) => `round ${trial.round + 1}: ${f}`)),
  ];
  if (wrong.length > 0) return { status: "wrong", name, why: wrong.join("; ") };
  const rounds = trials.filter(isPunctual).map(({ faults: _, ...round }) => round);
  if (rounds.length === 0) return { status: "left out", name, why: lateness(trials) };
  const over = (of: (round: ServerRound) => number): Range => rangeOf(rounds.map(of));
  return {
    status: "measured",
    name,
    comparedViews,
    p50: over((r) => r.p50),
    p99: over((r) => r.p99),
    tickRate: over((r) => r.tickRate),
    cpuMsPerTick: over((r) => r.cpuMsPerTick),
    rssMib: over((r) => r.rssMib),
    bytesPerClient: over((r) => r.bytesPerClient),
    ratio: bare === null ? null : ratioOf(rounds, bare),
    rounds,
  };
}

function lateness(trials: readonly Trial[]): string {
  const best = Math.min(...trials.map(({ latenessMs }) => latenessMs));
  return (
    `the load came late in every round, by ${best.toFixed(1)} ms (p99) at best and at most ` +
    `${LATENESS_MAX_MS} ms is punctual: this machine cannot play so many bots beside a server`
  );
}

/** Between measurements of the same round only; null where there is no such pair. */
function ratioOf(rounds: readonly ServerRound[], bare: readonly ServerRound[]): Range | null {
  const theirs = new Map(bare.map(({ round, cpuMsPerTick }) => [round, cpuMsPerTick]));
  const ratios = rounds.flatMap(({ round, cpuMsPerTick }) => {
    const control = theirs.get(round);
    return control === undefined ? [] : [cpuMsPerTick / control];
  });
  return ratios.length === 0 ? null : rangeOf(ratios);
}

function rangeOf(values: readonly number[]): Range {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
