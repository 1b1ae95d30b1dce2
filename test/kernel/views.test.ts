// The views that the host keeps of a kernel's memory: never stale, since it cannot grow.
import { readFileSync } from "node:fs";
import { instantiateSync } from "@assemblyscript/loader";
import { expect, test } from "vitest";
import { World } from "../../src/engine/world.ts";
import type { Kernel } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { viewsOf } from "../../src/kernel/views.ts";
import { rules } from "./scenario.ts";

const RULES = rules(400);
const TICKS = 60;

interface Memory {
  readonly buffer: ArrayBuffer;
  /** @throws RangeError beyond its maximum */
  grow(pages: number): number;
}

interface Exports extends Record<string, unknown>, Omit<Kernel, "engine" | "views"> {
  readonly memory: Memory;
}

/** A kernel whose memory somebody tries to make larger before each step. */
function pushed(): { kernel: Kernel; memory: Memory; refusals: () => number } {
  const file = new URL("../../build/kernel.wasm", import.meta.url);
  const { exports } = instantiateSync<Exports>(readFileSync(file));
  const { memory } = exports;
  let refused = 0;
  const step = (): void => {
    try {
      memory.grow(1);
    } catch {
      refused++;
    }
    exports.step();
  };
  const kernel: Kernel = { ...exports, step, engine: "wasm", views: viewsOf(memory.buffer) };
  return { kernel, memory, refusals: () => refused };
}

test("H83 memory that is pushed to grow in each tick does not, and no view is stale", () => {
  const { kernel, memory, refusals } = pushed();
  const { buffer } = memory;
  const worlds = [new World(kernel, RULES), new World(openKernel("js"), RULES)];
  const spec = { kind: 1, layer: 0, observer: true, visible: true, bank: -1, sequence: 0 };
  const { aoiRadius, maxSpeed } = RULES;
  for (let t = 1; t <= TICKS; t++) {
    for (const world of worlds) {
      for (let i = 0; i < 5; i++)
        world.join({ ...spec, aoiRadius, maxSpeed, x: t * 300, y: i * 9 });
      for (const handle of world.liveHandles()) {
        world.setLook(handle & 0xffff, 1);
        world.intent(handle, t, 200, -(handle & 63));
      }
      world.step();
    }
    const [a, b] = worlds.map((world) => [world.tick, world.hashLow, world.hashHigh]);
    expect(a).toEqual(b);
    // The same memory, not one that was copied and left behind.
    expect(memory.buffer).toBe(buffer);
    expect(kernel.views.bytes.byteLength).toBe(buffer.byteLength);
    for (const view of Object.values<{ buffer: unknown }>({ ...kernel.views }))
      expect(view.buffer).toBe(buffer);
  }
  expect(worlds[0]!.liveCount).toBe(5 * TICKS);
  expect(refusals()).toBe(TICKS);
});
