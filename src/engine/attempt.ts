// One step that threw, run again on fresh kernels until it goes well: whole, on an index made anew,
// and without what makes it trap. Which that is, is found by halving: the shortest beginning of the
// input that traps ends with it. Every run costs a copy of the world and a step.
import * as layout from "#layout";
import { carryWorld } from "../kernel/carry.ts";
import { adoptImage, imageBytesMax, writeImage } from "../kernel/image.ts";
import type { Engine, Kernel } from "../kernel/kernel.ts";
import type { Views } from "../kernel/views.ts";
import { configOf } from "./configure.ts";
import type { WorldRules } from "./rules.ts";
import { type Poison, putInput, type StepInput } from "./step-input.ts";

/** Times that one step is run again at most. A search among n takes log2(n) + 1. */
const RERUNS_MAX = 64;
/** Runs that are left for the end of a search. */
const RERUNS_KEPT = 20;
/** Words beside the state that an index made anew does not change: budgets, and all totals. */
const LASTING = [layout.FRAME_BUDGET, layout.LOOK_MASK, layout.LOOK_TURN];

/**
 * What helped:
 * - `memory`: another kernel; nothing is lost, and nobody can tell
 * - `index`: an index made anew from the state; every view is told anew
 * - `input`: leaving out some of the commands or intents
 */
export type Remedy = "memory" | "index" | "input";

export interface Outcome {
  readonly remedy: Remedy;
  /** That took the step. */
  readonly kernel: Kernel;
  /** 1 for each item of the input that took effect. */
  readonly kept: Uint8Array;
  /** Told sets are gone: whoever is looked at again must be told all. */
  readonly isUntold: boolean;
}

export class Attempt {
  reruns = 0;
  /** What was left out, in the order in which it was found. */
  readonly poisons: Poison[] = [];
  readonly #open: (engine: Engine) => Kernel;
  readonly #good: Views;
  readonly #rules: WorldRules;
  readonly #input: StepInput;
  /** One that may be run on: it has trapped never. */
  #kernel: Kernel | null = null;

  /** @param good the world before the step; it stays as it is */
  constructor(open: (engine: Engine) => Kernel, good: Views, rules: WorldRules, input: StepInput) {
    this.#open = open;
    this.#good = good;
    this.#rules = rules;
    this.#input = input;
  }

  /**
   * @param kept what of the input is to be tried; all by default
   * @returns null where nothing helps on this engine
   */
  on(engine: Engine, kept: Uint8Array = new Uint8Array(this.#input.count).fill(1)): Outcome | null {
    const end = this.#input.count;
    if (this.#runs(engine, this.#good, kept, end)) return this.#outcome("memory", kept, false);
    const anew = this.#indexedAnew(engine);
    if (anew !== null && this.#runs(engine, anew, kept, end))
      return this.#outcome("index", kept, true);
    if (this.#search(engine, this.#good, kept)) return this.#outcome("input", kept, false);
    if (anew !== null && this.#search(engine, anew, kept))
      return this.#outcome("input", kept, true);
    return null;
  }

  #outcome(remedy: Remedy, kept: Uint8Array, isUntold: boolean): Outcome | null {
    const kernel = this.#kernel;
    this.#kernel = null;
    return kernel === null ? null : { remedy, kernel, kept, isUntold };
  }

  /** One run. A kernel that traps is not used again. */
  #runs(engine: Engine, from: Views, kept: Uint8Array, end: number): boolean {
    const kernel = this.#kernel?.engine === engine ? this.#kernel : this.#open(engine);
    this.#kernel = null;
    this.reruns++;
    carryWorld(from, kernel.views);
    putInput(kernel.views, this.#input.only(kept, end));
    try {
      kernel.step();
    } catch {
      return false;
    }
    this.#kernel = kernel;
    return true;
  }

  /**
   * Takes out of `kept` what traps; all of it does, which has been tried.
   * @returns false when the step traps with no input at all
   */
  #search(engine: Engine, from: Views, kept: Uint8Array): boolean {
    const items = this.#input.count;
    let runs = 0;
    if (!this.#runs(engine, from, kept, runs)) return false;
    do {
      if (this.reruns > RERUNS_MAX - RERUNS_KEPT) return this.#giveUp(engine, from, kept, runs);
      let traps = items;
      while (traps - runs > 1) {
        const middle = (runs + traps) >> 1;
        if (this.#runs(engine, from, kept, middle)) runs = middle;
        else traps = middle;
      }
      this.#leaveOut(kept, runs);
    } while (!this.#runs(engine, from, kept, items));
    return true;
  }

  /** The item, and what its owner sent after it. */
  #leaveOut(kept: Uint8Array, item: number): void {
    const owner = this.#input.ownerOf(item);
    for (let i = item; i < kept.length; i++) {
      const isIt = i === item || (owner !== 0 && this.#input.ownerOf(i) === owner);
      if (!isIt || kept[i] === 0) continue;
      kept[i] = 0;
      this.poisons.push(this.#input.poison(i, true));
    }
  }

  /** Too much of it traps: only what is known to run takes effect. */
  #giveUp(engine: Engine, from: Views, kept: Uint8Array, runs: number): boolean {
    for (let i = runs; i < kept.length; i++) {
      if (kept[i] === 0) continue;
      kept[i] = 0;
      this.poisons.push(this.#input.poison(i, false));
    }
    return this.#runs(engine, from, kept, runs);
  }

  /** The same state, of which all else was made anew. @returns null when it cannot be */
  #indexedAnew(engine: Engine): Views | null {
    const rules = this.#rules;
    const good = this.#good;
    const kernel = this.#open(engine);
    const { views } = kernel;
    try {
      views.commands.set(configOf(rules));
      views.world[layout.COMMAND_COUNT] = 1;
      kernel.step();
      const image = new Uint8Array(imageBytesMax(rules.maxEntities));
      adoptImage(kernel, rules, image.subarray(0, writeImage(good, rules, image)));
    } catch {
      return null;
    }
    for (const word of LASTING) views.world[word] = good.world[word] ?? 0;
    const { APPLIED_TOTAL, LOOK_NOT, LOOK_RESET, ROW_END } = layout;
    views.world.set(good.world.subarray(APPLIED_TOTAL), APPLIED_TOTAL);
    const rows = good.world[ROW_END] ?? 0;
    for (let row = 0; row < rows; row++)
      views.lookAt[row] = good.lookAt[row] === LOOK_NOT ? LOOK_NOT : LOOK_RESET;
    return views;
  }
}
