// What one entity costs, kernel and host together, term by term; and that memory laid out for
// 65,535 entities costs nothing until they are there.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as layout from "#layout";
import { expect, test } from "vitest";
import { worldRules } from "../../src/config/rules.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import { World } from "../../src/engine/world.ts";
import { Pacing } from "../../src/gateway/pacing.ts";
import { Sessions } from "../../src/gateway/session.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";

/** Neighbours that each entity sees: the denser of the two benchmark worlds. */
const NEIGHBOURS = 100;

/** Typed arrays that `make` allocates, in bytes per session; gateway/publish.ts adds 17. */
function hostBytes(make: (capacity: number) => unknown): number {
  const sizes = [1000, 3000].map((capacity) => {
    const before = process.memoryUsage().arrayBuffers;
    const kept = make(capacity);
    const after = process.memoryUsage().arrayBuffers;
    return kept === undefined ? 0 : after - before;
  });
  return ((sizes[1] ?? 0) - (sizes[0] ?? 0)) / 2000;
}

test("an entity that observes costs at most 1,536 bytes", () => {
  const rows = layout.ROWS;
  const terms = {
    // generation, kind, flags, layer, x, y, bank and its tick, sequence, speed, radius,
    // components, place in the free list
    state: (layout.STATE_END - layout.STATE) / rows,
    // hash shares, wire form, born, moved, clean, cursor, lap, look, told set's place, stamp,
    // slot, home, frames, intents, verdicts, mark
    derived: (layout.OUTPUT_END - layout.OUTPUT) / rows,
    // a slot, a place in the sort and the loose list, two nodes
    index: (layout.INDEX_END - layout.OUTPUT_END) / rows,
    // u16 per neighbour, in the half of this tick and in that of the last
    told: NEIGHBOURS * 2 * 2,
    // one frame of up to 512 bytes, its headroom and spill, its length
    frame: layout.FRAME_STRIDE + 2,
    // one intent and its link
    intent: layout.INTENT_WORDS * 4 + 4,
    // session columns of the gateway, the acknowledgement window among them
    sessions: hostBytes((capacity) => new Sessions(capacity, "a")),
    window: hostBytes(
      (capacity) =>
        new Pacing(capacity, {
          windowTicks: 40,
          windowBytes: 16384,
          tickBytes: 2176,
          now: () => 0,
        }),
    ),
    publisher: 17,
  };
  const sum = Object.values(terms).reduce((a, b) => a + b, 0);
  console.log(`bytes per entity: ${sum.toFixed(0)}`, terms);
  expect(terms.state).toBeLessThanOrEqual(64);
  expect(sum).toBeLessThanOrEqual(1536);
});

test("memory that no row touches costs no RAM", () => {
  const open = fileURLToPath(new URL("../../src/kernel/open.ts", import.meta.url));
  const program = `
    const { openKernel } = await import(${JSON.stringify(open)});
    const rss = () => process.memoryUsage.rss() / 1048576;
    openKernel("wasm"); openKernel("js");
    const before = rss();
    const kept = ["wasm", "wasm", "js", "js"].map((engine) => openKernel(engine));
    console.log(((rss() - before) / kept.length).toFixed(2));`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", program]).toString();
  const laidOut = layout.END / 1048576;
  expect(laidOut).toBeGreaterThan(80);
  expect(Number(out)).toBeLessThan(laidOut / 10);
});

test.each(ENGINES)("three worlds of the %s engine do not know each other", (engine) => {
  const rules = worldRules(defaultConfig());
  const worlds = [0, 1, 2].map((n) => {
    const world = new World(openKernel(engine), rules);
    for (let i = 0; i <= n; i++) {
      world.join({
        kind: 1,
        x: i * 100,
        y: n,
        maxSpeed: rules.maxSpeed,
        aoiRadius: rules.aoiRadius,
        layer: 0,
        observer: true,
        visible: true,
        bank: -1,
        sequence: 0,
      });
    }
    return world;
  });
  for (const world of worlds) world.step();
  expect(worlds.map((w) => w.liveCount)).toEqual([1, 2, 3]);
  expect(worlds.map((w) => w.toldCount(0))).toEqual([0, 1, 2]);
  expect(new Set(worlds.map((w) => w.hashLow)).size).toBe(3);
});
