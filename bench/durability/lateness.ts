// How late ticks were, as a client saw them, with an outage and without.
import { quantile, median } from "../statistic.ts";
import { SPREAD_MAX, type Verdict } from "../verdict.ts";

/** A window is judged by its 99th percentile, ticks; the figure of a phase is their median. */
const WINDOW_TICKS = 200;
/** An outage leaves lateness unchanged when it adds no more than this, ms, or this factor. */
export const ADDED_MAX_MS = 1;
export const RATIO_MAX = 1.25;

/** Arrivals of ticks less the time at which their number says they were due: ms, any origin. */
export type Arrivals = Float64Array;

export interface Lateness {
  /** Medians of the windows' 99th percentiles, ms. */
  readonly controlMs: number;
  readonly outageMs: number;
  readonly ratio: number;
  /** Of the control's parts, largest by smallest. */
  readonly spread: number;
  /** The latest of all ticks, ms. */
  readonly controlMaxMs: number;
  readonly outageMaxMs: number;
  readonly verdict: Verdict;
}

/**
 * @param controls parts of the control, before and after
 * @throws Error in words when no tick came in one of the phases
 */
export function judgeLateness(controls: readonly Arrivals[], outage: Arrivals): Lateness {
  const all = [...controls, outage];
  if (all.some((arrivals) => arrivals.length === 0)) {
    throw new Error("a client was shown no tick in one of the phases");
  }
  // The quickest arrival of the run stands for the way to the client; what is more is lateness.
  const quickest = Math.min(...all.map((arrivals) => arrivals.reduce((a, b) => Math.min(a, b))));
  const late = (arrivals: Arrivals): number[] => [...arrivals].map((at) => at - quickest);
  const parts = controls.map((part) => typical([late(part)]));
  const controlMs = typical(controls.map(late));
  const outageMs = typical([late(outage)]);
  const ratio = outageMs / controlMs;
  const spread = Math.max(...parts) / Math.min(...parts);
  return {
    controlMs,
    outageMs,
    ratio,
    spread,
    controlMaxMs: Math.max(...controls.map((part) => Math.max(...late(part)))),
    outageMaxMs: Math.max(...late(outage)),
    verdict: verdictOf(outageMs - controlMs, ratio, spread),
  };
}

function verdictOf(addedMs: number, ratio: number, spread: number): Verdict {
  if (!(spread <= SPREAD_MAX)) return "inconclusive";
  return addedMs <= ADDED_MAX_MS || ratio <= RATIO_MAX ? "met" : "missed";
}

/** The median of the windows' 99th percentiles; the last one takes what is left. */
function typical(parts: readonly (readonly number[])[]): number {
  const windows = parts.flatMap((part) => {
    const count = Math.max(1, Math.round(part.length / WINDOW_TICKS));
    return Array.from({ length: count }, (_, i) => {
      const end = i + 1 === count ? part.length : (i + 1) * WINDOW_TICKS;
      return quantile(part.slice(i * WINDOW_TICKS, end), 0.99);
    });
  });
  return median(windows);
}
