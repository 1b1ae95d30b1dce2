// Kernels that trap: where a test plants it, and with the memory left as no good kernel leaves it.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import binaryen from "assemblyscript/binaryen";
import * as layout from "#layout";
import type { Engine, Kernel } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import type { Views } from "../../src/kernel/views.ts";

const { COMMAND_COUNT, COMMAND_WORDS, INTENT_COUNT, INTENT_WORDS } = layout;

/**
 * Throws at the steps for which `traps` answers true, as WebAssembly does: after the step has been
 * taken, and with places all over the state and the index overwritten.
 */
export function trapping(kernel: Kernel, traps: (views: Views) => boolean): Kernel {
  return {
    ...kernel,
    step() {
      const isTrap = traps(kernel.views);
      kernel.step();
      if (!isTrap) return;
      const { bank, posX, slotOf, slotRow, world } = kernel.views;
      for (const column of [bank, posX, slotOf, slotRow]) column.fill(77, 0, 64);
      world.fill(-1, layout.FREE_HEAD, layout.INDEX_IS_BRUTE);
      throw new Error("unreachable, planted");
    },
  };
}

/** Opens kernels that all trap with the same. */
export function openTrapping(traps: (views: Views) => boolean): (engine: Engine) => Kernel {
  return (engine) => trapping(openKernel(engine), traps);
}

/** Whether a step is asked to move somebody by this delta. */
export function hasDelta(dx: number): (views: Views) => boolean {
  return ({ intents, world }) => {
    const end = (world[INTENT_COUNT] ?? 0) * INTENT_WORDS;
    for (let at = 0; at < end; at += INTENT_WORDS) if (intents[at + 2] === dx) return true;
    return false;
  };
}

/** Whether a step is given a command whose word at `index` is this. */
export function hasCommand(op: number, index: number, value: number): (views: Views) => boolean {
  return ({ commands, world }) => {
    const end = (world[COMMAND_COUNT] ?? 0) * COMMAND_WORDS;
    for (let at = 0; at < end; at += COMMAND_WORDS)
      if (commands[at] === op && commands[at + index] === value) return true;
    return false;
  };
}

/**
 * The module that servers run, but that it reaches an `unreachable` of WebAssembly when a step's
 * first intent asks for this delta.
 * @param file where to write it
 */
export function plantUnreachable(dx: number, file: string): URL {
  const whole = readFileSync(new URL("../../build/kernel.wasm", import.meta.url));
  const module = binaryen.readBinary(whole);
  module.setFeatures(binaryen.Features.All);
  const { i32, none } = binaryen;
  const load = (at: number): number => module.i32.load(at, 4, module.i32.const(0));
  const isAsked = module.i32.and(
    module.i32.gt_s(load(layout.WORLD + INTENT_COUNT * 4), module.i32.const(0)),
    module.i32.eq(load(layout.INTENT + 8), module.i32.const(dx)),
  );
  let step = "";
  for (let i = 0; i < module.getNumExports(); i++) {
    const { name, value } = binaryen.getExportInfo(module.getExportByIndex(i));
    if (name === "step") step = value;
  }
  const body = [module.if(isAsked, module.unreachable()), module.call(step, [], none)];
  module.addFunction("planted", none, none, [i32], module.block(null, body));
  module.removeExport("step");
  module.addFunctionExport("planted", "step");
  writeFileSync(file, module.emitBinary());
  return pathToFileURL(file);
}
