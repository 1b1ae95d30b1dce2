// What is shown of the tick.
import { LATENESS_EDGES, TICK_EDGES } from "../../numbers/edges.ts";
import type { Layout } from "../layout.ts";

/** Phases of a tick, in their order. */
export const PHASES = ["gateway", "kernel", "publish", "persist", "record", "page"] as const;

export const tickMetrics = (on: Layout) => ({
  duration: on.histogram("aether_tick_duration_seconds", "Tick processing time.", TICK_EDGES),
  phases: on.counter("aether_tick_phase_seconds_total", "Time spent in each phase of the tick.", {
    phase: PHASES,
  }),
  lateness: on.histogram("aether_tick_lateness_seconds", "How late ticks began.", LATENESS_EDGES),
  skipped: on.counter("aether_ticks_skipped_total", "Ticks never run."),
  length: on.gauge("aether_tick_length_seconds", "The budget of a tick."),
  recent: on.gauge("aether_tick_recent_p99_seconds", "99th percentile of a second's ticks."),
  age: on.gauge("aether_tick_age_seconds", "Since the last tick ended."),
  thinning: on.gauge("aether_thinning_level", "How far updates are thinned, 0 = not at all."),
  thinned: on.counter("aether_ticks_thinned_total", "Ticks whose updates were thinned."),
});
