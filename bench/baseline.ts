// bench/baseline.json: what the kernel's contenders took, by the control's time, when the baseline
// was written. It is committed; `npm run prove -- kernel --write-baseline` writes it anew.
import { existsSync, readFileSync } from "node:fs";
import type { Machine } from "./results.ts";

export interface Baseline {
  /** Tells a baseline from other results. */
  readonly format: "kernel-baseline";
  /** When its run began, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Versions;
  /** The contender by whose time all others are divided: by another one, numbers differ. */
  readonly control: string;
  /** Windows asked of each contender, and ticks of each. */
  readonly rounds: number;
  readonly windowTicks: number;
  /** By case and contender: the median of the rounds' ratios to the control. */
  readonly ratios: Ratios;
}

export interface Versions {
  readonly aether: string;
  readonly assemblyscript: string;
}

export type Ratios = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** @throws Error in words when there is something else in the file */
export function readBaseline(file: string): Baseline | null {
  if (!existsSync(file)) return null;
  const read = JSON.parse(readFileSync(file, "utf8")) as Partial<Baseline> | null;
  if (read?.format !== "kernel-baseline") throw new Error(`${file} is not a kernel's baseline`);
  return read as Baseline;
}

/** Four digits behind the point: the fifth is noise, and a reader compares them by eye. */
export function textOf(baseline: Baseline): string {
  const text = JSON.stringify(
    baseline,
    (_, value: unknown) => (typeof value === "number" ? Math.round(value * 1e4) / 1e4 : value),
    2,
  );
  return `${text}\n`;
}

/**
 * What makes a comparison with the baseline weaker than its numbers look, in sentences. It is
 * compared all the same: a control in plain JavaScript takes out most of a machine, but not how its
 * SIMD, its caches and its V8 stand to each other.
 */
export function caveatsOf(baseline: Baseline, machine: Machine): readonly string[] {
  const { cpu, platform, node, v8 } = baseline.machine;
  const caveats: string[] = [];
  if (cpu !== machine.cpu || platform !== machine.platform)
    caveats.push(
      `the baseline was written on another machine (${cpu}, ${platform}; this is ${machine.cpu}, ` +
        `${machine.platform}): ratios of different machines are compared, so that a difference ` +
        "may be the machine's",
    );
  if (v8 !== machine.v8)
    caveats.push(
      `the baseline was written with Node ${node} (V8 ${v8}; this is ${machine.node}, V8 ` +
        `${machine.v8}): a difference may be the compiler's`,
    );
  return caveats;
}
