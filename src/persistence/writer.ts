// The worker's flush loop: brings one flight at a time to the store, and tries again for as long as
// the store cannot be had.
import { setTimeout as sleep } from "node:timers/promises";
import { AWAY_BACKOFF, backoffMs } from "./backoff.ts";
import { StoreFault } from "./contract.ts";
import type { Flight, WorldStore } from "./contract.ts";
import type { Level } from "./messages.ts";

export type FlightEnd = "landed" | "fenced" | "given up";

export class Writer {
  faults = 0;
  /** Why the store took nothing when it was tried last; null: it did. */
  fault: string | null = null;
  readonly #store: WorldStore;
  readonly #log: (level: Level, fields: object, message: string) => void;
  #isOver = false;

  constructor(store: WorldStore, log: (level: Level, fields: object, message: string) => void) {
    this.#store = store;
    this.#log = log;
  }

  /** @returns "given up" only after `stop` */
  async bring(flight: Flight): Promise<FlightEnd> {
    for (let failures = 0; ;) {
      try {
        const isOurs = await this.#store.flush(flight);
        this.#heal(flight.tick);
        return isOurs ? "landed" : "fenced";
      } catch (error) {
        if (!(error instanceof StoreFault)) throw error;
        failures++;
        this.#fail(error, failures);
      }
      if (this.#isOver) return "given up";
      await sleep(backoffMs(failures, Math.random(), AWAY_BACKOFF));
    }
  }

  /** The try under way is the last. */
  stop(): void {
    this.#isOver = true;
  }

  #fail(error: StoreFault, failures: number): void {
    this.faults++;
    this.fault = error.message;
    // Once for an outage, not once for each try of it.
    if (failures > 1) return;
    this.#log("warn", { code: error.code, reason: error.message }, "The store takes nothing");
  }

  #heal(tick: number): void {
    if (this.fault === null) return;
    this.fault = null;
    this.#log("info", { tick }, "The store takes flights again");
  }
}
