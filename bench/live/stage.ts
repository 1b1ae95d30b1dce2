// A full world with clients in it, alternately without pages and with some that are open; then one
// page in a real browser, where there is one.
import { fileURLToPath } from "node:url";
import { startBots } from "../../src/cli/bots.ts";
import { FRAME_MS } from "../../src/feed/format.ts";
import { createLog } from "../../src/observability/log.ts";
import { Browsing, findBrowser } from "../../test/integration/browser.ts";
import { ask, end } from "../ask.ts";
import { keep } from "../children.ts";
import { readMetrics } from "../durability/metrics.ts";
import type { Metrics } from "../durability/metrics.ts";
import { forkPlain } from "../fork.ts";
import type { WorldOpened, WorldOrder } from "../slow/moving-world.ts";
import { sleep, until } from "../waiting.ts";
import type { Round } from "./judge.ts";
import { Viewer } from "./viewer.ts";

const WORLD = fileURLToPath(new URL("../slow/moving-world.ts", import.meta.url));
const HALF = 1000;
const STDOUT = 1;
/** Code is compiled, clients have found their places. */
const WARM_SECONDS = 6;
/** Before a window begins: what has just changed settles. */
const SETTLE_SECONDS = 1;
/** A page's own percentile is over its last 240 frames. */
const BROWSE_SECONDS = 12;

export interface Setting {
  /** In the world, clients' own included. */
  readonly entities: number;
  readonly bots: number;
  readonly pages: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly say: (line: string) => void;
}

export interface Played {
  readonly rounds: readonly Round[];
  /** Bytes of a frame, on average; entities in it; how many the looked-at clients were told of. */
  readonly frameBytes: number;
  readonly entities: number;
  readonly told: readonly number[];
  /** What the page shows of its own script, ms; null: there is no browser. */
  readonly frameMs: number | null;
  readonly complaints: readonly string[];
}

export async function play(setting: Setting): Promise<Played> {
  const world = keep(forkPlain(WORLD));
  const { bots, entities } = setting;
  let crowd: ReturnType<typeof startBots> | null = null;
  try {
    const { port, metrics } = (await ask(world, openOf(setting))) as WorldOpened;
    const url = `ws://127.0.0.1:${port}`;
    const feed = metrics.replace("http", "ws").replace("/metrics", "");
    crowd = startBots(bots, url, createLog({ level: "silent", fd: STDOUT }).log);
    await until("all bots to play", async () => {
      return ((await readMetrics(metrics)).get("aether_entity_count") ?? 0) >= entities;
    });
    await sleep(WARM_SECONDS);
    const rounds: Round[] = [];
    let viewers: readonly Viewer[] = [];
    for (let i = 0; i < setting.rounds; i++) {
      const without = await measure(metrics, setting.seconds);
      // Rows of movers come first: the clients' are behind them.
      const first = entities - bots;
      viewers = Array.from({ length: setting.pages }, (_, k) => new Viewer(feed, first + k * 7));
      const round = await measureWith(viewers, metrics, setting.seconds);
      rounds.push({ ...round, without: without.tickMs });
      for (const viewer of viewers) viewer.close();
      setting.say(lineOf(rounds.at(-1)));
    }
    const frames = viewers.reduce((sum, viewer) => sum + viewer.frames, 0);
    const bytes = viewers.reduce((sum, viewer) => sum + viewer.bytes, 0);
    return {
      rounds,
      frameBytes: bytes / frames,
      entities: viewers[0]?.entities ?? 0,
      told: viewers.map((viewer) => viewer.told),
      ...(await browse(`http://127.0.0.1:${port}/`)),
    };
  } finally {
    await crowd?.stop();
    await end(world);
  }
}

function openOf({ bots, entities }: Setting): WorldOrder {
  const env = {
    // Thinned updates would make the tick cheaper, and the pages' share of it larger.
    AETHER_ENGINE_TICK_BUDGET: "1",
    AETHER_ENGINE_MAX_ENTITIES: String(entities),
    AETHER_GATEWAY_BIND_ADDR: "127.0.0.1:0",
    AETHER_PERSISTENCE_URL: "none",
    AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
  };
  const wish = { env, movers: entities - bots, half: HALF, seed: 1, hasWindow: true };
  return { do: "open", wish };
}

interface Measured {
  readonly ticks: number;
  readonly tickMs: number;
  readonly pagesMs: number;
  readonly dropped: number;
}

async function measure(metrics: string, seconds: number): Promise<Measured> {
  await sleep(SETTLE_SECONDS);
  const before = await readMetrics(metrics);
  await sleep(seconds);
  return between(before, await readMetrics(metrics));
}

async function measureWith(
  viewers: readonly Viewer[],
  metrics: string,
  seconds: number,
): Promise<Omit<Round, "without">> {
  await sleep(SETTLE_SECONDS);
  const before = viewers.reduce((sum, { frames }) => sum + frames, 0);
  const { dropped, pagesMs, tickMs, ticks } = await measure(metrics, seconds);
  const frames = viewers.reduce((sum, viewer) => sum + viewer.frames, 0) - before;
  const ticksPerFrame = FRAME_MS / 25;
  return {
    with: tickMs,
    pages: pagesMs,
    frames,
    due: Math.floor(ticks / ticksPerFrame) * viewers.length,
    backwards: viewers.reduce((sum, viewer) => sum + viewer.backwards, 0),
    dropped,
  };
}

function between(before: Metrics, after: Metrics): Measured {
  const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  const ticks = grown("aether_tick_duration_seconds_count");
  const perTick = (name: string): number => (grown(name) * 1000) / ticks;
  return {
    ticks,
    tickMs: perTick("aether_tick_duration_seconds_sum"),
    pagesMs: perTick('aether_tick_phase_seconds_total{phase="page"}'),
    dropped: grown('aether_live_page_frames_total{outcome="dropped"}'),
  };
}

function lineOf(round: Round | undefined): string {
  if (round === undefined) return "";
  const { pages, with: tick, without } = round;
  return (
    `a tick takes ${without.toFixed(3)} ms without pages, ${tick.toFixed(3)} with them, of which ` +
    `they are ${pages.toFixed(3)} (${((pages / (tick - pages)) * 100).toFixed(1)} %)`
  );
}

async function browse(url: string): Promise<Pick<Played, "frameMs" | "complaints">> {
  if (findBrowser() === undefined) return { frameMs: null, complaints: [] };
  const browsing = await Browsing.start();
  try {
    const page = await browsing.open(url);
    await sleep(BROWSE_SECONDS);
    const frameMs = parseFloat(await page.innerText("#foot-frame"));
    return { frameMs, complaints: [...browsing.complaints] };
  } finally {
    await browsing.stop();
  }
}
