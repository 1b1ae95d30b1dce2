// npm run prove -- soak: does a server that clients come to and leave all the time, ten times as
// often as people do, need more memory or more descriptors with time? Linux and macOS.
import { existsSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ServerProcess } from "../test/integration/server-process.ts";
import { optionsOf, wordsOf as said } from "./command.ts";
import { Crowd } from "./durability/crowd.ts";
import { type Metrics, readMetrics } from "./durability/metrics.ts";
import { buildStale, DIST, KERNEL, PROTO } from "./fresh.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { BOTS, whole } from "./options.ts";
import {
  judgeSoak,
  type Judgement,
  type Point,
  slopeOf,
  type Soak,
  wordsOf,
} from "./soak/judge.ts";
import { EXIT_USAGE } from "./verdict.ts";
import { sleep, until } from "./waiting.ts";

const COLLECT = fileURLToPath(new URL("./soak/collect.mjs", import.meta.url));
const NODE = ["--expose-gc", "--import", COLLECT];
const MINUTES = { min: 1, max: 1440 };
const SEEDS = { min: 0, max: 4_294_967_295 };
const TICK_MS = 25;
/** Sessions that nobody comes back to are gone after this. */
const GRACE_MS = 5000;
/** A fifth of the time, but at least this, is for code to be compiled and tables to fill. */
const WARM_SHARE = 0.2;
const WARM_MIN_S = 120;
/** Points of the soak, and the least distance of two, s. */
const POINTS = 60;
const BETWEEN_MIN_S = 5;
/** After this all that a server opens when it first needs it is open. */
const SETTLED_S = 5;
/** Looks at what is open, and between two of them, s: a busy machine reads a table for long. */
const FILE_LOOKS = 25;
const FILE_LOOK_S = 0.2;
const MIB = 1_048_576;

interface Wanted {
  readonly minutes: number;
  readonly bots: number;
  readonly seed: number;
  readonly json: string | null;
}

/** @returns the code to end with */
export async function proveSoak(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove soak: ${said(error)}`);
    return EXIT_USAGE;
  }
  const loadAverage = loadAtStart((line) => console.log(line));
  buildStale([KERNEL, PROTO, DIST], (line) => console.log(line));
  const soak = await play(wanted);
  const judgement = judgeSoak(soak);
  for (const line of linesOf(soak, judgement)) console.log(line);
  if (wanted.json !== null) {
    const { minutes, bots, seed } = wanted;
    const proof = { machine: thisMachine(), loadAverage, minutes, bots, seed, judgement, soak };
    writeFileSync(wanted.json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return judgement.exitCode;
}

async function play({ minutes, bots, seed }: Wanted): Promise<Soak> {
  const env = { AETHER_SESSION_GRACE_MS: String(GRACE_MS) };
  const server = new ServerProcess({ node: NODE, env });
  // Ending runs what ends the programs that were started.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
  const lastResort = (): void => server.signal("SIGKILL");
  process.on("exit", lastResort);
  let crowd: Crowd | null = null;
  try {
    const { url, metrics } = await server.listening();
    const look = (atMs: number): Promise<Point> => pointOf(server, metrics, atMs);
    await sleep(SETTLED_S);
    const descriptorsBefore = await openFiles(metrics);
    const namesBefore = filesOf(server.pid);
    const began = performance.now();
    const wish = { url, bots, seed, tickMs: TICK_MS, churns: true, isWitness: false };
    crowd = await Crowd.open(wish);
    const seconds = minutes * 60;
    const warmMs = Math.max(WARM_MIN_S, WARM_SHARE * seconds) * 1000;
    const between = Math.max(BETWEEN_MIN_S, seconds / POINTS);
    const points: Point[] = [];
    while (performance.now() - began < seconds * 1000) {
      await sleep(between);
      points.push(await look(performance.now() - began));
      console.log(progress(points, warmMs, minutes));
    }
    const report = await crowd.stop();
    const isEmpty = async (): Promise<boolean> => {
      const now = await readMetrics(metrics);
      if (valueOf(now, "aether_entity_count") > 0) return false;
      return valueOf(now, "process_open_fds") <= descriptorsBefore;
    };
    // What is still open then is left over; the judge says so.
    await until("all that the clients had opened to be closed", isEmpty).catch(() => undefined);
    const descriptorsAfter = await openFiles(metrics);
    if (descriptorsAfter !== descriptorsBefore) {
      for (const name of rest(filesOf(server.pid), namesBefore)) console.log(`came: ${name}`);
      for (const name of rest(namesBefore, filesOf(server.pid))) console.log(`went: ${name}`);
      console.log(await openIn(metrics));
    }
    const { told, resumed, left, vanished } = report;
    console.log(
      `${told.length} sessions began, ${resumed} came back, ${left} left, ${vanished} vanished`,
    );
    return {
      ...{ points, warmMs, faults: [...report.faults, ...loggedFaults(server)] },
      ...{ descriptorsBefore, descriptorsAfter },
    };
  } finally {
    await crowd?.destroy();
    await server.destroy();
    process.off("exit", lastResort);
  }
}

/** Has the server collect its garbage, and looks at what is left. */
async function pointOf(server: ServerProcess, metrics: string, atMs: number): Promise<Point> {
  const seen = server.stderr.length;
  server.signal("SIGUSR2");
  await until("a collection", () => Promise.resolve(server.stderr.indexOf("\n", seen) >= 0));
  const line = server.stderr.slice(seen, server.stderr.indexOf("\n", seen));
  const { heapUsed, external, rss } = JSON.parse(line) as NodeJS.MemoryUsage;
  const now = await readMetrics(metrics);
  const descriptors = valueOf(now, "process_open_fds");
  const connections = valueOf(now, "aether_active_connections");
  return { atMs, heap: heapUsed, external, rss, descriptors, connections };
}

/**
 * Files that stay open: the fewest of some looks. More is open for moments, such as the system's
 * tables of sockets while they are read, and the connection of the look before.
 */
async function openFiles(metrics: string): Promise<number> {
  let fewest = Infinity;
  for (let i = 0; i < FILE_LOOKS; i++) {
    fewest = Math.min(fewest, valueOf(await readMetrics(metrics), "process_open_fds"));
    await sleep(FILE_LOOK_S);
  }
  return fewest;
}

/** What a process holds open, sockets and pipes without numbers; nothing where that is not told. */
function filesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(`${folder}/${name}`).replace(/\[\d+\]$/, "")];
    } catch {
      return []; // closed meanwhile
    }
  });
}

/** What is in one list and not, or not so often, in the other. */
function rest(of: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return of.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** What a server holds open, in its own words. */
async function openIn(metrics: string): Promise<string> {
  return (await fetch(new URL("/debug/pprof/goroutine?debug=1", metrics))).text();
}

function valueOf(metrics: Metrics, name: string): number {
  const value = metrics.get(name);
  if (value === undefined) throw new Error(`the server shows no ${name}`);
  return value;
}

function loggedFaults(server: ServerProcess): string[] {
  const bad = server.log.filter(({ level }) => level === "error" || level === "fatal");
  return bad.map(({ level, message }) => `the server logged ${level}: ${message}`);
}

function progress(points: readonly Point[], warmMs: number, minutes: number): string {
  const last = points.at(-1)!;
  const steady = points.filter(({ atMs }) => atMs >= warmMs);
  const slope = steady.length < 3 ? "warming up" : wordsOf(slopeOf(steady, ({ heap }) => heap));
  return (
    `${(last.atMs / 60_000).toFixed(1)} of ${minutes} min: heap ${mib(last.heap)} (${slope}), ` +
    `RSS ${mib(last.rss)}, ${last.descriptors} descriptors, ${last.connections} connections`
  );
}

function linesOf(soak: Soak, judgement: Judgement): string[] {
  const { heap, external, rssMax, missed, unclear, verdict } = judgement;
  return [
    `heap: ${wordsOf(heap)}; outside of it: ${wordsOf(external)}; RSS at most ${mib(rssMax)}`,
    `descriptors without clients: ${soak.descriptorsBefore} before, ${soak.descriptorsAfter} after`,
    ...soak.faults.map((fault) => `WRONG: ${fault}`),
    ...missed.map((words) => `missed: ${words}`),
    ...unclear.map((words) => `unclear: ${words}; soak for longer`),
    `soak: ${verdict}`,
  ];
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    minutes: { type: "string", default: "30" },
    bots: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  });
  if (process.platform === "win32") throw new Error("the server is asked to collect by a signal");
  return {
    minutes: whole("minutes", values.minutes, MINUTES),
    bots: whole("bots", values.bots, BOTS),
    seed: whole("seed", values.seed, SEEDS),
    json: values.json ?? null,
  };
}
