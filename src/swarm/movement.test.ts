import { expect, test } from "vitest";
import { Replica } from "../client/replica.ts";
import { Crowd } from "./crowd.ts";
import type { Movement } from "./movement.ts";
import { RandomWalk } from "./walk.ts";

const FIELD = { minX: -300, minY: -200, maxX: 300, maxY: 200, maxSpeed: 5, maxStep: 64 };
const AGENTS = 60;

/** Plays without a server: every step is applied as the rule would. */
function play(movement: Movement, rounds: number) {
  const view = new Replica();
  const step = { dx: 0, dy: 0 };
  const x = new Int32Array(AGENTS);
  const y = new Int32Array(AGENTS);
  let longest = 0;
  let outside = 0;
  let rests = 0;
  for (let agent = 0; agent < AGENTS; agent++) {
    const place = { x: 0, y: 0 };
    movement.start(agent, 0, place);
    x[agent] = place.x * 256;
    y[agent] = place.y * 256;
    expect([x[agent], y[agent]]).toEqual([place.x * 256, place.y * 256]); // on the grid
  }
  for (let round = 0; round < rounds; round++)
    for (let agent = 0; agent < AGENTS; agent++) {
      movement.step(agent, round * 25, x[agent]!, y[agent]!, view, step);
      const dx = Math.floor(step.dx * 256 + 0.5);
      const dy = Math.floor(step.dy * 256 + 0.5);
      longest = Math.max(longest, Math.ceil(Math.hypot(dx, dy)));
      if (step.dx === 0 && step.dy === 0) rests += 1;
      x[agent]! += dx;
      y[agent]! += dy;
      if (Math.abs(x[agent]!) > 300 * 256 || Math.abs(y[agent]!) > 200 * 256) outside += 1;
    }
  return { x: [...x], y: [...y], longest, outside, rests };
}

const makers: [string, (seed: number) => Movement][] = [
  ["RandomWalk", (seed) => new RandomWalk(AGENTS, seed, FIELD)],
  ["Crowd", (seed) => new Crowd(AGENTS, seed, FIELD)],
];

test.each(makers)("%s: within top speed and the world, the same for the same seed", (_, make) => {
  const first = play(make(3), 2000);
  expect(first.longest).toBeLessThanOrEqual(5 * 256);
  expect(first.outside).toBe(0);
  expect(play(make(3), 2000)).toEqual(first);
  expect(play(make(4), 2000).x).not.toEqual(first.x);
});

test("a crowd walks, rests, and gathers", () => {
  const rounds = 2400;
  const { rests, x, y } = play(new Crowd(AGENTS, 9, FIELD), rounds);
  expect(rests / (rounds * AGENTS)).toBeGreaterThan(0.1);
  expect(rests / (rounds * AGENTS)).toBeLessThan(0.9);
  // Most have somebody within 25 units; uniformly spread it would be one in three.
  const near = x.filter((_, a) =>
    x.some((_, b) => a !== b && Math.hypot(x[a]! - x[b]!, y[a]! - y[b]!) < 25 * 256),
  );
  expect(near.length).toBeGreaterThan(AGENTS * 0.6);
});

test("two who stand too near part", () => {
  const crowd = new Crowd(2, 1, FIELD);
  const place = { x: 0, y: 0 };
  crowd.start(0, 0, place);
  const view = new Replica();
  view.size = 1;
  view.ids[0] = 5;
  view.x[0] = Math.round((place.x - 1) * 32);
  view.y[0] = Math.round(place.y * 32);
  const step = { dx: 0, dy: 0 };
  crowd.step(0, 0, place.x * 256, place.y * 256, view, step);
  expect(step.dx).toBeGreaterThan(0);
});
