// An application's own state: JSON that is kept with the world, together with its timers. Whoever
// throws while he works on it finds it as it was before he began.
import type { Kept } from "../engine/kept.ts";
import type { Timer, Timers } from "./timers.ts";

/** Bytes of the state's JSON; 128 timers of 32 letters each come on top, within KEPT_MAX. */
export const STATE_MAX = 4096;

interface Stored {
  readonly state?: unknown;
  readonly timers: readonly Timer[];
}

export class StateKeeper<State> {
  readonly #timers: Timers;
  readonly #encoder = new TextEncoder();
  #value: State;
  /** Of the value, when whoever is at work first asked for it; null: he has not. */
  #before: string | null = null;
  #text: string;

  constructor(initial: State | undefined, timers: Timers) {
    this.#timers = timers;
    // A copy: the definition may start several servers.
    this.#value = JSON.parse(JSON.stringify(initial ?? null)) as State;
    this.#text = this.#stored();
  }

  get value(): State {
    this.#before ??= JSON.stringify(this.#value);
    return this.#value;
  }

  /** Whoever is at work is done. @throws RangeError when the state has become too large */
  end(): void {
    if (this.#before === null) return;
    const { length } = this.#encoder.encode(JSON.stringify(this.#value));
    if (length > STATE_MAX)
      throw new RangeError(
        `world.state has ${length} bytes of JSON: at most ${STATE_MAX} are kept.`,
      );
    this.#before = null;
  }

  /** Whoever is at work threw. */
  undo(): void {
    if (this.#before !== null) this.#value = JSON.parse(this.#before) as State;
    this.#before = null;
  }

  /** @returns what is to be kept from this tick on; null: the same as before */
  changed(): string | null {
    const text = this.#stored();
    if (text === this.#text) return null;
    this.#text = text;
    return text;
  }

  /** Goes on from what a world has kept; from the beginning where it has kept nothing. */
  restore(kept: Kept): void {
    if (kept.bytes.length === 0) return;
    const stored = JSON.parse(new TextDecoder().decode(kept.bytes)) as Stored;
    if (stored.state !== undefined) this.#value = stored.state as State;
    this.#timers.restore(stored.timers);
    this.#text = this.#stored();
  }

  #stored(): string {
    return JSON.stringify({ state: this.#value, timers: this.#timers.all });
  }
}
