// Queries at their limits; random ones are asked in every random step.
import { NONE } from "#layout";
import { describe, expect, test } from "vitest";
import type { World } from "../../src/engine/world.ts";
import { compareAnswers, nearest } from "./found.ts";
import { Story } from "./story.ts";

const UNIT = 256;

function rows(world: World, count: number): number[] {
  return Array.from({ length: count }, (_, i) => world.queries.row(i));
}

describe.each(["quadtree", "brute"] as const)("queries over a %s", (index) => {
  /** Rows 0 to 24 on a grid of five by five, 10 units apart, row 12 in the middle. */
  function grid(): Story {
    const story = new Story({ index });
    for (let y = -20; y <= 20; y += 10) for (let x = -20; x <= 20; x += 10) story.add(x, y);
    story.tick(2);
    return story;
  }

  test("the nearest come first, ties by row, and no more than are wanted", () => {
    const { worlds } = grid();
    for (const w of worlds) {
      const ask = (most: number, radius: number): number[] =>
        rows(w, w.queries.nearest(0, 0, most, radius * UNIT));
      expect(ask(4, 1000)).toEqual([12, 7, 11, 13]);
      expect(ask(1, 1000)).toEqual([12]);
      expect(ask(25, 1000)).toHaveLength(25);
      expect(ask(1e9, 1e9)).toHaveLength(25);
      expect(ask(9, 10)).toEqual([12, 7, 11, 13, 17]);
      expect(ask(9, 9.96875)).toEqual([12]);
      expect(ask(0, 1000)).toEqual([]);
      expect(ask(-1, 1000)).toEqual([]);
    }
  });

  test("a rectangle has its borders, and may be endless, empty or out of the world", () => {
    const { worlds } = grid();
    for (const w of worlds) {
      const ask = (...box: readonly [number, number, number, number]): number[] => {
        const [minX, minY, maxX, maxY] = box;
        return rows(w, w.queries.rectangle(minX * UNIT, minY * UNIT, maxX * UNIT, maxY * UNIT));
      };
      expect(ask(-10, 0, 10, 0)).toEqual([11, 12, 13]);
      expect(ask(0, 0, 0, 0)).toEqual([12]);
      expect(ask(-9.96875, 0, 9.96875, 0)).toEqual([12]);
      expect(ask(-Infinity, -Infinity, Infinity, Infinity)).toHaveLength(25);
      expect(ask(10, 0, -10, 0)).toEqual([]);
      expect(ask(1001, -2000, 1e9, 2000)).toEqual([]);
      expect(ask(-1e9, -2000, -1001, 2000)).toEqual([]);
    }
  });

  test("a circle has its border; far from the world there is nobody", () => {
    const { worlds } = grid();
    for (const w of worlds) {
      expect(rows(w, w.queries.circle(0, 0, 10 * UNIT))).toEqual([7, 11, 12, 13, 17]);
      expect(w.queries.circle(0, 0, 1e12)).toBe(25);
      expect(w.queries.circle(1e12, -1e12, 1e12)).toBe(0);
      expect(w.queries.nearest(1e12, -1e12, 5, 1e12)).toBe(0);
      expect(w.queries.row(0)).toBe(NONE);
    }
  });
});

test("a query between two steps finds who is there as of the first, and changes nothing", () => {
  const [asked, unasked] = [new Story(), new Story()];
  for (const story of [asked, unasked]) story.scatter(150, 300);
  const [first] = asked.tick();
  unasked.tick();
  for (let t = 0; t < 20; t++) {
    for (const story of [asked, unasked]) {
      for (const id of story.ids()) story.move(id, 5, t % 2 === 0 ? 5 : -5);
    }
    const { world } = asked;
    const row = (first ?? 0) & 65535;
    const here = [world.posX(row), world.posY(row)] as const;
    expect(world.queries.nearest(...here, 1, 0)).toBe(1);
    for (const w of asked.worlds) w.queries.rectangle(-1e6, -1e6, 1e6, 1e6);
    asked.tick();
    unasked.tick();
    expect(world.hashLow).toBe(unasked.world.hashLow);
    for (const id of asked.ids()) {
      const at = id & 65535;
      expect(world.frameCount(at)).toBe(unasked.world.frameCount(at));
      expect(world.toldCount(at)).toBe(unasked.world.toldCount(at));
    }
  }
});

test("of a crowd in one point, the wanted are those of the lowest rows", () => {
  const story = new Story({ maxEntities: 3000, maxVisible: 8 });
  for (let i = 0; i < 2500; i++) story.add(3, 3, { observer: i === 0 });
  story.tick(2);
  compareAnswers(story, nearest(96, 96, 40, 0));
  compareAnswers(story, nearest(0, 0, 2000, 32000));
  for (const w of story.worlds) {
    expect(rows(w, w.queries.nearest(0, 0, 5, 1000 * UNIT))).toEqual([0, 1, 2, 3, 4]);
  }
});
