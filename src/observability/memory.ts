// A heap that fills up. From 80 % of what V8 allows nobody new is let into the world, so that those
// who play go on; at 95 % the process ends itself, in words and with a code, before V8 would abort
// it without either. What is durable by then comes back with the next start.
import type { Log } from "./log.ts";

/** Shares of the limit: joins are refused from one on, let in again below the other. */
const SHED_SHARE = 0.8;
const RELIEVED_SHARE = 0.7;
const FULL_SHARE = 0.95;
const MB = 1024 * 1024;

export class MemoryWatch {
  readonly #log: Log;
  readonly #onShed: (isShedding: boolean) => void;
  #used = 0;
  #limit = 1;
  /** Whether joins are refused for want of memory. */
  isShedding = false;

  /** @param onShed told when joins are to be refused, and when no longer */
  constructor(log: Log, onShed: (isShedding: boolean) => void) {
    this.#log = log;
    this.#onShed = onShed;
  }

  /** The heap in words. */
  get words(): string {
    return `${Math.round(this.#used / MB)} of ${Math.round(this.#limit / MB)} MB of heap in use`;
  }

  /** @throws Error when the heap is full: the process must end */
  look(usedBytes: number, limitBytes: number): void {
    this.#used = usedBytes;
    this.#limit = limitBytes;
    const share = usedBytes / limitBytes;
    if (share >= FULL_SHARE) throw new Error(`The heap is full: ${this.words}; ${REMEDY}`);
    if (this.isShedding ? share >= RELIEVED_SHARE : share < SHED_SHARE) return;
    this.isShedding = !this.isShedding;
    this.#onShed(this.isShedding);
    if (this.isShedding)
      this.#log.error({ heap: this.words, remedy: REMEDY }, "The heap fills up: joins are refused");
    else this.#log.info({ heap: this.words }, "The heap has room again: joins are taken");
  }
}

const REMEDY =
  "start with a larger --max-old-space-size, or find out what holds it with /debug/pprof/heap";
