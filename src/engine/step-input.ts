// The whole input of one step, apart from the kernel's memory: what is run again, with or without
// some of it, after a step that threw.
import * as layout from "#layout";
import type { Views } from "../kernel/views.ts";

const { COMMAND_WORDS, INTENT_WORDS } = layout;

/** What a step traps with. */
export interface Poison {
  readonly what: "command" | "intent";
  /** Operation and up to eleven arguments, or handle, sequence, dx, dy. */
  readonly words: readonly number[];
  /** False where the search was given up before it came to this one. */
  readonly isProven: boolean;
}

/** Commands and intents, each as many as are counted. */
export interface Input {
  readonly commands: Int32Array;
  readonly commandCount: number;
  readonly intents: Int32Array;
  readonly intentCount: number;
}

/** Writes an input down for a kernel's next step. */
export function putInput({ commands, intents, world }: Views, input: Input): void {
  const { commandCount, intentCount } = input;
  commands.set(input.commands.subarray(0, commandCount * COMMAND_WORDS));
  intents.set(input.intents.subarray(0, intentCount * INTENT_WORDS));
  world[layout.COMMAND_COUNT] = commandCount;
  world[layout.INTENT_COUNT] = intentCount;
}

export class StepInput implements Input {
  readonly commands: Int32Array;
  readonly commandCount: number;
  readonly intents: Int32Array;
  readonly intentCount: number;

  constructor(commands: Int32Array, intents: Int32Array) {
    this.commands = commands;
    this.commandCount = commands.length / COMMAND_WORDS;
    this.intents = intents;
    this.intentCount = intents.length / INTENT_WORDS;
  }

  /** Of what the host has written for the next step. */
  static of({ commands, intents }: Views, commandCount: number, intentCount: number): StepInput {
    return new StepInput(
      commands.slice(0, commandCount * COMMAND_WORDS),
      intents.slice(0, intentCount * INTENT_WORDS),
    );
  }

  /** Commands and intents, in this order. */
  get count(): number {
    return this.commandCount + this.intentCount;
  }

  /** Handle of an intent's entity; 0 for a command, which is the server's own. */
  ownerOf(item: number): number {
    if (item < this.commandCount) return 0;
    return (this.intents[(item - this.commandCount) * INTENT_WORDS] ?? 0) >>> 0;
  }

  poison(item: number, isProven: boolean): Poison {
    if (item < this.commandCount) {
      const words = this.commands.subarray(item * COMMAND_WORDS, (item + 1) * COMMAND_WORDS);
      return { what: "command", words: [...words], isProven };
    }
    const at = (item - this.commandCount) * INTENT_WORDS;
    const [handle = 0, ...rest] = this.intents.subarray(at, at + INTENT_WORDS);
    return { what: "intent", words: [handle >>> 0, ...rest], isProven };
  }

  /**
   * Only what is kept, and of that only what comes before `end`. A command that is left out does
   * nothing in its place, so that the tickets of the others stay theirs.
   * @param kept 1 for each item that is
   */
  only(kept: Uint8Array, end = this.count): StepInput {
    const commands = this.commands.slice();
    for (let i = 0; i < this.commandCount; i++)
      if (kept[i] !== 1 || i >= end) commands.fill(0, i * COMMAND_WORDS, (i + 1) * COMMAND_WORDS);
    const intents = new Int32Array(this.intents.length);
    let taken = 0;
    for (let i = 0; i < this.intentCount; i++) {
      const item = this.commandCount + i;
      if (kept[item] !== 1 || item >= end) continue;
      intents.set(this.intents.subarray(i * INTENT_WORDS, (i + 1) * INTENT_WORDS), taken);
      taken += INTENT_WORDS;
    }
    return new StepInput(commands, intents.slice(0, taken));
  }
}
