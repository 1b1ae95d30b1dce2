// From the measurements of a server to what is written down of it.
import { LATENESS_MAX_MS } from "../latency-judge.ts";
import { median } from "../statistic.ts";
import type { Range, ServerName, ServerRound, ServerStanding } from "./results.ts";

/**
 * What clients saw counts only if the load itself was punctual. What the server spent counts if the
 * load was played in full: of the intents, this share at least.
 */
const PLAYED_MIN = 0.98;

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

export const isPunctual = ({ latenessMs }: ServerRound): boolean => latenessMs <= LATENESS_MAX_MS;

/** No CPU was counted where the swarm did not say twice that all bots were there. */
const isInFull = ({ playedShare, cpuMsPerTick }: ServerRound): boolean =>
  playedShare >= PLAYED_MIN && Number.isFinite(cpuMsPerTick);

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
  const rounds = trials.filter(isInFull).map(({ faults: _, ...round }) => round);
  if (rounds.length === 0) return { status: "left out", name, why: shortfall(trials) };
  const over = (of: (round: ServerRound) => number): Range => rangeOf(rounds.map(of));
  const punctual = rounds.filter(isPunctual);
  const seen = (of: (round: ServerRound) => number): Range | null =>
    punctual.length === 0 ? null : rangeOf(punctual.map(of));
  return {
    status: "measured",
    name,
    comparedViews,
    p50: seen((r) => r.p50),
    p99: seen((r) => r.p99),
    tickRate: over((r) => r.tickRate),
    cpuMsPerTick: over((r) => r.cpuMsPerTick),
    rssMib: over((r) => r.rssMib),
    bytesPerClient: over((r) => r.bytesPerClient),
    ratio: bare === null ? null : ratioOf(rounds, bare),
    rounds,
  };
}

function shortfall(trials: readonly Trial[]): string {
  const most = Math.max(0, ...trials.map(({ playedShare }) => playedShare));
  return (
    `of the intents that were due, ${(most * 100).toFixed(1)} % were sent at best: this machine ` +
    "cannot play so many bots beside a server"
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
