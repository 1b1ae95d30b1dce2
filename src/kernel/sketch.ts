// What a map needs of a kernel, copied out of its memory: columns as they are, so that a copy is a
// handful of moves whatever is in them, and another thread may read it in peace (chart.ts).
import * as layout from "#layout";
import type { Views } from "./views.ts";

const { COMPONENTS, ROWS, WORLD_WORDS } = layout;
/** Of more nodes the first: a map shows some hundreds of leaves. */
const NODES_MAX = 4096;

export interface Sketch {
  /** Words of the world, by the indices of the layout. */
  readonly world: Int32Array;
  readonly posX: Int32Array;
  readonly posY: Int32Array;
  readonly nodeMinX: Int32Array;
  readonly nodeMinY: Int32Array;
  readonly nodeMaxX: Int32Array;
  readonly nodeMaxY: Int32Array;
  readonly nodeSkip: Int32Array;
  /** Words of an application; none where it has none. */
  readonly component: Int32Array;
  readonly kind: Uint16Array;
  readonly flags: Uint8Array;
}

/** Of a sketch with components or without: words of the world, columns of rows and of nodes. */
export function sketchBytes(hasComponents: boolean): number {
  const words = 2 + (hasComponents ? COMPONENTS : 0);
  return 4 * (WORLD_WORDS + words * ROWS + 5 * NODES_MAX) + 3 * ROWS;
}

/** @param at a multiple of four, from where sketchBytes() are the sketch's */
export function sketchIn(memory: ArrayBufferLike, at: number, hasComponents: boolean): Sketch {
  let next = at;
  const words = (count: number): Int32Array => {
    const column = new Int32Array(memory, next, count);
    next += column.byteLength;
    return column;
  };
  const halves = (count: number): Uint16Array => {
    const column = new Uint16Array(memory, next, count);
    next += column.byteLength;
    return column;
  };
  return {
    world: words(WORLD_WORDS),
    posX: words(ROWS),
    posY: words(ROWS),
    nodeMinX: words(NODES_MAX),
    nodeMinY: words(NODES_MAX),
    nodeMaxX: words(NODES_MAX),
    nodeMaxY: words(NODES_MAX),
    nodeSkip: words(NODES_MAX),
    component: words(hasComponents ? COMPONENTS * ROWS : 0),
    kind: halves(ROWS),
    flags: new Uint8Array(memory, next, ROWS),
  };
}

/** Takes the state of this moment, between two steps. */
export function takeSketch(from: Views, to: Sketch): void {
  const { world } = from;
  const rows = world[layout.ROW_END]!;
  const nodes = Math.min(world[layout.NODE_COUNT]!, NODES_MAX);
  to.world.set(world);
  to.world[layout.NODE_COUNT] = nodes;
  to.posX.set(from.posX.subarray(0, rows));
  to.posY.set(from.posY.subarray(0, rows));
  to.kind.set(from.kind.subarray(0, rows));
  if (to.component.length > 0) to.component.set(from.component.subarray(0, rows * COMPONENTS));
  to.flags.set(from.flags.subarray(0, rows));
  to.nodeMinX.set(from.nodeMinX.subarray(0, nodes));
  to.nodeMinY.set(from.nodeMinY.subarray(0, nodes));
  to.nodeMaxX.set(from.nodeMaxX.subarray(0, nodes));
  to.nodeMaxY.set(from.nodeMaxY.subarray(0, nodes));
  to.nodeSkip.set(from.nodeSkip.subarray(0, nodes));
}
