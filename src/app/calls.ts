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
  #isUnderWay = false;

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  beginTick(): void {
    this.#nth = 0;
  }

  /** Whether the application's code has its turn: what it does later would be no tick's. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Runs a system. @returns what it threw; null: nothing */
  run(unit: Unit, stream: number, call: () => unknown): unknown {
    const before = unit.ms;
    const error = this.#timed(unit, stream, 0, call);
    unit.runMs = unit.ms - before;
    return error;
  }

  /**
   * Calls a hook, a timer or what hears a message.
   * @param name what it is, for its stream of chance
   * @param call returns what the code returns, so that it is known when that waits
   * @returns what it threw; null: nothing
   */
  call(unit: Unit, name: string, call: () => unknown): unknown {
    return this.#timed(unit, streamOf(name), ++this.#nth, call);
  }

  #timed(unit: Unit, stream: number, nth: number, call: () => unknown): unknown {
    const began = this.#parts.now();
    this.#parts.randomness.begin(stream, this.#parts.world.tick, nth);
    const error = this.#guarded(unit, call);
    unit.ms += this.#parts.now() - began;
    return error;
  }

  #guarded(unit: Unit, call: () => unknown): unknown {
    const { mail, outbox, state, timers, world } = this.#parts;
    const [commands, events, sends] = [world.commandCount, outbox.stagedCount, mail.count];
    const started = timers.all.length;
    unit.runs++;
    this.#isUnderWay = true;
    try {
      mustBeDone(call());
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
    } finally {
      this.#isUnderWay = false;
    }
  }
}

/** Whether code that answered this goes on later. */
export function isPending(answer: unknown): answer is PromiseLike<unknown> {
  if (typeof answer !== "object" && typeof answer !== "function") return false;
  return answer !== null && typeof (answer as { then?: unknown }).then === "function";
}

/** @throws TypeError for what goes on later; a rejection of that is heard, and ends no server */
function mustBeDone(answer: unknown): void {
  if (!isPending(answer)) return;
  answer.then(ignore, ignore);
  throw new TypeError("it is async: what runs in a tick cannot wait.");
}

function ignore(): undefined {
  return undefined;
}
