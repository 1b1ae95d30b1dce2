// Kernels that trap now and then: with one command or intent of a tick, which must be found and
// left out, or with none, from their own memory. What it is, is drawn from the tick and the words,
// so that each run of the step again meets the same. What the server keeps of it must be playable.
import * as layout from "#layout";
import { segmentOf } from "../../bench/replay/tape.ts";
import { play } from "../../src/journal/play.ts";
import { ENGINES, type Kernel } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import type { Views } from "../../src/kernel/views.ts";
import { trapping } from "../kernel/trapping.ts";
import { must } from "./violation.ts";

const { COMMAND_COUNT, COMMAND_WORDS, INTENT_COUNT, INTENT_WORDS } = layout;
/** One in so many is poison: intents, commands; and one tick, for no reason of its input. */
const INTENT_EVERY = 8000;
const COMMAND_EVERY = 40;
const TICK_EVERY = 600;
/** Those that a world can do without for a tick. */
const COMMANDS = [layout.OP_JOIN, layout.OP_LEAVE, layout.OP_SKIP];
const SOUND = ENGINES.map((name) => ({ name, open: () => openKernel(name) }));

export class Traps {
  /** Capsules that were kept, and played on kernels that are sound. */
  played = 0;
  /** Commands and intents that were left out. */
  leftOut = 0;
  readonly #salt: number;
  #isArmed = false;
  /** The last tick in which memory was at fault: another kernel takes that step. */
  #brokenTick = -1;

  constructor(salt: number) {
    this.#salt = salt;
  }

  /** From now on kernels trap; those that a world is restored on do not. */
  arm(): void {
    this.#isArmed = true;
  }

  disarm(): void {
    this.#isArmed = false;
  }

  plant(kernel: Kernel): Kernel {
    return trapping(kernel, (views) => this.#isArmed && this.#traps(views));
  }

  /** @param capsule of a step that was saved @throws Violation */
  judge(capsule: Uint8Array): void {
    const segments = [segmentOf("trap", capsule)];
    const { difference, notes, ticks } = play({ segments, players: SOUND });
    const isPlayed = difference === null && ticks === 1;
    must(isPlayed, () => "sound kernels do not play the capsule of a step that was saved");
    this.played++;
    const poisons = notes.flatMap((note) => (note.what === "mark" ? note.mark["poisons"] : []));
    this.leftOut += poisons.length;
  }

  #traps({ commands, intents, world }: Views): boolean {
    const tick = world[layout.TICK] ?? 0;
    // A world that has not begun has nothing to be run again from.
    if (tick === 0) return false;
    if (this.#isDrawn(tick, intents, 0, 0, TICK_EVERY) && tick !== this.#brokenTick) {
      this.#brokenTick = tick;
      return true;
    }
    for (let i = 0; i < (world[COMMAND_COUNT] ?? 0); i++) {
      const at = i * COMMAND_WORDS;
      const isPoison = this.#isDrawn(tick, commands, at, 4, COMMAND_EVERY);
      if (isPoison && COMMANDS.includes(commands[at] ?? 0)) return true;
    }
    for (let i = 0; i < (world[INTENT_COUNT] ?? 0); i++)
      if (this.#isDrawn(tick, intents, i * INTENT_WORDS, INTENT_WORDS, INTENT_EVERY)) return true;
    return false;
  }

  #isDrawn(tick: number, words: Int32Array, at: number, count: number, every: number): boolean {
    let sum = Math.imul(tick ^ this.#salt, 0x9e3779b1);
    for (let i = at; i < at + count; i++) sum = Math.imul(sum ^ (words[i] ?? 0), 0x85ebca6b);
    return ((sum ^ (sum >>> 15)) >>> 0) % every === 0;
  }
}
