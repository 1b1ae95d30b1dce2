// Which row a recorded state hash is about, when nothing but the hash is known: memory that changes
// by itself changes in one bit, and a value off by a power of two in one column of one row is all
// that it can have come to. The hash is a sum over rows (docs/decisions/0007), so that each
// candidate is tried on all rows at once, and a sum told apart for each.
import * as layout from "#layout";
import { mix32 } from "#mix";
import type { WorldRules } from "../engine/rules.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Rerun } from "./rerun.ts";

/** The one change of a state after which it has the wanted hash. */
export interface Explanation {
  readonly row: number;
  /** As in RowState. */
  readonly column: string;
  /** Of the kernel that was asked, and of the state that has the hash; the engine's units. */
  readonly here: number;
  readonly there: number;
}

/** Bytes of an entry, and whether bits are flipped in it or powers of two added. */
const COLUMNS = [
  ["x", layout.POS_X, 4],
  ["y", layout.POS_Y, 4],
  ["bank", layout.BANK, 4],
  ["sequence", layout.SEQUENCE, 4],
  ["bankTick", layout.BANK_TICK, 4],
  ["maxSpeed", layout.MAX_SPEED, 4],
  ["aoiRadius", layout.AOI_RADIUS, 4],
  ["kind", layout.KIND, 2],
  ["layer", layout.LAYER, 1],
  ["flags", layout.FLAGS, 1],
] as const;

/** Of finishHash() in assembly/hash.ts. */
const SEEDS = [1540483477, -862048943] as const;
const FACTORS = [-2048144777, -1028477379] as const;

/**
 * @param kernel a fresh one
 * @param image the state that does not have the hash
 * @param hash the wanted one, as hashText() writes it
 * @returns null when no single change leads to it
 */
export function explain(
  kernel: Kernel,
  rules: WorldRules,
  image: Uint8Array,
  hash: string,
): Explanation | null {
  const rerun = new Rerun(kernel, rules, image);
  const [high = 0, low = 0] = [hash.slice(0, 8), hash.slice(8)].map((word) => parseInt(word, 16));
  const search = new Search(kernel, low, high);
  return rerun.tick > 0 && search.isOfThisHash() ? search.find() : null;
}

class Search {
  readonly #kernel: Kernel;
  readonly #low: number;
  readonly #high: number;
  readonly #hashA: Int32Array;
  readonly #hashB: Int32Array;
  /** Shares as they are. */
  readonly #baseA: Int32Array;
  readonly #baseB: Int32Array;
  readonly #sumA: number;
  readonly #sumB: number;
  /** The hash's two lanes before the sums are taken in. */
  readonly #prefix: readonly [number, number];

  constructor(kernel: Kernel, low: number, high: number) {
    const { bytes, world } = kernel.views;
    const rows = world[layout.ROW_END] ?? 0;
    const shares = (at: number): Int32Array => new Int32Array(bytes.buffer, at, rows);
    this.#kernel = kernel;
    this.#low = low | 0;
    this.#high = high | 0;
    this.#hashA = shares(layout.ROW_HASH_A);
    this.#hashB = shares(layout.ROW_HASH_B);
    this.#baseA = this.#hashA.slice();
    this.#baseB = this.#hashB.slice();
    this.#sumA = world[layout.SUM_A] ?? 0;
    this.#sumB = world[layout.SUM_B] ?? 0;
    let [a, b]: [number, number] = [...SEEDS];
    for (let k = 0; k < layout.SUM_A; k++) {
      a = taken(0, a, k, world[k] ?? 0);
      b = taken(1, b, k, world[k] ?? 0);
    }
    this.#prefix = [a, b];
  }

  /** Whether the kernel makes its hash as this file does. */
  isOfThisHash(): boolean {
    const { world } = this.#kernel.views;
    const [low, high] = [world[layout.HASH_LOW], world[layout.HASH_HIGH]];
    const [a, b] = [
      this.#finish(0, this.#sumA, this.#sumB),
      this.#finish(1, this.#sumA, this.#sumB),
    ];
    return low === a && high === b;
  }

  find(): Explanation | null {
    for (const [column, at, width] of COLUMNS) {
      for (let bit = 0; bit < width * 8; bit++) {
        for (const sign of width === 4 ? [1, -1] : [0]) {
          const found = this.#try(column, at, width, bit, sign);
          if (found !== null) return found;
        }
      }
    }
    return null;
  }

  #try(name: string, at: number, width: number, bit: number, sign: number): Explanation | null {
    const { bytes } = this.#kernel.views;
    const rows = this.#baseA.length;
    const column =
      width === 4
        ? new Int32Array(bytes.buffer, at, rows)
        : width === 2
          ? new Uint16Array(bytes.buffer, at, rows)
          : new Uint8Array(bytes.buffer, at, rows);
    const before = column.slice();
    for (let row = 0; row < rows; row++) {
      column[row] = sign === 0 ? before[row]! ^ (1 << bit) : before[row]! + sign * (1 << bit);
    }
    this.#kernel.rehashState();
    const row = this.#match();
    const there = column[row] ?? 0;
    column.set(before);
    return row < 0 ? null : { row, column: name, here: before[row] ?? 0, there };
  }

  /** @returns the row with whose changed share the hash is the wanted one; -1 for none */
  #match(): number {
    for (let row = 0; row < this.#baseA.length; row++) {
      const a = (this.#sumA - this.#baseA[row]! + this.#hashA[row]!) | 0;
      const b = (this.#sumB - this.#baseB[row]! + this.#hashB[row]!) | 0;
      if (this.#finish(0, a, b) === this.#low && this.#finish(1, a, b) === this.#high) return row;
    }
    return -1;
  }

  #finish(lane: 0 | 1, a: number, b: number): number {
    const first = taken(lane, this.#prefix[lane], layout.SUM_A, a);
    return taken(lane, first, layout.SUM_B, b);
  }
}

/** One word of the state taken into a lane of the hash. */
function taken(lane: 0 | 1, hash: number, index: number, word: number): number {
  return mix32(Math.imul(hash, FACTORS[lane]) ^ (lane === 0 ? word : (word + index) | 0));
}
