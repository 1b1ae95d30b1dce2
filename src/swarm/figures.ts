// All figures of a run, as they go to the JSON file and to the table.
import { readFileSync } from "node:fs";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { Histogram } from "./histogram.ts";
import { isRecord } from "./json.ts";
import type { ModelFigures } from "./model.ts";
import type { OracleFigures } from "./oracle.ts";
import type { Counts, Tally } from "./tally.ts";
import type { Corruption } from "./verdict.ts";

export interface Quantiles {
  count: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

export interface Figures {
  /** Version of this package. */
  aether: string;
  machine: { cpu: string; cpus: number; memoryGib: number; system: string; node: string };
  arguments: readonly string[];
  at: string;
  measuredSeconds: number;
  agents: number;
  /** Most bots in the world at a time. */
  playingMax: number;
  acknowledgedMs: Quantiles;
  neighbourMs: Quantiles;
  sendLatenessMs: Quantiles;
  tickRateMean: number;
  tickRateMin: number;
  bytesPerClientPerSecond: number;
  /** CPU of all workers while they ran, ms. */
  workersCpuMs: number;
  server: { pid: number; rssMib: number; rssPeakMib: number } | null;
  counts: Counts;
  model: ModelFigures;
  oracle: (OracleFigures & { strangerIds: number }) | null;
  corruption: Corruption;
  findings: readonly string[];
  faults: readonly string[];
}

export interface FiguresInput {
  arguments: readonly string[];
  measuredSeconds: number;
  agents: number;
  playingMax: number;
  tally: Tally;
  oracle: (OracleFigures & { strangerIds: number }) | null;
  corruption: Corruption;
  server: Figures["server"];
  findings: readonly string[];
  faults: readonly string[];
}

export function figuresOf(input: FiguresInput): Figures {
  const { tally } = input;
  const { counts } = tally;
  const sessions = Math.max(1, counts.rateSessions);
  return {
    aether: version(),
    machine: {
      cpu: cpus()[0]?.model ?? "unknown",
      cpus: cpus().length,
      memoryGib: rounded(totalmem() / 2 ** 30),
      system: `${platform()} ${release()} ${arch()}`,
      node: process.version,
    },
    arguments: input.arguments,
    at: new Date().toISOString(),
    measuredSeconds: rounded(input.measuredSeconds),
    agents: input.agents,
    playingMax: input.playingMax,
    acknowledgedMs: quantilesOf(tally.acknowledged),
    neighbourMs: quantilesOf(tally.neighbour),
    sendLatenessMs: quantilesOf(tally.lateness),
    tickRateMean: rounded(counts.rateSum / sessions),
    tickRateMin: counts.rateSessions > 0 ? rounded(counts.rateMin) : 0,
    bytesPerClientPerSecond:
      counts.listenedMs > 0 ? Math.round((counts.bytes / counts.listenedMs) * 1000) : 0,
    workersCpuMs: Math.round(counts.cpuMs),
    server: input.server,
    counts: { ...counts, rateMin: counts.rateSessions > 0 ? counts.rateMin : 0 },
    model: tally.model,
    oracle: input.oracle,
    corruption: input.corruption,
    findings: input.findings,
    faults: input.faults,
  };
}

function version(): string {
  // Two folders up from src/swarm and from dist/swarm alike.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const found: unknown = JSON.parse(text);
  return isRecord(found) && typeof found["version"] === "string" ? found["version"] : "unknown";
}

function quantilesOf(cells: Float64Array): Quantiles {
  const histogram = new Histogram(cells);
  return {
    count: histogram.count,
    p50: rounded(histogram.quantileMs(0.5)),
    p90: rounded(histogram.quantileMs(0.9)),
    p99: rounded(histogram.quantileMs(0.99)),
    max: rounded(histogram.maxMs),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
