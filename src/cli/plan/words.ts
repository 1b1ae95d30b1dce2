// What a plan says to people.
import { CORE_SHARE } from "./estimate.ts";
import type { Bound, BoundName, Estimate, Limits, Step } from "./estimate.ts";

const NAMES: Readonly<Record<BoundName, string>> = {
  core: "the core that ticks",
  tick_budget: "engine.tick_budget",
  network: "the line",
  memory: "memory",
  descriptors: "open files (ulimit -n)",
};

export interface Told {
  readonly estimate: Estimate;
  readonly small: Step;
  readonly large: Step;
  readonly limits: Limits;
  readonly frames: number;
  /** What should be known beside the figure, in sentences. */
  readonly notes: readonly string[];
}

/** The answer first, then what it was drawn from. */
export function report({ estimate, small, large, limits, frames, notes }: Told): string {
  const { clients, boundBy, mbitOut, bounds } = estimate;
  const lines = [
    `This box carries ${grouped(clients)} clients at ${large.neighbours.toFixed(1)} neighbours ` +
      `(${frames} frames a tick at most), ${mbitOut.toFixed(mbitOut < 10 ? 1 : 0)} Mbit/s out, ` +
      `bound by ${NAMES[boundBy]}.`,
    ...notes,
    "",
    ...bounds.map((bound) => boundLine(bound, limits)),
    "",
    ...[small, large].map(stepLine),
  ];
  return `${lines.join("\n")}\n`;
}

function boundLine({ name, clients }: Bound, limits: Limits): string {
  const { tickMs, tickBudget, mbit, memory, descriptors } = limits;
  const what: Readonly<Record<BoundName, string>> = {
    core: `${(CORE_SHARE * tickMs).toFixed(1)} of ${tickMs} ms a tick`,
    tick_budget: `ticks of ${(tickBudget * tickMs).toFixed(1)} ms; beyond, updates are thinned`,
    network: `${mbit ?? 0} Mbit/s`,
    memory: `${Math.round(memory / 1_048_576)} MiB available`,
    descriptors: `${descriptors}`,
  };
  const count = clients === Infinity || clients > 65_535 ? "over 65,535" : grouped(clients);
  return `  ${count.padStart(11)}  ${NAMES[name]}: ${what[name]}`;
}

/** How it went with one crowd, also while the plan is made. */
export function stepLine(step: Step): string {
  const { clients, neighbours, cpuMs, tickMs, bytes, rss, neighbourMs } = step;
  return (
    `${clients} clients, ${neighbours.toFixed(1)} neighbours: ${cpuMs.toFixed(2)} ms of the core ` +
    `a tick, ticks of ${tickMs.toFixed(2)} ms, ${(bytes / 1000).toFixed(1)} kB/s each, ` +
    `${Math.round(rss / 1_048_576)} MiB, p99 to a neighbour ${neighbourMs.toFixed(0)} ms`
  );
}

export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
