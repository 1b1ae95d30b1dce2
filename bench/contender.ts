// A server under measurement and the load on it: started, measured by the swarm, stopped by pid.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Figures } from "../src/swarm/figures.ts";

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
}

export const AETHER = ["dist/cli/aether.js", "serve"];
export const bare = (neighbours: number): string[] => [BARE, "0", String(neighbours)];

/** Starts the contender, loads it, stops it. */
export async function measure(program: readonly string[], load: Load): Promise<Measured> {
  const server = spawn(process.execPath, [...program], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      AETHER_GATEWAY_BIND_ADDR: "127.0.0.1:0",
      AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "aether-prove-"));
  const file = join(folder, "figures.json");
  try {
    const url = await listening(server);
    const started = performance.now();
    await swarm(url, load, file);
    const seconds = (performance.now() - started) / 1000;
    const used = server.exitCode === null ? cpuMs(server.pid ?? 0) : NaN;
    const figures = JSON.parse(readFileSync(file, "utf8")) as Figures;
    return { figures, cpuMsPerSecond: used / seconds };
  } finally {
    await stop(server);
    rmSync(folder, { recursive: true });
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

/** The bare transport moves nobody by the rules, so checks are off; the figures are what counts. */
function swarm(url: string, load: Load, file: string): Promise<void> {
  const { bots, seconds } = load;
  const args = ["dist/swarm/main.js", "--url", url, "--bots", String(bots), "--sample", "0"];
  args.push("--seconds", String(seconds), "--json", file);
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT }, () => {
      resolve();
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
