// The work of a range query, counted and not timed: nodes of the index looked at, over n. All
// worlds are equally crowded, so that what grows with n is the way to the place, not what is there.
import { NODE_COUNT, NODES_VISITED_TOTAL, QUERY_COUNT } from "../../build/twin/layout.js";
import { openKernel } from "../../src/kernel/open.ts";
import { uniformCrowd } from "../crowds.ts";
import { RADIUS } from "../workload.ts";
import { placesIn, QUERIES, QUERY_RADIUS } from "./kernel-parts.ts";
import type { Visits } from "./results.ts";
import { openStage } from "./stage.ts";

const SIZES = [100, 300, 1000, 3000, 10_000, 30_000, 50_000];
/** Neighbours within the radius on average. */
const CROWDING = 30;

export function countVisits(): Visits[] {
  return SIZES.map((n) => visitsAt(n));
}

export function visitsAt(n: number): Visits {
  const crowd = uniformCrowd(n, CROWDING);
  const kernel = openKernel("wasm");
  const { world } = openStage(kernel, crowd, "quadtree");
  kernel.rebuildIndex();
  const { x, y } = placesIn(crowd, QUERIES);
  const words = kernel.views.world;
  const before = world.total(NODES_VISITED_TOTAL);
  let hits = 0;
  for (let i = 0; i < QUERIES; i++) {
    kernel.query(x[i]!, y[i]!, QUERY_RADIUS);
    hits += words[QUERY_COUNT]!;
  }
  const visited = (world.total(NODES_VISITED_TOTAL) - before) >>> 0;
  return {
    n,
    k: CROWDING,
    radius: RADIUS,
    queries: QUERIES,
    nodes: visited / QUERIES,
    hits: hits / QUERIES,
    nodesOfIndex: words[NODE_COUNT]!,
  };
}
