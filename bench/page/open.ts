// Stands in for src/kernel/open.ts in a browser's worker, for whoever imports that.
import type { Engine, Kernel } from "../../src/kernel/kernel.ts";
import { worker } from "./browser.ts";
import { jsKernel, wasmKernel } from "./kernel.ts";

const RELEASE = new URL("../../build/kernel.wasm", import.meta.url);

/** @throws Error in words when the module is missing, stale or not a kernel */
export function openKernel(engine: Engine, file: URL = RELEASE): Kernel {
  if (engine === "js") return jsKernel();
  return wasmKernel(file.pathname, fetchNow(file));
}

/** Kernels are opened synchronously everywhere else; a worker may wait like that. */
export function fetchNow(file: URL): ArrayBuffer {
  const request = new worker.XMLHttpRequest();
  request.open("GET", file.href, false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${file.pathname} is missing`);
  return request.response;
}
