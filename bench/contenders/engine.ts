// Aether itself: a world on one of the kernel's builds. With frames, a tick is the whole step that
// a server runs; without, it is the same parts of it, called one by one, but for the records of
// moves.
import type { World } from "../../src/engine/world.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { openParts } from "../parts/builds.ts";
import { setsKernel } from "../parts/parts-kernel.ts";
import { type Contender, INTENT_WORDS, type Job, type Opening } from "./contender.ts";
import { Population } from "./population.ts";

/** The kernel with the SIMD scan, the same without it, and the same source as JavaScript. */
export type Build = "wasm-simd" | "wasm-scalar" | "js";

const SCALAR = new URL("../../build/kernel.scalar.wasm", import.meta.url);

export class Engine implements Contender {
  readonly #build: Build;
  readonly #job: Job;
  #population: Population | null = null;
  #world: World | null = null;

  constructor(build: Build, job: Job) {
    this.#build = build;
    this.#job = job;
  }

  open(opening: Opening): void {
    this.#population = new Population(this.#kernel(), opening);
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

  #kernel(): Kernel {
    const build = this.#build;
    const engine = build === "js" ? "js" : "wasm";
    if (this.#job === "sets") return setsKernel(openParts(build), engine);
    return openKernel(engine, build === "wasm-scalar" ? SCALAR : undefined);
  }

  #opened(): Population {
    if (this.#population === null) throw new Error("not opened");
    return this.#population;
  }
}
