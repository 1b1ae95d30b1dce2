// What a failed run says: what does not hold, where, and the command that shows it again.
import type { Outcome } from "./simulation.ts";

export interface Rerun {
  readonly seed: number;
  readonly minutes: number;
  /** Honest clients, where the command line named a number. */
  readonly clients?: number;
}

/** @returns several lines; "" when every invariant held */
export function reportOf(outcome: Outcome, rerun: Rerun): string {
  if (outcome.failure === null) return "";
  const { seed, minutes, clients } = rerun;
  const who = clients === undefined ? "" : ` --clients ${clients}`;
  const at = `${(outcome.nowMs / 1000).toFixed(3)} s simulated`;
  return (
    `${outcome.failure}\n` +
    `seed ${seed}, tick ${outcome.tick}, ${at}; again:\n` +
    `  npm run sim -- --seed ${seed} --minutes ${minutes}${who}`
  );
}
