// Stands in for bench/parts/builds.ts in a browser's worker.
import { createTwinParts } from "../../build/twin/kernel-parts.js";
import type { Build } from "../parts/builds.ts";
import { type PartExports, partsOf, type PartsKernel } from "../parts/parts-kernel.ts";
import { worker } from "./browser.ts";
import { fetchNow } from "./open.ts";

const FILES = { "wasm-simd": "parts.wasm", "wasm-scalar": "parts.scalar.wasm" } as const;

/** @throws Error in words when the build is missing, stale, or not cut into parts */
export function openParts(build: Build): PartsKernel {
  if (build === "js") {
    const { memory, ...exports } = createTwinParts();
    return partsOf("twin/kernel-parts.js", memory, exports);
  }
  const { Instance, Module } = worker.WebAssembly;
  const bytes = fetchNow(new URL(`../../build/${FILES[build]}`, import.meta.url));
  const exports = new Instance(new Module(bytes), {}).exports as PartExports;
  return partsOf(FILES[build], (exports["memory"] as { buffer: ArrayBuffer }).buffer, exports);
}
