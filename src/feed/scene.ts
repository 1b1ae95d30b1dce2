// What every page is sent ten times a second: the world in numbers, its last ticks, entities,
// leaves of the quadtree.
import { ENGINES } from "../kernel/kernel.ts";
import type { Engine } from "../kernel/kernel.ts";
import type { FeedReader, FeedWriter } from "./bytes.ts";

/** Totals rise for ever; the rest is of this moment. */
export interface SceneNumbers {
  engine: Engine;
  /** Few entities have one leaf over all, and no tree. */
  isBrute: boolean;
  /** Level of thinning, 0 = none. */
  thinning: number;
  tick: number;
  /** State hash. */
  hashLow: number;
  hashHigh: number;
  /** Entities in the world. */
  live: number;
  connections: number;
  playing: number;
  joining: number;
  closedWindows: number;
  /** Round trips of all sessions, ms; 0 = none is known. */
  roundTrip50: number;
  roundTrip99: number;
  /** Pages open, and what the feed takes of the tick's thread, ms a tick. */
  pages: number;
  feedMs: number;
  sentBytes: number;
  receivedBytes: number;
  sent: number;
  received: number;
  corrections: number;
  skipped: number;
}

/** Entities and cells lie in the world's bounds as shares of 65,535. */
export interface Scene extends SceneNumbers {
  /** For each tick since the last frame its phases, ms. */
  readonly ticks: Float32Array;
  readonly rows: Uint16Array;
  readonly xs: Uint16Array;
  readonly ys: Uint16Array;
  readonly kinds: Uint16Array;
  /** What observers are told of an application's own, `componentBytes` of each entity. */
  readonly componentBytes: number;
  readonly components: Uint8Array;
  /** Four words each: left, top, right, bottom. */
  readonly cells: Uint16Array;
}

export function writeNumbers(to: FeedWriter, scene: SceneNumbers): void {
  to.u8(ENGINES.indexOf(scene.engine));
  to.u8(scene.isBrute ? 1 : 0);
  to.u8(scene.thinning);
  to.u32(scene.tick);
  to.u32(scene.hashLow);
  to.u32(scene.hashHigh);
  to.u32(scene.live);
  to.u32(scene.connections);
  to.u32(scene.playing);
  to.u32(scene.joining);
  to.u32(scene.closedWindows);
  to.f32(scene.roundTrip50);
  to.f32(scene.roundTrip99);
  to.u8(scene.pages);
  to.f32(scene.feedMs);
  to.f64(scene.sentBytes);
  to.f64(scene.receivedBytes);
  to.f64(scene.sent);
  to.f64(scene.received);
  to.f64(scene.corrections);
  to.f64(scene.skipped);
}

/** @param phases how many a tick has */
export function readScene(from: FeedReader, phases: number): Scene {
  const numbers: SceneNumbers = {
    engine: ENGINES[from.u8()] ?? "wasm",
    isBrute: from.u8() === 1,
    thinning: from.u8(),
    tick: from.u32(),
    hashLow: from.u32(),
    hashHigh: from.u32(),
    live: from.u32(),
    connections: from.u32(),
    playing: from.u32(),
    joining: from.u32(),
    closedWindows: from.u32(),
    roundTrip50: from.f32(),
    roundTrip99: from.f32(),
    pages: from.u8(),
    feedMs: from.f32(),
    sentBytes: from.f64(),
    receivedBytes: from.f64(),
    sent: from.f64(),
    received: from.f64(),
    corrections: from.f64(),
    skipped: from.f64(),
  };
  const ticks = new Float32Array(from.u8() * phases);
  for (let i = 0; i < ticks.length; i++) ticks[i] = from.f32();
  const shown = from.u16();
  const rows = from.halves(shown);
  const xs = from.halves(shown);
  const ys = from.halves(shown);
  const kinds = from.halves(shown);
  const componentBytes = from.u8();
  const components = from.raw(shown * componentBytes);
  const cells = from.halves(from.u16() * 4);
  return { ...numbers, ticks, rows, xs, ys, kinds, componentBytes, components, cells };
}
