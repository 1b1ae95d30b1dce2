// What is shown of the kernel: which one runs the world, and what it was saved from.
import type { Layout } from "../layout.ts";

export const kernelMetrics = (on: Layout) => ({
  engine: on.gauge("aether_kernel_engine", "1 for the engine that runs the world.", {
    engine: ["wasm", "js"],
  }),
  traps: on.counter("aether_kernel_traps_total", "Steps that the kernel did not survive."),
  reruns: on.counter("aether_kernel_reruns_total", "Times that such a step was run again."),
  leftOut: on.counter("aether_kernel_left_out_total", "What was left out of such steps.", {
    what: ["command", "intent"],
  }),
  indexes: on.counter("aether_kernel_indexes_remade_total", "Indexes made anew after a trap."),
  takeovers: on.counter("aether_kernel_takeovers_total", "Times that the twin took over."),
  takenOver: on.gauge("aether_kernel_taken_over", "1 while the twin runs it because of traps."),
});
