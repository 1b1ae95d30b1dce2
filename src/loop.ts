// Calls the tick when it is due: absolute deadlines, so that lateness never adds up. A timer may
// fire a little early; the last fraction of a millisecond is waited out in turns of the event loop.
import type { Clock } from "./engine/clock.ts";

/** Timers of the host, or of a simulation. */
export interface Timers {
  /** Calls back after at least `ms` (0: after what is waiting now). */
  after(ms: number, call: () => void): void;
  /** Monotonic ms. */
  now(): number;
}

export class Loop {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #onTick: () => void;
  readonly #wake = (): void => this.#turn();
  #running = false;

  constructor(clock: Clock, timers: Timers, onTick: () => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#onTick = onTick;
  }

  start(): void {
    this.#running = true;
    this.#clock.start(this.#timers.now());
    this.#wait();
  }

  /** No tick begins after this. */
  stop(): void {
    this.#running = false;
  }

  /** Late ticks run one a turn, so that sockets are read in between. */
  #turn(): void {
    if (!this.#running) return;
    if (this.#clock.isDue(this.#timers.now())) this.#onTick();
    this.#wait();
  }

  #wait(): void {
    const left = this.#clock.dueMs - this.#timers.now();
    this.#timers.after(left < 1 ? 0 : Math.floor(left), this.#wake);
  }
}
