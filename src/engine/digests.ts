// Sums of what observers were told, to be compared with what their clients show.
import * as layout from "#layout";
import type { Kernel } from "../kernel/kernel.ts";

export class Digests {
  readonly #world: { readonly kernel: Kernel };

  constructor(world: { readonly kernel: Kernel }) {
    this.#world = world;
  }

  /** Sums an observer's view; the three below then say what came out. */
  take(row: number): void {
    this.#world.kernel.digestView(row);
  }
  get count(): number {
    return this.#word(layout.DIGEST_COUNT);
  }
  get hash(): number {
    return this.#word(layout.DIGEST_HASH) >>> 0;
  }
  /** False while some shown position is not the present one: the hash then covers ids only. */
  get hasPositions(): boolean {
    return this.#word(layout.DIGEST_POSITIONS) !== 0;
  }

  #word(index: number): number {
    return this.#world.kernel.views.world[index] ?? 0;
  }
}
