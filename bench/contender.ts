// A server under measurement and the load on it: started, measured by the swarm, stopped by pid.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Figures } from "../src/swarm/figures.ts";
import { FLAGS } from "../test/integration/server-process.ts";
import { keep } from "./children.ts";
import { PLAIN_OPTIONS } from "./fork.ts";
import { LOAD_CORES, pinTo, SERVER_CORE } from "./pin.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const BARE = fileURLToPath(new URL("./bare-server.ts", import.meta.url));
const STOP_MAX_MS = 8000;
/**
 * The unit in which /proc tells CPU time. Linux shows it as 1/100 s to every program, whatever its
 * own clock is (USER_HZ), on all architectures that Node runs on; `getconf CLK_TCK` says the same.
 */
const CLK_TCK = 100;

export interface Load {
  readonly bots: number;
  readonly seconds: number;
  /** Each bot's view is checked against the rules every so many ticks; left out = never. */
  readonly sampleTicks?: number;
  /** The server has the first core to itself, the load the others; left out: as it comes. */
  readonly pinned?: boolean;
  /** Processes that the bots are spread over; one unless told. */
  readonly workers?: number;
}

/** CPU time that a process has used, ms; Linux only. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * (1000 / CLK_TCK);
}

export interface Measured {
  readonly figures: Figures;
  /** Server CPU a second of the run, joining and leaving included, ms. */
  readonly cpuMsPerSecond: number;
  /**
   * The same between the first and the last moment at which the swarm said that all bots were there
   * and moved, ms; NaN where it said so only once: it speaks every two seconds.
   */
  readonly steadyCpuMsPerSecond: number;
}

/** CPU that a server had used when the swarm said how far it was, ms both. */
interface Reading {
  readonly atMs: number;
  readonly usedMs: number;
}

/** As `npm start` starts it, without npm. */
export const AETHER = [...FLAGS, "dist/cli/aether.js", "serve"];
/** Its types are taken off beside it, or else the control alone would be slowed by that. */
export function bare(neighbours: number): string[] {
  return [...PLAIN_OPTIONS, BARE, "0", String(neighbours)];
}

/** Measurements of one contender in one round before it is given up. */
export const TRIES = 3;
/**
 * Records of moved neighbours that a walker of the default world gets a tick, per bot in it: of all
 * bots those within the radius, pi * 200^2 / 2000^2.
 */
const NEIGHBOURS_PER_BOT = 0.0314;

/** How many the bare transport must show each client, for frames as large as Aether's. */
export function neighboursOf(bots: number): number {
  return Math.round(bots * NEIGHBOURS_PER_BOT);
}

/**
 * Starts the contender, loads it, stops it.
 * @param env what the server finds in its environment beside ours; it wins
 */
export async function measure(
  program: readonly string[],
  load: Load,
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "aether-prove-"));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", remove);
  const file = join(folder, "figures.json");
  const server = keep(
    spawn(process.execPath, [...program], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        // Servers that npm started watch their parent, and end with it.
        npm_lifecycle_event: "bench",
        ...process.env,
        AETHER_GATEWAY_BIND_ADDR: "127.0.0.1:0",
        AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
        // A new world each time, whatever lies in the folder of a server that people run here.
        AETHER_PERSISTENCE_URL: `sqlite:${join(folder, "aether.db")}`,
        ...env,
      },
    }),
  );
  try {
    const url = await listening(server);
    const pid = server.pid ?? 0;
    if (load.pinned === true) pinTo(SERVER_CORE, pid);
    const used = (): number => (server.exitCode === null ? cpuMs(pid) : NaN);
    const steady: Reading[] = [];
    const started = performance.now();
    await swarm(url, load, pid, file, () => {
      steady.push({ atMs: performance.now(), usedMs: used() });
    });
    const seconds = (performance.now() - started) / 1000;
    const cpuMsPerSecond = used() / seconds;
    const figures = JSON.parse(readFileSync(file, "utf8")) as Figures;
    return { figures, cpuMsPerSecond, steadyCpuMsPerSecond: rateOf(steady) };
  } finally {
    await stop(server);
    process.off("exit", remove);
    remove();
  }
}

function listening(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (server.stdout === null) throw new Error("no output to read");
    createInterface({ input: server.stdout }).on("line", (line) => {
      const url = /listens on (ws:\/\/[\d.:]+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
    server.on("exit", (code) => {
      reject(new Error(`the server ended with ${String(code)} before it listened`));
    });
  });
}

function rateOf(readings: readonly Reading[]): number {
  const [first, last] = [readings[0], readings.at(-1)];
  if (first === undefined || last === undefined) return NaN;
  return ((last.usedMs - first.usedMs) / (last.atMs - first.atMs)) * 1000;
}

/** The swarm's line of progress, as src/swarm/run.ts writes it. */
const PROGRESS = /^(\d+) of (\d+) bots, (\d+) intents/;

/**
 * Plays the load. Whatever the swarm finds wrong is in its figures; it fails without any.
 * @param onSteady called whenever the swarm says that all bots are there and move
 */
function swarm(
  url: string,
  { bots, seconds, sampleTicks = 0, pinned = false, workers = 1 }: Load,
  pid: number,
  file: string,
  onSteady: () => void,
): Promise<void> {
  const args = ["dist/swarm/main.js", "--url", url, "--bots", String(bots)];
  args.push("--sample", String(sampleTicks), "--seconds", String(seconds));
  args.push("--pid", String(pid), "--workers", String(workers), "--json", file);
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ["ignore", "ignore", "pipe"] });
  keep(child);
  if (pinned) pinTo(LOAD_CORES, child.pid ?? 0);
  let last = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    last = line;
    const [, playing, all, intents] = PROGRESS.exec(line) ?? [];
    if (playing === all && Number(intents) > 0) onSteady();
  });
  return new Promise((resolve, reject) => {
    child.on("close", () => {
      if (existsSync(file)) resolve();
      else reject(new Error(`the swarm made no figures: ${last}`));
    });
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, "exit");
  server.kill("SIGTERM");
  const limit = setTimeout(() => server.kill("SIGKILL"), STOP_MAX_MS);
  await gone;
  clearTimeout(limit);
}
