// The machine under a server: Node.js and its native parts, cores, timers, memory, descriptors.
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg, release } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { getHeapStatistics } from "node:v8";

import type { Config } from "../../config/schema.ts";
import { openKernel } from "../../kernel/open.ts";
import { openFilesLimit } from "../limits.ts";
import { fail, ok, warn } from "./finding.ts";
import type { Finding } from "./finding.ts";

const MIB = 1_048_576;

export async function nodeFinding(): Promise<Finding> {
  const { node, modules, v8 } = process.versions;
  const system = `${process.platform} ${release()} ${process.arch}`;
  const words = `Node.js ${node} (V8 ${v8}, ABI ${modules}) on ${system}`;
  try {
    await import("uWebSockets.js");
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    const remedy = 'start it with "npm start", which brings Node 22, on Linux with glibc';
    return fail("node", `${words} cannot load the WebSocket module (${String(reason)})`, remedy);
  }
  return ok("node", `${words}; the WebSocket module loads`);
}

/** A module of one function that uses a vector: what SIMD support is. */
const SIMD_MODULE = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0],
  ...[65, 0, 253, 15, 253, 98, 11],
]);

export function kernelFinding({ engine }: Config): Finding {
  const simd = WebAssembly.validate(SIMD_MODULE);
  const words = `engine.kernel is ${engine.kernel}, SIMD is ${simd ? "there" : "missing"}`;
  try {
    openKernel(engine.kernel);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = simd ? "run npm run build in its folder" : "set engine.kernel to js";
    return fail("kernel", `${words}, and it does not open (${reason})`, remedy);
  }
  return ok("kernel", `${words}; it opens`);
}

/** The tick has a thread; the store, metrics and the system's sockets have others. */
const CORES_MIN = 2;

export function coresFinding(): Finding {
  const cores = availableParallelism();
  const quota = cpuQuota();
  const share = quota === null ? cores : Math.min(cores, quota);
  const load = loadavg()[0] ?? 0;
  const limit = quota === null ? "" : `, limited to ${quota.toFixed(2)} by the container`;
  const words = `${cores} cores${limit}, load average ${load.toFixed(2)}`;
  if (share < 1) {
    const remedy = "give the container a whole core: one that is held back misses ticks";
    return warn("cores", words, remedy);
  }
  if (share < CORES_MIN) {
    return warn("cores", words, "two let the store and the system's network work beside the tick");
  }
  if (load > cores) return warn("cores", words, "something else is at work: end it, or move it");
  return ok("cores", words);
}

/** @returns cores that a container may use, by cgroup version 2; null: as many as there are */
function cpuQuota(): number | null {
  const [quota, period] = textOf("/sys/fs/cgroup/cpu.max").split(" ").map(Number);
  if (quota === undefined || period === undefined) return null;
  return quota > 0 && period > 0 ? quota / period : null;
}

const TIMERS = 50;
const TIMER_MS = 5;
/** A timer of Node.js may come a millisecond late by itself. */
const MEDIAN_LATE_MS = 3;
const WORST_LATE_MS = 25;

/** How late timers come: a tick is one of them. */
export async function timersFinding(): Promise<Finding> {
  const late: number[] = [];
  for (let i = 0; i < TIMERS; i++) {
    const due = performance.now() + TIMER_MS;
    await sleep(TIMER_MS);
    late.push(Math.max(0, performance.now() - due));
  }
  late.sort((a, b) => a - b);
  const [median = NaN, worst = NaN] = [late[TIMERS >> 1], late.at(-1)];
  const words =
    `of ${TIMERS} timers the median came ${median.toFixed(1)} ms late, ` +
    `the last one ${worst.toFixed(1)} ms`;
  if (median <= MEDIAN_LATE_MS && worst <= WORST_LATE_MS) return ok("timers", words);
  const remedy = "ticks will be as late: end what else uses the processor, or take a quieter one";
  return warn("timers", words, remedy);
}

/** The seed's ceiling for 300 clients; and less than what a server takes by itself. */
const MEMORY_OK = 512 * MIB;
const MEMORY_MIN = 128 * MIB;

export function memoryFinding(): Finding {
  const available = process.availableMemory();
  const limit = getHeapStatistics().heap_size_limit;
  const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;
  const words = `${mib(available)} available, heap limit ${mib(limit)}`;
  if (available < MEMORY_MIN) {
    return fail("memory", words, `a server with few clients needs ${mib(MEMORY_MIN)}: free some`);
  }
  if (limit < MEMORY_MIN) {
    return warn("memory", words, `raise --max-old-space-size to at least ${MEMORY_MIN / MIB}`);
  }
  if (available < MEMORY_OK) {
    return warn("memory", words, `plan ${mib(MEMORY_OK)} for 300 clients and all beside them`);
  }
  return ok("memory", words);
}

/** Beside clients: files, threads' pipes, store and presence, scrapes. */
const OTHER_DESCRIPTORS = 128;

export function descriptorsFinding({ gateway, persistence }: Config): Finding {
  const found = openFilesLimit();
  const needed = gateway.max_connections + 2 * persistence.pool_size + OTHER_DESCRIPTORS;
  if (found === null) return ok("limits", "this system tells no limit of open files");
  const { max_connections: clients } = gateway;
  const words = `ulimit -n is ${found}; gateway.max_connections ${clients} needs ${needed}`;
  if (found >= needed) return ok("limits", words);
  const remedy =
    `raise it to ${needed} (LimitNOFILE= of systemd, --ulimit nofile= of docker), ` +
    "or lower gateway.max_connections";
  return warn("limits", words, remedy);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
