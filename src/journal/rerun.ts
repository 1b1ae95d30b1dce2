// A stretch of a journal lived through again: from an image on, each tick's recorded input, and the
// state hash compared with the one that was recorded.
import { ROW_END } from "#layout";
import type { WorldRules } from "../engine/rules.ts";
import { putInput } from "../engine/step-input.ts";
import { World } from "../engine/world.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { TickRecord } from "./tick-record.ts";

export class Rerun {
  readonly world: World;

  /**
   * @param image null, or without bytes, for a world that begins with the first tick
   * @throws ImageFault, or Error in words, when the image cannot be gone on from
   */
  constructor(kernel: Kernel, rules: WorldRules, image: Uint8Array | null) {
    this.world = new World(kernel, rules);
    if (image !== null && image.length > 0) this.world.adopt(image);
  }

  /**
   * Lives through one tick.
   * @returns whether it came out as it was recorded; true where its end was not
   * @throws what the kernel throws, where it traps
   */
  step(record: Readonly<TickRecord>): boolean {
    const { kernel } = this.world;
    const { lookAt, world } = kernel.views;
    putInput(kernel.views, record);
    // Nobody looks: views are output, and no part of the state.
    lookAt.fill(0, 0, world[ROW_END] ?? 0);
    kernel.step();
    if (!record.hasHash) return true;
    const { hashHigh, hashLow, tick } = this.world;
    return tick === record.tick && hashLow === record.hashLow && hashHigh === record.hashHigh;
  }

  /** The tick that it stands after. */
  get tick(): number {
    return this.world.tick;
  }

  get hash(): string {
    return hashText(this.world.hashLow, this.world.hashHigh);
  }

  image(): Uint8Array {
    const out = new Uint8Array(this.world.imageBytesMax);
    return out.subarray(0, this.world.writeImage(out));
  }
}

/** A state hash as it is shown: sixteen hexadecimal digits. */
export function hashText(low: number, high: number): string {
  return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}
