// From times of ticks to the numbers that are quoted.
import type { Ratio, Window, WorstTick } from "./results.ts";

/** Windows of one contender in one case; us of each tick. */
export interface Timing {
  readonly round: number;
  readonly us: Float64Array;
}

/**
 * The value below which a share of all lies; between two of them, by proportion.
 * @param share 0 to 1
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** A median, and between what the true one lies nineteen times of twenty. */
export interface MedianWithin {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * By the ranks of the values alone, whatever they are distributed like: each is above the true
 * median or below it, as a coin falls. Of fewer than six nothing follows.
 */
export function medianWithin(values: readonly number[]): MedianWithin | null {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  // How many of the lowest may be left out: so many heads or fewer are that seldom.
  let [out, share, chance] = [0, 2 ** -n, 2 ** -n];
  if (chance > 0.025) return null;
  for (;;) {
    share *= (n - out) / (out + 1);
    if (chance + share > 0.025) break;
    chance += share;
    out++;
  }
  return { median: median(sorted), low: sorted[out]!, high: sorted[n - 1 - out]! };
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The windows as they are written down: mean, slowest tick, ratio to the engine's mean. */
export function windowsOf(
  timings: readonly Timing[],
  engine: readonly Timing[] | null,
): readonly Window[] {
  const means = new Map(engine?.map(({ round, us }) => [round, mean(us)]));
  return timings.map(({ round, us }) => {
    const theirs = means.get(round);
    const ours = mean(us);
    const ratio = theirs === undefined ? null : ours / theirs;
    return { round, mean: ours, max: Math.max(...us), ratio };
  });
}

export function worstTick(timings: readonly Timing[]): WorstTick {
  const slowest = timings.map(({ us }) => Math.max(...us));
  const usual = median(timings.flatMap(({ us }) => [...us]));
  return { max: Math.max(...slowest), median: median(slowest), usual };
}

/** @param engineP10 of the engine's windows of the same case, us */
export function ratioOf(windows: readonly Window[], engineP10: number): Ratio | null {
  const ratios = windows.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
  if (ratios.length === 0) return null;
  const p10 = quantile(
    windows.map((window) => window.mean),
    0.1,
  );
  return {
    median: median(ratios),
    min: Math.min(...ratios),
    max: Math.max(...ratios),
    p10: p10 / engineP10,
  };
}
