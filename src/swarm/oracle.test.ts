import { describe, expect, test } from "vitest";
import { Oracle } from "./oracle.ts";
import { RandomStream } from "./random.ts";
import { WitnessLog } from "./witness-log.ts";

const ENTER = 200 * 32;
const LEAVE = 220 * 32;
const LAST = 1;
const RESET = 2;
const INCOMPLETE = 4;
const MERGED = 8;

type View = Map<number, [x: number, y: number]>;

/** A small world that obeys the rule: a told set for each bot, built one by one, pair by pair. */
class World {
  readonly log = new WitnessLog();
  readonly told: Set<number>[];
  tick = 100;
  readonly x: number[];
  readonly y: number[];

  constructor(places: [x: number, y: number][]) {
    this.x = places.map(([x]) => x * 256);
    this.y = places.map(([, y]) => y * 256);
    this.told = places.map(() => new Set());
    places.forEach((_, bot) => this.join(bot));
    this.step();
  }

  id(bot: number): number {
    return 0x1000_0000 + bot;
  }

  join(bot: number): void {
    this.log.joined(bot, this.tick, this.id(bot), this.x[bot]!, this.y[bot]!);
  }

  /** @param flags of all bots' updates in this tick */
  step(flags = 0, looks = true): void {
    this.tick += 1;
    this.x.forEach((x, bot) => {
      const blur = this.tick === 101 ? RESET : flags;
      this.log.stood(bot, this.tick, blur, x, this.y[bot]!);
      if (looks) this.look(bot);
    });
  }

  look(bot: number): void {
    for (let other = 0; other < this.x.length; other++) {
      const dx = (this.x[bot]! >> 3) - (this.x[other]! >> 3);
      const dy = (this.y[bot]! >> 3) - (this.y[other]! >> 3);
      const distance = dx * dx + dy * dy;
      if (other === bot || distance > LEAVE ** 2) this.told[bot]!.delete(other);
      else if (distance <= ENTER ** 2) this.told[bot]!.add(other);
    }
  }

  view(bot: number): View {
    return new Map(
      [...this.told[bot]!].map((other) => [
        this.id(other),
        [this.x[other]! >> 3, this.y[other]! >> 3],
      ]),
    );
  }

  show(bot: number, view: View = this.view(bot), flags = 0): void {
    const entries = [...view];
    this.log.view(
      bot,
      this.tick,
      flags,
      {
        size: entries.length,
        ids: Uint32Array.from(entries, ([id]) => id),
        x: Int32Array.from(entries, ([, [x]]) => x),
        y: Int32Array.from(entries, ([, [, y]]) => y),
      },
      -1,
    );
  }

  showAll(): void {
    this.x.forEach((_, bot) => this.show(bot));
  }

  judge() {
    const differences: string[] = [];
    const rules = { aoiRadius: ENTER, leaveRadius: LEAVE };
    const oracle = new Oracle(this.x.length + 4, rules, (what) => differences.push(what));
    oracle.accept(this.log.take().slice());
    oracle.advance(this.tick + 100);
    return { differences, figures: oracle.figures, oracle };
  }
}

const NONE = { missing: 0, extra: 0, wrongPositions: 0 };

test("a history that obeys the rule has no difference: 40 walkers, 400 ticks, all views", () => {
  const random = new RandomStream(11);
  const place = (): [number, number] => [random.next() * 900 - 450, random.next() * 900 - 450];
  const world = new World(Array.from({ length: 40 }, place));
  for (let i = 0; i < 400; i++) {
    for (let bot = 0; bot < 40; bot++) {
      world.x[bot]! += Math.round((random.next() - 0.5) * 5000);
      world.y[bot]! += Math.round((random.next() - 0.5) * 5000);
    }
    world.step();
    world.showAll();
  }
  const { figures, differences } = world.judge();
  expect(differences).toEqual([]);
  expect(figures).toMatchObject({ ...NONE, views: 16_000, uncertain: 0, late: 0, strangers: 0 });
  expect(figures.entries).toBeGreaterThan(10_000);
});

describe("finds", () => {
  const places: [number, number][] = [
    [0, 0],
    [100, 0],
    [150, 50],
    [600, 600],
  ];

  test("a missing entity", () => {
    const world = new World(places);
    world.step();
    const view = world.view(0);
    view.delete(world.id(2));
    world.show(0, view);
    const { figures, differences } = world.judge();
    expect(figures).toMatchObject({ ...NONE, missing: 1 });
    expect(differences[0]).toMatch(
      /view of bot 0, bot 2 \(entity 268435458\) at 4800,1600, .* is missing/,
    );
  });

  test("an entity that is out of reach", () => {
    const world = new World(places);
    world.step();
    world.show(0, world.view(0).set(world.id(3), [19200, 19200]));
    expect(world.judge().figures).toMatchObject({ ...NONE, extra: 1 });
  });

  test("a wrong position, by 1/32 unit", () => {
    const world = new World(places);
    world.step();
    world.show(0, world.view(0).set(world.id(1), [3201, 0]));
    const { figures, differences } = world.judge();
    expect(figures).toMatchObject({ ...NONE, wrongPositions: 1 });
    expect(differences[0]).toContain("is shown at 3201,0");
  });

  test("a record that the log was told to corrupt", () => {
    const world = new World(places);
    world.step();
    const columns = {
      size: 2,
      ids: Uint32Array.of(world.id(1), world.id(2)),
      x: Int32Array.of(3200, 4800),
      y: Int32Array.of(0, 1600),
    };
    world.log.view(0, world.tick, 0, columns, 1);
    expect(world.judge().figures).toMatchObject({ ...NONE, wrongPositions: 1 });
  });

  test("a stale member of the ring: it entered the ring from outside and was never told", () => {
    const world = new World([
      [0, 0],
      [300, 0],
    ]);
    world.x[1] = 210 * 256;
    world.step();
    world.show(0, world.view(0).set(world.id(1), [210 * 32, 0]));
    expect(world.judge().figures).toMatchObject({ ...NONE, extra: 1 });
  });

  test("a member of the ring that was dropped too early", () => {
    const world = new World(places);
    world.x[1] = 210 * 256;
    world.step();
    const view = world.view(0);
    expect(view.has(world.id(1))).toBe(true);
    view.delete(world.id(1));
    world.show(0, view);
    expect(world.judge().figures).toMatchObject({ ...NONE, missing: 1 });
  });

  test("a member of the ring that should have left before it came back", () => {
    const world = new World(places);
    const stale = (): View => world.view(0).set(world.id(1), [world.x[1]! >> 3, 0]);
    world.x[1] = 221 * 256;
    world.step();
    world.x[1] = 215 * 256;
    world.step();
    world.show(0, stale());
    expect(world.judge().figures).toMatchObject({ ...NONE, extra: 1 });
  });

  test("itself, one twice, one that is gone, one before it joined", () => {
    const world = new World(places);
    world.step();
    world.show(0, world.view(0).set(world.id(0), [0, 0]));
    const twice = [...world.view(0), ...world.view(0)];
    const columns = {
      size: twice.length,
      ids: Uint32Array.from(twice, ([id]) => id),
      x: Int32Array.from(twice, ([, [x]]) => x),
      y: Int32Array.from(twice, ([, [, y]]) => y),
    };
    world.log.view(1, world.tick, 0, columns, -1);
    const early = world.view(1).set(77, [0, 0]);
    world.show(1, early);
    world.step();
    world.log.joined(5, world.tick, 77, 10 * 256, 0);
    world.log.left(2, world.tick, world.id(2));
    world.log.gone(2, world.tick, world.id(2));
    world.show(3, world.view(3).set(world.id(2), [4800, 1600]));
    const { differences } = world.judge();
    for (const words of [/itself/, /twice/, /after it was gone/, /it joined in tick/])
      expect(differences.join("\n")).toMatch(words);
  });
});

describe("does not compare", () => {
  test("incomplete, merged and reset views, nor voided ones, but counts them", () => {
    const world = new World([
      [0, 0],
      [100, 0],
    ]);
    const empty: View = new Map();
    for (const flags of [INCOMPLETE, INCOMPLETE, MERGED, RESET]) {
      world.step(flags);
      world.show(0, empty, flags);
    }
    world.step();
    world.show(0, empty);
    world.log.voided(0, world.tick);
    world.step(LAST & 0);
    world.show(0);
    expect(world.judge().figures).toMatchObject({
      ...NONE,
      incomplete: 2,
      incompleteRun: 2,
      merged: 2,
      reset: 1,
      views: 1,
    });
  });

  test("pairs that an incomplete tick left open in the ring, until they leave it", () => {
    const world = new World([
      [0, 0],
      [195, 0],
    ]);
    world.step(INCOMPLETE);
    world.x[1] = 205 * 256;
    world.step();
    world.show(0, new Map()); // it may not have been told before the pair came into the ring
    world.show(0);
    world.x[1] = 199 * 256;
    world.step();
    world.x[1] = 205 * 256;
    world.step();
    world.show(0, new Map()); // but now it was
    const { figures } = world.judge();
    expect(figures).toMatchObject({ ...NONE, uncertain: 2, missing: 1 });
  });

  test("one whose place is unknown, or that is about to go", () => {
    const world = new World([
      [0, 0],
      [100, 0],
      [100, 20],
    ]);
    world.step();
    world.tick += 1;
    world.log.unseen(1, world.tick);
    world.log.left(2, world.tick, world.id(2));
    world.show(0, new Map());
    world.show(
      0,
      new Map([
        [world.id(1), [1, 1]],
        [world.id(2), [2, 2]],
      ]),
    );
    const { figures } = world.judge();
    expect(figures).toMatchObject({ ...NONE, uncertain: 2, views: 2 });
  });

  test("strangers, but counts them", () => {
    const world = new World([[0, 0]]);
    world.step();
    world.show(
      0,
      new Map([
        [9, [1, 1]],
        [8, [2, 2]],
      ]),
    );
    const { figures, oracle } = world.judge();
    expect(figures).toMatchObject({ ...NONE, strangers: 2 });
    expect(oracle.strangerIds).toBe(2);
  });
});

test("a bot that comes again is somebody new: nothing of its old pairs remains", () => {
  const world = new World([
    [0, 0],
    [190, 0],
  ]);
  world.step();
  world.log.left(1, world.tick + 1, world.id(1));
  world.tick += 2;
  world.x[1] = 210 * 256;
  world.log.joined(1, world.tick, 99, world.x[1], 0);
  world.log.gone(1, world.tick + 1, world.id(1));
  world.tick += 1;
  world.log.stood(1, world.tick, RESET, world.x[1], 0);
  world.tick += 1;
  world.log.stood(1, world.tick, 0, world.x[1], 0);
  world.show(0, new Map());
  world.show(1, new Map());
  expect(world.judge().figures).toMatchObject({ ...NONE, views: 2, uncertain: 0 });
});

test("what comes for a closed tick is counted as late", () => {
  const oracle = new Oracle(2, { aoiRadius: ENTER, leaveRadius: LEAVE }, () => undefined);
  const log = new WitnessLog();
  log.joined(0, 10, 1, 0, 0);
  oracle.accept(log.take().slice());
  oracle.advance(20);
  log.stood(0, 20, 0, 0, 0);
  log.stood(0, 21, 0, 0, 0);
  oracle.accept(log.take().slice());
  oracle.advance(21);
  expect(oracle.figures).toMatchObject({ late: 1, ticks: 12 });
});
