import { expect, test } from "vitest";
import { Clock } from "./clock.ts";

/** Runs a clock against times at which the host comes by. @returns [ticks run, ticks given up] */
function run(times: readonly number[], catchUpMax = 4): [number, number] {
  const clock = new Clock(25, catchUpMax);
  clock.start(0);
  let ticks = 0;
  for (const now of times) {
    while (clock.isDue(now)) {
      clock.take(now);
      ticks++;
    }
  }
  return [ticks, clock.skipped];
}

test("a punctual host runs every tick", () => {
  expect(run(Array.from({ length: 400 }, (_, i) => (i + 1) * 25))).toEqual([400, 0]);
});

test("jitter below a tick loses none and adds none", () => {
  const times = Array.from({ length: 400 }, (_, i) => (i + 1) * 25 + ((i * 7) % 24));
  expect(run(times)).toEqual([400, 0]);
});

test("a short stall is caught up", () => {
  expect(run([25, 50, 150])).toEqual([6, 0]);
});

test("a long stall is given up but for the catch-up", () => {
  expect(run([25, 10_025])).toEqual([1 + 4, 396]);
});

test("run and given up make the whole of time, whatever the stalls", () => {
  for (let stall = 1; stall < 3000; stall += 37) {
    const [ticks, skipped] = run([25, 25 + stall, 25 * 200]);
    expect(ticks + skipped).toBe(200);
  }
});

test("never early", () => {
  const clock = new Clock(25, 4);
  clock.start(1000);
  expect(clock.isDue(1024.999)).toBe(false);
  expect(clock.isDue(1025)).toBe(true);
});
