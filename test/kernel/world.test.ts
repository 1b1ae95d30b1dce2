// The world's promises, one by one, on each engine; random-steps.test.ts has them all at once.
import * as layout from "#layout";
import { describe, expect, test } from "vitest";
import { quantizeDelta } from "#motion";
import fc from "fast-check";
import type { JoinSpec, WorldRules } from "../../src/engine/rules.ts";
import { World } from "../../src/engine/world.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { joinSpec, randomOf, rules } from "./scenario.ts";

const UNIT = 256;

const RULES = rules(1000, { maxEntities: 1000, framesPerTick: 4, index: "auto", seed: 1 });

const JOIN = joinSpec(RULES);

function join(world: World, over: Partial<JoinSpec> = {}): number {
  const ticket = world.join({ ...JOIN, ...over });
  world.step();
  return world.joined(ticket);
}

describe.each(ENGINES)("a world on %s", (engine) => {
  const open = (over: Partial<WorldRules> = {}): World =>
    new World(openKernel(engine), { ...RULES, ...over });

  test("slow movers do not stick: 0.01 unit a tick is 10 units in 1,000 ticks", () => {
    const world = open();
    const id = join(world);
    let asked = 0;
    let given = 0;
    for (let t = 1; t <= 1000; t++) {
      asked += 0.01;
      // as a client does: what rounding left over goes into the next intent
      const dx = quantizeDelta(asked - given / UNIT);
      given += dx;
      world.intent(id, t, dx, 0);
      world.step();
    }
    expect(world.posX(id & 65535)).toBe(10 * UNIT);
  });

  test("H01 no pattern of arrival moves anything faster than its speed and its bank", () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 5, maxLength: 60 });
    const world = open({ minX: -1e6 * UNIT, maxX: 1e6 * UNIT });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 64 * UNIT }), (bursts, dx) => {
        const id = join(world);
        const row = id & 65535;
        let sequence = 0;
        const from = world.posX(row);
        bursts.forEach((count, t) => {
          for (let k = 0; k < count; k++) world.intent(id, ++sequence, dx, 0);
          world.step();
          const most = RULES.maxSpeed * (t + 1 + RULES.burstTicks);
          expect(world.posX(row) - from).toBeLessThanOrEqual(most);
        });
        world.leave(id);
        world.step();
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test("H04 an equal or lower sequence is never applied, whatever its delta", () => {
    const world = open();
    const id = join(world);
    const row = id & 65535;
    for (const sequence of [1, 2, 7, 2 ** 20, 2 ** 31 - 1]) {
      world.intent(id, sequence, UNIT, 0);
      world.step();
      const at = world.posX(row);
      for (const old of [0, 1, sequence - 1, sequence]) world.intent(id, old, UNIT, 0);
      world.step();
      expect([world.posX(row), world.sequence(row)]).toEqual([at, sequence]);
    }
    expect(world.total(layout.STALE_TOTAL)).toBe(20);
  });

  test("H05 whatever a float holds, the world stays finite and in bounds", () => {
    const world = open();
    const id = join(world);
    const row = id & 65535;
    let sequence = 0;
    const any = fc.oneof(fc.float(), fc.constantFrom(-0, 1e-45, 3e38, -3e38, NaN, Infinity));
    fc.assert(
      fc.property(any, any, (dx, dy) => {
        world.intent(id, ++sequence, quantizeDelta(dx), quantizeDelta(dy));
        world.step();
        expect(Math.abs(world.posX(row))).toBeLessThanOrEqual(1000 * UNIT);
        expect(Math.abs(world.posY(row))).toBeLessThanOrEqual(1000 * UNIT);
      }),
      { numRuns: 5000, seed: 5 },
    );
    expect(quantizeDelta(-0)).toBe(0);
    expect(Object.is(quantizeDelta(-0), -0)).toBe(false);
  });

  test("H08 nobody leaves the world, and who hits its border is told", () => {
    const world = open({ minX: -10 * UNIT, maxX: 10 * UNIT, minY: -10 * UNIT, maxY: 10 * UNIT });
    const random = randomOf(8);
    const id = join(world);
    const row = id & 65535;
    let told = 0;
    for (let t = 1; t <= 20_000; t++) {
      const dx = Math.round((random() * 2 - 1) * 8 * UNIT);
      const dy = Math.round((random() * 2 - 1) * 8 * UNIT);
      const x = world.posX(row) + dx;
      const y = world.posY(row) + dy;
      world.intent(id, t, dx, dy);
      world.step();
      expect(Math.max(Math.abs(world.posX(row)), Math.abs(world.posY(row)))).toBeLessThanOrEqual(
        10 * UNIT,
      );
      if (world.corrections.count > 0) told++;
      else expect([world.posX(row), world.posY(row)]).toEqual([x, y]);
    }
    expect(told).toBeGreaterThan(1000);
  });

  test("H12 a dead handle reaches nobody, through 100,000 births and deaths", () => {
    const world = open({ maxEntities: 40 });
    const dead: number[] = [];
    const random = randomOf(12);
    const live: { id: number; x: number }[] = [];
    let born = 0;
    while (born < 100_000) {
      const tickets = Array.from({ length: 20 }, () => world.join({ ...JOIN, observer: false }));
      for (let k = 0; k < 10; k++) {
        const stale = dead[Math.floor(random() * dead.length)];
        if (stale !== undefined) world.intent(stale, 1, UNIT, UNIT);
      }
      world.step();
      for (const ticket of tickets) {
        const id = world.joined(ticket);
        expect(id).not.toBe(0);
        live.push({ id, x: world.posX(id & 65535) });
        born++;
      }
      for (const { id, x } of live) expect(world.posX(id & 65535)).toBe(x);
      for (const { id } of live.splice(0, 20)) {
        world.leave(id);
        dead.push(id);
      }
      if (dead.length > 500) dead.splice(0, 100);
    }
    world.step();
    expect(world.liveCount).toBe(0);
    expect(world.total(layout.GONE_TOTAL)).toBeGreaterThan(40_000);
  });

  test("a full world refuses, and takes again when somebody left", () => {
    const world = open({ maxEntities: 2 });
    const ids = [join(world), join(world), join(world)];
    expect(ids.map((id) => id > 0)).toEqual([true, true, false]);
    world.leave(ids[0] ?? 0);
    world.step();
    expect(join(world)).toBeGreaterThan(0);
  });

  test("same inputs, same hash; a different input, another", () => {
    const run = (delta: number): string => {
      const world = open();
      const id = join(world);
      world.intent(id, 1, delta, 0);
      world.step();
      return `${String(world.hashLow)} ${String(world.hashHigh)}`;
    };
    expect(run(5)).toBe(run(5));
    expect(run(5)).not.toBe(run(6));
  });

  test("insert, remove and query of the index agree with a look at every row", () => {
    const world = open({ maxEntities: 600 });
    const random = randomOf(3);
    const live = new Set<number>();
    for (let t = 0; t < 300; t++) {
      const place = (): number => Math.round((random() * 2 - 1) * 1000 * UNIT);
      const ticket = world.join({ ...JOIN, observer: false, x: place(), y: place() });
      const [first] = live;
      if (live.size > 250 && first !== undefined) {
        world.leave(first);
        live.delete(first);
      }
      world.step();
      live.add(world.joined(ticket));
      const [x, y, radius] = [place() >> 3, place() >> 3, Math.round(random() * 400 * 32)];
      world.kernel.query(x, y, radius);
      const { views } = world.kernel;
      const found = new Set(views.query.subarray(0, views.world[layout.QUERY_COUNT]));
      const expected = new Set<number>();
      for (const id of live) {
        const row = id & 65535;
        const d2 = ((world.posX(row) >> 3) - x) ** 2 + ((world.posY(row) >> 3) - y) ** 2;
        if (d2 <= radius * radius) expected.add(row);
      }
      expect(found).toEqual(expected);
      expect(world.kernel.indexIsSound()).toBe(1);
    }
  });

  // `auto` would take brute force for so few
  test.each([
    ["quadtree", 0],
    ["brute", 1],
  ] as const)("a %s made anew on every tick: same sets", (index, isBrute) => {
    const [lazy, eager] = [open({ index }), open({ index })];
    const random = randomOf(4);
    const ids: number[] = [];
    for (let i = 0; i < 120; i++) {
      const at = { x: Math.round(random() * 70_000), y: Math.round(random() * 70_000) };
      for (const w of [lazy, eager]) w.join({ ...JOIN, ...at });
    }
    for (let t = 1; t <= 100; t++) {
      for (const w of [lazy, eager]) w.step();
      if (t === 1) for (let row = 0; row < 120; row++) ids.push(lazy.handle(row));
      for (const id of ids) {
        const dx = Math.round((random() * 2 - 1) * 6 * UNIT);
        for (const w of [lazy, eager]) w.intent(id, t, dx, -dx);
      }
      eager.kernel.rebuildIndex();
      for (const id of ids) {
        const row = id & 65535;
        const told = (w: World): number[] =>
          Array.from({ length: w.listTold(row) }, (_, i) => w.told(i)).sort((a, b) => a - b);
        expect(told(eager).join()).toBe(told(lazy).join());
      }
    }
    expect(eager.hashLow).toBe(lazy.hashLow);
    expect(lazy.kernel.views.world[layout.INDEX_IS_BRUTE]).toBe(isBrute);
    expect(lazy.kernel.views.world[layout.NODE_COUNT]).toBeGreaterThan(isBrute === 1 ? 0 : 4);
  });

  test("a skip moves the clock and nothing else, and refills the bank", () => {
    const world = open();
    const id = join(world, { bank: 0 });
    const before = world.tick;
    world.skip(5);
    world.step();
    expect(world.tick).toBe(before + 6);
    world.intent(id, 1, 6 * RULES.maxSpeed, 0);
    world.step();
    expect(world.posX(id & 65535)).toBe(6 * RULES.maxSpeed);
  });

  test("observers looked at in turns all come to theirs, also where steps skip ticks", () => {
    const world = open();
    for (let i = 0; i < 16; i++) join(world, { x: i * UNIT });
    world.budget(1, 2);
    world.step();
    const looks = new Array<number>(16).fill(0);
    for (let t = 0; t < 40; t++) {
      world.skip(1);
      world.step();
      for (let row = 0; row < 16; row++) if (!world.isResting(row)) looks[row] = looks[row]! + 1;
    }
    expect(looks).toEqual(new Array<number>(16).fill(10));
    const resting = Array.from({ length: 16 }, (_, row) => row).find((row) => world.isResting(row));
    const row = resting ?? -1;
    world.setLook((row + 1) & 15, 2);
    world.teleport(world.handle(row), 90 * UNIT, 0);
    const late = join(world, { x: 5 * UNIT });
    const looked = [row, (row + 1) & 15, late & 65535].map((each) => world.viewFlags(each) & 2);
    expect(looked).toEqual([2, 2, 2]);
    world.budget(4, 0);
    world.step();
    expect([...looks.keys()].some((each) => world.isResting(each))).toBe(false);
  });

  test("a smaller budget leaves far rows to turns, and changes nothing of the state", () => {
    const [whole, thinned] = [open(), open()];
    const sent = (world: World): number => {
      let frames = 0;
      for (let row = 0; row < 200; row++) frames += world.frameCount(row);
      return frames;
    };
    for (const world of [whole, thinned]) {
      for (let i = 0; i < 200; i++) world.join({ ...JOIN, x: i * 60, y: (i % 14) * 500 });
      for (let t = 0; t < 20; t++) world.step();
    }
    thinned.budget(1, 0);
    thinned.step();
    whole.step();
    for (let t = 1; t <= 20; t++) {
      for (const world of [whole, thinned]) {
        for (let row = 0; row < 200; row++)
          world.intent(world.handle(row), t, 256 - (t % 2) * 512, 0);
        world.step();
        expect(world.frameCount(100)).toBe(world === whole ? 3 : 1);
      }
      expect(thinned.viewFlags(100) & layout.FLAG_INCOMPLETE).toBe(layout.FLAG_INCOMPLETE);
      expect(sent(thinned)).toBeLessThan(sent(whole) / 2);
    }
    expect([thinned.hashLow, thinned.hashHigh]).toEqual([whole.hashLow, whole.hashHigh]);
    thinned.budget(8, 0);
    for (let t = 0; t < 3; t++) thinned.step();
    expect(thinned.viewFlags(100) & layout.FLAG_INCOMPLETE).toBe(0);
  });
});

test.each(["checked", "scalar"])("the %s build agrees with the release build", (build) => {
  const other = new URL(`../../build/kernel.${build}.wasm`, import.meta.url);
  const worlds = [openKernel("wasm"), openKernel("wasm", other)].map((k) => new World(k, RULES));
  for (const world of worlds) {
    for (let i = 0; i < 200; i++) world.join({ ...JOIN, x: i * 999, y: i * 555 });
    for (let t = 1; t < 100; t++) {
      for (let row = 0; row < 200; row++) world.intent(world.handle(row), t, row * 7 - t, t * 3);
      world.step();
    }
  }
  const [a, b] = worlds;
  expect(b?.hashLow).toBe(a?.hashLow);
  expect(b?.hashHigh).toBe(a?.hashHigh);
  for (let row = 0; row < 200; row++) {
    const told = (w: World | undefined): number[] =>
      Array.from({ length: w?.listTold(row) ?? 0 }, (_, i) => w?.told(i) ?? -1);
    expect(told(b)).toEqual(told(a));
  }
});
