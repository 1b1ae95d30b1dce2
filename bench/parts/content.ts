// What one tick's frames say, taken out of them: rows, ids and places, observer by observer. Other
// encoders are given this to say the same.
import * as layout from "../../build/twin/layout.js";
import { aether } from "../../src/protocol/schema.ts";
import { addRecord } from "./prepared.ts";
import type { Stage } from "./stage.ts";

/** A newcomer in a view. Sight units (1/32 unit). */
export interface Entered {
  readonly alias: number;
  readonly id: number;
  readonly kind: number;
  readonly x: number;
  readonly y: number;
}

export class Content {
  /** By observer: the kernel's rows of those that moved. */
  readonly moved: Uint16Array[] = [];
  /** By observer: u16 rows, little-endian, as on the wire. */
  readonly left: Uint8Array[] = [];
  readonly entered: (readonly Entered[])[] = [];
  /** By row of the kernel, sight units. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.x = new Int32Array(stage.n + 1);
    this.y = new Int32Array(stage.n + 1);
  }

  /** Makes up frames in which all move whom the first `observers` are told of, and nothing else. */
  readTold(observers: number): void {
    const { world } = this.#stage;
    this.#locate();
    for (let i = 0; i < observers; i++) {
      const count = world.listTold(this.#stage.rowOf(i));
      this.moved[i] = Uint16Array.from({ length: count }, (_, k) => world.told(k));
      this.left[i] = new Uint8Array(0);
      this.entered[i] = [];
    }
  }

  /** Reads the last tick's frames of the first `observers`. */
  read(observers: number): void {
    const { world } = this.#stage;
    this.#locate();
    for (let i = 0; i < observers; i++) {
      const own = this.#stage.rowOf(i);
      const moved: number[] = [];
      const left: number[] = [];
      const entered: Entered[] = [];
      for (let part = 0; part < world.frameCount(own); part++) {
        const body = world.memory.subarray(world.frameStart(own, part), world.frameEnd(own, part));
        const update = aether.AoiUpdate.decode(body);
        const records = update.moved;
        for (let at = 0; at < records.length; at += 6)
          moved.push(records[at]! | (records[at + 1]! << 8));
        left.push(...update.left);
        for (const { alias, id, kind, x, y } of update.entered)
          entered.push({ alias: alias ?? 0, id: id ?? 0, kind: kind ?? 0, x: x ?? 0, y: y ?? 0 });
      }
      this.moved[i] = Uint16Array.from(moved);
      this.left[i] = Uint8Array.from(left);
      this.entered[i] = entered;
    }
  }

  #locate(): void {
    const { world, n } = this.#stage;
    for (let i = 0; i < n; i++) {
      const row = this.#stage.rowOf(i);
      this.x[row] = world.posX(row) >> layout.SIGHT_SHIFT;
      this.y[row] = world.posY(row) >> layout.SIGHT_SHIFT;
    }
  }

  /** Moved records of the first `observers` together. */
  updatesOf(observers: number): number {
    let sum = 0;
    for (let i = 0; i < observers; i++) sum += this.moved[i]!.length;
    return sum;
  }

  digest(): number {
    let digest = 0;
    this.moved.forEach((rows, observer) => {
      for (const row of rows) digest = addRecord(digest, observer, row, this.x[row]!, this.y[row]!);
      for (const { alias, x, y } of this.entered[observer]!)
        digest = addRecord(digest, observer, alias | 65536, x, y);
    });
    return digest;
  }
}
