// What is shown of the store, the outbox and presence.
import { FLUSH_EDGES } from "../../numbers/edges.ts";
import type { Layout } from "../layout.ts";

export const storeMetrics = (on: Layout) => ({
  up: on.gauge("aether_store_up", "0 while flights do not land."),
  durableAge: on.gauge("aether_durable_age_seconds", "Since the store last took a tick."),
  waiting: on.gauge("aether_facts_waiting", "Facts that are not durable yet."),
  factsMax: on.gauge("aether_facts_max", "Facts that may wait before joins are refused."),
  flushes: on.counter("aether_flushes_total", "Transactions that carried a tick to the store."),
  flushSeconds: on.counter("aether_flush_seconds_total", "Time that these transactions took."),
  flushDuration: on.histogram(
    "aether_flush_duration_seconds",
    "What each transaction took, tries and waits included.",
    FLUSH_EDGES,
  ),
  flushFaults: on.counter("aether_flush_faults_total", "Tries to flush that failed."),
  historyCut: on.counter("aether_history_cut_total", "Rows of history deleted: too many."),
  imageBytes: on.gauge("aether_image_bytes", "The world's image in the last flight."),
  workersLost: on.counter("aether_workers_lost_total", "Persistence threads that were lost."),
  pool: on.gauge("aether_pool_connections", "Connections to PostgreSQL for what may wait.", {
    state: ["idle", "busy"],
  }),
  poolWaiting: on.gauge("aether_pool_waiting", "Statements that wait for a connection."),
  poolCapacity: on.gauge("aether_pool_capacity", "Connections that the pools may have."),
  outboxWaiting: on.gauge("aether_outbox_waiting", "Events in the outbox."),
  outboxOldest: on.gauge("aether_outbox_oldest_seconds", "Age of the oldest event in it."),
  outboxDead: on.gauge("aether_outbox_dead", "Events that were given up."),
  relayUp: on.gauge("aether_relay_up", "0 while nothing can be published."),
  delivered: on.counter("aether_events_delivered_total", "Events given to the sink."),
  refused: on.counter("aether_events_refused_total", "Times that the sink refused an event."),
  presenceUp: on.gauge("aether_presence_up", "0 while others do not see presence."),
  beats: on.counter("aether_presence_beats_total", "Rounds of presence that got through."),
  failures: on.counter("aether_presence_failures_total", "Rounds of presence that failed."),
  skipped: on.counter("aether_presence_skipped_total", "Rounds of presence not begun."),
  entries: on.gauge("aether_presence_entries", "Sessions that presence shows."),
});
