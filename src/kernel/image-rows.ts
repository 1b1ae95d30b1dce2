// What stands in an image, row by row: for whoever must say where two states differ.
import * as layout from "#layout";
import { COLUMNS, HEAD_BYTES, HEAD_WORDS } from "./image.ts";

/** A row's whole state, as it is hashed; in the engine's own units. */
export interface RowState {
  /** 0: nobody lives in the row. */
  readonly handle: number;
  readonly generation: number;
  readonly kind: number;
  readonly flags: number;
  readonly layer: number;
  /** 1/256 unit. */
  readonly x: number;
  readonly y: number;
  readonly bank: number;
  readonly bankTick: number;
  readonly sequence: number;
  readonly maxSpeed: number;
  /** 1/32 unit. */
  readonly aoiRadius: number;
  readonly components: readonly number[];
}

/** Two images, compared. */
export interface ImageDifference {
  /** Words of the world, by name: left and right. */
  readonly words: readonly { readonly name: string; readonly values: readonly [number, number] }[];
  /** How many rows differ, and the first of them. */
  readonly rowCount: number;
  readonly rows: readonly RowDifference[];
}

export interface RowDifference {
  readonly row: number;
  /** null: the row was never used. */
  readonly states: readonly [RowState | null, RowState | null];
}

/** In the order of the layout; the sums of hashes follow from the rest and say nothing. */
const WORD_NAMES = [
  ...["tick", "min_x", "min_y", "max_x", "max_y", "burst_ticks", "max_entities", "aoi_radius"],
  ...["hysteresis", "random", "free_head", "free_tail", "live", "row_end"],
];

/**
 * Rows in which nobody lives differ by their generation alone: nothing else of them is ever read.
 * @param rowsMax how many rows are listed
 */
export function compareImages(
  left: Uint8Array,
  right: Uint8Array,
  rowsMax: number,
): ImageDifference {
  const [a, b] = [new Image(left), new Image(right)];
  const words = WORD_NAMES.flatMap((name, i) => {
    const values = [a.word(i), b.word(i)] as const;
    return values[0] === values[1] ? [] : [{ name, values }];
  });
  const rows: RowDifference[] = [];
  let rowCount = 0;
  for (let row = 0; row < Math.max(a.rows, b.rows); row++) {
    const states = [a.row(row), b.row(row)] as const;
    if (isSame(...states)) continue;
    rowCount++;
    if (rows.length < rowsMax) rows.push({ row, states });
  }
  return { words, rowCount, rows };
}

function isSame(a: RowState | null, b: RowState | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.handle === 0 && b.handle === 0) return a.generation === b.generation;
  return JSON.stringify(a) === JSON.stringify(b);
}

class Image {
  readonly rows: number;
  readonly #from: DataView;
  /** Where each column starts in the image, by its place in memory. */
  readonly #columns = new Map<number, number>();

  constructor(image: Uint8Array) {
    this.#from = new DataView(image.buffer, image.byteOffset, image.byteLength);
    this.rows = this.#from.getInt32(4, true);
    let at = HEAD_BYTES;
    for (const [column, width] of COLUMNS) {
      this.#columns.set(column, at);
      at += this.rows * width;
    }
  }

  word(index: number): number {
    return this.#from.getInt32((HEAD_WORDS + index) * 4, true);
  }

  row(row: number): RowState | null {
    if (row >= this.rows) return null;
    const at = (column: number, width: number): number =>
      (this.#columns.get(column) ?? 0) + row * width;
    const byte = (column: number): number => this.#from.getUint8(at(column, 1));
    const half = (column: number): number => this.#from.getUint16(at(column, 2), true);
    const word = (column: number): number => this.#from.getInt32(at(column, 4), true);
    const components = at(layout.COMPONENT, layout.COMPONENTS * 4);
    const generation = half(layout.GENERATION);
    const flags = byte(layout.FLAGS);
    return {
      handle: (flags & layout.LIVE) === 0 ? 0 : (row | (generation << 16)) >>> 0,
      generation,
      kind: half(layout.KIND),
      flags,
      layer: byte(layout.LAYER),
      x: word(layout.POS_X),
      y: word(layout.POS_Y),
      bank: word(layout.BANK),
      bankTick: word(layout.BANK_TICK),
      sequence: word(layout.SEQUENCE),
      maxSpeed: word(layout.MAX_SPEED),
      aoiRadius: word(layout.AOI_RADIUS),
      components: Array.from({ length: layout.COMPONENTS }, (_, i) =>
        this.#from.getInt32(components + i * 4, true),
      ),
    };
  }
}
