// The kernel's builds for this bench: the one that servers run, and one whose tick is cut into its
// parts. The second is made for measuring alone; both come from the same source.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LAYOUT_MARK } from "../../build/twin/layout.js";
import { instantiateSync } from "@assemblyscript/loader";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { type Views, viewsOf } from "../../src/kernel/views.ts";

export const BUILDS = ["wasm-simd", "wasm-scalar", "js"] as const;
export type Build = (typeof BUILDS)[number];

const FOLDER = new URL("../../build/", import.meta.url);
const PARTS_FILES: Readonly<Record<Build, string>> = {
  "wasm-simd": "parts.wasm",
  "wasm-scalar": "parts.scalar.wasm",
  js: "twin-parts/kernel.js",
};

/** A tick, cut into what can be timed alone. Its input is the memory, as for a whole step. */
interface PartCalls {
  /** Commands and intents only. */
  readonly takeIntents: () => void;
  /** Makes the index anew. */
  readonly reindex: () => void;
  /** The same when the kernel finds that it is time, as a step does before it observes. */
  readonly reindexIfDue: () => void;
  /** Told sets of all observers: who enters, who stays, who left; no frames. */
  readonly observeSets: () => void;
  /** The same, with frames. */
  readonly observe: () => void;
  /** Frames alone, of the sets that the last observe() found. */
  readonly frameAgain: () => void;
  readonly query: (x: number, y: number, radius: number) => void;
  readonly layoutMark: () => number;
}

const CALLS = [
  "takeIntents",
  "reindex",
  "reindexIfDue",
  "observeSets",
  "observe",
  "frameAgain",
  "query",
  "layoutMark",
] as const satisfies (keyof PartCalls)[];

export interface PartsKernel extends PartCalls {
  readonly views: Views;
}

type Exports = Record<string, unknown>;

function isParts(exports: Exports): exports is Exports & PartCalls {
  return CALLS.every((name) => typeof exports[name] === "function");
}

/** The kernel that servers run, in one of its builds. */
export function openWhole(build: Build): Kernel {
  if (build === "js") return openKernel("js");
  const scalar = new URL("kernel.scalar.wasm", FOLDER);
  return openKernel("wasm", build === "wasm-scalar" ? scalar : undefined);
}

/** @throws Error in words when the build is missing, stale, or not cut into parts */
export async function openParts(build: Build): Promise<PartsKernel> {
  const name = PARTS_FILES[build];
  const file = new URL(name, FOLDER);
  if (!existsSync(fileURLToPath(file))) throw new Error(`build/${name} is not built`);
  const { memory, exports } = build === "js" ? await twin(file) : wasm(file);
  if (!isParts(exports) || exports.layoutMark() !== LAYOUT_MARK) {
    throw new Error(`build/${name} does not hold the parts of this kernel: run "npm run build"`);
  }
  return { ...exports, views: viewsOf(memory) };
}

interface Opened {
  readonly memory: ArrayBuffer;
  readonly exports: Exports;
}

function wasm(file: URL): Opened {
  // Without the loader's wrappers, which make an array of the arguments of each call.
  const { exports } = instantiateSync(readFileSync(file)).instance as { exports: Exports };
  return { memory: (exports["memory"] as WebAssembly.Memory).buffer, exports };
}

async function twin(file: URL): Promise<Opened> {
  const { createTwin } = (await import(file.href)) as { createTwin: () => Exports };
  const exports = createTwin();
  if (!(exports["memory"] instanceof ArrayBuffer)) throw new Error("it has no memory");
  return { memory: exports["memory"], exports };
}
