// One server, its slow clients and its punctual ones, from the first connection to the last stall.
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Histogram } from "../../src/swarm/histogram.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import { SocketPool } from "../../src/swarm/socket.ts";
import { ask, end } from "../ask.ts";
import { keep } from "../children.ts";
import { readMetrics } from "../durability/metrics.ts";
import { forkPlain } from "../fork.ts";
import { sleep, until } from "../waiting.ts";
import type { WorldOpened, WorldOrder } from "./moving-world.ts";
import { queuesOf } from "./queues.ts";
import { Reader } from "./reader.ts";
import type { Return } from "./reader.ts";

const WORLD = fileURLToPath(new URL("./moving-world.ts", import.meta.url));
/** Entities stand so far from the middle, and clients nearer, world units: the views are alike. */
const HALF = 350;
const CLIENT_HALF = 100;
const MEMORY: WorldOrder = { do: "memory" };
const TURN_MS = 25;
/** Its multiples are spread over every turn alike, whichever of them are taken. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** New connections in a turn of the load, fewer than a server takes in a tick. */
const JOINS_PER_TURN = 5;
/** Before anything is measured: code is compiled, and memory grows to what it needs. */
const WARM_SECONDS = 10;
const CALM_MAX_SECONDS = 20;
const SETTLE_SECONDS = 3;
const LOOK_SECONDS = 0.5;
/** A client that will be closed stops sending so long before. */
const CLOSE_MARGIN_MS = 1500;
/** Who is not back by then does not come back. */
const RETURN_MAX_SECONDS = 10;

export interface Setting {
  /** Clients that stop reading, and clients that never do. */
  readonly slow: number;
  readonly punctual: number;
  /** In the world, clients' own included. */
  readonly entities: number;
  /** Lengths of the stalls, s. */
  readonly stalls: readonly number[];
  readonly slowCloseMs: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Of the clients that never stop reading, ms. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
}

export interface Stall {
  readonly seconds: number;
  /** Bytes that the kernel held at most, of each client. */
  readonly heldBytes: readonly number[];
  /** What the server's memory grew by, for each client that stalled, bytes. */
  readonly memoryBytes: number;
  readonly returns: readonly (Return | null)[];
  readonly times: Times;
}

export interface Played {
  /** While everybody reads. */
  readonly calm: Times;
  readonly stalls: readonly Stall[];
  /** What was wrong with any client's view, ever. */
  readonly faults: readonly string[];
  /** How late the load itself was, ms. */
  readonly latenessP99: number;
  /** Of the server, at the end. */
  readonly counted: Readonly<Record<string, number>>;
}

/** @param hasWindow false: the control, whose clients may leave all unacknowledged */
export async function play(setting: Setting, hasWindow: boolean): Promise<Played> {
  const world = keep(forkPlain(WORLD));
  let timer: NodeJS.Timeout | null = null;
  try {
    const { port, metrics } = (await ask(world, openOf(setting, hasWindow))) as WorldOpened;
    const readers = readersOf(setting, `ws://127.0.0.1:${port}`);
    const lateness = new Histogram();
    const load = { readers, lateness, joins: [] as Reader[] };
    timer = startLoad(load);
    await joinAll(load);
    await sleep(WARM_SECONDS);
    lateness.clear();

    const slow = readers.slice(0, setting.slow);
    const punctual = readers.slice(setting.slow);
    const calm = await timed(punctual, () =>
      sleep(Math.min(CALM_MAX_SECONDS, Math.max(...setting.stalls))),
    );
    // Without a window nobody is closed, however long they are heard and do not listen.
    const aliveMs = hasWindow ? setting.slowCloseMs - CLOSE_MARGIN_MS : Infinity;
    const stalls: Stall[] = [];
    for (const seconds of setting.stalls) {
      stalls.push(await stallFor(seconds, { slow, punctual, port, world, aliveMs }));
      setting.say(`${hasWindow ? "window" : "control"}: ${lineOf(stalls.at(-1))}`);
      await joinAll(load);
      await sleep(SETTLE_SECONDS);
    }
    const faults = readers.flatMap(({ client: { counters } }, i) => {
      const { digestsBad, protocolFaults } = counters;
      if (digestsBad === 0 && protocolFaults === 0) return [];
      return [`client ${i}: ${digestsBad} digests differ, ${protocolFaults} protocol faults`];
    });
    const counted = countedOf(await readMetrics(metrics));
    return { calm, stalls, faults, latenessP99: lateness.quantileMs(0.99), counted };
  } finally {
    if (timer !== null) clearInterval(timer);
    await end(world);
  }
}

function openOf(setting: Setting, hasWindow: boolean): WorldOrder {
  const { entities, slow, punctual, seed, slowCloseMs } = setting;
  const bounds = { MIN_X: -HALF, MIN_Y: -HALF, MAX_X: HALF, MAX_Y: HALF };
  const env: Record<string, string> = {
    // Thinned updates would make it look faster than it is.
    AETHER_ENGINE_TICK_BUDGET: "1",
    AETHER_ENGINE_MAX_ENTITIES: String(entities),
    AETHER_ENGINE_CLIENT_SPAWN: "always",
    AETHER_GATEWAY_BIND_ADDR: "127.0.0.1:0",
    // Room for all that is near, in every tick: a view that is up to date is then whole.
    AETHER_GATEWAY_FRAMES_PER_TICK: "8",
    AETHER_GATEWAY_SLOW_CLOSE_MS: String(slowCloseMs),
    AETHER_SESSION_GRACE_MS: "0",
    AETHER_PERSISTENCE_URL: "none",
    AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
  };
  for (const [side, at] of Object.entries(bounds))
    env[`AETHER_ENGINE_WORLD_BOUNDS_${side}`] = String(at);
  const movers = entities - slow - punctual;
  return { do: "open", wish: { env, movers, half: HALF, seed, hasWindow } };
}

function readersOf({ slow, punctual, seed }: Setting, url: string): Reader[] {
  const random = new RandomStream(seed + 1);
  const pool = new SocketPool();
  const place = (): number => Math.round((random.next() * 2 - 1) * CLIENT_HALF);
  return Array.from({ length: slow + punctual }, () => new Reader(url, place(), place(), pool));
}

interface Load {
  readonly readers: readonly Reader[];
  readonly lateness: Histogram;
  /** Who is to connect. */
  readonly joins: Reader[];
}

function startLoad({ readers, lateness, joins }: Load): NodeJS.Timeout {
  const began = performance.now();
  // Spread over the turn: together they would all be early for the server's tick, or all late.
  const due = readers.map((_, i) => began + ((i * GOLDEN) % 1) * TURN_MS);
  let joinAt = began;
  return setInterval(() => {
    const now = performance.now();
    if (now >= joinAt) {
      joinAt = now + TURN_MS;
      for (const reader of joins.splice(0, JOINS_PER_TURN)) reader.connect();
    }
    for (const [i, reader] of readers.entries()) {
      const late = now - due[i]!;
      if (late < 0) continue;
      lateness.add(late);
      // A turn that was missed is not made up for: the load would come in a burst.
      due[i] = Math.max(due[i]! + TURN_MS, now - TURN_MS);
      reader.step(now);
    }
  }, 1);
}

interface Stalling {
  readonly slow: readonly Reader[];
  readonly punctual: readonly Reader[];
  readonly port: number;
  readonly world: ChildProcess;
  /** For so long they go on to send, ms. */
  readonly aliveMs: number;
}

async function stallFor(
  seconds: number,
  { slow, punctual, port, world, aliveMs }: Stalling,
): Promise<Stall> {
  const ports = slow.map((reader) => reader.port);
  const held = new Array<number>(slow.length).fill(0);
  const before = (await ask(world, MEMORY)) as number;
  for (const reader of slow) reader.stall(aliveMs);
  const times = await timed(punctual, async () => {
    const untilMs = performance.now() + seconds * 1000;
    while (performance.now() < untilMs) {
      await sleep(LOOK_SECONDS);
      const queues = queuesOf(port);
      for (const [i, own] of ports.entries())
        held[i] = Math.max(held[i] ?? 0, queues.get(own) ?? 0);
    }
  });
  const after = (await ask(world, MEMORY)) as number;
  for (const reader of slow) reader.resume();
  const untilMs = performance.now() + RETURN_MAX_SECONDS * 1000;
  while (slow.some(({ returned }) => returned === null) && performance.now() < untilMs)
    await sleep(LOOK_SECONDS / 10);
  return {
    seconds,
    heldBytes: held,
    memoryBytes: (after - before) / slow.length,
    returns: slow.map(({ returned }) => returned),
    times,
  };
}

async function timed(punctual: readonly Reader[], during: () => Promise<void>): Promise<Times> {
  const histogram = new Histogram();
  for (const reader of punctual) reader.latency = histogram;
  await during();
  for (const reader of punctual) reader.latency = null;
  return { p50: histogram.quantileMs(0.5), p99: histogram.quantileMs(0.99) };
}

/** Whoever is not there connects, and again where that is refused: a session may be over. */
async function joinAll({ readers, joins }: Load): Promise<void> {
  await until("all clients to play", () => {
    if (joins.length === 0) joins.push(...readers.filter((reader) => reader.isGone));
    return Promise.resolve(readers.every((reader) => reader.isPlaying));
  });
}

/** What the server itself counted of slow clients. */
const COUNTED = [
  "aether_windows_closed_total",
  "aether_windows_merged_total",
  "aether_slow_closed_total",
  "aether_sends_dropped_total",
];

function countedOf(metrics: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(COUNTED.map((name) => [name, metrics.get(name) ?? NaN]));
}

function lineOf(stall: Stall | undefined): string {
  if (stall === undefined) return "";
  const { seconds, heldBytes, memoryBytes, returns, times } = stall;
  const equal = returns.flatMap((one) => one?.equalAfterMs ?? []);
  const codes = returns.flatMap((one) => one?.closeCode ?? []);
  return (
    `${seconds} s: held ${Math.min(...heldBytes)} to ${Math.max(...heldBytes)} bytes each, ` +
    `memory ${(memoryBytes / 1024).toFixed(1)} KiB each, ` +
    `${equal.length} equal again within ${Math.max(0, ...equal).toFixed(0)} ms, ` +
    `${codes.length} closed (${[...new Set(codes)].join()}), ` +
    `the others p50 ${times.p50.toFixed(1)} p99 ${times.p99.toFixed(1)} ms`
  );
}
