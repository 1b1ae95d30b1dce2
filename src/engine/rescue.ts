// What becomes of a step that the kernel does not survive: a trap of WebAssembly, a throw of the
// twin. Of every good step a copy is kept, from which it is run again (attempt.ts); the kernel that
// trapped is never used again. Nothing is allocated before something traps.
import { HASH_HIGH, HASH_LOW, TICK } from "#layout";
import { Carry } from "../kernel/carry.ts";
import { imageBytesMax, writeImage } from "../kernel/image.ts";
import type { Engine, Kernel } from "../kernel/kernel.ts";
import { viewsOfNone, type Views } from "../kernel/views.ts";
import { Attempt, type Outcome, type Remedy } from "./attempt.ts";
import type { WorldRules } from "./rules.ts";
import type { Poison, StepInput } from "./step-input.ts";

/** With so many traps within the window the twin takes over. */
const TRAPS_MAX = 3;

/** A step that was saved. */
export interface Trap {
  /** Of the world after the step. */
  readonly tick: number;
  /** That trapped, and that the world runs on now. */
  readonly engine: Engine;
  readonly engineNow: Engine;
  readonly error: unknown;
  readonly remedy: Remedy;
  /** Times that the step was run again. */
  readonly reruns: number;
  /** All that the step was given. */
  readonly input: StepInput;
  /** What of it did not take effect, and never will. */
  readonly poisons: readonly Poison[];
  /** The state before the step: see image.ts; and the hash of the state after it. */
  readonly image: Uint8Array;
  readonly hashLow: number;
  readonly hashHigh: number;
}

export interface RescueParts {
  readonly open: (engine: Engine) => Kernel;
  /** Ticks in which so many traps are too many. */
  readonly windowTicks: number;
  readonly onTrap: (trap: Trap) => void;
}

/** What the world goes on with. */
export interface Saved {
  readonly kernel: Kernel;
  /** What took effect. */
  readonly input: StepInput;
  /** Told sets are gone: whoever is looked at again must be told all. */
  readonly isUntold: boolean;
  readonly poisons: readonly Poison[];
}

export class Rescue {
  // Totals.
  traps = 0;
  reruns = 0;
  /** Steps for which the index was made anew, so that all was told again. */
  indexesMade = 0;
  takeovers = 0;
  commandsLeftOut = 0;
  intentsLeftOut = 0;

  readonly #parts: RescueParts;
  /** The world after the last good step. */
  readonly #good: Views = viewsOfNone();
  #carry: Carry | null = null;
  /** Ticks of the last traps. */
  #trapped: readonly number[] = [];
  #hasTakenOver = false;

  constructor(parts: RescueParts) {
    this.#parts = parts;
  }

  /** Whether the twin runs the world since it trapped too often: until somebody changes it back. */
  get hasTakenOver(): boolean {
    return this.#hasTakenOver;
  }

  /** The world is on this kernel, as it is now. */
  watch(kernel: Kernel): void {
    this.#carry = new Carry(kernel.views, this.#good);
    this.#carry.run();
    if (kernel.engine === "wasm") this.#hasTakenOver = false;
  }

  /** A step went well. */
  keep(): void {
    this.#carry?.run();
  }

  /** What the next step is to do for an observer. */
  setLook(row: number, look: number): void {
    this.#good.lookAt[row] = look;
  }

  /**
   * Runs a step again that threw.
   * @param input the step's
   * @throws what it threw, where no kernel of either engine takes the step, or it was the first
   */
  save(kernel: Kernel, rules: WorldRules, input: StepInput, error: unknown): Saved {
    const tick = this.#good.world[TICK] ?? 0;
    if (tick === 0) throw error;
    this.traps++;
    const attempt = new Attempt(this.#parts.open, this.#good, rules, input);
    const outcome = this.#outcomeOf(attempt, kernel.engine, this.#isOften(tick));
    this.reruns += attempt.reruns;
    if (outcome === null) throw error;
    const { remedy, isUntold, kept, kernel: saved } = outcome;
    const { poisons, reruns } = attempt;
    if (isUntold) this.indexesMade++;
    for (const { what } of poisons)
      if (what === "command") this.commandsLeftOut++;
      else this.intentsLeftOut++;
    const image = new Uint8Array(imageBytesMax(rules.maxEntities));
    const imageBytes = writeImage(this.#good, rules, image);
    this.watch(saved);
    if (saved.engine !== kernel.engine) {
      this.takeovers++;
      this.#hasTakenOver = true;
    }
    this.#parts.onTrap({
      ...{ error, remedy, reruns, input, poisons },
      tick: saved.views.world[TICK] ?? 0,
      hashLow: (saved.views.world[HASH_LOW] ?? 0) >>> 0,
      hashHigh: (saved.views.world[HASH_HIGH] ?? 0) >>> 0,
      engine: kernel.engine,
      engineNow: saved.engine,
      image: image.subarray(0, imageBytes),
    });
    return { kernel: saved, input: input.only(kept), isUntold, poisons };
  }

  /** What is left out on one engine is left out on the other, so that both would go on alike. */
  #outcomeOf(attempt: Attempt, engine: Engine, isOften: boolean): Outcome | null {
    const outcome = attempt.on(engine);
    if (engine === "js") return outcome;
    if (outcome === null) return attempt.on("js");
    if (!isOften) return outcome;
    const onTwin = attempt.on("js", outcome.kept);
    return onTwin === null ? outcome : { ...onTwin, remedy: outcome.remedy };
  }

  #isOften(tick: number): boolean {
    const since = tick - this.#parts.windowTicks;
    this.#trapped = [...this.#trapped.filter((at) => at > since), tick];
    return this.#trapped.length >= TRAPS_MAX;
  }
}
