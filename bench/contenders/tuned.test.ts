// The contenders in plain JavaScript against the oracle: told sets, what enters and leaves, and
// what the clients show by its frames.
import { describe, expect, test } from "vitest";
import { burstyCrowd, clusteredCrowd, uniformCrowd } from "../crowds.ts";
import { Oracle } from "../oracle.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import { type Crowd, UNIT, Workload } from "../workload.ts";
import { digestOf, INTENT_WORDS, type Job } from "./contender.ts";
import { jsGrid } from "./js-grid.ts";
import { jsPairs } from "./js-pairs.ts";

const CONTENDERS = [
  ["js-grid", jsGrid],
  ["js-pairs", jsPairs],
] as const;
type Make = (typeof CONTENDERS)[number][1];

const TICKS = 40;
const ROWS = 300;

/** Walkers of whom now and then one runs as far as its bank goes, and some stand. */
function leapingCrowd(leaps: number): Crowd {
  const crowd = uniformCrowd(ROWS, 60);
  const random = new RandomStream(3);
  return {
    ...crowd,
    step: (row, tick, x, y, step) => {
      crowd.step(row, tick, x, y, step);
      const reach = random.next() < leaps ? 12 : row % 5 === 0 ? 0 : 1;
      step.dx *= reach;
      step.dy *= reach;
    },
  };
}

/** Plays a crowd on the contender and on the oracle. @returns moved records framed */
function play(crowd: Crowd, make: Make, job: Job): number {
  const workload = new Workload(crowd);
  const world = make(job);
  world.open(workload);
  const oracle = new Oracle(workload);
  const digests = (of: (row: number) => Int32Array): Int32Array =>
    Int32Array.from({ length: crowd.n }, (_, row) => digestOf(of(row)));
  let updates = 0;
  let entered = 0;
  let left = 0;
  for (let tick = 0; tick < TICKS; tick++) {
    const intents = workload.next();
    world.load(intents, intents.length / INTENT_WORDS);
    world.tick();
    const expected = oracle.tick(intents);
    expect({ entered: world.entered, left: world.left }).toEqual({
      entered: expected.entered,
      left: expected.left,
    });
    expect(digests((row) => world.told(row))).toEqual(expected.told);
    updates += world.updates;
    entered += world.entered;
    left += world.left;
    if (job === "sets") continue;
    expect(world.updates).toBeGreaterThanOrEqual(expected.updatesMin);
    expect(world.updates).toBeLessThanOrEqual(expected.updatesMax);
    world.follow();
    expect(digests((row) => world.shown(row))).toEqual(expected.shown);
  }
  expect(entered).toBeGreaterThan(0);
  expect(left).toBeGreaterThan(0);
  return updates;
}

const JOBS = CONTENDERS.flatMap(([name, make]) =>
  (["sets", "tick"] as const).map((job) => [name, job, make] as const),
);

describe.each(JOBS)("%s, the job %s", (_contender, job, make) => {
  test.each([
    ["uniform", uniformCrowd(ROWS, 30)],
    ["clustered", clusteredCrowd(ROWS, 30)],
    ["denser than a frame holds", uniformCrowd(ROWS, 150)],
    ["now and then a leap", leapingCrowd(0.001)],
    ["leaps in every tick", leapingCrowd(0.1)],
    ["intents held back", burstyCrowd(ROWS, 30)],
  ])("%s", (_name, crowd) => {
    const updates = play(crowd, make, job);
    if (job === "tick") expect(updates).toBeGreaterThan(0);
    else expect(updates).toBe(0);
  });
});

describe.each(CONTENDERS)("%s, the movement rule", (_contender, make) => {
  const SPEED = 5 * UNIT;

  /** Two rows that see each other; row 0 does what is asked. @returns where row 1 sees it */
  function opened(x: number, y: number): (...intents: number[][]) => [x: number, y: number] {
    const positions = { x: Int32Array.of(x, x), y: Int32Array.of(y, y) };
    const bounds = { min: -1000 * UNIT, max: 1000 * UNIT };
    const rules = { maxSpeed: SPEED, burstTicks: 16, radius: 6400, leave: 7040 };
    const world = make("tick");
    world.open({ n: 2, intentsMax: 2, ...positions, ...bounds, ...rules });
    return (...intents) => {
      world.load(Int32Array.from(intents.flatMap((intent) => [0, ...intent])), intents.length);
      world.tick();
      world.follow();
      const shown = world.shown(1);
      return [(shown[1]! << 16) >> 16, (shown[2]! << 16) >> 16];
    };
  }

  test("a full bank is spent in one tick, and refilled by the speed of each tick", () => {
    const tick = opened(0, 0);
    expect(tick([1, 16 * SPEED, 0])).toEqual([64 * 32, 0]);
    expect(tick([2, 4 * SPEED, 0])).toEqual([84 * 32, 0]);
    // 80 - 64 + 5 - 20 = 1 is left, and 5 come
    expect(tick([3, 6 * UNIT + 1, 0])).toEqual([84 * 32, 0]);
    expect(tick([4, 11 * UNIT, 0])).toEqual([95 * 32, 0]);
  });

  test("what is over the bank is refused whole, what is above 64 units is cut first", () => {
    const tick = opened(0, 0);
    expect(tick([1, 64 * UNIT, 64 * UNIT])).toEqual([0, 0]);
    expect(tick([2, 500 * UNIT, 0])).toEqual([64 * 32, 0]);
  });

  test("a length is rounded up before it is compared", () => {
    const tick = opened(0, 0);
    tick([1, 64 * UNIT, 0]);
    tick([2, 21 * UNIT - 1, 0]);
    // 1/256 is left, and 5 units come: 1,281 / 256; the length is 1,281.0004 / 256
    expect(tick([3, 1281, 1])).toEqual([(64 + 21) * 32 - 1, 0]);
    expect(tick([4, 1281, 0])[0]).toBe(((64 + 21) * UNIT - 1 + 1281) >> 3);
  });

  test("a sequence must rise, and a refused intent uses its sequence", () => {
    const tick = opened(0, 0);
    expect(tick([5, 256, 0])).toEqual([32, 0]);
    expect(tick([5, 256, 0])).toEqual([32, 0]);
    expect(tick([4, 256, 0])).toEqual([32, 0]);
    expect(tick([6, 64 * UNIT, 64 * UNIT], [6, 256, 0])).toEqual([32, 0]);
    expect(tick([7, 256, 0], [8, 0, -256])).toEqual([64, -32]);
  });

  test("nobody leaves the world", () => {
    const tick = opened(999 * UNIT, -999 * UNIT);
    expect(tick([1, 3 * UNIT, -3 * UNIT])).toEqual([1000 * 32, -1000 * 32]);
  });
});
