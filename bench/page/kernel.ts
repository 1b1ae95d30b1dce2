// A kernel from a module's bytes, or from JavaScript, without anything of Node: what
// src/kernel/open.ts does with the help of a file system and a loader.
// By their paths: bench/ is a package of its own, to which the names of the root's are unknown.
import { createTwin, type Twin } from "../../build/twin/kernel.js";
import { LAYOUT_MARK } from "../../build/twin/layout.js";
import type { Engine, Kernel } from "../../src/kernel/kernel.ts";
import { viewsOf } from "../../src/kernel/views.ts";
import { worker } from "./browser.ts";

type Calls = Omit<Twin, "memory">;

interface WasmExports extends Calls {
  readonly memory: { readonly buffer: ArrayBuffer };
}

const CALLS = [
  "step",
  "adoptState",
  "digestView",
  "listTold",
  "query",
  "queryRectangle",
  "queryNearest",
  "rebuildIndex",
  "indexIsSound",
  "rehashState",
  "layoutMark",
] as const satisfies (keyof Calls)[];

function isKernel(exports: object): exports is WasmExports {
  const named: Readonly<Record<string, unknown>> = { ...exports };
  return CALLS.every((name) => typeof named[name] === "function") && "memory" in exports;
}

/**
 * @param name of the file, for errors
 * @throws Error in words when it is stale or not a kernel
 */
export function wasmKernel(name: string, bytes: ArrayBuffer): Kernel {
  const { Instance, Module } = worker.WebAssembly;
  const { exports } = new Instance(new Module(bytes), {});
  if (!isKernel(exports)) throw new Error(`${name} is not an Aether kernel: run "npm run build"`);
  return assemble("wasm", exports.memory.buffer, exports);
}

export function jsKernel(): Kernel {
  const twin = createTwin();
  return assemble("js", twin.memory, twin);
}

function assemble(engine: Engine, memory: ArrayBuffer, calls: Calls): Kernel {
  if (calls.layoutMark() !== LAYOUT_MARK) {
    throw new Error(`the ${engine} kernel has another memory map: run "npm run build"`);
  }
  return {
    engine,
    views: viewsOf(memory),
    step: calls.step,
    adoptState: calls.adoptState,
    digestView: calls.digestView,
    listTold: calls.listTold,
    query: calls.query,
    queryRectangle: calls.queryRectangle,
    queryNearest: calls.queryNearest,
    rebuildIndex: calls.rebuildIndex,
    indexIsSound: calls.indexIsSound,
    rehashState: calls.rehashState,
  };
}
