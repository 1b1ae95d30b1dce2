// What the dashboard asks, and how: four questions in the order in which somebody asks who was
// woken, and what the process takes from its machine. The names are those of docs/metrics.md.

import { MACHINE } from "./machine.ts";
import { gauges, here, mean, quantile, quantiles, rate, rates } from "./queries.ts";
import type { Query } from "./queries.ts";

export interface Panel {
  readonly title: string;
  /** One sentence: what is seen, and what is well. */
  readonly says: string;
  /** stat: one number, now. lines; stack: lines that add up; states: bars of what is so. */
  readonly kind: "stat" | "lines" | "stack" | "states";
  /** Grafana's name of the unit. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** From the first on it is a warning, from the second on it is bad; an alert has the first. */
  readonly limits?: readonly [number, number];
  /** Below the limits it is bad: 1 is well, 0 is not. */
  readonly isGoodAbove?: true;
}

export interface Question {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** Of a tick of 25 ms: what is slow, and what is too long. */
const TICK_LIMITS = [0.015, 0.025] as const;

const HEALTHY: Question = {
  title: "Is it healthy?",
  panels: [
    {
      ...{ title: "Ready", kind: "stat", unit: "short", limits: [0, 1], isGoodAbove: true },
      says: "1: it should get new clients; 0: /readyz says why not.",
      queries: gauges({ aether_ready: "ready" }),
    },
    {
      ...{ title: "Tick, p99", kind: "stat", unit: "s", limits: TICK_LIMITS },
      says: "99th percentile of what ticks took in the last second.",
      queries: gauges({ aether_tick_recent_p99_seconds: "p99" }),
    },
    {
      ...{ title: "Entities", kind: "stat", unit: "percentunit", limits: [0.9, 1] },
      says: "Entities, as a share of engine.max_entities.",
      queries: [
        { expr: `${here("aether_entity_count")} / ${here("aether_entity_capacity")}`, legend: "" },
      ],
    },
    {
      ...{ title: "Connections", kind: "stat", unit: "percentunit", limits: [0.9, 1] },
      says: "Connections, as a share of gateway.max_connections.",
      queries: [
        {
          expr: `${here("aether_active_connections")} / ${here("aether_connection_capacity")}`,
          legend: "",
        },
      ],
    },
    {
      ...{ title: "Memory", kind: "stat", unit: "bytes", limits: [400e6, 512e6] },
      says: "Of the whole process.",
      queries: gauges({ process_resident_memory_bytes: "memory" }),
    },
    {
      ...{ title: "Not durable for", kind: "stat", unit: "s", limits: [5, 30] },
      says: "Since the store last took a tick: what a crash would forget.",
      queries: gauges({ aether_durable_age_seconds: "age" }),
    },
    {
      ...{ title: "Alerts", kind: "states", unit: "short" },
      says: "What fires; docs/runbook.md has a paragraph for each. Empty is well.",
      queries: [
        { expr: here("ALERTS", 'alertstate="firing"'), legend: "{{alertname}} {{phase}}{{code}}" },
      ],
    },
    {
      ...{ title: "Kernel", kind: "lines", unit: "short" },
      says: "Its traps since the start, and 1 where the twin took over; 0 is well.",
      queries: gauges({ aether_kernel_traps_total: "traps", aether_kernel_taken_over: "twin" }),
    },
    {
      ...{ title: "Entities and clients", kind: "lines", unit: "short" },
      says: "Entities that wait for their clients make the difference.",
      queries: gauges({
        aether_entity_count: "entities",
        aether_active_connections: "connections",
        aether_joins_waiting: "wait to enter",
      }),
    },
  ],
};

const TICK: Question = {
  title: "Where does the tick go?",
  panels: [
    {
      ...{ title: "A tick, by phase", kind: "stack", unit: "s", limits: TICK_LIMITS },
      says: "What each phase takes of a tick, on average. Together below 15 ms of 25.",
      queries: [
        {
          expr:
            `${rate("aether_tick_phase_seconds_total")} / ignoring (phase) group_left ` +
            rate("aether_tick_duration_seconds_count"),
          legend: "{{phase}}",
        },
      ],
    },
    {
      ...{ title: "Length of ticks", kind: "lines", unit: "s", limits: TICK_LIMITS },
      says: "Above 60 % of a tick's time updates are thinned; above all of it ticks are skipped.",
      queries: [
        ...quantiles("aether_tick_duration_seconds"),
        ...gauges({ aether_tick_length_seconds: "its time" }),
      ],
    },
    {
      ...{ title: "Pauses", kind: "lines", unit: "s" },
      says: "How late ticks begin, and what may be the reason: the event loop, garbage collection.",
      queries: [
        { expr: quantile(0.99, "aether_tick_lateness_seconds"), legend: "ticks late, p99" },
        ...gauges({ nodejs_eventloop_lag_p99_seconds: "event loop late, p99" }),
        { expr: rate("nodejs_gc_duration_seconds_sum"), legend: "collection a second, {{kind}}" },
      ],
    },
    {
      ...{ title: "Given up and thinned", kind: "lines", unit: "short" },
      says: "All 0 is well. Level 2 halves the updates of every client, level 3 quarters them.",
      queries: [
        ...rates({
          aether_ticks_skipped_total: "ticks skipped a second",
          aether_ticks_thinned_total: "ticks thinned a second",
          aether_frames_short_total: "views without frames a second",
        }),
        ...gauges({ aether_thinning_level: "level" }),
      ],
    },
    {
      ...{ title: "Frames of a tick", kind: "lines", unit: "percentunit", limits: [0.8, 1] },
      says: "Of the frames that a tick has room for, at most; at 100 % some views have to wait.",
      queries: [
        {
          expr: `${here("aether_frame_arena_peak")} / ${here("aether_frame_arena_capacity")}`,
          legend: "used",
        },
      ],
    },
    {
      ...{ title: "Seen by each", kind: "lines", unit: "short" },
      says: "Entities that a client is shown: what a tick costs grows with it.",
      queries: quantiles("aether_aoi_visible"),
    },
    {
      ...{ title: "Compared for each", kind: "lines", unit: "short" },
      says: "Rows that a query compares; a good index keeps it near what is seen.",
      queries: [
        ...quantiles("aether_aoi_candidates"),
        { expr: mean("aether_aoi_visible"), legend: "seen, mean" },
      ],
    },
    {
      ...{ title: "Index", kind: "lines", unit: "short" },
      says: "Depth, leaves and loose rows of the quadtree; rows of a leaf.",
      queries: [
        ...gauges({
          aether_quadtree_depth: "depth",
          aether_quadtree_leaves: "leaves",
          aether_index_loose_rows: "loose rows",
        }),
        { expr: quantile(0.99, "aether_quadtree_leaf_rows"), legend: "rows of a leaf, p99" },
        ...rates({ aether_index_rebuilds_total: "made anew a second" }),
      ],
    },
    {
      ...{ title: "Index in use", kind: "states", unit: "short" },
      says: "Quadtree, or brute force where few entities make it faster.",
      queries: [{ expr: here("aether_index_in_use"), legend: "{{index}}" }],
    },
    {
      ...{ title: "Queries", kind: "lines", unit: "ops" },
      says: "Areas of interest evaluated, and what was found in them.",
      queries: [
        ...rates({ aether_aoi_queries_total: "queries", aether_view_resets_total: "resets" }),
        { expr: rate("aether_aoi_changes_total"), legend: "{{change}}" },
        ...rates({ aether_views_incomplete_total: "incomplete" }),
      ],
    },
    {
      ...{ title: "Intents", kind: "lines", unit: "ops" },
      says: "Intents that moved an entity, and those that did not.",
      queries: [
        ...rates({ aether_intents_applied_total: "applied" }),
        { expr: rate("aether_intents_stale_total"), legend: "{{reason}}" },
        ...rates({
          aether_intents_refused_total: "refused at the door",
          aether_intents_dropped_total: "dropped",
        }),
        { expr: rate("aether_correction_verdicts_total"), legend: "corrected: {{verdict}}" },
      ],
    },
  ],
};

const SLOW: Question = {
  title: "Who is slow?",
  panels: [
    {
      ...{ title: "Round trip", kind: "lines", unit: "s", limits: [0.15, 0.5] },
      says: "From the sending of a tick to its acknowledgement.",
      queries: quantiles("aether_client_round_trip_seconds"),
    },
    {
      ...{ title: "Paused clients", kind: "lines", unit: "short" },
      says: "Clients that are sent nothing until they acknowledge; closed after slow_close_ms.",
      queries: [
        ...gauges({ aether_clients_paused: "paused" }),
        ...rates({
          aether_windows_closed_total: "windows closed a second",
          aether_windows_merged_total: "opened again a second",
          aether_slow_closed_total: "closed with 4009 a second",
        }),
      ],
    },
    {
      ...{ title: "Sent and not acknowledged", kind: "lines", unit: "bytes" },
      says: "Bytes on the way to each client; gateway.window_bytes is the most.",
      queries: quantiles("aether_window_bytes"),
    },
    {
      ...{ title: "Sent", kind: "lines", unit: "Bps" },
      says: "Bytes to and from clients, before compression.",
      queries: rates({ aether_sent_bytes_total: "sent", aether_received_bytes_total: "received" }),
    },
    {
      ...{ title: "Messages", kind: "lines", unit: "ops" },
      says: "Messages sent, and received by type.",
      queries: [
        ...rates({ aether_messages_sent_total: "sent" }),
        { expr: rate("aether_messages_received_total"), legend: "{{type}}" },
      ],
    },
    {
      ...{ title: "Sends", kind: "lines", unit: "ops" },
      says: "What became of each send; dropped makes the view start again.",
      queries: [{ expr: rate("aether_sends_total"), legend: "{{outcome}}" }],
    },
    {
      ...{ title: "Connection errors", kind: "stack", unit: "short" },
      says: "Connections that ended by an error within a minute, by code. An alert above 10.",
      queries: [
        {
          expr: `increase(${here("aether_connection_errors_total")}[1m]) > 0`,
          legend: "{{code}}",
        },
      ],
    },
    {
      ...{ title: "Refused at the door", kind: "lines", unit: "ops" },
      says: "Handshakes, tokens and joins refused, and what came over a client's rates.",
      queries: [
        { expr: rate("aether_handshakes_refused_total"), legend: "handshake: {{reason}}" },
        { expr: rate("aether_tokens_refused_total"), legend: "token: {{reason}}" },
        { expr: rate("aether_over_rate_total"), legend: "over the rate: {{rate}}" },
        ...rates({
          aether_joins_refused_total: "join: queue full",
          aether_joins_unavailable_total: "join: store behind",
          aether_joins_shed_total: "join: heap full",
        }),
      ],
    },
    {
      ...{ title: "Sessions", kind: "stack", unit: "short" },
      says: "Sessions by what they wait for.",
      queries: [{ expr: here("aether_sessions"), legend: "{{state}}" }],
    },
    {
      ...{ title: "Coming and going", kind: "lines", unit: "ops" },
      says: "Entities that enter and leave; sessions that lose their connection and come back.",
      queries: rates({
        aether_entities_spawned_total: "entered",
        aether_entities_despawned_total: "left",
        aether_sessions_suspended_total: "lost the connection",
        aether_sessions_resumed_total: "came back",
        aether_sessions_expired_total: "did not come back",
      }),
    },
    {
      ...{ title: "Ended for misuse", kind: "lines", unit: "ops" },
      says: "Connections cut for what they sent, addresses shut out, tokens that were no good.",
      queries: rates({
        aether_floods_total: "floods",
        aether_struck_out_total: "over their rates for long",
        aether_addresses_shut_out_total: "addresses shut out",
        aether_resumes_refused_total: "resume tokens refused",
        aether_tokens_reused_total: "of those, used ones",
        aether_spawns_missed_total: "never asked for an entity",
      }),
    },
    {
      ...{ title: "Errors told", kind: "lines", unit: "ops" },
      says: "Errors by code, told to the client or not.",
      queries: [{ expr: `${rate("aether_errors_total")} > 0`, legend: "{{code}}" }],
    },
  ],
};

const STORE: Question = {
  title: "Is the database behind?",
  panels: [
    {
      ...{ title: "Not durable for", kind: "lines", unit: "s", limits: [5, 30] },
      says: "Since the store last took a tick.",
      queries: gauges({ aether_durable_age_seconds: "age" }),
    },
    {
      ...{ title: "Flushes", kind: "lines", unit: "s" },
      says: "What a flight to the store takes, tries and waits included.",
      queries: quantiles("aether_flush_duration_seconds"),
    },
    {
      ...{ title: "Faults of the store", kind: "lines", unit: "ops" },
      says: "Flushes that landed, tries that failed, threads that were lost.",
      queries: rates({
        aether_flushes_total: "landed",
        aether_flush_faults_total: "failed",
        aether_workers_lost_total: "threads lost",
      }),
    },
    {
      ...{ title: "Journal", kind: "lines", unit: "s" },
      says: "Since a tick last reached its disk; the slowest write of the last second.",
      queries: gauges({
        aether_journal_age_seconds: "last tick on the disk",
        aether_journal_sync_slowest_seconds: "slowest write",
      }),
    },
    {
      ...{ title: "What the journal takes", kind: "lines", unit: "Bps" },
      says: "Bytes a second that are written to it.",
      queries: rates({ aether_journal_bytes_total: "written" }),
    },
    {
      ...{ title: "Ticks the journal has not got", kind: "lines", unit: "ops" },
      says: "A disk that refused, or was too slow: a crash would go back behind them.",
      queries: rates({
        aether_journal_lost_ticks_total: "missing",
        aether_journal_faults_total: "refused by the disk",
        aether_journal_workers_lost_total: "threads lost",
      }),
    },
    {
      ...{ title: "Facts that wait", kind: "lines", unit: "percentunit", limits: [0.5, 1] },
      says: "Share of what may wait; at 100 % joins are refused.",
      queries: [
        {
          expr: `${here("aether_facts_waiting")} / (${here("aether_facts_max")} > 0)`,
          legend: "waiting",
        },
      ],
    },
    {
      ...{ title: "Outbox", kind: "lines", unit: "s", limits: [30, 300] },
      says: "Age of the oldest event that was not published.",
      queries: gauges({ aether_outbox_oldest_seconds: "oldest" }),
    },
    {
      ...{ title: "Events", kind: "lines", unit: "short" },
      says: "Events that wait, were given up, were taken and were refused.",
      queries: [
        ...gauges({ aether_outbox_waiting: "wait", aether_outbox_dead: "given up" }),
        ...rates({
          aether_events_delivered_total: "taken a second",
          aether_events_refused_total: "refused a second",
        }),
      ],
    },
    {
      ...{ title: "Presence", kind: "lines", unit: "short" },
      says: "Beats to Redis; failures mean that others do not see who is online.",
      queries: [
        ...rates({
          aether_presence_beats_total: "beats a second",
          aether_presence_failures_total: "failures a second",
        }),
        ...gauges({ aether_presence_entries: "sessions shown" }),
      ],
    },
    {
      ...{ title: "Connections to PostgreSQL", kind: "stack", unit: "short" },
      says: "Those for what may wait, and the statements that wait for one.",
      queries: [
        { expr: here("aether_pool_connections"), legend: "{{state}}" },
        ...gauges({ aether_pool_waiting: "statements waiting" }),
      ],
    },
  ],
};

export const QUESTIONS: readonly Question[] = [HEALTHY, TICK, SLOW, STORE, MACHINE];
