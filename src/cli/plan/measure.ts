// One crowd on one server, both as people run them, in a world as large as the density wants it:
// started, measured while all are there, stopped.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import type { Config } from "../../config/schema.ts";
import type { Figures } from "../../swarm/figures.ts";
import { SEND_PERIOD_MS } from "../../swarm/units.ts";
import type { Step } from "./estimate.ts";
import { readNumbers } from "./numbers.ts";
import type { Numbers } from "./numbers.ts";

export interface Crowd {
  readonly clients: number;
  /** Processes that play them. */
  readonly workers: number;
  /** How long is measured, and before that how long nothing is: code is compiled then. */
  readonly seconds: number;
  readonly warmSeconds: number;
}

/** How long a crowd may take to come; and a server to stop. */
const COME_MAX_MS = 30_000;
const STOP_MAX_MS = 8000;
const LOOK_MS = 100;
/** The swarm plays until it is told to end: longer than this it never has to. */
const SWARM_SECONDS = 600;

/** @param config of the server; listens on free ports and keeps nothing that matters */
export async function measure(config: Config, crowd: Crowd): Promise<Step> {
  const folder = mkdtempSync(join(tmpdir(), "aether-plan-"));
  const settings = join(folder, "config.yaml");
  // JSON is YAML.
  writeFileSync(settings, JSON.stringify(config));
  const children: ChildProcess[] = [];
  const killAll = (): void => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", killAll);
  try {
    const server = start("../aether", ["serve", "--config", settings], folder);
    children.push(server);
    const { url, metrics } = await listening(server);
    const file = join(folder, "figures.json");
    const swarm = start(
      "../../swarm/main",
      [
        ...["--url", url, "--bots", String(crowd.clients), "--seconds", String(SWARM_SECONDS)],
        ...["--sample", "0", "--workers", String(crowd.workers), "--json", file],
      ],
      folder,
    );
    children.push(swarm);
    const gone = once(swarm, "exit");
    const look = (): Promise<Numbers> => readNumbers(metrics, server.pid ?? 0);
    await untilThere(crowd.clients, look, () => swarm.exitCode === null);
    await sleep(crowd.warmSeconds * 1000);
    const before = await look();
    await sleep(crowd.seconds * 1000);
    const after = await look();
    swarm.kill("SIGTERM");
    await gone;
    await stop(server);
    return stepOf(before, after, JSON.parse(readFileSync(file, "utf8")) as Figures);
  } finally {
    killAll();
    process.off("exit", killAll);
  }
}

/** This program's own ending tells source from build. */
function start(program: string, argv: readonly string[], cwd: string): ChildProcess {
  const here = import.meta.url;
  const file = fileURLToPath(new URL(`${program}${extname(here)}`, here));
  // What is set for a server of this machine is in the settings already, where it matters.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:AETHER_|LOG_LEVEL$|npm_)/.test(name)),
  );
  const node = ["--disable-warning=ExperimentalWarning", file];
  return spawn(process.execPath, [...node, ...argv], {
    ...{ cwd, env },
    stdio: ["ignore", "pipe", "ignore"],
  });
}

function listening(server: ChildProcess): Promise<{ url: string; metrics: string }> {
  return new Promise((resolve, reject) => {
    if (server.stdout === null) throw new Error("a server without an output");
    let last = "";
    createInterface({ input: server.stdout }).on("line", (line) => {
      last = line;
      const [, url, metrics] = /"url":"(ws:[^"]+)".*"metrics":"([^"]+)"/.exec(line) ?? [];
      if (url !== undefined && metrics !== undefined) resolve({ url, metrics });
    });
    server.on("exit", (code) => {
      reject(new Error(`the server ended with ${code ?? "a signal"} before it listened: ${last}`));
    });
  });
}

/** Resolves when all are in the world and move. */
async function untilThere(
  clients: number,
  look: () => Promise<Numbers>,
  isPlaying: () => boolean,
): Promise<void> {
  const deadline = performance.now() + COME_MAX_MS;
  for (let moves = -1; ;) {
    const now = await look();
    if (now.entities >= clients && moves >= 0 && now.moves > moves) return;
    moves = now.moves;
    if (performance.now() > deadline || !isPlaying()) {
      throw new Error(`only ${now.entities} of ${clients} clients came`);
    }
    await sleep(LOOK_MS);
  }
}

function stepOf(before: Numbers, after: Numbers, figures: Figures): Step {
  const seconds = (after.atMs - before.atMs) / 1000;
  const ticks = after.ticks - before.ticks;
  const clients = figures.agents;
  const moves = (after.moves - before.moves) / seconds;
  return {
    clients,
    neighbours: (after.shown - before.shown) / (after.shownTo - before.shownTo),
    cpuMs: (after.cpuMs - before.cpuMs) / ticks,
    tickMs: ((after.tickSeconds - before.tickSeconds) / ticks) * 1000,
    tickRate: ticks / seconds,
    bytes: (after.sentBytes - before.sentBytes) / seconds / clients,
    messages: (after.sentMessages - before.sentMessages) / seconds / clients,
    rss: after.rss,
    played: moves / ((clients * 1000) / SEND_PERIOD_MS),
    neighbourMs: figures.neighbourMs.p99,
    latenessMs: figures.sendLatenessMs.p99,
  };
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, "exit");
  server.kill("SIGTERM");
  const limit = setTimeout(() => server.kill("SIGKILL"), STOP_MAX_MS);
  await gone;
  clearTimeout(limit);
}
