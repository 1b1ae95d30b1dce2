import { expect, test } from "vitest";
import { FrameBudget } from "./frame-budget.ts";
import { Rate } from "./rate.ts";
import { Rates } from "./rates.ts";

const OPTIONS = {
  messagesPerSecond: 200,
  bytesPerSecond: 32768,
  errorsPerSecond: 10,
  maxStrikes: 3,
};

test("what comes at its rate is let through for ever, and what is above is cut to it", () => {
  const rate = new Rate(2, 40, 2000);
  let honest = 0;
  let greedy = 0;
  for (let tick = 0; tick < 24_000; tick++) {
    if (rate.takes(0, 1, 0)) honest++;
    for (let i = 0; i < 5; i++) if (rate.takes(1, 1, 0)) greedy++;
    rate.pass(0, 25);
    rate.pass(1, 25);
  }
  expect(honest).toBe(24_000);
  expect(greedy).toBeGreaterThanOrEqual(24_000);
  expect(greedy).toBeLessThanOrEqual(24_000 + 2 * 40 + 1);
});

test("says when it would let through again", () => {
  const rate = new Rate(1, 1, 3000);
  const answers = Array.from({ length: 6 }, () => rate.takes(0, 1, 0));
  expect(answers).toEqual([true, true, true, true, false, false]);
  const wait = rate.waitMs(0);
  expect(wait).toBe(1000);
  rate.pass(0, wait - 1);
  expect(rate.takes(0, 1, 0)).toBe(false);
  rate.pass(0, 1);
  expect(rate.takes(0, 1, 0)).toBe(true);
});

test("a slot that is used again begins anew", () => {
  const rate = new Rate(1, 1, 0);
  expect([rate.takes(0, 9, 0), rate.takes(0, 1, 0)]).toEqual([true, false]);
  rate.open(0);
  expect(rate.takes(0, 1, 0)).toBe(true);
});

test("of the time between two messages no fraction is lost, and no number overflows", () => {
  const clock = { now: 2 ** 32 - 5000.5 };
  const budget = new FrameBudget(64, 25, () => clock.now);
  const rates = new Rates(1, { ...OPTIONS, messagesPerSecond: 40 }, budget);
  rates.open(0);
  let taken = 0;
  for (let i = 0; i < 2400; i++) {
    if (rates.takes(rates.messages, 0, 1)) taken++;
    budget.beginTick((clock.now += 25.0625));
  }
  expect(taken).toBe(2400);
});

test("20 s of the process standing still cost an honest client nothing, a flood its more", () => {
  const clock = { now: 1000 };
  const budget = new FrameBudget(64, 25, () => clock.now);
  const rates = new Rates(2, OPTIONS, budget);
  rates.open(0);
  rates.open(1);
  clock.now += 20_000;
  let refused = 0;
  let flooded = 0;
  // Two messages for each of the 800 ticks, before the first tick that runs again.
  for (let i = 0; i < 1600; i++) {
    budget.count();
    if (!rates.takes(rates.messages, 0, 1)) refused++;
  }
  for (let i = 0; i < 20_000; i++) {
    budget.count();
    if (rates.takes(rates.messages, 1, 1)) flooded++;
  }
  expect(refused).toBe(0);
  expect(flooded).toBe(22 * 200 + 1);
  for (let tick = 0; tick < 50; tick++) budget.beginTick((clock.now += 25));
  expect(budget.stalledMs).toBe(0);
});

test("a strike is a second in which something was refused; a minute later it is forgotten", () => {
  const clock = { now: 0 };
  const budget = new FrameBudget(64, 25, () => clock.now);
  const rates = new Rates(1, OPTIONS, budget);
  rates.open(0);
  const strikes = (): boolean[] => Array.from({ length: 3 }, () => rates.strikes(0));
  expect(strikes()).toEqual([true, false, false]);
  budget.beginTick((clock.now = 1000));
  expect(strikes()).toEqual([true, false, false]);
  expect(rates.isOut(0)).toBe(false);
  budget.beginTick((clock.now = 60_000));
  expect(strikes()).toEqual([true, false, false]);
  expect(rates.isOut(0)).toBe(false);
  for (const now of [61_000, 62_000]) {
    budget.beginTick((clock.now = now));
    rates.strikes(0);
  }
  expect(rates.isOut(0)).toBe(true);
  rates.open(0);
  expect(rates.isOut(0)).toBe(false);
});
