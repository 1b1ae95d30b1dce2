// The index where it is in danger: rows at the margins of their leaves, on the move between them,
// dead and used again in one tick, and worlds at their limits. All builds beside the model, which
// looks at every pair.
import * as layout from "#layout";
import { describe, expect, test } from "vitest";
import { World } from "../../src/engine/world.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { circle, compareAnswers } from "./found.ts";
import { rules, SCENARIOS } from "./scenario.ts";
import { Steps } from "./steps.ts";
import { HERE, Story } from "./story.ts";

const UNIT = 256;

describe("margins", () => {
  test.each([
    [200, 0],
    [50, 0],
    [50, 100],
  ])("both stand slantwise out of their leaves, radius %i, hysteresis %i", (radius, permille) => {
    const story = new Story({ aoiRadius: radius * 32, hysteresisPermille: permille });
    const far = radius / Math.SQRT2 + 39;
    story.add(24 - far / 2, 24 - far / 2);
    story.add(24 + far / 2, 24 + far / 2);
    const [a, b] = story.tick();
    story.rebuildIndex();
    expect(story.word(layout.NODE_COUNT)).toBe(3);
    story.move(a ?? 0, 20, 20);
    story.move(b ?? 0, -20, -20);
    story.tick();
    const row = (b ?? 0) & 65535;
    for (const w of story.worlds) expect(w.toldCount(row)).toBe(1);
    const [x, y] = [story.world.posX(row) >> 3, story.world.posY(row) >> 3];
    compareAnswers(story, circle(x, y, radius * 32));
  });
});

describe("slots", () => {
  test("more newcomers in a tick than there are loose slots, then as many teleports", () => {
    const story = new Story({ maxEntities: 500 });
    story.scatter(200, 900);
    story.tick(3);
    story.scatter(200, 900);
    story.tick(2);
    for (const id of story.ids().slice(0, 200)) story.put(id, story.random() * 900, 500);
    story.tick(2);
    for (const id of story.ids()) story.put(id, -500, story.random() * 900);
    story.tick(2);
    expect(story.bodies.length).toBe(400);
  });

  test("an observer leaves in the tick in which it moved to another leaf", () => {
    const story = new Story();
    story.scatter(250, 900);
    story.tick(3);
    for (let t = 0; t < 30; t++) {
      const [a, b, c] = story.ids();
      story.put(a ?? 0, story.random() * 900, 0);
      story.leave(a ?? 0);
      story.put(b ?? 0, story.random() * 900, 0);
      story.put(b ?? 0, 0, story.random() * 900);
      story.move(b ?? 0, 3, 3);
      story.move(c ?? 0, 64, 0);
      story.move(c ?? 0, 0, 64);
      story.move(c ?? 0, -64, 0);
      story.add(300, 300);
      story.tick();
    }
  });

  test("who joins and leaves in one tick was never there, and its row goes on", () => {
    const story = new Story({ maxEntities: 3 });
    story.add(0, 0);
    story.add(10, 0);
    const [a] = story.tick();
    for (let t = 0; t < 20; t++) {
      // row 2 is the only one that is free: its next generation is its next name
      const generation = (story.world.handle(2) >>> 16) + 1;
      story.add(5, 5);
      for (const w of story.worlds) w.leave(2 | (generation << 16));
      story.move(a ?? 0, 1, 0);
      expect(story.tick()).toEqual([0]);
    }
  });

  test("rows change hands within a tick, whether their observers look or not", () => {
    const story = new Story({ maxEntities: 12 });
    story.scatter(12, 60);
    story.tick(2);
    const [watcher, sleeper] = story.ids();
    for (let t = 0; t < 60; t++) {
      story.look(sleeper ?? 0, t % 20 < 17 ? 0 : 1);
      for (const id of story.ids().slice(2, 2 + (t % 10))) story.leave(id);
      story.scatter(t % 10, 60);
      story.move(watcher ?? 0, t % 2 === 0 ? 4 : -4, 0);
      story.move(sleeper ?? 0, 0, t % 30 < 15 ? 5 : -5);
      if (t % 7 === 0) story.rebuildIndex();
      story.tick();
    }
  });

  test("those who do not look keep what they were told, whatever becomes of it", () => {
    const story = new Story({ maxEntities: 220 });
    story.scatter(200, 450);
    story.tick(4);
    for (let round = 0; round < 4; round++) {
      const ids = story.ids();
      for (const [i, id] of ids.entries()) story.look(id, i % 2 === 0 ? 0 : 1);
      for (let t = 0; t < 25; t++) {
        const some = ids.filter((id) => story.model.bodies.has(id));
        for (const id of some.slice(t, t + 8)) story.leave(id);
        for (const id of some.slice(t + 8, t + 16)) story.put(id, story.random() * 500, 0);
        for (const id of some.slice(t + 16, t + 160)) story.move(id, 5, t % 2 === 0 ? 5 : -5);
        story.scatter(8, 500);
        if (t === 12 && round % 2 === 0) story.rebuildIndex();
        story.tick();
      }
      for (const id of story.ids()) story.look(id, round % 3 === 0 ? 2 : 1);
      story.tick(2);
    }
  });
});

// the others are random-steps.test.ts's, whose clock counts its ticks
const HASTY = SCENARIOS.filter(({ stall, population }) => stall > 0.01 && population < 200);

test.each(HASTY)("ticks are skipped, bounds asserted: $name", (scenario) => {
  const steps = new Steps({ ...scenario, skip: 0.05, rebuild: 0.05 }, 5, true);
  for (let t = 0; t < 120; t++) steps.tick();
  expect(steps.looks).toBeGreaterThan(120);
});

describe("worlds", () => {
  test.each([65534, 65535])("brute force at a width of %i sight units", (width) => {
    const story = new Story({
      index: "brute",
      minX: -1000 * UNIT,
      minY: -1000 * UNIT,
      maxX: -1000 * UNIT + width * 8 + 7,
      maxY: -1000 * UNIT + width * 8 + 7,
    });
    for (const x of [-1000, -900, 0, 24, 950, 1047.9]) {
      for (const y of [-1000, -900, 0, 24, 950, 1047.9]) story.add(x, y);
    }
    story.tick(2);
    expect(story.word(layout.INDEX_IS_BRUTE)).toBe(width === 65534 ? 1 : 0);
    for (let t = 0; t < 40; t++) {
      for (const [i, id] of story.ids().entries()) story.move(id, (i % 3) - 1, (i % 5) - 2);
      story.tick();
    }
    compareAnswers(story, circle(-32000, -32000, 32000));
    compareAnswers(story, circle(33534, 33534, 32000));
  });

  test("corners of the largest world", () => {
    const story = new Story({}, 1_000_000);
    for (const x of [-1e6, -1e6 + 150, 0, 1e6 - 150, 1e6]) {
      for (const y of [-1e6, 0, 1e6]) story.scatter(4, 100, {}, x, y);
    }
    for (let t = 0; t < 40; t++) {
      for (const id of story.ids()) story.move(id, t < 20 ? 5 : -5, 0);
      if (t === 10) story.rebuildIndex();
      story.tick();
    }
    compareAnswers(story, circle(-32e6, 32e6, 32000));
  });

  test("all 65,535 rows, and one more is refused", () => {
    const story = new Story({ maxEntities: 65535, maxVisible: 64 }, 20000);
    story.scatter(65515, 20000, { observer: false });
    story.scatter(20, 20000);
    story.add(0, 0);
    const joined = story.tick();
    expect(joined.filter((id) => id !== 0).length).toBe(65535);
    expect(joined.at(-1)).toBe(0);
    for (const id of joined.slice(65515, 65535)) story.put(id, 0, 0);
    story.tick();
    expect(story.word(layout.SORTED)).toBeLessThanOrEqual(layout.LEAF_SLOTS);
  });

  test("layers, and those whom nobody sees", () => {
    const story = new Story();
    story.add(0, 0, { layer: 255 });
    story.add(0, 0, { layer: 254 });
    story.add(1, 0, { layer: 254, visible: false });
    story.add(2, 0, { layer: 254, visible: false, observer: false });
    story.add(3, 0, { layer: 254 });
    expect(story.tick().map((id) => id !== 0)).toEqual([false, true, true, true, true]);
    story.tick();
    const counts = story.ids().map((id) => story.world.toldCount(id & 65535));
    expect(counts).toEqual([1, 2, 0, 1]);
  });

  test("an index that changes every few ticks", () => {
    const story = new Story({ index: "auto" });
    // brute force up to BRUTE_ROWS, and from three quarters of them on downwards
    const few = Math.floor(layout.BRUTE_ROWS * 0.7);
    const change = Math.floor(layout.BRUTE_ROWS * 0.4);
    story.scatter(few, 300);
    story.tick(2);
    const kinds = new Set<number>();
    for (let round = 0; round < 12; round++) {
      if (round % 2 === 0) story.scatter(change, 300);
      else for (const id of story.ids().slice(0, change)) story.leave(id);
      for (const [i, id] of story.ids().entries()) story.look(id, i % 4 === 0 ? 0 : 1);
      story.tick();
      story.rebuildIndex();
      kinds.add(story.word(layout.INDEX_IS_BRUTE));
      for (let t = 0; t < 3; t++) {
        for (const id of story.ids()) story.move(id, 5, -5);
        story.tick();
      }
    }
    expect([...kinds].sort()).toEqual([0, 1]);
  });
});

describe.each(ENGINES)("the doors of %s", (engine) => {
  test("nobody was told of anybody in rows that are dead or never lived", () => {
    const world = new World(openKernel(engine), rules(100));
    for (const row of [0, 5, 65534, 65535]) expect(world.listTold(row)).toBe(0);
    for (let i = 0; i < 3; i++) world.join({ ...HERE, x: i });
    world.step();
    world.step();
    expect(world.listTold(1)).toBe(2);
    world.leave(world.handle(1));
    world.step();
    for (const again of [false, true]) {
      if (again) world.kernel.rebuildIndex();
      expect(world.listTold(1)).toBe(0);
      world.digests.take(1);
      expect([world.digests.count, world.digests.hash]).toEqual([0, 0]);
      expect([world.listTold(0), world.told(0)]).toEqual([1, 2]);
    }
  });

  test("who is teleported before a skip, in the same tick, leaves and enters", () => {
    const world = new World(openKernel(engine), rules(100));
    for (let i = 0; i < 6; i++) world.join({ ...HERE, x: i * UNIT });
    world.step();
    world.kernel.rebuildIndex();
    world.step();
    const [entered, left] = [layout.ENTERED_TOTAL, layout.LEFT_TOTAL].map((n) => world.total(n));
    world.teleport(world.handle(3), 0, UNIT);
    world.skip(5);
    world.step();
    // itself it is told all five anew, which is a reset
    expect(world.total(layout.LEFT_TOTAL) - (left ?? 0)).toBe(5);
    expect(world.total(layout.ENTERED_TOTAL) - (entered ?? 0)).toBe(10);
  });
});
