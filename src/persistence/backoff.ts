// How long to wait before another try: capped exponential backoff with full jitter, so that those
// who failed together do not come back together.

export interface BackoffLimits {
  /** Ceiling of the first wait, ms. */
  readonly baseMs: number;
  /** Ceiling of every wait, ms. */
  readonly capMs: number;
}

/** Between the tries of one event. */
export const EVENT_BACKOFF: BackoffLimits = { baseMs: 100, capMs: 30_000 };

/** For a whole store or sink that is away: it should be noticed soon that it is back. */
export const AWAY_BACKOFF: BackoffLimits = { baseMs: 100, capMs: 1000 };

/**
 * A wait between 1 ms and a ceiling that doubles with each try, evenly spread.
 * @param failures how often it failed so far, from 1
 * @param random from 0 up to 1
 */
export function backoffMs(failures: number, random: number, limits: BackoffLimits): number {
  const ceiling = Math.min(limits.capMs, limits.baseMs * 2 ** (failures - 1));
  return Math.max(1, Math.round(random * ceiling));
}
