import { aether } from "../../src/protocol/schema.ts";
import { type Contender, INTENT_WORDS, type Job, type Opening } from "./contender.ts";
import { Mirror } from "./mirror.ts";
import { type Bodies, bodiesOf } from "./tuned/bodies.ts";
import { type Frames, framesOf } from "./tuned/frames.ts";
import { type Pairs, pairsOf } from "./tuned/pairs.ts";
import { LIST_AT, LIST_COUNT, LIST_WORDS } from "./tuned/told.ts";

/** By how much of the radius a pair may be off a border and still be tested in every tick. */
const MARGIN = Number(process.env["MARGIN"] ?? 0.3);
/** Cells on each side of its own that an entity looks into. */
const AROUND = Number(process.env["AROUND"] ?? 2);

export class TunedWorld implements Contender {
  readonly #hasFrames: boolean;
  #bodies!: Bodies;
  #pairs!: Pairs;
  #frames!: Frames;
  #mirrors: Mirror[] = [];
  #count = 0;

  constructor(job: Job) {
    this.#hasFrames = job === "tick";
  }

  open(opening: Opening): void {
    const margin = Math.ceil(opening.radius * MARGIN);
    this.#bodies = bodiesOf(opening, Math.ceil((opening.radius + margin) / AROUND));
    this.#pairs = pairsOf(opening, this.#bodies, margin, AROUND);
    this.#frames = framesOf(this.#bodies, this.#pairs.told);
    this.#mirrors = Array.from({ length: opening.n }, () => new Mirror());
  }

  load(intents: Int32Array, count: number): void {
    this.#bodies.intents.set(intents.subarray(0, count * INTENT_WORDS));
    this.#count = count;
  }

  tick(): void {
    this.#pairs.told.clear();
    this.#bodies.move(this.#count);
    this.#pairs.update();
    if (this.#hasFrames) this.#frames.write();
  }

  told(row: number): Int32Array {
    const { rows, lists } = this.#pairs.told;
    const at = lists[row * LIST_WORDS + LIST_AT]!;
    return Int32Array.from(rows.subarray(at, at + lists[row * LIST_WORDS + LIST_COUNT]!)).sort();
  }

  get entered(): number {
    return this.#pairs.told.entered();
  }
  get left(): number {
    return this.#pairs.told.leftCount();
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
