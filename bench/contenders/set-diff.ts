// A server on top of somebody's spatial index, as its user would write it: move, index anew, ask
// who is near each observer, compare with the Set of those told before.
import type { Contender, Opening } from "./contender.ts";
import { Movement } from "./movement.ts";

/** A spatial index over points in sight units (1/32 unit). */
export interface Index {
  /** Takes all points; called once a tick. */
  build(x: Int32Array, y: Int32Array): void;
  /** Rows at most `radius` from a row's own point, itself included or not, in any order. */
  near(row: number, radius: number): ArrayLike<number>;
}

/**
 * Makes an index for n points within [min, max] along both axes, of which those at most `reach`
 * away will be asked for; sight units.
 */
export type OpenIndex = (n: number, min: number, max: number, reach: number) => Index;

const SIGHT_SHIFT = 3;

export class SetDiff implements Contender {
  readonly updates = 0;
  readonly #openIndex: OpenIndex;
  #movement: Movement | null = null;
  #index: Index | null = null;
  #radius = 0;
  #leave = 0;
  #x: Int32Array = new Int32Array(0);
  #y: Int32Array = new Int32Array(0);
  #intents: Int32Array = new Int32Array(0);
  #count = 0;
  #told: Set<number>[] = [];
  /** By observer, of the last tick. */
  #entered: number[][] = [];
  #left: number[][] = [];

  constructor(openIndex: OpenIndex) {
    this.#openIndex = openIndex;
  }

  open(opening: Opening): void {
    const { n, min, max } = opening;
    this.#movement = new Movement(opening);
    this.#index = this.#openIndex(n, min >> SIGHT_SHIFT, max >> SIGHT_SHIFT, opening.leave);
    this.#radius = opening.radius;
    this.#leave = opening.leave;
    this.#x = new Int32Array(n);
    this.#y = new Int32Array(n);
    this.#told = Array.from({ length: n }, () => new Set());
    this.#entered = Array.from({ length: n }, () => []);
    this.#left = Array.from({ length: n }, () => []);
  }

  load(intents: Int32Array, count: number): void {
    this.#intents = intents;
    this.#count = count;
  }

  tick(): void {
    const movement = this.#movement!;
    const index = this.#index!;
    movement.apply(this.#intents, this.#count);
    const n = movement.n;
    const x = this.#x;
    const y = this.#y;
    for (let row = 0; row < n; row++) {
      x[row] = movement.x[row]! >> SIGHT_SHIFT;
      y[row] = movement.y[row]! >> SIGHT_SHIFT;
    }
    index.build(x, y);
    for (let row = 0; row < n; row++) this.#look(row, index.near(row, this.#leave));
  }

  told(row: number): Int32Array {
    return Int32Array.from(this.#told[row] ?? []).sort();
  }

  get entered(): number {
    return this.#entered.reduce((sum, rows) => sum + rows.length, 0);
  }
  get left(): number {
    return this.#left.reduce((sum, rows) => sum + rows.length, 0);
  }

  /** Who was told stays while found at all; who was not must be within the radius. */
  #look(observer: number, found: ArrayLike<number>): void {
    const x = this.#x;
    const y = this.#y;
    const ownX = x[observer]!;
    const ownY = y[observer]!;
    const radius2 = this.#radius * this.#radius;
    const before = this.#told[observer]!;
    const now = new Set<number>();
    const entered: number[] = [];
    const left: number[] = [];
    for (let i = 0; i < found.length; i++) {
      const row = found[i]!;
      if (before.has(row)) {
        now.add(row);
        continue;
      }
      const dx = x[row]! - ownX;
      const dy = y[row]! - ownY;
      if (row === observer || dx * dx + dy * dy > radius2) continue;
      now.add(row);
      entered.push(row);
    }
    for (const row of before) if (!now.has(row)) left.push(row);
    this.#told[observer] = now;
    this.#entered[observer] = entered;
    this.#left[observer] = left;
  }
}
