// Who is near: each pair once, from the slot that is the lower one.
import type { Bodies } from "./bodies.ts";

export interface Neighbours {
  /** Slots that `gather` found. */
  readonly near: Int32Array;
  /**
   * Finds the higher slots whose squared distance from slot s, which lies in the given cell, is
   * above `inner` and below `outer`, squares of sight units. @returns how many
   */
  readonly gather: (
    s: number,
    line: number,
    column: number,
    inner: number,
    outer: number,
  ) => number;
  /** Pairs whose squared distance is below `outer`. */
  readonly count: (outer: number) => number;
}

/** @param around cells on each side of its own in which an entity finds all that it looks for */
export function neighboursOf(bodies: Bodies, around: number): Neighbours {
  const { sightX, sightY, cells, cellAt } = bodies;
  const near = new Int32Array(sightX.length + 1);

  function gather(s: number, line: number, column: number, inner: number, outer: number): number {
    const x = sightX[s]!;
    const y = sightY[s]!;
    const last = line + around < cells ? line + around : cells - 1;
    const from = column > around ? column - around : 0;
    const to = (column + around < cells ? column + around : cells - 1) + 1;
    let c = 0;
    let t = s + 1;
    for (let below = line; below <= last; below++) {
      const first = Math.imul(below, cells);
      if (below > line) t = cellAt[first + from]!;
      const stop = cellAt[first + to]!;
      for (; t < stop; t++) {
        const dx = (sightX[t]! - x) | 0;
        const dy = (sightY[t]! - y) | 0;
        const d = (Math.imul(dx, dx) + Math.imul(dy, dy)) | 0;
        // every slot is written, those in between stay: which ones do is beyond a branch predictor
        near[c] = t;
        c = (c + (((inner - d) & (d - outer)) >>> 31)) | 0;
      }
    }
    return c;
  }

  function count(outer: number): number {
    let pairs = 0;
    for (let line = 0, cell = 0; line < cells; line++)
      for (let column = 0; column < cells; column++, cell++)
        for (let s = cellAt[cell]!; s < cellAt[cell + 1]!; s++)
          pairs += gather(s, line, column, -1, outer);
    return pairs;
  }

  return { near, gather, count };
}
