// The kernel's own parts of a tick, each timed alone while the others go on untimed between.
import { NONE, QUERY_COUNT } from "../../build/twin/layout.js";
import { AOI_LAST, writeAoiHeader } from "../../src/protocol/encode.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import type { Crowd } from "../workload.ts";
import { type Build, openParts, openWhole } from "./builds.ts";
import { Content } from "./content.ts";
import type { PartsKernel } from "./parts-kernel.ts";
import { addRecord, type Prepared, Sink } from "./prepared.ts";
import { openPartsStage, openStage, type Stage } from "./stage.ts";

/** Of the rows, one in so many is taken out and put in again: leaves keep a quarter more places. */
const REINSERTED = 8;

/** Rows leave their places in the index and are given others, one by one. */
export function insert(build: Build, crowd: Crowd): Prepared {
  const { parts, stage } = livingStage(build, crowd);
  const count = Math.ceil(stage.n / REINSERTED);
  return {
    prepare() {
      stage.depositIntents();
      stage.world.step();
      parts.takeIntents();
      // all places are free again
      parts.reindex();
    },
    run: () => parts.reinsert(count),
    operations: () => count,
    digest() {
      if (parts.indexIsSound() !== 1) throw new Error("the index is not sound");
      return foundFrom(parts, stage);
    },
  };
}

/** Makes the index anew, one tick of movement after the last time. */
export function index(build: Build, crowd: Crowd): Prepared {
  const { parts, stage } = livingStage(build, crowd);
  return {
    prepare() {
      stage.depositIntents();
      stage.world.step();
      parts.takeIntents();
    },
    run: () => parts.reindex(),
    operations: () => stage.n,
    digest: () => foundFrom(parts, stage),
  };
}

/** Takes one intent of each: the rule of movement, and the row's place in index and hash. */
export function validation(build: Build, crowd: Crowd): Prepared {
  const { parts, stage } = livingStage(build, crowd);
  return {
    prepare() {
      // An index of the tick before, so that few rows are loose.
      parts.reindex();
      stage.depositIntents();
      stage.world.step();
    },
    run: () => parts.takeIntents(),
    operations: () => stage.n,
    digest: () => placesOf(stage),
  };
}

/** Told sets of all after a tick of movement, over an index as old as it is in a step. */
export function aoiDiff(build: Build, crowd: Crowd): Prepared {
  const { parts, stage } = livingStage(build, crowd);
  return {
    prepare() {
      stage.depositIntents();
      stage.world.step();
      parts.takeIntents();
      parts.reindexIfDue();
    },
    run: () => parts.observeSets(),
    operations: () => stage.n,
    digest: () => toldOf(stage),
  };
}

/**
 * Frames of all observers in which all move whom they are told of: bodies, without the host's
 * headers.
 */
export function framing(build: Build, crowd: Crowd): Prepared {
  const living = livingStage(build, crowd);
  const { parts, stage } = living;
  const content = new Content(stage);
  let before = 0;
  return {
    prepare() {
      turn(living);
      before = stage.sent;
    },
    run: () => parts.frameAgain(),
    operations: () => (stage.sent - before) >>> 0,
    digest() {
      content.read(stage.n);
      return content.digest();
    },
  };
}

/** The same, and what the host adds until a message can be sent: its header, and a view of it. */
export function messages(build: Build, crowd: Crowd): Prepared {
  const framed = livingStage(build, crowd);
  const { parts, stage } = framed;
  const { world } = stage;
  const content = new Content(stage);
  const sink = new Sink();
  let before = 0;
  return {
    prepare() {
      turn(framed);
      before = stage.sent;
    },
    run() {
      parts.frameAgain();
      for (let row = 0; row < stage.n; row++) sink.value += messagesOf(stage.handles[row]! & NONE);
    },
    operations: () => (stage.sent - before) >>> 0,
    digest() {
      content.read(stage.n);
      return content.digest();
    },
  };

  function messagesOf(row: number): number {
    const count = world.frameCount(row);
    let bytes = 0;
    for (let part = 0; part < count; part++) {
      const start = world.frameStart(row, part);
      const end = world.frameEnd(row, part);
      const head = writeAoiHeader(
        world.memory,
        start,
        end - start,
        world.tick,
        world.sequence(row),
        world.posX(row),
        world.posY(row),
        part === count - 1 ? AOI_LAST : 0,
      );
      bytes += world.memory.subarray(head, end).length;
    }
    return bytes;
  }
}

/** Queries a run. */
export const QUERIES = 1000;
/** Sight units: 200 units. */
export const QUERY_RADIUS = 6400;

/** Who is within 200 units of a place: places of chance, the server's own kernel. */
export function query(build: Build, crowd: Crowd): Prepared {
  const kernel = openWhole(build);
  const stage = openStage(kernel, crowd);
  kernel.rebuildIndex();
  const { x, y } = placesIn(crowd, QUERIES);
  const { world } = kernel.views;
  let found = 0;
  return {
    prepare: () => (found = 0),
    run() {
      for (let i = 0; i < QUERIES; i++) {
        kernel.query(x[i]!, y[i]!, QUERY_RADIUS);
        found += world[QUERY_COUNT]!;
      }
    },
    operations: () => QUERIES,
    digest: () => addRecord(found, stage.n, 0, 0, 0),
  };
}

/** Places of chance in a crowd's world, sight units. */
export function placesIn(crowd: Crowd, count: number): { x: Int32Array; y: Int32Array } {
  const random = new RandomStream(11);
  const place = (): number => Math.floor((random.next() * 2 - 1) * crowd.half * 32);
  const x = Int32Array.from({ length: count }, place);
  return { x, y: Int32Array.from({ length: count }, place) };
}

interface Living {
  readonly parts: PartsKernel;
  readonly stage: Stage;
}

/** A crowd that has entered and seen itself. */
function livingStage(build: Build, crowd: Crowd): Living {
  const parts = openParts(build);
  const stage = openPartsStage(parts, crowd);
  stage.depositJoins();
  stage.world.step();
  parts.takeIntents();
  parts.reindex();
  parts.observe();
  stage.settle();
  return { parts, stage };
}

/** A whole tick, part by part; over a new index, so that all observers are in leaves. */
function turn(living: Living): void {
  const { parts, stage } = living;
  stage.depositIntents();
  stage.world.step();
  parts.takeIntents();
  parts.reindex();
  parts.observe();
}

function placesOf({ world, n, handles }: Stage): number {
  let digest = 0;
  for (let i = 0; i < n; i++) {
    const row = handles[i]! & NONE;
    const [x, y] = [world.posX(row), world.posY(row)];
    digest = addRecord(digest, i, x >> 16, x, y);
    digest = addRecord(digest, i, y >> 16, world.bank(row), world.bank(row) >> 16);
  }
  return digest;
}

function toldOf({ world, n, handles }: Stage): number {
  let digest = 0;
  for (let i = 0; i < n; i++)
    digest = addRecord(digest, i, world.toldCount(handles[i]! & NONE), 0, 0);
  return digest;
}

function foundFrom(parts: PartsKernel, { world, n, handles }: Stage): number {
  let digest = 0;
  for (let i = 0; i < n; i++) {
    const row = handles[i]! & NONE;
    parts.query(world.posX(row) >> 3, world.posY(row) >> 3, QUERY_RADIUS);
    digest = addRecord(digest, i, parts.views.world[QUERY_COUNT]!, 0, 0);
  }
  return digest;
}
