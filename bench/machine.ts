// The machine on which something is measured, as results name it.
import { cpus, loadavg, totalmem } from "node:os";
import type { Machine } from "./results.ts";

export function thisMachine(): Machine {
  return {
    cpu: (cpus()[0]?.model ?? "unknown").trim(),
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
  };
}

/** Above this, for each core, something else is at work, and absolute figures mean little. */
export const BUSY_ABOVE = 1;

/**
 * How busy the machine is before anything is measured, mean of the last minute; 0 on Windows, which
 * does not tell. A run that follows another one finds that one's load.
 * @param say told in a line, and warned
 */
export function loadAtStart(say: (line: string) => void): number {
  const load = Math.round((loadavg()[0] ?? 0) * 100) / 100;
  const { cores } = thisMachine();
  say(`load average ${load} on ${cores} cores`);
  if (isBusy(load, cores))
    say(
      "WARNING: the machine is busy with something else. Ratios of contenders that take turns " +
        "hold better than absolute times, which will be too long: run it again when it is idle.",
    );
  return load;
}

export function isBusy(load: number, cores: number): boolean {
  return load > BUSY_ABOVE * cores;
}
