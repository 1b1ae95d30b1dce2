// Memory of another process, as Linux tells it.
import { readFileSync } from "node:fs";

/** @returns resident memory now and at most, MiB; null where /proc has no such process */
export function memoryOf(pid: number): { nowMib: number; peakMib: number } | null {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return null;
  }
  return { nowMib: mib(status, "VmRSS"), peakMib: mib(status, "VmHWM") };
}

function mib(status: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s*(\\d+) kB`, "m").exec(status)?.[1] ?? 0) / 1024;
}
