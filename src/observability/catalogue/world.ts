// What is shown of the world: its entities, and what becomes of intents.
import type { Layout } from "../layout.ts";

export const worldMetrics = (on: Layout) => ({
  entities: on.gauge("aether_entity_count", "Active entities."),
  capacity: on.gauge("aether_entity_capacity", "Entities that the world has room for."),
  rows: on.gauge("aether_entity_rows", "Rows that were ever in use."),
  spawned: on.counter("aether_entities_spawned_total", "Entities that entered for a session."),
  despawned: on.counter("aether_entities_despawned_total", "Entities that left with a session."),
  applied: on.counter("aether_intents_applied_total", "Intents that moved an entity."),
  stale: on.counter("aether_intents_stale_total", "Intents for which it was too late.", {
    reason: ["stale", "gone"],
  }),
  refused: on.counter("aether_intents_refused_total", "Intents refused at the door."),
  dropped: on.counter("aether_intents_dropped_total", "Intents dropped: the queue was full."),
  corrections: on.counter("aether_corrections_total", "Corrections sent to clients."),
  verdicts: on.counter(
    "aether_correction_verdicts_total",
    "Clients' ticks in which intents were refused or clipped.",
    { verdict: ["over_bank", "over_rate", "clipped"] },
  ),
  held: on.counter("aether_corrections_held_total", "Corrections put off: the window was closed."),
});
