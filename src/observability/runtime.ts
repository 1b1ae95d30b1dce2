// What Node.js knows of the thread that ticks: heap, pauses of the collector, lateness of the event
// loop. Looked at once a second, by a timer between ticks: some of it takes a tenth of a
// millisecond to find out.
import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";
import type { IntervalHistogram, NodeGCPerformanceDetail, PerformanceEntry } from "node:perf_hooks";
import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";

import { Histogram } from "../numbers/histogram.ts";
import { PROCESS } from "./catalogue.ts";
import type { RESOURCES } from "./catalogue/process.ts";
import { cellOf } from "./layout.ts";

export interface RuntimeOptions {
  /** The board's. */
  readonly cells: Float64Array;
  /** Told of the heap that is kept and its limit, bytes; what it throws ends the process. */
  readonly onHeap: (usedBytes: number, limitBytes: number) => void;
}

/** What goes on beside the ticks. */
export interface Runtime {
  stop(): void;
}

type CollectorEntry = PerformanceEntry & { readonly detail: NodeGCPerformanceDetail };

const PERIOD_MS = 1000;
/** How often the event loop is asked to come, ms; it is late by what it takes longer. */
const RESOLUTION_MS = 20;
const NS = 1e9;
const MB = 1024 * 1024;
const SEMI_SPACE_MB = 16;

/** The collector's kinds by the numbers of perf_hooks.constants. */
const GC_KIND: ReadonlyMap<number, string> = new Map([
  [1, "minor"],
  [4, "major"],
  [8, "incremental"],
  [16, "weakcb"],
]);

/** What process.getActiveResourcesInfo() calls them. */
const RESOURCE: ReadonlyMap<string, (typeof RESOURCES)[number]> = new Map([
  ["Timeout", "timer"],
  ["Immediate", "immediate"],
  ["TCPSocketWrap", "socket"],
  ["TLSWrap", "socket"],
  ["TCPServerWrap", "server"],
  ["PipeWrap", "pipe"],
  ["TTYWrap", "pipe"],
  ["FSReqCallback", "file"],
  ["FSReqPromise", "file"],
  ["FileHandle", "file"],
  ["MessagePort", "worker"],
  ["Worker", "worker"],
]);

/** Begins to look; what it finds is published with the next tick. */
export function startRuntime(options: RuntimeOptions): Runtime {
  const { cells } = options;
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const collections = watchCollector(cells);
  const inherited = (process.env["NODE_OPTIONS"] ?? "").split(/\s+/);
  const reserved = reservedBytes([...inherited, ...process.execArgv]);
  const look = (): void => {
    writeDelay(cells, delay);
    writeResources(cells);
    const heap = getHeapStatistics();
    const old = oldBytes();
    const limit = heap.heap_size_limit - reserved;
    cells[PROCESS.heapLimit.at] = limit;
    cells[PROCESS.heapOld.at] = old;
    cells[PROCESS.heapTotal.at] = heap.total_heap_size;
    cells[PROCESS.heapUsed.at] = heap.used_heap_size;
    cells[PROCESS.external.at] = heap.external_memory;
    options.onHeap(old, limit);
  };
  look();
  const timer = setInterval(look, PERIOD_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      delay.disable();
      collections.disconnect();
    },
  };
}

/**
 * What is in use of all spaces but those for new objects: the process ends when these are full,
 * while V8's limit speaks of both.
 */
function oldBytes(): number {
  let bytes = 0;
  for (const { space_name: name, space_used_size: used } of getHeapSpaceStatistics())
    if (!/^(?:new|read_only)_/.test(name)) bytes += used;
  return bytes;
}

/**
 * What nobody can use of V8's limit, in semi-spaces of 16 MB unless V8 was told otherwise. Three
 * are for new objects. For what has lived for a while V8 begins a collection when half of the room
 * that is left is less than one: within the last two it collects without end, and may end the
 * process. Seen with --trace-gc.
 */
export function reservedBytes(flags: readonly string[]): number {
  const told = flags.map((flag) => /^--max[-_]semi[-_]space[-_]size=(\d+)$/.exec(flag)?.[1]);
  const semiSpaceMb = Number(told.findLast((size) => size !== undefined) ?? SEMI_SPACE_MB);
  return (3 + 2) * semiSpaceMb * MB;
}

function watchCollector(cells: Float64Array): PerformanceObserver {
  const { gc } = PROCESS;
  const pauses = new Map(
    gc.values.map((kind) => {
      const at = cellOf(gc, kind);
      return [kind, new Histogram(gc.edges, cells.subarray(at, at + gc.stride))];
    }),
  );
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as CollectorEntry[])
      pauses.get(GC_KIND.get(entry.detail.kind) ?? "")?.observe(entry.duration / 1000);
  });
  observer.observe({ entryTypes: ["gc"] });
  return observer;
}

function writeDelay(cells: Float64Array, delay: IntervalHistogram): void {
  const late = (ns: number): number =>
    Number.isFinite(ns) ? Math.max(0, ns / NS - RESOLUTION_MS / 1000) : 0;
  cells[PROCESS.lagMean.at] = late(delay.mean);
  cells[PROCESS.lagP50.at] = late(delay.percentile(50));
  cells[PROCESS.lagP99.at] = late(delay.percentile(99));
  cells[PROCESS.lagMax.at] = late(delay.max);
  delay.reset();
}

function writeResources(cells: Float64Array): void {
  const { at, values } = PROCESS.resources;
  cells.fill(0, at, at + values.length);
  for (const name of process.getActiveResourcesInfo())
    cells[cellOf(PROCESS.resources, RESOURCE.get(name) ?? "other")]!++;
}
