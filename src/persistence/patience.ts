// A store that is not there when somebody starts may be starting itself: it is asked again for a
// while, and that is said once.
import { AWAY_BACKOFF, backoffMs } from "./backoff.ts";
import { StoreFault } from "./contract.ts";

/** How long a start waits for a store that is away, ms. */
export const START_PATIENCE_MS = 10_000;

export interface PatienceParts {
  /** Monotonic ms. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly warn: (fields: object, message: string) => void;
}

/**
 * @param reach opens the store; leaves nothing open where it throws
 * @param limitMs START_PATIENCE_MS, or Infinity for a world that runs
 * @throws the last StoreFault when the limit is over; whatever else `reach` throws, at once
 */
export async function patiently<T>(
  reach: () => Promise<T>,
  limitMs: number,
  parts: PatienceParts,
): Promise<T> {
  const { now, random, sleep, warn } = parts;
  const until = now() + limitMs;
  for (let failures = 1; ; failures++) {
    try {
      return await reach();
    } catch (error) {
      if (!(error instanceof StoreFault) || now() > until) throw error;
      if (failures === 1) warn({ reason: error.message }, "Waiting for the store");
    }
    await sleep(backoffMs(failures, random(), AWAY_BACKOFF));
  }
}
