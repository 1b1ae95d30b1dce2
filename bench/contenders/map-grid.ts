// The grid that people write by hand: a Map from cells to lists, made anew every tick.
import type { Index } from "./set-diff.ts";

/** Cells are as wide as the widest view, so that nine of them hold whoever is near. */
export class MapGrid implements Index {
  readonly #width: number;
  readonly #cells = new Map<number, number[]>();
  #x: Int32Array = new Int32Array(0);
  #y: Int32Array = new Int32Array(0);

  constructor(width: number) {
    this.#width = width;
  }

  build(x: Int32Array, y: Int32Array): void {
    this.#x = x;
    this.#y = y;
    this.#cells.clear();
    for (let row = 0; row < x.length; row++) {
      const key = keyOf(Math.floor(x[row]! / this.#width), Math.floor(y[row]! / this.#width));
      const cell = this.#cells.get(key);
      if (cell === undefined) this.#cells.set(key, [row]);
      else cell.push(row);
    }
  }

  near(observer: number, radius: number): number[] {
    const x = this.#x;
    const y = this.#y;
    const ownX = x[observer]!;
    const ownY = y[observer]!;
    const column = Math.floor(ownX / this.#width);
    const line = Math.floor(ownY / this.#width);
    const found: number[] = [];
    for (let i = column - 1; i <= column + 1; i++) {
      for (let j = line - 1; j <= line + 1; j++) {
        const cell = this.#cells.get(keyOf(i, j));
        if (cell === undefined) continue;
        for (const row of cell) {
          const dx = x[row]! - ownX;
          const dy = y[row]! - ownY;
          if (dx * dx + dy * dy <= radius * radius) found.push(row);
        }
      }
    }
    return found;
  }
}

/** A small whole number for each cell, for a Map finds those fastest. */
function keyOf(column: number, line: number): number {
  return (column + 8192) * 16384 + line + 8192;
}
