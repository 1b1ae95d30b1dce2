// What one entity costs, kernel and host together, term by term; and that memory laid out for
// 65,535 entities costs nothing until they are there.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as layout from "#layout";
import { expect, test } from "vitest";
import { worldRules } from "../../src/config/rules.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import { World } from "../../src/engine/world.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { AOI_HEADER_MAX } from "../../src/protocol/encode.ts";
import { joinSpec, randomOf } from "./scenario.ts";

/** Neighbours that each entity sees: what one frame can move. The recorded crowds see 25 to 40. */
const NEIGHBOURS = 80;

const PAGE = readFileSync(new URL("../../docs/memory.md", import.meta.url), "utf8");

/** Runs a program in a process of its own, where nothing else allocates. @returns what it prints */
function alone(program: string): string {
  return execFileSync(process.execPath, ["--input-type=module", "-e", program]).toString();
}

const pathOf = (file: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../src/${file}`, import.meta.url)));

/**
 * Typed arrays of the whole gateway, bytes a session. Counted where they are made: what the process
 * says of its array buffers changes with every collection.
 */
function gatewayBytes(): number {
  const out = alone(`
    let made = 0;
    const counted = {
      construct(type, args) {
        const array = Reflect.construct(type, args);
        if (typeof args[0] === "number") made += array.byteLength;
        return array;
      },
    };
    for (const bits of ["Int8", "Uint8", "Int16", "Uint16", "Int32", "Uint32", "BigInt64",
      "BigUint64", "Float32", "Float64"]) {
      const name = bits + "Array";
      globalThis[name] = new Proxy(globalThis[name], counted);
    }
    globalThis.ArrayBuffer = new Proxy(ArrayBuffer, counted);
    globalThis.SharedArrayBuffer = new Proxy(SharedArrayBuffer, counted);
    const { Gateway } = await import(${pathOf("gateway/gateway.ts")});
    const { World } = await import(${pathOf("engine/world.ts")});
    const { openKernel } = await import(${pathOf("kernel/open.ts")});
    const { defaultConfig } = await import(${pathOf("config/schema.ts")});
    const { worldRules } = await import(${pathOf("config/rules.ts")});
    const { gatewayOptions } = await import(${pathOf("wiring.ts")});
    const config = defaultConfig();
    const world = new World(openKernel("js"), worldRules(config));
    const tokens = { make: () => new Uint8Array(32) };
    const sizes = [1000, 41000].map((maxConnections) => {
      const before = made;
      const options = { ...gatewayOptions(config, true), maxConnections };
      new Gateway(options, { world, transport: {}, tokens, now: () => 0, random: () => 0 });
      return made - before;
    });
    console.log((sizes[1] - sizes[0]) / 40000);`);
  return Number(out);
}

/** Entities of a world in which each sees about NEIGHBOURS others. */
const CROWD = 8000;

/** Fills such a world and lets it run. @returns its words */
function measuredCrowd(): Int32Array {
  const half = Math.ceil(Math.sqrt((CROWD * Math.PI * 200 ** 2) / NEIGHBOURS) / 2) * 256;
  const rules = { ...worldRules(defaultConfig()), maxEntities: CROWD };
  const bounds = { minX: -half, minY: -half, maxX: half, maxY: half };
  const world = new World(openKernel("wasm"), { ...rules, ...bounds });
  const random = randomOf(1);
  const at = (): number => Math.round((random() * 2 - 1) * half);
  for (let i = 0; i < CROWD; i++) world.join({ ...joinSpec(rules), x: at(), y: at() });
  for (let t = 1; t <= 100; t++) {
    world.step();
    for (let row = 0; row < CROWD; row++) {
      const [dx, dy] = [Math.round(random() * 1800 - 900), Math.round(random() * 1800 - 900)];
      world.intent(world.handle(row), t, dx, dy);
    }
  }
  return world.kernel.views.world;
}

test("an entity that observes costs at most 1,536 bytes", () => {
  const rows = layout.ROWS;
  const words = measuredCrowd();
  const crowd = (index: number): number => words[index] ?? NaN;
  const records = Math.floor((layout.FRAME_BYTES - AOI_HEADER_MAX - 3) / 6);
  const terms = {
    // generation, kind, flags, layer, x, y, bank and its tick, sequence, speed, radius,
    // components, place in the free list
    state: (layout.STATE_END - layout.STATE) / rows,
    // hash shares, wire form, born, moved, clean, cursor, lap, look, told set's and mask's place,
    // slot, frames, intents, verdicts, mark; and which candidate the row is
    derived: (layout.OUTPUT_END - layout.OUTPUT) / rows + 4,
    // row, wire form, layer, what it did, leaf: of as many slots as were laid
    slots: (crowd(layout.SORTED) * (4 + 2 + 1 + 1 + 4)) / CROWD,
    // box, slots, what follows, whether somebody came
    nodes: (crowd(layout.NODE_COUNT) * (7 * 4 + 1)) / CROWD,
    ranges: (crowd(layout.RANGES_USED) * 4) / CROWD,
    masks: (crowd(layout.MASKS_USED) * 4) / CROWD,
    // u16 per neighbour, in the half of this tick and in that of the last
    told: NEIGHBOURS * 2 * 2,
    // frames that move all neighbours in one tick: headroom, 512 bytes and spill, and a length
    frames: Math.ceil(NEIGHBOURS / records) * (layout.FRAME_STRIDE + 2),
    // one intent and its link
    intent: layout.INTENT_WORDS * 4 + 4,
    // every typed array of the gateway: session, window, publisher, queues
    gateway: gatewayBytes(),
  };
  expect(layout.HEADER_MAX).toBe(AOI_HEADER_MAX);
  const sum = Object.values(terms).reduce((a, b) => a + b, 0);
  const listed = Object.entries(terms).map(([name, bytes]) => `${name} ${bytes.toFixed(0)}`);
  expect(terms.gateway).toBeGreaterThan(300);
  expect(terms.state).toBeLessThanOrEqual(64);
  expect(crowd(layout.LIVE_COUNT)).toBe(CROWD);
  expect(sum, listed.join(", ")).toBeLessThanOrEqual(1536);
  const [, stated] = /\*\*Sum\*\*[ |]+\*\*([\d,]+)\*\*/.exec(PAGE) ?? [];
  expect(Math.abs(Number(stated?.replace(",", "")) - sum), listed.join(", ")).toBeLessThan(1);
});

test("docs/memory.md draws the map that was compiled", () => {
  const { STATE, OUTPUT, OUTPUT_END, MASKS, TOLD, POOL_HALF, COMMAND, FRAME_LENGTH, END } = layout;
  const edges = [
    STATE,
    OUTPUT,
    OUTPUT_END,
    MASKS,
    TOLD,
    TOLD + POOL_HALF * 4,
    COMMAND,
    FRAME_LENGTH,
    END,
  ];
  for (const edge of edges) expect(PAGE).toContain(` ${edge.toLocaleString("en-US")} `);
  expect(PAGE).toContain(`${layout.PAGES.toLocaleString("en-US")} pages`);
});

test("memory that no row touches costs no RAM", () => {
  const out = alone(`
    const { openKernel } = await import(${pathOf("kernel/open.ts")});
    const rss = () => process.memoryUsage.rss() / 1048576;
    openKernel("wasm"); openKernel("js");
    const before = rss();
    const kept = ["wasm", "wasm", "js", "js"].map((engine) => openKernel(engine));
    console.log(((rss() - before) / kept.length).toFixed(2));`);
  const laidOut = layout.END / 1048576;
  expect(laidOut).toBeGreaterThan(80);
  expect(Number(out)).toBeLessThan(laidOut / 10);
});

test.each(ENGINES)("masks of those who have gone are laid again (%s)", (engine) => {
  const rules = worldRules(defaultConfig());
  const world = new World(openKernel(engine), { ...rules, index: "brute" });
  const { maxSpeed, aoiRadius } = rules;
  const guest = { kind: 1, maxSpeed, aoiRadius, layer: 0, bank: -1, sequence: 0 };
  const words = world.kernel.views.world;
  const inUse = (): number => words[layout.MASKS_USED] ?? NaN;
  const arrive = (i: number): number =>
    world.join({ ...guest, x: (i % 50) * 256, y: 0, observer: true, visible: true });
  const tickets = Array.from({ length: 50 }, (_, i) => arrive(i));
  world.step();
  const there = tickets.map((ticket) => world.joined(ticket));
  const settled = inUse();
  const [steps, each] = [800, 8];
  let most = 0;
  for (let i = 0; i < steps; i++) {
    for (const handle of there.splice(0, each)) world.leave(handle);
    const coming = Array.from({ length: each }, (_, k) => arrive(i * each + k));
    world.step();
    there.push(...coming.map((ticket) => world.joined(ticket)));
    most = Math.max(most, inUse());
  }
  expect(settled).toBeGreaterThan(0);
  expect(steps * each * (settled / 50)).toBeGreaterThan(2 * layout.MASKS_SPENT);
  // What 50 have, as much again and the rest may lie there, and what came in the last step.
  expect(most).toBeGreaterThan(layout.MASKS_SPENT);
  expect(most).toBeLessThan(layout.MASKS_SPENT + 4 * settled);
  expect(world.total(layout.REBUILDS_TOTAL)).toBeLessThan(20);
});

test.each(ENGINES)("three worlds of the %s engine do not know each other", (engine) => {
  const rules = worldRules(defaultConfig());
  const worlds = [0, 1, 2].map((n) => {
    const world = new World(openKernel(engine), rules);
    for (let i = 0; i <= n; i++) {
      world.join({ ...joinSpec(rules), x: i * 100, y: n });
    }
    return world;
  });
  for (const world of worlds) world.step();
  expect(worlds.map((w) => w.liveCount)).toEqual([1, 2, 3]);
  expect(worlds.map((w) => w.toldCount(0))).toEqual([0, 1, 2]);
  expect(new Set(worlds.map((w) => w.hashLow)).size).toBe(3);
});
