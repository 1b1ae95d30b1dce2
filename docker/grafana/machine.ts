// The dashboard's last question: what the process takes from its machine.
import type { Question } from "./panels.ts";
import { gauges, here, rate, rates } from "./queries.ts";

export const MACHINE: Question = {
  title: "What does it take from the machine?",
  panels: [
    {
      ...{ title: "Memory of the process", kind: "lines", unit: "bytes", limits: [400e6, 512e6] },
      says: "The heap and what is beside it; 512 MB is the promise.",
      queries: gauges({
        process_resident_memory_bytes: "all",
        nodejs_heap_size_used_bytes: "heap in use",
        nodejs_heap_size_total_bytes: "heap",
        nodejs_external_memory_bytes: "outside of the heap",
      }),
    },
    {
      ...{ title: "Heap, of its limit", kind: "lines", unit: "percentunit", limits: [0.7, 0.8] },
      says: "Heap of the thread that ticks, of what V8 allows it; from 80 % on joins are refused.",
      queries: [
        {
          expr: `${here("aether_heap_used_bytes")} / ${here("aether_heap_limit_bytes")}`,
          legend: "used",
        },
      ],
    },
    {
      ...{ title: "Processor", kind: "stack", unit: "percentunit" },
      says: "Cores in use; the tick has one thread, so 100 % of one is its end.",
      queries: rates({
        process_cpu_user_seconds_total: "the program",
        process_cpu_system_seconds_total: "the system for it",
      }),
    },
    {
      ...{ title: "Files and sockets", kind: "lines", unit: "short" },
      says: "Each client is one.",
      queries: gauges({ process_open_fds: "open", process_max_fds: "may be open" }),
    },
    {
      ...{ title: "Certificate", kind: "lines", unit: "s" },
      says: "How long the certificate that is served is still good; empty without TLS.",
      queries: [
        {
          expr: `(${here("aether_certificate_expiry_timestamp_seconds")} > 0) - time()`,
          legend: "left",
        },
      ],
    },
    {
      ...{ title: "Live pages", kind: "lines", unit: "short" },
      says: "Pages that are open, frames for them, changes of the kernel at run time.",
      queries: [
        ...gauges({ aether_live_pages: "open" }),
        { expr: rate("aether_live_page_frames_total"), legend: "frames {{outcome}} a second" },
        { expr: `increase(${here("aether_kernel_changes_total")}[1m])`, legend: "kernel changed" },
      ],
    },
    {
      ...{ title: "Log and scrapes", kind: "lines", unit: "ops" },
      says: "Lines of the log that were lost or left out, scrapes, faults of our own.",
      queries: rates({
        aether_log_lines_dropped_total: "lines lost",
        aether_log_lines_suppressed_total: "lines left out",
        aether_scrapes_total: "scrapes",
        aether_faults_total: "faults",
        aether_admin_refused_total: "admin refused",
      }),
    },
  ],
};
