// Told sets where there is no room: crowds too large for masks, no masks left, no frames left, a
// pool that is full.
import * as layout from "#layout";
import { describe, expect, test } from "vitest";
import { World } from "../../src/engine/world.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { randomOf, rules } from "./scenario.ts";
import { HERE, Story } from "./story.ts";

const UNIT = 256;
const BUILDS = ["kernel", "kernel.scalar"];

describe("crowds", () => {
  test("a crowd over 4,096 comes together and parts again", () => {
    const story = new Story({ maxEntities: 5000 });
    const other = { layer: 1, observer: false };
    story.scatter(3900, 40, other);
    story.scatter(30, 150);
    story.scatter(700, 20, other, 900, 900);
    story.tick(3);
    const movers = story.ids().slice(-700);
    for (let round = 0; round < 4; round++) {
      const to = round % 2 === 0 ? 0 : 900;
      for (const id of movers) story.put(id, to, to);
      for (const [i, id] of [...story.clients.keys()].entries()) {
        story.look(id, i % 5 === round ? 0 : 1);
      }
      for (let t = 0; t < 5; t++) {
        for (const id of story.clients.keys()) story.move(id, t % 2 === 0 ? 5 : -5, round - 1);
        story.tick();
      }
      // on the far side are lists of rows, and here masks
      if (to === 0) expect(story.word(layout.MASKS_USED)).toBeLessThan(30 * 136);
      if (round === 2) story.rebuildIndex();
    }
  });

  test("no room for another mask: sets are lists until the next rebuild", () => {
    const story = new Story();
    story.scatter(300, 700);
    story.tick(3);
    for (const room of [0, 40, 400]) {
      story.rebuildIndex();
      for (const w of story.worlds) {
        w.kernel.views.world[layout.MASKS_USED] = layout.MASK_SPARE - room;
      }
      for (let t = 0; t < 12; t++) {
        for (const [i, id] of story.ids().entries()) {
          story.look(id, (i + t) % 9 < 3 ? 0 : 1);
          story.move(id, i % 2 === 0 ? 5 : -5, i % 3);
        }
        story.put(story.ids()[t] ?? 0, 0, 0);
        story.tick();
      }
    }
  });

  test("frame slots run out: who waited is told in the end", () => {
    const N = 8400;
    const random = randomOf(6);
    const half = 570 * UNIT;
    const at = (): number => Math.round((random() * 2 - 1) * half);
    const places = Array.from({ length: N }, () => [at(), at()] as const);
    const told = BUILDS.map((build) => {
      const file = new URL(`../../build/${build}.wasm`, import.meta.url);
      const few = { maxEntities: N, maxVisible: 200, maxSpeed: 1, hysteresisPermille: 0 };
      const world = new World(openKernel("wasm", file), rules(570, few));
      for (const [x, y] of places) world.join({ ...HERE, x, y });
      world.step();
      expect(world.total(layout.FRAMES_SHORT_TOTAL)).toBeGreaterThan(0);
      world.step();
      const before = world.total(layout.FRAMES_SHORT_TOTAL);
      // all anew while some leave and some are elsewhere: those who wait had masks of old places
      for (let row = 0; row < N; row++) world.setLook(row, 2);
      for (let row = 0; row < 60; row++) world.leave(world.handle(row * 100));
      for (let row = 0; row < 60; row++) world.teleport(world.handle(row * 100 + 1), 0, row);
      world.step();
      expect(world.total(layout.FRAMES_SHORT_TOTAL)).toBeGreaterThan(before);
      world.step();
      world.step();
      expect(world.kernel.indexIsSound()).toBe(1);
      const all = Array.from({ length: N }, (_, row) => row);
      const rows = all.filter((row) => world.isLive(world.handle(row)));
      for (const row of rows.filter((r) => r % 600 === 7)) {
        expect(toldOf(world, row)).toEqual(nearest(world, row, rows).sort((a, b) => a - b));
      }
      return rows.filter((r) => r % 20 === 7).map((row) => toldOf(world, row).join());
    });
    expect(told[1]).toEqual(told[0]);
  });
});

test("the pool holds all sets that the rules allow, written down twice", () => {
  const maxEntities = 32768;
  const maxVisible = layout.PAIRS / maxEntities;
  const half = Math.round(Math.sqrt(maxEntities / 0.0104) / 2);
  const world = new World(openKernel("wasm"), rules(half, { maxEntities, maxVisible }));
  const random = randomOf(3);
  const at = (): number => Math.round((random() * 2 - 1) * half * UNIT);
  for (let i = 0; i < maxEntities; i++) world.join({ ...HERE, x: at(), y: at() });
  for (let t = 0; t < 7; t++) world.step();
  const sums = (): number[] =>
    Array.from({ length: maxEntities }, (_, row) => {
      let sum = 0;
      for (let i = world.listTold(row); i > 0; i--) sum += (world.told(i - 1) + 1) ** 2;
      return sum;
    });
  // once into each half of the pool
  for (let tick = 0; tick < 2; tick++) {
    for (let row = tick; row < maxEntities; row += 16) {
      // to where it stands: into another slot, and some into another leaf
      world.teleport(world.handle(row), world.posX(row), world.posY(row));
    }
    world.step();
    const before = sums();
    world.kernel.rebuildIndex();
    const after = sums();
    expect(after.filter((sum, row) => sum !== before[row]).length).toBe(0);
    world.step();
    world.step();
  }
});

function toldOf(world: World, row: number): number[] {
  const count = world.listTold(row);
  return Array.from({ length: count }, (_, i) => world.told(i)).sort((a, b) => a - b);
}

/** The rows that a capped observer is told of: by distance, ties by row. */
function nearest(world: World, row: number, rows: readonly number[]): number[] {
  const d2 = (other: number): number =>
    ((world.posX(other) >> 3) - (world.posX(row) >> 3)) ** 2 +
    ((world.posY(other) >> 3) - (world.posY(row) >> 3)) ** 2;
  const others = rows.filter((r) => r !== row).map((r) => [d2(r), r] as const);
  others.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return others.slice(0, 200).map(([, r]) => r);
}
