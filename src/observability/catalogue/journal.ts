// What is shown of the journal, and of what the start recovered from it.
import type { Layout } from "../layout.ts";

export const journalMetrics = (on: Layout) => ({
  up: on.gauge("aether_journal_up", "0 while ticks do not reach the journal's disk."),
  age: on.gauge("aether_journal_age_seconds", "Since a tick last reached the journal's disk."),
  ticks: on.counter("aether_journal_ticks_total", "Ticks written to the journal."),
  lostTicks: on.counter("aether_journal_lost_ticks_total", "Ticks that the journal has not got."),
  bytes: on.counter("aether_journal_bytes_total", "Bytes written to the journal."),
  syncs: on.counter("aether_journal_syncs_total", "Times it was brought to the disk."),
  syncSeconds: on.counter("aether_journal_sync_seconds_total", "What writing and that took."),
  syncSlowest: on.gauge("aether_journal_sync_slowest_seconds", "Of the last second, the longest."),
  faults: on.counter("aether_journal_faults_total", "Tries that the disk refused."),
  workersLost: on.counter("aether_journal_workers_lost_total", "Journal threads that were lost."),
  segments: on.gauge("aether_journal_segments", "Segments that lie there."),
  diskBytes: on.gauge("aether_journal_disk_bytes", "What they take."),
  removed: on.counter("aether_journal_segments_removed_total", "Segments deleted: old, too many."),
  recoveredTicks: on.gauge("aether_recovered_ticks", "Ticks the start lived through again."),
  recoveredFacts: on.gauge("aether_recovered_facts", "Facts it found that the store had not."),
});
