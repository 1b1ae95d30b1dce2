// Prometheus text from plain numbers. Nothing here runs in the tick: the numbers are read when a
// scrape asks, once for all metrics, so that one answer never mixes two moments.
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";

import { TICK_EDGES } from "./ticks.ts";
import type { TickNumbers } from "./ticks.ts";

/** One value of a metric that has a label. */
export interface Labelled {
  readonly label: string;
  readonly value: number;
}

/** The numbers of one moment. Unless said otherwise, totals since the start of the process. */
export interface Snapshot {
  /** Live entities, now. */
  readonly entities: number;
  /** Open WebSocket connections, now. */
  readonly connections: number;
  /** AOI sets evaluated: one for each scanned observer and tick. */
  readonly aoiQueries: number;
  readonly messagesSent: number;
  readonly bytesSent: number;
  readonly messagesReceived: number;
  readonly bytesReceived: number;
  readonly corrections: number;
  /** Rows whose intents of a tick were refused or clipped, by verdict; one may have several. */
  readonly correctionVerdicts: readonly Labelled[];
  /** Intents refused at the door, and those that the tick's queue could not hold. */
  readonly intentsRefused: number;
  readonly intentsDropped: number;
  /** Handshakes refused, by reason. */
  readonly handshakesRefused: readonly Labelled[];
  /** Tokens that were believed; refused, by reason; sessions refused for their account's limit. */
  readonly tokensVerified: number;
  readonly tokensRefused: readonly Labelled[];
  readonly accountsFull: number;
  /** Of the resume tokens refused, those of another account. */
  readonly resumesForeign: number;
  /** Requests to the admin server without its token. */
  readonly adminRefused: number;
  /** Sends that the transport buffered or dropped. */
  readonly sendsBuffered: number;
  readonly sendsDropped: number;
  /** Times a client's acknowledgement window closed. */
  readonly windowsClosed: number;
  /** Times one opened again, and connections let go because theirs did not. */
  readonly merges: number;
  readonly slowClosed: number;
  /** Views that started again. */
  readonly resets: number;
  /** Errors and heartbeats not answered. */
  readonly repliesDropped: number;
  /** Looks that left something visible untold or stale, and those put off for want of frames. */
  readonly viewsIncomplete: number;
  readonly framesShort: number;
  /** Messages, pings and pongs ignored because their connection was over its budget. */
  readonly framesIgnored: number;
  /** Connections cut because they flooded, and those that went on sending more than their rates. */
  readonly floods: number;
  readonly struckOut: number;
  /** What was refused because its connection was over a rate. */
  readonly overRate: readonly Labelled[];
  /** Errors, told to the client or not, by the catalogue's name. */
  readonly errors: readonly Labelled[];
  /** Connections closed, by close code. */
  readonly closes: readonly Labelled[];
  /** Log lines that were lost because nobody read the log. */
  readonly logLinesDropped: number;
  /** Sessions that lost their connection, came back, did not in time. */
  readonly sessionsSuspended: number;
  readonly sessionsResumed: number;
  readonly sessionsExpired: number;
  /** Resume tokens refused; of those, used ones. */
  readonly resumesRefused: number;
  readonly tokensReused: number;
  /** Joins refused because too much waits for the store. */
  readonly joinsUnavailable: number;
  /** Likewise because too many wait to enter; those that wait now; ticks that all have waited. */
  readonly joinsRefused: number;
  readonly joinsWaiting: number;
  readonly joinsWaited: number;
  /** Sessions ended because they asked for no entity. */
  readonly spawnsMissed: number;
  /** Looks put off because ticks took too long. */
  readonly looksRested: number;
  /** Transactions that carried a tick to the store; what they took; tries that failed. */
  readonly flushes: number;
  readonly flushSeconds: number;
  readonly flushFaults: number;
  /** Since the newest durable tick became durable, now. */
  readonly durableAgeSeconds: number;
  /** Facts that are not durable yet, and how many may wait, now. */
  readonly factsWaiting: number;
  readonly factsMax: number;
  readonly workersLost: number;
  /** Events in the outbox, age of the oldest, events given up; now. */
  readonly outboxWaiting: number;
  readonly outboxOldestSeconds: number;
  readonly outboxDead: number;
  readonly eventsDelivered: number;
  readonly eventsRefused: number;
  /** Rounds of presence that got through, failed, were not begun; sessions in it now. */
  readonly presenceBeats: number;
  readonly presenceFailures: number;
  readonly presenceSkipped: number;
  readonly presenceEntries: number;
}

/** Metrics of one server, ready to be served. */
export interface Metrics {
  readonly contentType: string;
  /** @returns the metrics in Prometheus's text format. */
  render(): Promise<string>;
}

type Plain = { [K in keyof Snapshot]: Snapshot[K] extends number ? K : never }[keyof Snapshot];
type ByLabel = Exclude<keyof Snapshot, Plain>;

const GAUGES: readonly (readonly [name: string, field: Plain, help: string])[] = [
  ["aether_entity_count", "entities", "Active entities."],
  ["aether_active_connections", "connections", "Open WebSocket connections."],
  ["aether_joins_waiting", "joinsWaiting", "Sessions that wait for their turn to enter."],
  ["aether_durable_age_seconds", "durableAgeSeconds", "Since the store last took a tick."],
  ["aether_facts_waiting", "factsWaiting", "Facts that are not durable yet."],
  ["aether_facts_max", "factsMax", "Facts that may wait before joins are refused."],
  ["aether_outbox_waiting", "outboxWaiting", "Events in the outbox."],
  ["aether_outbox_oldest_seconds", "outboxOldestSeconds", "Age of the oldest event in the outbox."],
  ["aether_outbox_dead", "outboxDead", "Events that were given up."],
  ["aether_presence_entries", "presenceEntries", "Sessions that presence shows."],
];

const COUNTERS: readonly (readonly [name: string, field: Plain, help: string])[] = [
  ["aether_aoi_queries_total", "aoiQueries", "Areas of interest evaluated."],
  ["aether_messages_sent_total", "messagesSent", "Messages sent to clients."],
  ["aether_messages_received_total", "messagesReceived", "Messages received from clients."],
  ["aether_sent_bytes_total", "bytesSent", "Payload bytes sent to clients."],
  ["aether_received_bytes_total", "bytesReceived", "Payload bytes received from clients."],
  ["aether_corrections_total", "corrections", "Corrections sent to clients."],
  ["aether_sends_buffered_total", "sendsBuffered", "Sends held back by a full socket."],
  ["aether_sends_dropped_total", "sendsDropped", "Sends lost to a full buffer."],
  ["aether_windows_closed_total", "windowsClosed", "Acknowledgement windows that filled up."],
  ["aether_windows_merged_total", "merges", "Windows that opened again, with one merged update."],
  ["aether_slow_closed_total", "slowClosed", "Connections closed because they read too slowly."],
  ["aether_view_resets_total", "resets", "Views that started again."],
  ["aether_views_incomplete_total", "viewsIncomplete", "Views with something untold or stale."],
  ["aether_frames_short_total", "framesShort", "Views put off: the tick had no frames left."],
  ["aether_intents_refused_total", "intentsRefused", "Intents refused at the door."],
  ["aether_intents_dropped_total", "intentsDropped", "Intents dropped: the tick's queue was full."],
  ["aether_replies_dropped_total", "repliesDropped", "Errors and heartbeats not answered."],
  ["aether_frames_ignored_total", "framesIgnored", "Frames of clients ignored over their budget."],
  ["aether_floods_total", "floods", "Connections cut because they flooded."],
  ["aether_struck_out_total", "struckOut", "Connections cut for going on over their rates."],
  ["aether_looks_rested_total", "looksRested", "Looks put off: ticks took too long."],
  ["aether_sessions_suspended_total", "sessionsSuspended", "Sessions that lost their connection."],
  ["aether_sessions_resumed_total", "sessionsResumed", "Sessions that came back."],
  ["aether_sessions_expired_total", "sessionsExpired", "Sessions that did not come back in time."],
  ["aether_resumes_refused_total", "resumesRefused", "Resume tokens refused."],
  ["aether_tokens_reused_total", "tokensReused", "Used resume tokens that were shown again."],
  ["aether_tokens_verified_total", "tokensVerified", "Identity tokens that were believed."],
  ["aether_accounts_full_total", "accountsFull", "Sessions refused: their account has too many."],
  ["aether_resumes_foreign_total", "resumesForeign", "Resume tokens shown by another account."],
  ["aether_admin_refused_total", "adminRefused", "Admin requests without the token."],
  ["aether_joins_unavailable_total", "joinsUnavailable", "Joins refused: the store is behind."],
  ["aether_joins_refused_total", "joinsRefused", "Joins refused: too many wait to enter."],
  ["aether_joins_waited_ticks_total", "joinsWaited", "Ticks that joins waited for their turn."],
  ["aether_spawns_missed_total", "spawnsMissed", "Sessions ended: they asked for no entity."],
  ["aether_flushes_total", "flushes", "Transactions that carried a tick to the store."],
  ["aether_flush_seconds_total", "flushSeconds", "Time that these transactions took."],
  ["aether_flush_faults_total", "flushFaults", "Tries to flush that failed."],
  ["aether_workers_lost_total", "workersLost", "Persistence workers that ended by a fault."],
  ["aether_events_delivered_total", "eventsDelivered", "Events given to the sink."],
  ["aether_events_refused_total", "eventsRefused", "Times that the sink refused an event."],
  ["aether_presence_beats_total", "presenceBeats", "Rounds of presence that got through."],
  ["aether_presence_failures_total", "presenceFailures", "Rounds of presence that failed."],
  ["aether_presence_skipped_total", "presenceSkipped", "Rounds of presence not begun."],
  ["aether_log_lines_dropped_total", "logLinesDropped", "Log lines lost: nobody read the log."],
];

const LABELLED: readonly (readonly [name: string, field: ByLabel, label: string, help: string])[] =
  [
    ["aether_errors_total", "errors", "code", "Errors by code, told to the client or not."],
    ["aether_closes_total", "closes", "code", "Connections closed."],
    [
      "aether_over_rate_total",
      "overRate",
      "rate",
      "What came over a client's rate, and was refused.",
    ],
    [
      "aether_handshakes_refused_total",
      "handshakesRefused",
      "reason",
      "WebSocket handshakes refused.",
    ],
    ["aether_tokens_refused_total", "tokensRefused", "reason", "Identity tokens refused."],
    [
      "aether_correction_verdicts_total",
      "correctionVerdicts",
      "verdict",
      "Clients' ticks in which intents were refused or clipped.",
    ],
  ];

/**
 * @param ticks what the tick writes.
 * @param read called once for each scrape; may allocate.
 */
export function createMetrics(ticks: TickNumbers, read: () => Snapshot): Metrics {
  const registry = new Registry();
  let now = read();
  collectDefaultMetrics({ register: registry });
  registerCounter(registry, "aether_ticks_skipped_total", "Ticks never run.", () => ticks.skipped);
  registerCounter(
    registry,
    "aether_ticks_thinned_total",
    "Ticks whose updates were thinned.",
    () => ticks.thinned,
  );
  registerGauge(
    registry,
    "aether_thinning_level",
    "How far updates are thinned, 0 = not at all.",
    () => ticks.thinning,
  );
  registerLabelled(
    registry,
    "aether_tick_phase_seconds_total",
    "Time spent in each phase of the tick.",
    "phase",
    () => ticks.phases.map((label, i) => ({ label, value: ticks.phaseSeconds[i] ?? 0 })),
  );

  for (const [name, field, help] of GAUGES) registerGauge(registry, name, help, () => now[field]);
  for (const [name, field, help] of COUNTERS) {
    registerCounter(registry, name, help, () => now[field]);
  }
  for (const [name, field, label, help] of LABELLED) {
    registerLabelled(registry, name, help, label, () => now[field]);
  }

  return {
    contentType: registry.contentType,
    async render() {
      now = read();
      const histogram = tickHistogram(ticks);
      return `${await registry.metrics()}\n${histogram}`;
    },
  };
}

function registerGauge(to: Registry, name: string, help: string, value: () => number): void {
  const gauge = new Gauge({
    name,
    help,
    registers: [to],
    collect: () => {
      gauge.set(value());
    },
  });
}

function registerCounter(to: Registry, name: string, help: string, total: () => number): void {
  const counter = new Counter({
    name,
    help,
    registers: [to],
    collect: () => {
      counter.reset();
      counter.inc(total());
    },
  });
}

function registerLabelled(
  to: Registry,
  name: string,
  help: string,
  label: string,
  totals: () => readonly Labelled[],
): void {
  const counter = new Counter({
    name,
    help,
    labelNames: [label],
    registers: [to],
    collect: () => {
      counter.reset();
      for (const total of totals()) counter.inc({ [label]: total.label }, total.value);
    },
  });
}

// By hand: prom-client's histogram wants observe() inside the tick, 30 times the cost of ours.
function tickHistogram(ticks: TickNumbers): string {
  const name = "aether_tick_duration_seconds";
  const lines = [`# HELP ${name} Tick processing time.`, `# TYPE ${name} histogram`];
  let below = 0;
  for (const [i, edge] of TICK_EDGES.entries()) {
    below += ticks.buckets[i] ?? 0;
    lines.push(`${name}_bucket{le="${edge}"} ${below}`);
  }
  lines.push(`${name}_bucket{le="+Inf"} ${ticks.count}`);
  lines.push(`${name}_sum ${ticks.seconds}`, `${name}_count ${ticks.count}`);
  return `${lines.join("\n")}\n`;
}
