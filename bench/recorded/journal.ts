// What the journal costs the tick that writes it: two servers alike, with and without one, tick in
// turn; and by itself, the time of its calls. Its worker writes real files beside them. Time of the
// world is simulated: ticks follow each other without a pause, so that the worker has as much to do
// in a second as in several of a real server.
import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { LAYOUT_MARK } from "../../build/twin/layout.js";
import type { Recorder } from "../../src/engine/recorder.ts";
import { Journal } from "../../src/journal/journal.ts";
import { play } from "../../src/journal/play.ts";
import { listSegments, openFile } from "../../src/journal/reader.ts";
import { startJournalThread } from "../../src/journal/thread.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { Walkers } from "../replay/walkers.ts";
import { mean, quantile } from "../statistic.ts";

/** Microseconds. */
export interface Times {
  readonly mean: number;
  readonly p99: number;
}

export interface JournalCost {
  readonly clients: number;
  readonly ticks: number;
  /** The journal's own calls in a tick. */
  readonly own: Times;
  /** Whole ticks, without a journal and with one. */
  readonly without: Times;
  readonly with: Times;
  /** That a tick takes on the disk. */
  readonly bytesPerTick: number;
  /** What is not as it must be. */
  readonly faults: readonly string[];
}

export interface JournalWish {
  readonly clients: number;
  readonly ticks: number;
  /** An empty one, for the segments. */
  readonly folder: string;
}

const SEED = 7;
const TICK_MS = 25;
const FLUSH_MS = 50;
const MAX_BYTES = 2 ** 32;
/** Until all have joined, and the last compiler has seen all of it. */
const WARM_UP_TICKS = 400;
/** The event loop has a turn after so many ticks, for what the worker says. */
const TURN_TICKS = 20;

/** Adds up what the calls of a recorder take. */
class Timed implements Recorder {
  /** Since the last look, ms. */
  ms = 0;
  journal: Journal | null = null;

  input(...input: Parameters<Recorder["input"]>): void {
    const began = performance.now();
    this.journal?.input(...input);
    this.ms += performance.now() - began;
  }

  output(...output: Parameters<Recorder["output"]>): void {
    const began = performance.now();
    this.journal?.output(...output);
    this.ms += performance.now() - began;
  }

  afterTick(...end: Parameters<Journal["afterTick"]>): void {
    const began = performance.now();
    this.journal?.afterTick(...end);
    this.ms += performance.now() - began;
  }
}

export async function measureJournal(wish: JournalWish): Promise<JournalCost> {
  const { clients, folder, ticks } = wish;
  const timed = new Timed();
  const journaled = new Walkers(clients, SEED, timed);
  const plain = new Walkers(clients, SEED, { input: () => undefined, output: () => undefined });
  const journal = await begun(folder, journaled);
  timed.journal = journal;
  journaled.house.journal = timed;
  const took = { own: [] as number[], without: [] as number[], with: [] as number[] };
  for (let t = 0; t < WARM_UP_TICKS + ticks; t++) {
    // Who is first finds other caches than who is second.
    for (const walkers of t % 2 === 0 ? [plain, journaled] : [journaled, plain]) walkers.tick();
    if (t >= WARM_UP_TICKS) {
      took.own.push(timed.ms * 1000);
      took.without.push(plain.house.tookMs * 1000);
      took.with.push(journaled.house.tookMs * 1000);
    }
    timed.ms = 0;
    if (t % TURN_TICKS === 0) await sleep(0);
  }
  await journal.close(journaled.house.server.world.tick + 1);
  const { bytes, faults } = writtenOf(folder, journaled, WARM_UP_TICKS + ticks);
  const isSame = journaled.house.hash === plain.house.hash;
  return {
    ...{ clients, ticks, bytesPerTick: bytes / (WARM_UP_TICKS + ticks) },
    ...{ own: timesOf(took.own), without: timesOf(took.without), with: timesOf(took.with) },
    faults: isSame ? faults : [...faults, "the worlds with and without a journal differ"],
  };
}

async function begun(folder: string, { house }: Walkers): Promise<Journal> {
  const { world } = house.server;
  const { rules } = world;
  const { imageBytesMax } = world;
  const own = { flushMs: FLUSH_MS, folder, maxAgeMs: Infinity, maxBytes: MAX_BYTES };
  const journal = new Journal(
    { ...own, maxEntities: rules.maxEntities, imageBytesMax },
    {
      startWorker: startJournalThread,
      now: () => performance.now(),
      after: (ms, call) => setTimeout(call, ms),
      sleep: (ms) => sleep(ms),
      log: () => undefined,
    },
  );
  const base = { epoch: 0, tick: 0 };
  const about = { world: "measured", epoch: 1, version: "0.1.0", layout: LAYOUT_MARK };
  await journal.open({ ...about, rules, tickMs: TICK_MS, base }, world);
  return journal;
}

/** All of it must be there, and come out the same. */
function writtenOf(
  folder: string,
  { house }: Walkers,
  ticks: number,
): { bytes: number; faults: string[] } {
  const files = listSegments(folder);
  const segments = files.map(({ path }) => ({ name: path, open: () => openFile(path) }));
  const players = [{ name: "wasm", open: () => openKernel("wasm") }];
  const played = play({ segments, players });
  const { hashHigh, hashLow } = house.server.world;
  const hash = [hashHigh, hashLow].map((word) => word.toString(16).padStart(8, "0")).join("");
  const faults = [
    ...(played.ticks === ticks ? [] : [`${played.ticks} of ${ticks} ticks were written`]),
    ...(played.hash === hash ? [] : ["what was written comes to another state"]),
  ];
  return { bytes: files.reduce((sum, { path }) => sum + statSync(path).size, 0), faults };
}

function timesOf(us: readonly number[]): Times {
  return { mean: mean(Float64Array.from(us)), p99: quantile(us, 0.99) };
}
