// Rows whose client must be told where they are: in the last step something was refused or clipped.
import { CORRECTION_COUNT, NONE } from "#layout";
import type { Kernel } from "../kernel/kernel.ts";

export class Corrections {
  readonly #world: { readonly kernel: Kernel };

  constructor(world: { readonly kernel: Kernel }) {
    this.#world = world;
  }

  get count(): number {
    return this.#world.kernel.views.world[CORRECTION_COUNT] ?? 0;
  }
  row(i: number): number {
    return this.#world.kernel.views.correction[i] ?? NONE;
  }
  /** Bit mask: OVER_BANK 1, STALE 2, OVER_RATE 4, CLIPPED 8. */
  verdicts(i: number): number {
    return this.#world.kernel.views.verdict[this.row(i)] ?? 0;
  }
}
