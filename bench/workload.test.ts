import { expect, test } from "vitest";

import { crowdOf, evenCase } from "./cases.ts";
import { INTENT_WORDS } from "./contenders/contender.ts";
import { halfFor, STEP_MAX, UNIT, Workload } from "./workload.ts";

const CASES = [evenCase("uniform", 300, 0), evenCase("clustered", 300, 0)];
const TICKS = 40;

test.each(CASES)("$name: the same intents every time", (play) => {
  const [one, other] = [new Workload(crowdOf(play)), new Workload(crowdOf(play))];
  expect(one.x).toEqual(other.x);
  expect(one.y).toEqual(other.y);
  for (let tick = 0; tick < TICKS; tick++) expect(one.next()).toEqual(other.next());
});

test("intents that are written into the same array are those of arrays of their own", () => {
  const play = evenCase("uniform", 50, 0);
  const [one, other] = [new Workload(crowdOf(play)), new Workload(crowdOf(play))];
  const into = new Int32Array(50 * INTENT_WORDS);
  for (let tick = 0; tick < TICKS; tick++) expect(one.next(into)).toEqual(other.next());
});

test.each(CASES)("$name: each row asks once, in the world, by the speed, but for slips", (play) => {
  const workload = new Workload(crowdOf(play));
  let slips = 0;
  for (let tick = 1; tick <= TICKS; tick++) {
    const intents = workload.next();
    const rows = new Set<number>();
    for (let at = 0; at < intents.length; at += INTENT_WORDS) {
      const [row, sequence, dx, dy] = intents.subarray(at, at + INTENT_WORDS);
      rows.add(row!);
      const isSlow = Math.ceil(Math.sqrt(dx! * dx! + dy! * dy!)) <= STEP_MAX;
      if (sequence !== tick || !isSlow) slips++;
    }
    expect(rows.size).toBe(play.n);
  }
  // two in 1,024 of 12,000
  expect(slips).toBeGreaterThan(5);
  expect(slips).toBeLessThan(60);
  const edge = (play.width / 2) * UNIT;
  expect(Math.max(...workload.x, ...workload.y)).toBeLessThanOrEqual(edge);
  expect(Math.min(...workload.x, ...workload.y)).toBeGreaterThanOrEqual(-edge);
});

test("the world is as large as the number of neighbours asks for", () => {
  expect(halfFor(1000, 0)).toBe(1000);
  const half = halfFor(10000, 100);
  const neighbours = (10000 * Math.PI * 200 ** 2) / (2 * half) ** 2;
  expect(neighbours).toBeCloseTo(100, 0);
});

test("intents held back come eight at once, in a straight line, and no bank is ever spent", () => {
  const play = evenCase("bursty", 300, 0);
  const workload = new Workload(crowdOf(play));
  const counts = new Map<number, number>();
  for (let tick = 1; tick <= TICKS; tick++) {
    const intents = workload.next();
    const ofRow = new Map<number, string[]>();
    for (let at = 0; at < intents.length; at += INTENT_WORDS) {
      const [row, , dx, dy] = intents.subarray(at, at + INTENT_WORDS);
      ofRow.set(row!, [...(ofRow.get(row!) ?? []), `${dx},${dy}`]);
    }
    expect(intents.length).toBeLessThanOrEqual(workload.intentsMax * INTENT_WORDS);
    for (const [row, steps] of ofRow) {
      expect(steps).toHaveLength(row % 10 === 0 ? 8 : 1);
      // but for one that slips
      expect(new Set(steps).size).toBeLessThanOrEqual(2);
      counts.set(row, (counts.get(row) ?? 0) + steps.length);
    }
  }
  expect(counts.size).toBe(play.n);
  expect(new Set(counts.values())).toEqual(new Set([TICKS]));
});
