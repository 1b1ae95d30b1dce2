// What every contender should answer, by brute force: each pair is looked at in each tick, and the
// movement rule is written down a second time. It shares nothing with what it judges.
import { digestOf, INTENT_WORDS, type Opening } from "./contenders/contender.ts";

/** What should come out of a tick. */
export interface Expected {
  readonly entered: number;
  readonly left: number;
  /** Told rows in all. */
  readonly pairs: number;
  /**
   * Moved records: at least one for each told row that stays and is seen elsewhere, at most one for
   * each that stays and had an intent accepted. A contender may judge by either.
   */
  readonly updatesMin: number;
  readonly updatesMax: number;
  /** Digests by row, as in Outcome. */
  readonly told: Int32Array;
  readonly shown: Int32Array;
}

/** Position units (1/256) in a sight unit (1/32). */
const SIGHT = 8;
const DELTA_MAX = 16384;

export class Oracle {
  readonly #opening: Opening;
  readonly #x: Int32Array;
  readonly #y: Int32Array;
  readonly #sightX: Int32Array;
  readonly #sightY: Int32Array;
  readonly #bank: Float64Array;
  readonly #sequence: Int32Array;
  /** By observer, one byte a row: 1 = told. */
  readonly #told: Uint8Array;
  /** The same as rows. */
  #lists: Int32Array[] = [];

  constructor(opening: Opening) {
    const { n } = opening;
    this.#opening = opening;
    this.#x = opening.x.slice();
    this.#y = opening.y.slice();
    this.#sightX = this.#x.map(inSight);
    this.#sightY = this.#y.map(inSight);
    this.#bank = new Float64Array(n).fill(opening.maxSpeed * opening.burstTicks);
    this.#sequence = new Int32Array(n);
    this.#told = new Uint8Array(n * n);
  }

  /** One tick. */
  tick(intents: Int32Array): Expected {
    const { n } = this.#opening;
    const beforeX = this.#sightX.slice();
    const beforeY = this.#sightY.slice();
    const accepted = new Uint8Array(n);
    const { maxSpeed, burstTicks } = this.#opening;
    for (let row = 0; row < n; row++)
      this.#bank[row] = Math.min(this.#bank[row]! + maxSpeed, maxSpeed * burstTicks);
    for (let at = 0; at < intents.length; at += INTENT_WORDS) {
      const row = intents[at]!;
      if (this.#move(row, intents[at + 1]!, intents[at + 2]!, intents[at + 3]!)) accepted[row] = 1;
    }
    this.#sightX.set(this.#x.map(inSight));
    this.#sightY.set(this.#y.map(inSight));
    const seen = this.#x.map((_, row) =>
      this.#sightX[row] === beforeX[row] && this.#sightY[row] === beforeY[row] ? 0 : 1,
    );
    return this.#look(seen, accepted);
  }

  /** The rows that an observer should be told of, ascending. */
  toldOf(observer: number): Int32Array {
    return this.#lists[observer] ?? new Int32Array(0);
  }

  /** What its client should show: row, x, y of each. */
  shownOf(observer: number): Int32Array {
    const rows = this.toldOf(observer);
    const shown = new Int32Array(rows.length * 3);
    rows.forEach((row, i) => {
      shown[i * 3] = row;
      shown[i * 3 + 1] = this.#sightX[row]! & 65535;
      shown[i * 3 + 2] = this.#sightY[row]! & 65535;
    });
    return shown;
  }

  /** @returns whether the intent was accepted and goes anywhere */
  #move(row: number, sequence: number, wantedX: number, wantedY: number): boolean {
    if (sequence <= this.#sequence[row]!) return false;
    this.#sequence[row] = sequence;
    const { min, max } = this.#opening;
    const dx = Math.max(-DELTA_MAX, Math.min(DELTA_MAX, wantedX));
    const dy = Math.max(-DELTA_MAX, Math.min(DELTA_MAX, wantedY));
    const length = Math.ceil(Math.hypot(dx, dy));
    if (length > this.#bank[row]!) return false;
    this.#bank[row] = this.#bank[row]! - length;
    this.#x[row] = Math.max(min, Math.min(max, this.#x[row]! + dx));
    this.#y[row] = Math.max(min, Math.min(max, this.#y[row]! + dy));
    return length > 0;
  }

  #look(seen: Int32Array, accepted: Uint8Array): Expected {
    const { n, radius, leave } = this.#opening;
    const x = this.#sightX;
    const y = this.#sightY;
    const told = this.#told;
    const count = { entered: 0, left: 0, pairs: 0, updatesMin: 0, updatesMax: 0 };
    this.#lists = [];
    for (let observer = 0; observer < n; observer++) {
      const ownX = x[observer]!;
      const ownY = y[observer]!;
      const rows: number[] = [];
      for (let row = 0; row < n; row++) {
        const at = observer * n + row;
        const was = told[at] === 1;
        const dx = x[row]! - ownX;
        if (!was && (dx > radius || dx < -radius)) continue;
        const dy = y[row]! - ownY;
        // Within the radius, or told already and not beyond the leave radius; never itself.
        const reach = was ? leave : radius;
        const is = dx * dx + dy * dy <= reach * reach && row !== observer;
        if (!is && !was) continue;
        told[at] = is ? 1 : 0;
        if (is) rows.push(row);
        if (is && !was) count.entered++;
        if (!is) count.left++;
        if (!is || !was) continue;
        count.updatesMin += seen[row]!;
        count.updatesMax += accepted[row]! | seen[row]!;
      }
      this.#lists.push(Int32Array.from(rows));
      count.pairs += rows.length;
    }
    const digests = (of: (row: number) => Int32Array): Int32Array =>
      Int32Array.from({ length: n }, (_, row) => digestOf(of(row)));
    const shown = digests((row) => this.shownOf(row));
    return { ...count, told: digests((row) => this.toldOf(row)), shown };
  }
}

function inSight(position: number): number {
  return Math.floor(position / SIGHT);
}
