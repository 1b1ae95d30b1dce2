// Timers of an application, in ticks. They are data, so that they are kept with the world.

import { NoRoom } from "./no-room.ts";

export const TIMERS_MAX = 128;

/** The name of what it calls; the tick that it is over after; what it hands on. */
export type Timer = readonly [name: string, dueTick: number, value: number];

export class Timers {
  readonly #names: readonly string[];
  #timers: Timer[] = [];

  /** @param names of what timers may call, of the definition */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** @throws RangeError for a name or a number that is none, NoRoom when there are too many */
  start(name: string, dueTick: number, value: number): void {
    if (!this.#names.includes(name))
      throw new RangeError(`there is no timer ${JSON.stringify(name)}: define it.`);
    if (!Number.isFinite(value))
      throw new RangeError(`a timer hands on a number, and not ${value}.`);
    if (this.#timers.length >= TIMERS_MAX)
      throw new NoRoom(`${TIMERS_MAX} timers are under way: no other is started.`);
    this.#timers.push([name, dueTick, value]);
  }

  /** Takes out those that are over, in the order in which they were started. */
  takeDue(tick: number): Timer[] {
    if (!this.#timers.some(([, due]) => due <= tick)) return [];
    const due = this.#timers.filter((timer) => timer[1] <= tick);
    this.#timers = this.#timers.filter((timer) => timer[1] > tick);
    return due;
  }

  get all(): readonly Timer[] {
    return this.#timers;
  }

  /** Of a world that was kept; those of names that are not there any more are left out. */
  restore(timers: readonly Timer[]): void {
    this.#timers = timers.filter(([name]) => this.#names.includes(name));
  }

  /** Forgets those behind the first so many. */
  takeBack(count: number): void {
    this.#timers.length = Math.min(this.#timers.length, count);
  }
}
