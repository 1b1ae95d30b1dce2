// What is shown of the process, beside what prom-client knows of it by itself.
import { GC_EDGES } from "../../numbers/edges.ts";
import type { Layout } from "../layout.ts";

/** Kinds of garbage collection, by the numbers that V8 gives them; see perf_hooks.constants. */
export const GC_KINDS = ["minor", "major", "incremental", "weakcb"] as const;

/** What Node.js holds open or waits for. */
export const RESOURCES = [
  "timer",
  "immediate",
  "socket",
  "server",
  "pipe",
  "file",
  "worker",
  "other",
] as const;

export const processMetrics = (on: Layout) => ({
  ready: on.gauge("aether_ready", "What /readyz would answer: 1 ready, 0 not."),
  faults: on.counter("aether_faults_total", "Faults of our own that were caught."),
  linesDropped: on.counter("aether_log_lines_dropped_total", "Log lines lost: nobody read them."),
  linesSuppressed: on.counter("aether_log_lines_suppressed_total", "Log lines left out."),
  certificateEnds: on.gauge(
    "aether_certificate_expiry_timestamp_seconds",
    "When the certificate that is served ends; 0: there is none.",
  ),
  adminRefused: on.counter("aether_admin_refused_total", "Admin requests without the token."),
  scrapes: on.counter("aether_scrapes_total", "Answers of /metrics."),
  scrapeSeconds: on.counter("aether_scrape_seconds_total", "What these answers took."),
  heapOld: on.gauge("aether_heap_used_bytes", "Heap of what has lived for a while."),
  heapLimit: on.gauge("aether_heap_limit_bytes", "How large that may become: what V8 can use."),
  heapTotal: on.gauge("nodejs_heap_size_total_bytes", "Heap taken from the system."),
  heapUsed: on.gauge("nodejs_heap_size_used_bytes", "Heap in use."),
  external: on.gauge("nodejs_external_memory_bytes", "Memory that heap objects hold outside."),
  lagMean: on.gauge("nodejs_eventloop_lag_mean_seconds", "How late the event loop came: mean."),
  lagP50: on.gauge("nodejs_eventloop_lag_p50_seconds", "How late it came: median."),
  lagP99: on.gauge("nodejs_eventloop_lag_p99_seconds", "How late it came: 99th percentile."),
  lagMax: on.gauge("nodejs_eventloop_lag_max_seconds", "How late it came: longest."),
  gc: on.histogram("nodejs_gc_duration_seconds", "Pauses of the garbage collector.", GC_EDGES, {
    kind: GC_KINDS,
  }),
  resources: on.gauge("nodejs_active_resources", "What Node.js holds open or waits for.", {
    type: RESOURCES,
  }),
});
