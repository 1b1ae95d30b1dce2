// What is shown of the areas of interest: queries, the index behind them, the frames they lay.
import { CANDIDATE_EDGES, LEAF_EDGES, VISIBLE_EDGES } from "../../numbers/edges.ts";
import type { Layout } from "../layout.ts";

export const sightMetrics = (on: Layout) => ({
  queries: on.counter("aether_aoi_queries_total", "Areas of interest evaluated."),
  candidates: on.histogram(
    "aether_aoi_candidates",
    "Rows that a query compares, looked at once a second.",
    CANDIDATE_EDGES,
  ),
  visible: on.histogram(
    "aether_aoi_visible",
    "Entities that a client is shown, looked at once a second.",
    VISIBLE_EDGES,
  ),
  changes: on.counter("aether_aoi_changes_total", "Records laid into updates.", {
    change: ["entered", "left", "moved"],
  }),
  recalls: on.counter("aether_aoi_recalls_total", "Queries that had to find out who was told."),
  incomplete: on.counter("aether_views_incomplete_total", "Views with something untold or stale."),
  rested: on.counter("aether_looks_rested_total", "Looks put off: ticks took too long."),
  resets: on.counter("aether_view_resets_total", "Views that started again."),
  inUse: on.gauge("aether_index_in_use", "1 for the index in use.", {
    index: ["quadtree", "brute"],
  }),
  rebuilds: on.counter("aether_index_rebuilds_total", "Times that the index was made anew."),
  nodes: on.counter("aether_index_nodes_visited_total", "Nodes looked at for near leaves."),
  loose: on.gauge("aether_index_loose_rows", "Rows that stand in no leaf."),
  depth: on.gauge("aether_quadtree_depth", "Levels of the tree, 1 = one leaf over all."),
  leaves: on.gauge("aether_quadtree_leaves", "Leaves of the tree."),
  leafRows: on.histogram(
    "aether_quadtree_leaf_rows",
    "Rows in a leaf, looked at once a second.",
    LEAF_EDGES,
  ),
  frames: on.counter("aether_frames_total", "Frames laid."),
  arenaPeak: on.gauge("aether_frame_arena_peak", "Most frames of a tick within a second."),
  arenaCapacity: on.gauge("aether_frame_arena_capacity", "Frames that a tick has room for."),
  framesShort: on.counter("aether_frames_short_total", "Views put off: no frames were left."),
  memory: on.gauge("aether_wasm_memory_bytes", "Linear memory of the kernel."),
});
