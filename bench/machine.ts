// The machine on which something is measured, as results name it.
import { cpus, totalmem } from "node:os";
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
