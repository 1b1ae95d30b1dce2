// What both contenders in plain JavaScript share: everything lies in typed arrays, and a tick makes
// no object. They differ in how they find who sees whom (js-grid.ts, js-pairs.ts).
import { aether } from "../../src/protocol/schema.ts";
import { type Contender, INTENT_WORDS, type Job, type Opening } from "./contender.ts";
import { Mirror } from "./mirror.ts";
import type { Bodies } from "./tuned/bodies.ts";
import { type Frames, framesOf } from "./tuned/frames.ts";
import { LIST_AT, LIST_COUNT, LIST_WORDS, type ToldLists } from "./tuned/told.ts";

/** A way to find who sees whom. */
export interface Sight {
  readonly bodies: Bodies;
  readonly told: ToldLists;
  /** Rows in the order in which their lists lie in memory. */
  readonly order: Uint16Array;
  /** Brings the told sets to where everybody is now; once a tick. */
  readonly update: () => void;
}

export class TunedWorld implements Contender {
  readonly #hasFrames: boolean;
  readonly #openSight: (opening: Opening) => Sight;
  #sight!: Sight;
  #frames!: Frames;
  #mirrors: Mirror[] = [];
  #count = 0;

  constructor(job: Job, openSight: (opening: Opening) => Sight) {
    this.#hasFrames = job === "tick";
    this.#openSight = openSight;
  }

  open(opening: Opening): void {
    this.#sight = this.#openSight(opening);
    const { bodies, told, order } = this.#sight;
    this.#frames = framesOf(bodies, told, order);
    this.#mirrors = Array.from({ length: opening.n }, () => new Mirror());
  }

  load(intents: Int32Array, count: number): void {
    this.#sight.bodies.intents.set(intents.subarray(0, count * INTENT_WORDS));
    this.#count = count;
  }

  tick(): void {
    this.#sight.bodies.move(this.#count);
    this.#sight.update();
    if (this.#hasFrames) this.#frames.write();
  }

  told(row: number): Int32Array {
    const { rows, lists } = this.#sight.told;
    const at = lists[row * LIST_WORDS + LIST_AT]!;
    return Int32Array.from(rows.subarray(at, at + lists[row * LIST_WORDS + LIST_COUNT]!)).sort();
  }

  get entered(): number {
    return this.#sight.told.entered();
  }
  get left(): number {
    return this.#sight.told.leftCount();
  }
  get updates(): number {
    return this.#frames.updates();
  }

  follow(): void {
    this.#mirrors.forEach((mirror, observer) => {
      for (const body of this.#frames.bodies(observer)) {
        const { left, entered, moved } = aether.AoiUpdate.decode(body);
        for (const row of halves(left)) mirror.leave(row);
        for (const { alias, x, y } of entered) mirror.enter(alias ?? 0, x ?? 0, y ?? 0);
        const records = halves(moved);
        for (let i = 0; i < records.length; i += 3)
          mirror.move(records[i]!, records[i + 1]!, records[i + 2]!);
      }
    });
  }

  shown(row: number): Int32Array {
    return this.#mirrors[row]!.shown();
  }
}

function halves(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(bytes.slice().buffer);
}
