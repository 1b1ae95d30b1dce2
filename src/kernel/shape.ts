// What the index looks like at one moment: a walk over all nodes and slots of a kernel's memory,
// cheap enough for once a second and too dear for every tick.
import { MASK_CANDIDATES, NODE_COUNT, NONE, OBSERVER, SLOT_END, SORTED } from "#layout";
import { CANDIDATE_EDGES, LEAF_EDGES } from "../numbers/edges.ts";
import { Histogram } from "../numbers/histogram.ts";
import type { Kernel } from "./kernel.ts";

/** A tree is at most so deep: see build() in assembly/quadtree.ts. */
const DEPTH_MAX = 18;

export class IndexShape {
  /** Levels; 0 before the first entity. */
  depth = 0;
  leaves = 0;
  /** Rows of each leaf, and slots that each observer is compared with; they add up. */
  readonly rows = new Histogram(LEAF_EDGES);
  readonly candidates = new Histogram(CANDIDATE_EDGES);
  /** Where the subtrees end that the walk is in. */
  readonly #ends = new Int32Array(DEPTH_MAX);

  /** Looks at the index as the last step left it. */
  take({ views }: Kernel): void {
    const { flags, nodeHigh, nodeLow, nodeSkip, range, slotOf, slotRow, world } = views;
    const ends = this.#ends;
    const nodes = world[NODE_COUNT] ?? 0;
    const loose = (world[SLOT_END] ?? 0) - (world[SORTED] ?? 0);
    this.depth = 0;
    this.leaves = 0;
    let level = 0;
    for (let node = 0; node < nodes; node++) {
      while (level > 0 && ends[level - 1]! <= node) level--;
      const skip = nodeSkip[node]!;
      if (level + 1 > this.depth) this.depth = level + 1;
      if (skip > 0) {
        ends[level] = skip;
        level++;
        continue;
      }
      this.leaves++;
      let rows = 0;
      let observers = 0;
      for (let at = nodeLow[node]!; at < nodeHigh[node]!; at++) {
        const row = slotRow[at]!;
        if (row === NONE || slotOf[row] !== at) continue;
        rows++;
        if ((flags[row]! & OBSERVER) !== 0) observers++;
      }
      this.rows.observe(rows);
      // A leaf in a crowd keeps no ranges: nobody has counted how many more there are.
      const near = skip < 0 ? range[-1 - skip]! : MASK_CANDIDATES + 1;
      for (let i = 0; i < observers; i++) this.candidates.observe(near + loose);
    }
  }
}
