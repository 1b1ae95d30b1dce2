// What a soak comes to: does memory grow with time, is there too much of it, is anything left over.
import { EXIT_CODES, type Verdict } from "../verdict.ts";

/** A moment of the soak, after a collection of garbage; bytes. */
export interface Point {
  /** Since the first client came, ms. */
  readonly atMs: number;
  readonly heap: number;
  /** What objects of the heap hold outside of it. */
  readonly external: number;
  readonly rss: number;
  readonly descriptors: number;
  readonly connections: number;
}

export interface Soak {
  /** In order; only those after the warm-up tell of slopes. */
  readonly points: readonly Point[];
  readonly warmMs: number;
  /** Open files without a client, before the first and after the last. */
  readonly descriptorsBefore: number;
  readonly descriptorsAfter: number;
  /** What was found wrong, whatever it cost. */
  readonly faults: readonly string[];
}

/** Bytes an hour. */
export interface Slope {
  readonly bytesPerHour: number;
  /** The true one is within so much of it, nineteen times of twenty. */
  readonly within: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly heap: Slope;
  readonly external: Slope;
  readonly rssMax: number;
  readonly missed: readonly string[];
  readonly unclear: readonly string[];
}

/** 12 MB a day: a heap of 4 GB takes it for a year. */
export const SLOPE_MAX = 500_000;
export const RSS_MAX = 512 * 1_048_576;
const MS_PER_HOUR = 3_600_000;
const MB = 1_000_000;

export function judgeSoak(soak: Soak): Judgement {
  const { points, warmMs, descriptorsBefore, descriptorsAfter, faults } = soak;
  const steady = points.filter(({ atMs }) => atMs >= warmMs);
  const heap = slopeOf(steady, (point) => point.heap);
  const external = slopeOf(steady, (point) => point.external);
  const rssMax = Math.max(...points.map(({ rss }) => rss));
  const missed: string[] = [];
  const unclear: string[] = [];
  for (const [name, slope] of Object.entries({ heap, "memory outside of the heap": external })) {
    const words = `${name} grows by ${wordsOf(slope)}`;
    if (slope.bytesPerHour - slope.within > SLOPE_MAX) missed.push(words);
    // Not <=: a slope that was not found is none that is small.
    else if (!(slope.bytesPerHour + slope.within <= SLOPE_MAX)) unclear.push(words);
  }
  if (!(rssMax < RSS_MAX)) missed.push(`RSS was ${Math.round(rssMax / 1_048_576)} MiB`);
  if (descriptorsAfter !== descriptorsBefore)
    missed.push(`${descriptorsBefore} files were open before, ${descriptorsAfter} are afterwards`);
  const verdict = verdictOf(faults, missed, unclear);
  return { verdict, exitCode: EXIT_CODES[verdict], heap, external, rssMax, missed, unclear };
}

function verdictOf(
  faults: readonly string[],
  missed: readonly string[],
  unclear: readonly string[],
): Verdict {
  if (faults.length > 0) return "wrong";
  if (missed.length > 0) return "missed";
  return unclear.length > 0 ? "inconclusive" : "met";
}

/** The least squares' line through all points, and twice the standard error of its slope. */
export function slopeOf(points: readonly Point[], of: (point: Point) => number): Slope {
  const n = points.length;
  const mean = (pick: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / n;
  const [meanMs, meanValue] = [mean(({ atMs }) => atMs), mean(of)];
  let [spread, product] = [0, 0];
  for (const point of points) {
    spread += (point.atMs - meanMs) ** 2;
    product += (point.atMs - meanMs) * (of(point) - meanValue);
  }
  const slope = product / spread;
  const rest = points.reduce((sum, point) => {
    return sum + (of(point) - meanValue - slope * (point.atMs - meanMs)) ** 2;
  }, 0);
  const error = Math.sqrt(rest / (n - 2) / spread);
  return { bytesPerHour: slope * MS_PER_HOUR, within: 2 * error * MS_PER_HOUR };
}

export function wordsOf({ bytesPerHour, within }: Slope): string {
  return `${(bytesPerHour / MB).toFixed(2)} MB an hour, give or take ${(within / MB).toFixed(2)}`;
}
