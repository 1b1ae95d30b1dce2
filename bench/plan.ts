// How often a contender is measured: all alike, as far as the time for a case allows.
import type { Kind } from "./results.ts";

/**
 * Ticks of a window: so many that, in large worlds, nearly every window has a tick in which the
 * kernel makes its index anew. Such ticks count in full.
 */
export const WINDOW_TICKS = 32;
/** Of a slow peer, windows are shorter: it builds its index anew in every tick. */
const SHORT_TICKS = 4;
/** Fewer windows than this say nothing. */
const ROUNDS_MIN = 3;
/** Until a contender's code is compiled: so many intents, between so many windows. */
const WARM_INTENTS = 640_000;
const WARM_WINDOWS_MIN = 3;
const WARM_WINDOWS_MAX = 40;

export interface Plan {
  /** 0 = too slow to be measured. */
  readonly rounds: number;
  readonly windowTicks: number;
}

/**
 * @param tickUs what a tick takes
 * @param rounds asked for
 * @param budgetMs for all of a contender's windows in one case
 */
export function planOf(kind: Kind, tickUs: number, rounds: number, budgetMs: number): Plan {
  const ticks = (budgetMs * 1000) / tickUs;
  const whole = Math.min(rounds, Math.floor(ticks / WINDOW_TICKS));
  if (whole >= rounds) return { rounds, windowTicks: WINDOW_TICKS };
  // What is made here is measured in whole windows, or else its worst ticks could be missed.
  if (kind !== "peer") return { rounds: Math.max(ROUNDS_MIN, whole), windowTicks: WINDOW_TICKS };
  const short = Math.floor(ticks / rounds);
  if (short >= SHORT_TICKS) return { rounds, windowTicks: short };
  const few = Math.floor(ticks / SHORT_TICKS);
  if (few >= ROUNDS_MIN) return { rounds: few, windowTicks: SHORT_TICKS };
  const single = Math.floor(ticks);
  return { rounds: single >= ROUNDS_MIN ? ROUNDS_MIN : 0, windowTicks: 1 };
}

/** Windows that are run before any is measured. */
export function warmWindows(n: number): number {
  const windows = Math.ceil(WARM_INTENTS / (n * WINDOW_TICKS));
  return Math.max(WARM_WINDOWS_MIN, Math.min(WARM_WINDOWS_MAX, windows));
}

/** Whether a contender with fewer windows than there are rounds takes part: they lie evenly. */
export function takesPart(round: number, rounds: number, own: number): boolean {
  return Math.floor(((round + 1) * own) / rounds) > Math.floor((round * own) / rounds);
}
