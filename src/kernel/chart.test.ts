import { describe, expect, test } from "vitest";
import * as layout from "#layout";
import { placeNewcomer } from "../engine/places.ts";
import type { JoinSpec, WorldRules } from "../engine/rules.ts";
import { World } from "../engine/world.ts";
import { Chart } from "./chart.ts";
import { ENGINES } from "./kernel.ts";
import { openKernel } from "./open.ts";
import { sketchBytes, sketchIn, takeSketch } from "./sketch.ts";

const HALF = 1000 * layout.UNIT;
const RULES: WorldRules = {
  ...{ minX: -HALF, minY: -HALF, maxX: HALF, maxY: 3 * HALF },
  ...{ maxSpeed: 1280, burstTicks: 16, aoiRadius: 6400, hysteresisPermille: 100 },
  ...{
    maxEntities: 1000,
    maxVisible: 1000,
    framesPerTick: 4,
    componentBytes: 0,
    index: "quadtree",
    seed: 1,
  },
};
const JOIN: JoinSpec = {
  ...{ kind: 1, x: 0, y: 0, maxSpeed: 1280, aoiRadius: 3200, layer: 0 },
  ...{ observer: true, visible: true, bank: -1, sequence: 0 },
};

function inhabited(count: number, rules = RULES, engine = ENGINES[0] as (typeof ENGINES)[number]) {
  const world = new World(openKernel(engine), rules);
  const place = { x: 0, y: 0 };
  for (let i = 0; i < count; i++) {
    placeNewcomer(rules, i + 1, place);
    world.join({ ...JOIN, ...place });
  }
  world.step();
  return world;
}

/** Of the world as it is now. */
function chartOf(world: World, entitiesMax: number, cellsMax: number): Chart {
  const sketch = sketchIn(new SharedArrayBuffer(sketchBytes(false)), 0, false);
  takeSketch(world.kernel.views, sketch);
  return new Chart(sketch, world.rules, entitiesMax, cellsMax);
}

describe.each(ENGINES)("a chart of a world on %s", (engine) => {
  test("has every live entity where it is, and no other", () => {
    const world = inhabited(500, RULES, engine);
    for (const handle of [...world.liveHandles()].slice(0, 200)) world.leave(handle);
    world.step();
    const chart = chartOf(world, 1000, 1000);
    chart.takeEntities();
    const live = [...world.liveHandles()].map((handle) => handle & 0xffff);
    expect(live).toHaveLength(300);
    expect([...chart.rows.subarray(0, chart.entityCount)]).toEqual(live);
    live.forEach((row, i) => {
      const shareX = (world.posX(row) + HALF) / (2 * HALF);
      const shareY = (world.posY(row) + HALF) / (4 * HALF);
      expect(chart.xs[i]).toBe(Math.floor(shareX * 65_535));
      expect(chart.ys[i]).toBe(Math.floor(shareY * 65_535));
    });
  });

  test("is of the moment at which its sketch was taken", () => {
    const world = inhabited(40, RULES, engine);
    const sketch = sketchIn(new SharedArrayBuffer(sketchBytes(true) + 8), 8, true);
    takeSketch(world.kernel.views, sketch);
    for (const handle of world.liveHandles()) world.leave(handle);
    world.step();
    const chart = new Chart(sketch, world.rules, 1000, 1000);
    chart.takeEntities();
    expect(chart.entityCount).toBe(40);
    takeSketch(world.kernel.views, sketch);
    chart.takeEntities();
    expect(chart.entityCount).toBe(0);
  });

  test("its cells hold every entity that was there when they were made", () => {
    const world = inhabited(500, RULES, engine);
    const chart = chartOf(world, 1000, 1000);
    chart.takeEntities();
    chart.takeCells();
    expect(chart.isBrute).toBe(false);
    expect(chart.cellCount).toBeGreaterThan(10);
    for (let i = 0; i < chart.entityCount; i++) {
      const [x, y] = [chart.xs[i] ?? -1, chart.ys[i] ?? -1];
      let holders = 0;
      for (let at = 0; at < chart.cellCount * 4; at += 4) {
        const [left = 0, top = 0, right = 0, bottom = 0] = chart.cells.subarray(at, at + 4);
        // two units: sight units are rounded, and so is a share
        if (x >= left - 2 && x <= right + 2 && y >= top - 2 && y <= bottom + 2) holders++;
      }
      expect(holders).toBeGreaterThanOrEqual(1);
    }
  });
});

test("of more entities than it has room for, as many, spread over all rows", () => {
  const chart = chartOf(inhabited(1000), 300, 8);
  chart.takeEntities();
  const rows = [...chart.rows.subarray(0, chart.entityCount)];
  expect(rows).toHaveLength(300);
  expect(new Set(rows).size).toBe(300);
  const gaps = rows.slice(1).map((row, i) => row - (rows[i] ?? 0));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(4);
  chart.takeCells();
  expect(chart.cellCount).toBe(8);
});

test("few entities have one cell, which is the world", () => {
  const chart = chartOf(inhabited(60, { ...RULES, maxY: HALF, index: "auto" }), 100, 100);
  chart.takeCells();
  expect(chart.isBrute).toBe(true);
  expect([...chart.cells.subarray(0, chart.cellCount * 4)]).toEqual([0, 0, 65_535, 65_535]);
});
