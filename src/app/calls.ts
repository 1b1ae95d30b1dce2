// Calls of an application's code. Each stands alone: what one does before it throws is taken back,
// and the tick goes on.
import type { World } from "../engine/world.ts";
import type { Mail } from "./mail.ts";
import type { Outbox } from "./outbox.ts";
import type { Randomness } from "./randomness.ts";
import { streamOf } from "./randomness.ts";
import type { StateKeeper } from "./state.ts";
import type { Timers } from "./timers.ts";
import type { Unit } from "./unit.ts";

export interface CallsParts {
  readonly world: World;
  /** Monotonic ms. */
  now(): number;
  readonly randomness: Randomness;
  readonly timers: Timers;
  readonly outbox: Outbox;
  readonly mail: Mail;
  readonly state: StateKeeper<unknown>;
}

export class Calls {
  readonly #parts: CallsParts;
  /** Of hooks, timers and messages in this tick: each has chance of its own. */
  #nth = 0;

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  beginTick(): void {
    this.#nth = 0;
  }

  /** Runs a system. @returns what it threw; null: nothing */
  run(unit: Unit, stream: number, call: () => void): unknown {
    const before = unit.ms;
    const error = this.#timed(unit, stream, 0, call);
    unit.runMs = unit.ms - before;
    return error;
  }

  /**
   * Calls a hook, a timer or what hears a message.
   * @param name what it is, for its stream of chance
   * @returns what it threw; null: nothing
   */
  call(unit: Unit, name: string, call: () => void): unknown {
    return this.#timed(unit, streamOf(name), ++this.#nth, call);
  }

  #timed(unit: Unit, stream: number, nth: number, call: () => void): unknown {
    const began = this.#parts.now();
    this.#parts.randomness.begin(stream, this.#parts.world.tick, nth);
    const error = this.#guarded(unit, call);
    unit.ms += this.#parts.now() - began;
    return error;
  }

  #guarded(unit: Unit, call: () => void): unknown {
    const { mail, outbox, state, timers, world } = this.#parts;
    const [commands, events, sends] = [world.commandCount, outbox.stagedCount, mail.count];
    const started = timers.all.length;
    unit.runs++;
    try {
      call();
      state.end();
      return null;
    } catch (error) {
      unit.throws++;
      world.takeBack(commands);
      outbox.takeBack(events);
      mail.takeBack(sends);
      timers.takeBack(started);
      state.undo();
      return error ?? new Error("it threw nothing");
    }
  }
}
