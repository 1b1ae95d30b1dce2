// A kernel whose tick is cut into its parts, on whatever opened it: Node or a browser.
import { LAYOUT_MARK } from "../../build/twin/layout.js";
import type { Engine, Kernel } from "../../src/kernel/kernel.ts";
import { type Views, viewsOf } from "../../src/kernel/views.ts";

/** A tick, cut into what can be timed alone. Its input is the memory, as for a whole step. */
interface PartCalls {
  /** Commands and intents only. */
  readonly takeIntents: () => void;
  /** Makes the index anew. */
  readonly reindex: () => void;
  /** The same when the kernel finds that it is time, as a step does before it observes. */
  readonly reindexIfDue: () => void;
  /** Told sets of all observers, with frames. */
  readonly observe: () => void;
  /**
   * Told sets of all observers: who enters, who stays, who left; no record of a move. What else
   * frames say, they say.
   */
  readonly observeSets: () => void;
  /** Frames alone, of the sets that the last observe() found. */
  readonly frameAgain: () => void;
  /** Takes the first rows out of the index and puts them in again. */
  readonly reinsert: (count: number) => void;
  readonly query: (x: number, y: number, radius: number) => void;
  readonly listTold: (row: number) => void;
  readonly indexIsSound: () => number;
  readonly layoutMark: () => number;
}

const CALLS = [
  "takeIntents",
  "reindex",
  "reindexIfDue",
  "observe",
  "observeSets",
  "frameAgain",
  "reinsert",
  "query",
  "listTold",
  "indexIsSound",
  "layoutMark",
] as const satisfies (keyof PartCalls)[];

export interface PartsKernel extends PartCalls {
  readonly views: Views;
}

export type PartExports = Readonly<Record<string, unknown>>;

/** What to do about a build that is missing or stale: a sentence's end. */
export const REMEDY = "run npm run bench:build";

function isParts(exports: PartExports): exports is PartExports & PartCalls {
  return CALLS.every((name) => typeof exports[name] === "function");
}

/**
 * @param name of the file, for errors
 * @throws Error in words when it is stale, or not cut into parts
 */
export function partsOf(name: string, memory: ArrayBuffer, exports: PartExports): PartsKernel {
  if (!isParts(exports) || exports.layoutMark() !== LAYOUT_MARK)
    throw new Error(`build/${name} does not hold the parts of this kernel: ${REMEDY}`);
  return { ...exports, views: viewsOf(memory) };
}

/** A kernel made of parts. @param step what it does in a step */
export function kernelOf(parts: PartsKernel, engine: Engine, step: () => void): Kernel {
  const never = (): never => {
    throw new Error("a kernel in parts has no such call");
  };
  return {
    engine,
    views: parts.views,
    step,
    adoptState: never,
    digestView: never,
    listTold: parts.listTold,
    query: parts.query,
    queryRectangle: never,
    queryNearest: never,
    rebuildIndex: parts.reindex,
    indexIsSound: parts.indexIsSound,
    rehashState: never,
  };
}

/** A kernel whose step does all but the records of moves. */
export function setsKernel(parts: PartsKernel, engine: Engine): Kernel {
  const { takeIntents, reindexIfDue, observeSets } = parts;
  return kernelOf(parts, engine, () => {
    takeIntents();
    reindexIfDue();
    observeSets();
  });
}
