// Upper edges of the histograms, each for the question that it answers. Whoever counts and whoever
// shows must agree on them; docs/metrics.md lists them, and a test compares.

/** Seconds; 0.015 is the alert, 0.025 the whole budget. */
export const TICK_EDGES: readonly number[] = [
  0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.0125, 0.015, 0.0175, 0.02, 0.0225,
  0.025, 0.03, 0.04, 0.05, 0.1,
];

/** Seconds that a tick began late; beyond 0.1 ticks are given up. */
export const LATENESS_EDGES: readonly number[] = [
  0.0005, 0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1,
];

/** Rows; 4,096 is the largest set of candidates that is kept as bits. */
export const CANDIDATE_EDGES: readonly number[] = [
  8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 16384,
];

/** Entities in a view. */
export const VISIBLE_EDGES: readonly number[] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Rows of a leaf: 32 is what a leaf is built for, 192 what brute force has in one. */
export const LEAF_EDGES: readonly number[] = [1, 2, 4, 8, 16, 24, 32, 64, 128, 192, 1024];

/** Seconds. */
export const ROUND_TRIP_EDGES: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5,
];

/** Bytes that are not acknowledged; 16,384 is the default window. */
export const WINDOW_EDGES: readonly number[] = [
  0, 256, 512, 1024, 2048, 4096, 8192, 12288, 16384, 32768,
];

/** Seconds of a transaction, waits for the store included. */
export const FLUSH_EDGES: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
];

/** Seconds of a pause. */
export const GC_EDGES: readonly number[] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1];
