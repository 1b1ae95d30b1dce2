// How many plain HTTP requests are answered between two ticks, and to whom. Each costs the tick
// some microseconds. Messages (gateway.ts) and handshakes (admission.ts) have their own budgets.
import { networkOf } from "./network.ts";

/** Requests answered to one address between two ticks; pipelined ones would starve the loop. */
const PER_ADDRESS = 64;
/** Requests answered to all addresses together. */
const PER_TICK = 256;
/** Kept for who asks whether the server is well, while others use up the rest: to all, to one. */
const HEALTH_PER_TICK = 64;
const HEALTH_PER_ADDRESS = 4;
const HEALTH_PATHS: readonly string[] = ["/healthz", "/readyz"];

/**
 * Plain requests between two ticks, counted by address: one that floods is cut off and silences
 * nobody else. At most 320 entries: an address is noted only where it is answered.
 */
export class RequestBudget {
  readonly #counts = new Map<string, number>();
  #answered = 0;
  #health = 0;

  beginTick(): void {
    if (this.#answered === 0 && this.#health === 0) return;
    this.#counts.clear();
    this.#answered = 0;
    this.#health = 0;
  }

  /** @returns whether a request is answered; counted if so */
  allows(address: string, path: string): boolean {
    const network = networkOf(address);
    const count = this.#counts.get(network) ?? 0;
    if (this.#answered < PER_TICK) {
      if (count >= PER_ADDRESS) return false;
      this.#answered++;
    } else {
      const isKept = count < HEALTH_PER_ADDRESS && HEALTH_PATHS.includes(path);
      if (!isKept || this.#health >= HEALTH_PER_TICK) return false;
      this.#health++;
    }
    this.#counts.set(network, count + 1);
    return true;
  }
}
