// The kernel in C: the same source, translated (bench/native), in a process with a clock of its
// own. It is what this machine could do with the algorithm, did nothing stand between.
import { LAYOUT_MARK } from "../../build/twin/layout.js";
import { openKernel } from "../../src/kernel/open.ts";
import { BUILT, type Input, inputOf, NativeProgram } from "../native/program.ts";
import { openParts } from "../parts/builds.ts";
import { setsKernel } from "../parts/parts-kernel.ts";
import { digestOf, INTENT_WORDS, type Job, type Opening } from "./contender.ts";
import type { Outcome, Timed } from "./contender.ts";
import { Population } from "./population.ts";

const NO_COMMANDS = new Int32Array(0);

export class Native implements Timed {
  readonly #hasFrames: boolean;
  #program: NativeProgram | null = null;
  /** A world whose memory is the program's, as of the last outcome: to read it by its names. */
  #population: Population | null = null;
  #n = 0;

  constructor(job: Job) {
    this.#hasFrames = job === "tick";
  }

  async open(opening: Opening): Promise<void> {
    const program = await NativeProgram.start(BUILT, this.#hasFrames ? "kernel" : "sets");
    this.#program = program;
    if ((await program.call("layoutMark")) !== LAYOUT_MARK)
      throw new Error("built for another memory map: run npm run bench:build");
    const inputs: Input[] = [];
    const kernel = this.#hasFrames
      ? openKernel("wasm")
      : setsKernel(openParts("wasm-simd"), "wasm");
    const population = new Population(kernel, opening, {
      input(commands, commandCount, intents, intentCount) {
        inputs.push(inputOf(commands, commandCount, intents, intentCount));
      },
      output() {
        // the population's own hash is compared below
      },
    });
    const steps = await program.run(inputs);
    const { hashLow, hashHigh } = population.world;
    if (steps.at(-1)?.hashLow !== hashLow || steps.at(-1)?.hashHigh !== hashHigh)
      throw new Error("its first state is another than the WebAssembly kernel's");
    // From here on, what changes in the program's memory is what changes in the copy.
    await program.dump(population.world.memory);
    this.#population = population;
    this.#n = opening.n;
  }

  async run(batches: readonly Int32Array[]): Promise<Float64Array> {
    const { program, population } = this.#opened();
    population.noteTotals();
    const inputs = batches.map((batch) => {
      const intents = batch.slice();
      for (let at = 0; at < intents.length; at += INTENT_WORDS)
        intents[at] = population.handle(intents[at]!);
      return { commands: NO_COMMANDS, intents };
    });
    const steps = await program.run(inputs);
    return Float64Array.from(steps, ({ nanoseconds }) => nanoseconds / 1000);
  }

  async outcome(): Promise<Outcome> {
    const { program, population } = this.#opened();
    await program.dump(population.world.memory);
    if (this.#hasFrames) population.follow();
    const digests = (of: (row: number) => Int32Array): Int32Array =>
      Int32Array.from({ length: this.#n }, (_, row) => digestOf(of(row)));
    const { entered, left, updates } = population;
    const told = digests((row) => population.told(row));
    const shown = this.#hasFrames ? digests((row) => population.shown(row)) : null;
    return { entered, left, updates, told, shown };
  }

  told(row: number): Int32Array {
    return this.#opened().population.told(row);
  }

  shown(row: number): Int32Array | null {
    return this.#hasFrames ? this.#opened().population.shown(row) : null;
  }

  async close(): Promise<void> {
    await this.#program?.close();
  }

  #opened(): { program: NativeProgram; population: Population } {
    if (this.#program === null || this.#population === null) throw new Error("not opened");
    return { program: this.#program, population: this.#population };
  }
}
