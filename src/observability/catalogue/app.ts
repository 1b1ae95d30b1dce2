// What is shown of an application: what its systems and hooks do and cost, and what it emits.
import type { Layout } from "../layout.ts";

/** Systems that an application may have. */
const SYSTEMS = 16;
/** Hooks together, then systems in their order; the exposition puts their names in place. */
const system = ["hooks", ...Array.from({ length: SYSTEMS }, (_, i) => String(i + 1))];

export const appMetrics = (on: Layout) => ({
  runs: on.counter("aether_app_runs_total", "Runs of the application's code.", { system }),
  seconds: on.counter("aether_app_seconds_total", "Time that they took.", { system }),
  throws: on.counter("aether_app_throws_total", "Runs that threw, and lost what they did.", {
    system,
  }),
  overruns: on.counter("aether_app_overruns_total", "Runs that took more than their budget.", {
    system,
  }),
  skips: on.counter("aether_app_skips_total", "Runs left out after such a one.", { system }),
  disabled: on.gauge("aether_app_disabled", "1 for a system that threw too often.", { system }),
  events: on.counter("aether_app_events_total", "Events that it emitted, or could not.", {
    what: ["emitted", "refused"],
  }),
  stopped: on.counter("aether_app_intents_stopped_total", "Intents that it stopped."),
});
