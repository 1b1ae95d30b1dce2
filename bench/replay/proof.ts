// An hour of play, or less, recorded on simulated time and lived through again on each engine.
import { appendFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { play } from "../../src/journal/play.ts";
import { listSegments, openFile } from "../../src/journal/reader.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import type { Engine } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { Tape } from "./tape.ts";
import { Walkers } from "./walkers.ts";

export interface ReplayWish {
  readonly ticks: number;
  readonly bots: number;
  readonly seed: number;
  /** An empty folder, in which the journal is left. */
  readonly folder: string;
}

/** What one engine made of it. */
export interface Replayed {
  readonly engine: Engine;
  readonly ticks: number;
  readonly hash: string;
  readonly seconds: number;
  /** Times real time. */
  readonly speed: number;
  /** Tick at which it differs from the journal; null: nowhere. */
  readonly differsAt: number | null;
}

export interface ReplayFinding {
  readonly ticks: number;
  readonly bots: number;
  readonly segments: number;
  readonly bytes: number;
  /** As the server had it at the end. */
  readonly hash: string;
  readonly recordedSeconds: number;
  readonly replayed: readonly Replayed[];
  readonly faults: readonly string[];
}

const TICK_MS = 25;
/** A minute. */
const SEGMENT_TICKS = 2400;
const CHUNK = 1024 * 1024;

/** Records, then replays. @param say told how far it is */
export function proveReplayOf(wish: ReplayWish, say: (line: string) => void): ReplayFinding {
  const began = performance.now();
  const hash = record(wish, say);
  const recordedSeconds = (performance.now() - began) / 1000;
  const files = listSegments(wish.folder);
  const segments = files.map(({ path }) => ({ name: path, open: () => openFile(path) }));
  const replayed = ENGINES.map((engine): Replayed => {
    const from = performance.now();
    const players = [{ name: engine, open: () => openKernel(engine) }];
    const played = play({ segments, players });
    const ms = performance.now() - from;
    const speed = Math.round((played.worldMs / ms) * 10) / 10;
    const differsAt = played.difference?.tick ?? null;
    return { engine, ticks: played.ticks, hash: played.hash, seconds: ms / 1000, speed, differsAt };
  });
  const faults = replayed.flatMap((each) => [
    ...(each.differsAt === null ? [] : [`${each.engine} differs in tick ${each.differsAt}`]),
    ...(each.hash === hash ? [] : [`${each.engine} ends with ${each.hash}, the server ${hash}`]),
    ...(each.ticks === wish.ticks
      ? []
      : [`${each.engine} has ${each.ticks} of ${wish.ticks} ticks`]),
  ]);
  const bytes = files.reduce((sum, { path }) => sum + statSync(path).size, 0);
  const { bots, ticks } = wish;
  return { ticks, bots, segments: files.length, bytes, hash, recordedSeconds, replayed, faults };
}

/** @returns the state hash at the end */
function record({ bots, folder, seed, ticks }: ReplayWish, say: (line: string) => void): string {
  const file = new Chunks(folder);
  const tape = { current: null as Tape | null };
  // The server knows the rules only when it is made, and is made with its recorder.
  const walkers = new Walkers(bots, seed, {
    input: (...input) => tape.current?.input(...input),
    output: (...output) => tape.current?.output(...output),
  });
  const { world } = walkers.house.server;
  const open = (name: string): ((bytes: Uint8Array) => void) => file.begin(name);
  const made = new Tape({ rules: world.rules, tickMs: TICK_MS, open });
  tape.current = made;
  for (let t = 1; t <= ticks; t++) {
    walkers.tick();
    if (t % SEGMENT_TICKS === 0 && t < ticks) made.checkpoint(world);
    if (t % (SEGMENT_TICKS * 10) === 0) say(`${t / SEGMENT_TICKS} minutes recorded`);
  }
  made.end();
  file.flush();
  return [world.hashHigh, world.hashLow].map((word) => word.toString(16).padStart(8, "0")).join("");
}

/** Bytes on their way to files, a megabyte at a time. */
class Chunks {
  readonly #folder: string;
  #path = "";
  #parts: Uint8Array[] = [];
  #bytes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  begin(name: string): (bytes: Uint8Array) => void {
    this.flush();
    this.#path = join(this.#folder, name);
    return (bytes) => {
      this.#parts.push(bytes.slice());
      this.#bytes += bytes.length;
      if (this.#bytes > CHUNK) this.flush();
    };
  }

  flush(): void {
    if (this.#path !== "") appendFileSync(this.#path, Buffer.concat(this.#parts));
    this.#parts = [];
    this.#bytes = 0;
  }
}
