// The kernel's builds for this bench: the one that servers run, and one whose tick is cut into its
// parts. The second is made for measuring alone; both come from the same source.
import { existsSync, readFileSync } from "node:fs";
import { instantiateSync } from "@assemblyscript/loader";
import { createTwinParts } from "../../build/twin/kernel-parts.js";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { type PartExports, partsOf, type PartsKernel, REMEDY } from "./parts-kernel.ts";

export const BUILDS = ["wasm-simd", "wasm-scalar", "js"] as const;
export type Build = (typeof BUILDS)[number];

const FOLDER = new URL("../../build/", import.meta.url);
const FILES = { "wasm-simd": "parts.wasm", "wasm-scalar": "parts.scalar.wasm" } as const;

/** The kernel that servers run, in one of its builds. */
export function openWhole(build: Build): Kernel {
  if (build === "js") return openKernel("js");
  const scalar = new URL("kernel.scalar.wasm", FOLDER);
  return openKernel("wasm", build === "wasm-scalar" ? scalar : undefined);
}

/** @throws Error in words when the build is missing, stale, or not cut into parts */
export function openParts(build: Build): PartsKernel {
  if (build === "js") {
    const { memory, ...exports } = createTwinParts();
    return partsOf("twin/kernel-parts.js", memory, exports);
  }
  const name = FILES[build];
  const file = new URL(name, FOLDER);
  if (!existsSync(file)) throw new Error(`build/${name} is not built: ${REMEDY}`);
  // Without the loader's wrappers, which make an array of the arguments of each call.
  const { exports } = instantiateSync(readFileSync(file)).instance as { exports: PartExports };
  return partsOf(name, (exports["memory"] as WebAssembly.Memory).buffer, exports);
}

/** Why the parts cannot be opened here, or null. */
export function whyNoParts(): string | null {
  try {
    BUILDS.forEach(openParts);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
