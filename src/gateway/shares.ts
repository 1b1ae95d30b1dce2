// What may be done between two ticks for strangers, each of whom takes time of the ticks: so much
// in all, and of that so much for one network: a storm of its own refuses nobody else.

/** It may be done; its network has had its share; all is spent. */
export const SHARE_TAKEN = 0;
export const SHARE_USED = 1;
export const SHARES_SPENT = 2;
export type ShareResult = typeof SHARE_TAKEN | typeof SHARE_USED | typeof SHARES_SPENT;

/** Who has no network counts against the whole alone. */
export const NO_NETWORK = "";

export class Shares {
  readonly #perTick: number;
  readonly #perNetwork: number;
  /** At most one entry for each of the whole. */
  readonly #taken = new Map<string, number>();
  #sum = 0;

  constructor(perTick: number, perNetwork: number) {
    this.#perTick = perTick;
    this.#perNetwork = perNetwork;
  }

  beginTick(): void {
    if (this.#sum === 0) return;
    this.#taken.clear();
    this.#sum = 0;
  }

  /** What is over the share of a network takes nothing from others. */
  take(network: string): ShareResult {
    const taken = this.#taken.get(network) ?? 0;
    if (network !== NO_NETWORK && taken >= this.#perNetwork) return SHARE_USED;
    if (this.#sum >= this.#perTick) return SHARES_SPENT;
    this.#sum++;
    if (network !== NO_NETWORK) this.#taken.set(network, taken + 1);
    return SHARE_TAKEN;
  }
}
