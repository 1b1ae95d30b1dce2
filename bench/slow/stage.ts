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
import type { Queues, QueuesOrder } from "./queues.ts";
import { Reader } from "./reader.ts";
import type { Return } from "./reader.ts";
import { isPunctual, type Slice, sliceOf, type Timed, type Times, timesOf } from "./slices.ts";

const WORLD = fileURLToPath(new URL("./moving-world.ts", import.meta.url));
const QUEUES = fileURLToPath(new URL("./queues.ts", import.meta.url));
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
const SETTLE_SECONDS = 3;
/** Of a turn: while all read, and while some do not, but for less than half of what closes them. */
const TURN_SECONDS = 3;
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
  /** Short stalls, each beside as long without one, that show what they cost the others. */
  readonly turns: number;
  readonly slowCloseMs: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface Stall {
  readonly seconds: number;
  /** Bytes that the kernel held at most, of each client. */
  readonly heldBytes: readonly number[];
  /** What the server's memory grew by, for each client that stalled, bytes. */
  readonly memoryBytes: number;
  readonly returns: readonly (Return | null)[];
  /** Of the clients that never stop reading. */
  readonly times: Times;
}

/** p99 of these while all read, and while the others do not, ms; null where the load was late. */
export type Turn = { readonly calm: number; readonly stalled: number } | null;

export interface Played {
  readonly turns: readonly Turn[];
  /** While everybody reads: of all turns. */
  readonly calm: Times;
  readonly stalls: readonly Stall[];
  /** What was wrong with any client's view, ever. */
  readonly faults: readonly string[];
  /** Of the server, at the end. */
  readonly counted: Readonly<Record<string, number>>;
}

/** @param hasWindow false: the control, whose clients may leave all unacknowledged */
export async function play(setting: Setting, hasWindow: boolean): Promise<Played> {
  const world = keep(forkPlain(WORLD));
  const queues = keep(forkPlain(QUEUES));
  let timer: NodeJS.Timeout | null = null;
  try {
    const { port, metrics } = (await ask(world, openOf(setting, hasWindow))) as WorldOpened;
    const readers = readersOf(setting, `ws://127.0.0.1:${port}`);
    const lateness = new Histogram();
    const punctual = readers.slice(setting.slow);
    const load = { readers, lateness, punctual, joins: [] as Reader[] };
    timer = startLoad(load);
    await joinAll(load);
    await sleep(WARM_SECONDS);

    const slow = readers.slice(0, setting.slow);
    const calm: Slice[] = [];
    const turns: Turn[] = [];
    // What the others wait is judged where there is a window.
    for (let i = 0; hasWindow && i < setting.turns; i++)
      turns.push(await turn(load, slow, setting.slowCloseMs, { isStallFirst: i % 2 === 1, calm }));
    // Without a window nobody is closed, however long they are heard and do not listen.
    const aliveMs = hasWindow ? setting.slowCloseMs - CLOSE_MARGIN_MS : Infinity;
    const stalls: Stall[] = [];
    for (const seconds of setting.stalls) {
      stalls.push(await stallFor(seconds, { slow, load, port, world, queues, aliveMs }));
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
    return { turns, calm: timesOf(calm), stalls, faults, counted };
  } finally {
    if (timer !== null) clearInterval(timer);
    await Promise.all([end(world), end(queues)]);
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

interface Load extends Timed {
  readonly readers: readonly Reader[];
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

interface TurnWish {
  /** By turns, so that what drifts weighs on neither. */
  readonly isStallFirst: boolean;
  /** Where the calm half goes as well. */
  readonly calm: Slice[];
}

/** As long while all read as while some do not; what their return costs belongs to the latter. */
async function turn(
  load: Load,
  slow: readonly Reader[],
  slowCloseMs: number,
  { isStallFirst, calm }: TurnWish,
): Promise<Turn> {
  const seconds = Math.min(TURN_SECONDS, slowCloseMs / 2000);
  const stall = (): Promise<Slice> =>
    sliceOf(load, async () => {
      for (const reader of slow) reader.stall(Infinity);
      await sleep(seconds);
      await comeBack(slow);
    });
  const rest = (): Promise<Slice> => sliceOf(load, () => sleep(seconds));
  const first = await (isStallFirst ? stall() : rest());
  const second = await (isStallFirst ? rest() : stall());
  const [stalled, calmly] = isStallFirst ? [first, second] : [second, first];
  calm.push(calmly);
  if (!isPunctual(stalled) || !isPunctual(calmly)) return null;
  return { calm: calmly.latency.quantileMs(0.99), stalled: stalled.latency.quantileMs(0.99) };
}

/** They read again; resolves when all have come back, or none will any more. */
async function comeBack(slow: readonly Reader[]): Promise<void> {
  for (const reader of slow) reader.resume();
  const untilMs = performance.now() + RETURN_MAX_SECONDS * 1000;
  while (slow.some(({ returned }) => returned === null) && performance.now() < untilMs)
    await sleep(LOOK_SECONDS / 10);
}

interface Stalling {
  readonly slow: readonly Reader[];
  readonly load: Load;
  readonly port: number;
  readonly world: ChildProcess;
  readonly queues: ChildProcess;
  /** For so long they go on to send, ms. */
  readonly aliveMs: number;
}

async function stallFor(
  seconds: number,
  { slow, load, port, world, queues, aliveMs }: Stalling,
): Promise<Stall> {
  const ports = slow.map((reader) => reader.port);
  const held = new Array<number>(slow.length).fill(0);
  const before = (await ask(world, MEMORY)) as number;
  for (const reader of slow) reader.stall(aliveMs);
  const slices: Slice[] = [];
  const untilMs = performance.now() + seconds * 1000;
  while (performance.now() < untilMs) {
    const endMs = Math.min(untilMs, performance.now() + TURN_SECONDS * 1000);
    const look = async (): Promise<void> => {
      while (performance.now() < endMs) {
        await sleep(LOOK_SECONDS);
        const order: QueuesOrder = { serverPort: port };
        const waiting = (await ask(queues, order)) as Queues;
        for (const [i, own] of ports.entries())
          held[i] = Math.max(held[i] ?? 0, waiting.get(own) ?? 0);
      }
    };
    slices.push(await sliceOf(load, look));
  }
  const after = (await ask(world, MEMORY)) as number;
  await comeBack(slow);
  return {
    seconds,
    heldBytes: held,
    memoryBytes: (after - before) / slow.length,
    returns: slow.map(({ returned }) => returned),
    times: timesOf(slices),
  };
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
