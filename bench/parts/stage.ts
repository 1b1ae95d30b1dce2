// A world with a crowd in it, whose next tick's intents are deposited before each run.
import { NONE, SENT_TOTAL } from "../../build/twin/layout.js";
import type { IndexKind } from "../../src/engine/rules.ts";
import { World } from "../../src/engine/world.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { INTENT_WORDS } from "../contenders/contender.ts";
import { joinOf, rulesOf } from "../contenders/rules.ts";
import { type Crowd, Workload } from "../workload.ts";
import { kernelOf, type PartsKernel } from "./parts-kernel.ts";

export class Stage {
  readonly world: World;
  readonly n: number;
  /** By row of the crowd. */
  readonly handles: Uint32Array;
  readonly #workload: Workload;
  readonly #intents: Int32Array<ArrayBuffer>;
  readonly #tickets: number[];

  /** Rows are the crowd's only after settle(). */
  constructor(kernel: Kernel, crowd: Crowd, index: IndexKind) {
    const workload = new Workload(crowd);
    const { n } = workload;
    this.world = new World(kernel, rulesOf(workload, index));
    this.n = n;
    this.handles = new Uint32Array(n);
    this.#workload = workload;
    this.#intents = new Int32Array(workload.intentsMax * INTENT_WORDS);
    this.#tickets = new Array<number>(n).fill(-1);
  }

  /** Asks that all enter. */
  depositJoins(): void {
    for (let row = 0; row < this.n; row++)
      this.#tickets[row] = this.world.join(joinOf(this.#workload, row));
  }

  /** After the step that took the joins. */
  settle(): void {
    this.#tickets.forEach((ticket, row) => (this.handles[row] = this.world.joined(ticket)));
  }

  /** One intent of each. */
  depositIntents(): void {
    const intents = this.#workload.next(this.#intents);
    for (let at = 0; at < intents.length; at += INTENT_WORDS) {
      const handle = this.handles[intents[at]!]!;
      this.world.intent(handle, intents[at + 1]!, intents[at + 2]!, intents[at + 3]!);
    }
  }

  /** The kernel's row of a row of the crowd. */
  rowOf(row: number): number {
    return this.handles[row]! & NONE;
  }

  /** Moved records framed so far, mod 2^32. */
  get sent(): number {
    return this.world.total(SENT_TOTAL);
  }
}

/** A stage on the kernel that servers run, with the crowd in place. */
export function openStage(kernel: Kernel, crowd: Crowd, index: IndexKind = "auto"): Stage {
  const stage = new Stage(kernel, crowd, index);
  stage.depositJoins();
  stage.world.step();
  stage.settle();
  return stage;
}

/**
 * A stage on a kernel in parts, and empty. `world.step()` then only tells the kernel how much input
 * there is; the parts are called by whoever measures them.
 */
export function openPartsStage(parts: PartsKernel, crowd: Crowd): Stage {
  return new Stage(
    kernelOf(parts, "wasm", () => undefined),
    crowd,
    "auto",
  );
}
