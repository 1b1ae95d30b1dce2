// The walk over the index against what the kernel itself answers.
import { LOOKS_TOTAL, SLOT_END, SORTED } from "#layout";
import { expect, test } from "vitest";
import { randomOf, rules } from "../../test/kernel/scenario.ts";
import type { IndexKind } from "../engine/rules.ts";
import { World } from "../engine/world.ts";
import { openKernel } from "./open.ts";
import { IndexShape } from "./shape.ts";

const UNIT = 256;

/** A world of walkers, every second of which observes, some ticks old. */
function lived(count: number, half: number, index: IndexKind): World {
  const world = new World(openKernel("js"), rules(half, { maxEntities: 2000, index }));
  const random = randomOf(3);
  const spread = (): number => Math.floor((random() * 2 - 1) * half * UNIT);
  const body = { kind: 1, maxSpeed: 1280, aoiRadius: 6400, layer: 0, bank: -1, sequence: 0 };
  for (let i = 0; i < count; i++)
    world.join({ ...body, x: spread(), y: spread(), observer: i % 2 === 0, visible: true });
  world.step();
  for (let tick = 1; tick <= 30; tick++) {
    for (let row = 0; row < count; row++)
      world.intent(world.handle(row), tick, Math.floor((random() * 2 - 1) * 900), 500);
    world.step();
  }
  return world;
}

function looseOf(world: World): number {
  return world.total(SLOT_END) - world.total(SORTED);
}

test.each([
  [1000, 1000],
  [300, 4000],
])("%i entities in a quadtree: every row is in a leaf or loose, and seen", (count, half) => {
  const world = lived(count, half, "quadtree");
  const shape = new IndexShape();
  shape.take(world.kernel);
  const rows = shape.rows.cells.at(-1) ?? 0;
  expect(rows + looseOf(world)).toBe(count);
  expect(shape.leaves).toBeGreaterThan(count / 32 - 1);
  expect(shape.leaves).toBe(shape.rows.cells.slice(0, -1).reduce((sum, n) => sum + n, 0));
  expect(shape.depth).toBeGreaterThan(2);
  expect(shape.depth).toBeLessThanOrEqual(17);
  // Observers in leaves, each compared with at least whom it was told of.
  const asked = shape.candidates.cells.slice(0, -1).reduce((sum, n) => sum + n, 0);
  expect(asked).toBeGreaterThanOrEqual(count / 2 - looseOf(world));
  expect(asked).toBeLessThanOrEqual(count / 2);
  let told = 0;
  for (let row = 0; row < count; row += 2) told += world.toldCount(row);
  expect(shape.candidates.cells.at(-1)).toBeGreaterThan(told - looseOf(world) * count);
  expect(shape.candidates.cells.at(-1)).toBeLessThan(asked * count * 1.5);
});

test("brute force is one leaf, whose rows everybody is compared with", () => {
  const world = lived(100, 500, "brute");
  const shape = new IndexShape();
  shape.take(world.kernel);
  expect([shape.depth, shape.leaves]).toEqual([1, 1]);
  expect(shape.rows.cells.at(-1)).toBe(100);
  const slots = world.total(SORTED) + looseOf(world);
  expect(shape.candidates.cells.at(-1)).toBe(50 * slots);
  expect(world.total(LOOKS_TOTAL)).toBe(31 * 50);
});

test("an empty world has no leaf, and a look adds nothing", () => {
  const world = new World(openKernel("js"), rules(100));
  world.step();
  const shape = new IndexShape();
  shape.take(world.kernel);
  expect([shape.depth, shape.leaves]).toEqual([0, 0]);
  expect(shape.rows.cells.every((cell) => cell === 0)).toBe(true);
});
