// A world as a map shows it: where entities and the index's leaves are, in lists that are made
// once. Made of a sketch, so that no tick has to wait for it.
import * as layout from "#layout";
import type { Sketch } from "./sketch.ts";

/** Of a map's width or height. */
const WHOLE = 65535;

/** 1/256 unit. */
export interface Bounds {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

export class Chart {
  /** Of those listed: row, and place in the world's bounds as shares of 65,535. */
  readonly rows: Uint16Array;
  readonly xs: Uint16Array;
  readonly ys: Uint16Array;
  readonly kinds: Uint16Array;
  /** What observers are told of an application's own, `componentBytes` of each. */
  readonly components: Uint8Array;
  readonly componentBytes: number;
  entityCount = 0;
  /** Of each leaf four words: left, top, right, bottom, likewise. */
  readonly cells: Uint16Array;
  cellCount = 0;
  readonly #sketch: Sketch;
  readonly #componentBytes: Uint8Array;
  readonly #bounds: Bounds;
  readonly #scaleX: number;
  readonly #scaleY: number;

  /**
   * @param entitiesMax of more entities so many are listed, evenly by row; of leaves the first
   * @param componentBytes 0 where the sketch has none
   */
  constructor(
    sketch: Sketch,
    bounds: Bounds,
    entitiesMax: number,
    cellsMax: number,
    componentBytes = 0,
  ) {
    this.#sketch = sketch;
    const { buffer, byteLength, byteOffset } = sketch.component;
    this.#componentBytes = new Uint8Array(buffer, byteOffset, byteLength);
    this.componentBytes = componentBytes;
    this.components = new Uint8Array(entitiesMax * componentBytes);
    this.kinds = new Uint16Array(entitiesMax);
    this.#bounds = bounds;
    this.rows = new Uint16Array(entitiesMax);
    this.xs = new Uint16Array(entitiesMax);
    this.ys = new Uint16Array(entitiesMax);
    this.cells = new Uint16Array(cellsMax * 4);
    const { minX, minY, maxX, maxY } = bounds;
    this.#scaleX = WHOLE / (maxX - minX);
    this.#scaleY = WHOLE / (maxY - minY);
  }

  /** Whether few entities have one leaf over all, and no tree. */
  get isBrute(): boolean {
    return this.#sketch.world[layout.INDEX_IS_BRUTE] === 1;
  }

  takeEntities(): void {
    const { flags, kind, posX, posY, world } = this.#sketch;
    const { minX, minY } = this.#bounds;
    const { rows, xs, ys } = this;
    const scaleX = this.#scaleX;
    const scaleY = this.#scaleY;
    const rowEnd = world[layout.ROW_END]!;
    const live = world[layout.LIVE_COUNT]!;
    const most = Math.min(live, rows.length);
    let seen = 0;
    let n = 0;
    for (let row = 0; row < rowEnd; row++) {
      if ((flags[row]! & layout.LIVE) === 0) continue;
      seen++;
      // of every live / most the last one
      if (n * live >= seen * most) continue;
      rows[n] = row;
      this.kinds[n] = kind[row]!;
      this.#takeComponents(row, n);
      xs[n] = (posX[row]! - minX) * scaleX;
      ys[n] = (posY[row]! - minY) * scaleY;
      n++;
    }
    this.entityCount = n;
  }

  #takeComponents(row: number, n: number): void {
    const bytes = this.componentBytes;
    const from = row * layout.COMPONENTS * 4;
    for (let i = 0; i < bytes; i++)
      this.components[n * bytes + i] = this.#componentBytes[from + i]!;
  }

  takeCells(): void {
    const { nodeMaxX, nodeMaxY, nodeMinX, nodeMinY, nodeSkip, world } = this.#sketch;
    const { minX, minY } = this.#bounds;
    const { cells } = this;
    const nodes = world[layout.NODE_COUNT]!;
    let at = 0;
    for (let node = 0; node < nodes && at < cells.length; node++) {
      if (nodeSkip[node]! > 0) continue;
      cells[at] = within((nodeMinX[node]! << layout.SIGHT_SHIFT) - minX, this.#scaleX);
      cells[at + 1] = within((nodeMinY[node]! << layout.SIGHT_SHIFT) - minY, this.#scaleY);
      cells[at + 2] = within((nodeMaxX[node]! << layout.SIGHT_SHIFT) - minX, this.#scaleX);
      cells[at + 3] = within((nodeMaxY[node]! << layout.SIGHT_SHIFT) - minY, this.#scaleY);
      at += 4;
    }
    this.cellCount = at / 4;
  }
}

/** Sight units are rounded, and so may lie a little outside of the bounds. */
function within(offset: number, scale: number): number {
  return Math.max(0, Math.min(WHOLE, Math.round(offset * scale)));
}
