import { expect, test } from "vitest";
import { Clock } from "./clock.ts";
import { Thinning } from "./thinning.ts";
import type { World } from "./world.ts";

/** Levels after each of `ticks` ticks of one length. */
function run(thinning: Thinning, ticks: number, ms: number, skipped = 0): number[] {
  return Array.from({ length: ticks }, () => {
    thinning.note(ms, skipped);
    return thinning.level;
  });
}

function open(): { thinning: Thinning; told: [number, number][] } {
  const told: [number, number][] = [];
  const budget = (frames: number, shift: number): boolean => told.push([frames, shift]) > 0;
  const world = { budget } as Partial<World> as World;
  return { thinning: new Thinning(world, new Clock(25, 4), 0.6), told };
}

test("ticks within their budget change nothing, a single long one neither", () => {
  const { thinning, told } = open();
  run(thinning, 400, 14.9);
  expect(thinning.level).toBe(0);
  run(thinning, 400, 8);
  run(thinning, 1, 20_000);
  expect(Math.max(...run(thinning, 100, 8))).toBe(0);
  expect(told).toEqual([]);
});

test("levels rise one by one, far rows first, half a second apart; and fall more slowly", () => {
  const { thinning, told } = open();
  const rising = run(thinning, 200, 24);
  expect([0, 1, 2, 3].map((level) => rising.filter((each) => each === level).length)).toEqual([
    19, 20, 20, 141,
  ]);
  const falling = run(thinning, 400, 3);
  const at = (level: number): number => falling.filter((each) => each === level).length;
  expect([at(2), at(1)]).toEqual([80, 80]);
  expect(falling.at(-1)).toBe(0);
  expect(told).toEqual([
    [1, 0],
    [1, 1],
    [1, 2],
    [1, 1],
    [1, 0],
    [8, 0],
  ]);
});

test("between the bounds a level is kept: what it saves is still needed", () => {
  const { thinning } = open();
  run(thinning, 60, 24);
  const { level } = thinning;
  expect(level).toBeGreaterThan(0);
  expect(new Set(run(thinning, 1000, 10))).toEqual(new Set([level]));
});

test("a tick that others were given up for is too long, however short it was", () => {
  const { thinning } = open();
  run(thinning, 60, 5, 1);
  expect(thinning.level).toBeGreaterThan(0);
});

test("a full queue of commands puts a change off", () => {
  const world = { budget: () => false } as Partial<World> as World;
  const thinning = new Thinning(world, new Clock(25, 4), 0.6);
  expect(Math.max(...run(thinning, 100, 24))).toBe(0);
});
