// Aether itself: a world on one of the kernel's builds. Every tick is the whole step that a server
// runs, frames and state hash included, whatever the job.
import type { World } from "../../src/engine/world.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { type Contender, INTENT_WORDS, type Opening } from "./contender.ts";
import { Population } from "./population.ts";

/** The kernel with the SIMD scan, the same without it, and the same source as JavaScript. */
export type Build = "wasm-simd" | "wasm-scalar" | "js";

const SCALAR = new URL("../../build/kernel.scalar.wasm", import.meta.url);

export class Engine implements Contender {
  readonly #build: Build;
  #population: Population | null = null;
  #world: World | null = null;

  constructor(build: Build) {
    this.#build = build;
  }

  open(opening: Opening): void {
    const file = this.#build === "wasm-scalar" ? SCALAR : undefined;
    const kernel = this.#build === "js" ? openKernel("js") : openKernel("wasm", file);
    this.#population = new Population(kernel, opening);
    this.#world = this.#population.world;
  }

  load(intents: Int32Array, count: number): void {
    const population = this.#opened();
    const { world } = population;
    for (let i = 0; i < count; i++) {
      const at = i * INTENT_WORDS;
      const handle = population.handle(intents[at]!);
      world.intent(handle, intents[at + 1]!, intents[at + 2]!, intents[at + 3]!);
    }
    population.noteTotals();
  }

  tick(): void {
    this.#world!.step();
  }

  told(row: number): Int32Array {
    return this.#opened().told(row);
  }

  get entered(): number {
    return this.#opened().entered;
  }
  get left(): number {
    return this.#opened().left;
  }
  get updates(): number {
    return this.#opened().updates;
  }

  follow(): void {
    this.#opened().follow();
  }

  shown(row: number): Int32Array {
    return this.#opened().shown(row);
  }

  #opened(): Population {
    if (this.#population === null) throw new Error("not opened");
    return this.#population;
  }
}
