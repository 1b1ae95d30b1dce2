// Seeded randomness in the few shapes that a simulation draws from.
import { randomOf } from "../kernel/scenario.ts";

export class Random {
  /** [0, 1) */
  readonly unit: () => number;

  constructor(seed: number) {
    this.unit = randomOf(seed);
  }

  /** A whole number, 0 <= n < `limit`. */
  below(limit: number): number {
    return Math.floor(this.unit() * limit);
  }

  between(low: number, high: number): number {
    return low + this.unit() * (high - low);
  }

  /** Between `low` and `high`, both above 0, every order of magnitude as likely as another. */
  spread(low: number, high: number): number {
    return low * (high / low) ** this.unit();
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  /** How long until something that happens `perMinute` times on average, ms. */
  wait(perMinute: number): number {
    return (-Math.log(1 - this.unit()) * 60_000) / perMinute;
  }

  /** A stream of its own, so that one part's draws do not shift another's. */
  fork(): Random {
    return new Random(this.below(2 ** 32));
  }
}
