// A recorded scene on the server as it is run in production: with a PostgreSQL, a Redis and a
// Prometheus that scrapes it every second, all of its own, on this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Figures } from "../../src/swarm/figures.ts";
import { PrivatePostgres } from "../../test/integration/postgres.ts";
import { PrivatePrometheus } from "../../test/integration/prometheus.ts";
import { PrivateRedis } from "../../test/integration/redis.ts";
import { ServerProcess } from "../../test/integration/server-process.ts";
import { keep } from "../children.ts";
import { longestMs, type Metrics, readMetrics, tickCost } from "../durability/metrics.ts";
import { missingPrograms as missingStores } from "../durability/programs.ts";
import { until } from "../waiting.ts";
import type { Scene } from "./judge.ts";

const SWARM = fileURLToPath(new URL("../../dist/swarm/main.js", import.meta.url));

export interface Recording {
  readonly name: string;
  /** Its files' path. */
  readonly file: string;
  readonly preset: string;
  /** null: one lap. */
  readonly seconds: number | null;
}

/** @returns a sentence for each program that is not there, with the remedy */
export function missingPrograms(): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const isThere = folders.some((folder) => existsSync(join(folder, "prometheus")));
  return [...missingStores(), ...(isThere ? [] : ["there is no prometheus: install prometheus"])];
}

/** @param say told how far the clients are */
export async function play(recording: Recording, say: (line: string) => void): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), "aether-traces-"));
  const postgres = new PrivatePostgres();
  const redis = new PrivateRedis({ durable: true });
  const prometheus = new PrivatePrometheus();
  let server: ServerProcess | null = null;
  const lastResort = (): void => {
    server?.signal("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", lastResort);
  try {
    await Promise.all([postgres.start(), redis.start()]);
    server = new ServerProcess({
      env: {
        AETHER_PERSISTENCE_URL: postgres.url,
        AETHER_PRESENCE_REDIS_URL: redis.url,
      },
    });
    const { url, metrics } = await server.listening();
    // On loopback nobody is asked for it.
    const token = join(folder, "token");
    writeFileSync(token, "a-token-of-this-measurement-alone-0123");
    await prometheus.start([new URL(metrics).host], token);
    await until("a first scrape", async () => (await prometheus.query("up == 1")).length > 0);
    const before = await readMetrics(metrics);
    const began = performance.now();
    const figures = await swarm(recording, { url, pid: server.pid, folder, say });
    const after = await readMetrics(metrics);
    const seconds = Math.floor((performance.now() - began) / 1000);
    const [scraped] = await prometheus.query(`sum_over_time(up[${seconds}s])`);
    const logged = server.log.filter(({ level }) => level === "error" || level === "fatal");
    const said = logged.map(({ level, message }) => `the server logged ${level}: ${message}`);
    const scrapes = Number(scraped?.value[1]);
    return sceneOf(recording.name, { before, after, seconds, scrapes, figures, said });
  } finally {
    await server?.destroy();
    await Promise.all([prometheus.stop(), postgres.stop(), redis.stop()]);
    process.off("exit", lastResort);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Played {
  readonly before: Metrics;
  readonly after: Metrics;
  readonly seconds: number;
  readonly scrapes: number;
  readonly figures: Figures;
  readonly said: readonly string[];
}

function sceneOf(name: string, played: Played): Scene {
  const { before, after, seconds, scrapes, figures, said } = played;
  const grown = (metric: string): number =>
    (after.get(metric) ?? NaN) - (before.get(metric) ?? NaN);
  return {
    ...{ name, seconds, scrapes, playing: figures.playingMax },
    ...{ p50Ms: figures.neighbourMs.p50, p99Ms: figures.neighbourMs.p99 },
    ...{ sendLatenessMs: figures.sendLatenessMs.p99, tickRateMin: figures.tickRateMin },
    tickP99Ms: tickCost(before, after).p99Ms,
    pauseMs: longestMs(before, after, "nodejs_gc_duration_seconds"),
    latestMs: longestMs(before, after, "aether_tick_lateness_seconds"),
    views: figures.oracle?.views ?? 0,
    bytesPerSecond: figures.bytesPerClientPerSecond,
    rssMib: figures.server?.rssPeakMib ?? NaN,
    flushes: grown("aether_flushes_total"),
    beats: grown("aether_presence_beats_total"),
    events: grown("aether_events_delivered_total"),
    faults: [...figures.faults, ...said],
  };
}

interface Stage {
  readonly url: string;
  readonly pid: number;
  readonly folder: string;
  readonly say: (line: string) => void;
}

/** Whatever it finds wrong is in its figures; it fails without any. */
async function swarm(recording: Recording, { url, pid, folder, say }: Stage): Promise<Figures> {
  const { file, preset, seconds } = recording;
  const json = join(folder, "figures.json");
  const argv = ["--url", url, "--pid", String(pid), "--json", json, "--trace", file];
  argv.push("--preset", preset);
  if (seconds !== null) argv.push("--seconds", String(seconds));
  const child = spawn(process.execPath, [SWARM, ...argv], { stdio: ["ignore", "ignore", "pipe"] });
  keep(child);
  let last = "";
  createInterface({ input: child.stderr }).on("line", (line) => say((last = line)));
  await once(child, "close");
  if (!existsSync(json)) throw new Error(`the swarm made no figures: ${last}`);
  return JSON.parse(readFileSync(json, "utf8")) as Figures;
}
