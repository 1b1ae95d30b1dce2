// What 5,000 walkers of an application cost the tick: the verdict by the goal.
import type { Verdict } from "../verdict.ts";

/** No tick may take longer, ms: the next one is due then. */
export const WORST_MS_MAX = 25;

/** So many seconds of a running server. */
export interface Round {
  readonly ticks: number;
  /** The whole tick in the mean; the upper edge of the bucket that holds the longest, ms. */
  readonly meanMs: number;
  readonly worstMs: number;
  /** The application's own code in the mean, ms a tick. */
  readonly appMs: number;
  /** Ticks that were given up, since the one before was late. */
  readonly skipped: number;
  /** Runs that the application's systems sat out, since one took more than its budget. */
  readonly satOut: number;
  readonly entities: number;
  readonly throws: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly faults: readonly string[];
}

/**
 * Met if no tick of any round was longer, missed if one was in each. Where some rounds hold it and
 * others do not, something else on the machine had its share.
 * @param entities that there must be
 */
export function judge(rounds: readonly Round[], entities: number): Judgement {
  const faults = rounds.flatMap((round, i) => {
    const found: string[] = [];
    if (round.entities !== entities) found.push(`round ${i + 1}: ${round.entities} entities`);
    if (round.throws > 0) found.push(`round ${i + 1}: the application threw ${round.throws} times`);
    return found;
  });
  if (faults.length > 0) return { verdict: "wrong", faults };
  const held = rounds.filter(({ satOut, worstMs }) => worstMs <= WORST_MS_MAX && satOut === 0);
  if (held.length === rounds.length) return { verdict: "met", faults };
  return { verdict: held.length === 0 ? "missed" : "inconclusive", faults };
}
