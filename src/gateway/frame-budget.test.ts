import { expect, test } from "vitest";
import { FrameBudget } from "./frame-budget.ts";

const MOST = 64;
const TICK_MS = 25;

function budgetOf() {
  const clock = { now: 1000 };
  const budget = new FrameBudget(MOST, TICK_MS, () => clock.now);
  return { clock, budget };
}

test("a flood gains nothing, however late it makes the tick", () => {
  const { clock, budget } = budgetOf();
  for (let i = 0; i < 100_000; i++) {
    clock.now += 0.05;
    budget.count();
  }
  expect(clock.now).toBeGreaterThan(5000);
  budget.beginTick(clock.now);
  expect(budget.most).toBe(MOST);
});

test("a quiet server is not one that stood still", () => {
  const { clock, budget } = budgetOf();
  for (let tick = 0; tick < 400; tick++) {
    clock.now += TICK_MS;
    budget.beginTick(clock.now);
    budget.count();
  }
  expect(budget.most).toBe(MOST);
});

test.each(["a frame", "the tick"])("a stall that %s finds: its backlog is heard for 1 s", (who) => {
  const { clock, budget } = budgetOf();
  clock.now += 20_000;
  if (who === "the tick") budget.beginTick(clock.now);
  else for (let i = 0; i < 16; i++) budget.count();
  // Four frames for each of 800 ticks.
  expect(budget.most).toBe(MOST + 3200);
  for (let tick = 0; tick < 39; tick++) budget.beginTick((clock.now += TICK_MS));
  expect(budget.most).toBe(MOST + 3200);
  for (let tick = 0; tick < 2; tick++) budget.beginTick((clock.now += TICK_MS));
  expect(budget.most).toBe(MOST);
});

test("a stall counts for a minute at most", () => {
  const { clock, budget } = budgetOf();
  clock.now += 3_600_000;
  budget.beginTick(clock.now);
  expect(budget.most).toBe(MOST + 4 * 2400);
});

test("short stalls do not prolong what a long one gave", () => {
  const { clock, budget } = budgetOf();
  budget.beginTick((clock.now += 20_000));
  for (let tick = 0; tick < 80; tick++) budget.beginTick((clock.now += 3 * TICK_MS));
  expect(budget.most).toBe(MOST + 3 * 4);
});
