// Opens kernels. The one place that touches the AssemblyScript loader and the WebAssembly module.
import { readFileSync } from "node:fs";
import { instantiateSync } from "@assemblyscript/loader";
import { LAYOUT_MARK, PAGES } from "#layout";
import { createTwin, type Twin } from "#twin";
import type { Engine, Kernel } from "./kernel.ts";
import { viewsOf } from "./views.ts";

const RELEASE = new URL("../../build/kernel.wasm", import.meta.url);

interface WasmExports extends Record<string, unknown> {
  memory: { readonly buffer: ArrayBuffer };
}

const CALLS = [
  "step",
  "adoptState",
  "digestView",
  "query",
  "queryRectangle",
  "queryNearest",
  "rebuildIndex",
  "indexIsSound",
  "rehashState",
  "layoutMark",
  "listTold",
] as const satisfies (keyof Twin)[];

/** Checks a module's exports at the door, so that nobody has to trust them later. */
function isKernel(exports: WasmExports): exports is WasmExports & Omit<Twin, "memory"> {
  return CALLS.every((name) => typeof exports[name] === "function");
}

/**
 * Modules by address, compiled once: a kernel that is needed in the midst of a tick waits for no
 * file, and is of the same build as the one whose place it takes.
 */
const modules = new Map<string, WebAssembly.Module>();

function moduleOf(file: URL): WebAssembly.Module {
  const known = modules.get(file.href);
  if (known !== undefined) return known;
  const module = new WebAssembly.Module(readFileSync(file));
  modules.set(file.href, module);
  return module;
}

function openWasm(file: URL): Kernel {
  const { exports } = instantiateSync<WasmExports>(moduleOf(file));
  if (!isKernel(exports)) {
    throw new Error(`${file.pathname} is not an Aether kernel: run "npm run build"`);
  }
  return assemble("wasm", exports.memory.buffer, exports);
}

function assemble(engine: Engine, memory: ArrayBuffer, calls: Omit<Twin, "memory">): Kernel {
  const mark = calls.layoutMark();
  if (mark !== LAYOUT_MARK || memory.byteLength < (PAGES - 1) * 65536) {
    throw new Error(
      `the ${engine} kernel was built for another memory map than this host: ` +
        'run "npm run build"',
    );
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

/**
 * A world of its own on the named engine.
 * @param file another build of the WebAssembly module, such as the checked one
 * @throws Error in words when the module is missing, stale or not a kernel
 */
export function openKernel(engine: Engine, file: URL = RELEASE): Kernel {
  if (engine === "wasm") return openWasm(file);
  const twin = createTwin();
  return assemble("js", twin.memory, twin);
}
