import { expect, test } from "vitest";

import { RandomStream } from "../../swarm/random.ts";
import { estimate, sideFor } from "./estimate.ts";
import type { Limits, Step } from "./estimate.ts";

const MIB = 1_048_576;
/** 1 ms and 0.01 ms a client; ticks 0.5 ms and 0.004; 100 MiB and 0.1 MiB. */
function crowd(clients: number, over: Partial<Step> = {}): Step {
  return {
    clients,
    cpuMs: 1 + 0.01 * clients,
    tickMs: 0.5 + 0.004 * clients,
    rss: (100 + 0.1 * clients) * MIB,
    ...{ neighbours: 10, tickRate: 40, bytes: 3000, messages: 40 },
    ...{ played: 1, neighbourMs: 30, latenessMs: 1 },
    ...over,
  };
}
const LIMITS: Limits = {
  ...{ tickMs: 25, tickBudget: 0.6, mbit: null },
  ...{ memory: 64_000 * MIB, descriptors: 65_664 },
};

test("the line through both crowds, to where the core's share of a tick is used up", () => {
  const told = estimate(crowd(200), crowd(600), LIMITS);
  expect(told.cpu.fixed).toBeCloseTo(1);
  expect(told.cpu.perClient).toBeCloseTo(0.01);
  // (0.8 * 25 - 1) / 0.01
  expect(told).toMatchObject({ clients: 1900, boundBy: "core" });
  // 1900 * (3000 + 40 * 70) * 8 / 10^6
  expect(told.mbitOut).toBeCloseTo(88.16);
  expect(told.bounds.map(({ name }) => name)).toEqual([
    ...["core", "tick_budget", "descriptors", "memory"],
  ]);
});

test.each([
  ["tick_budget", { tickBudget: 0.2 }, 1125],
  ["network", { mbit: 10 }, 172],
  ["memory", { memory: 200 * MIB }, 600],
  ["descriptors", { descriptors: 1024 }, 896],
] as const)("bound by %s", (boundBy, limits, clients) => {
  const told = estimate(crowd(200), crowd(600), { ...LIMITS, ...limits });
  expect(told).toMatchObject({ boundBy, clients });
  expect(told.bounds[0]).toEqual({ name: boundBy, clients });
});

test("what does not grow bounds nothing, and no figure is below 0", () => {
  const flat = estimate(crowd(200), crowd(600, { rss: 120 * MIB, tickMs: 1.3 }), LIMITS);
  expect(flat.bounds.find(({ name }) => name === "memory")?.clients).toBe(Infinity);
  expect(flat.bounds.find(({ name }) => name === "tick_budget")?.clients).toBe(Infinity);
  const small = estimate(crowd(200), crowd(600), { ...LIMITS, memory: 10 * MIB });
  expect(small).toMatchObject({ clients: 0, boundBy: "memory", mbitOut: 0 });
});

test("a world is as wide as the density wants it, people at its border included", () => {
  const [n, radius] = [1500, 200];
  const random = new RandomStream(1);
  for (const wanted of [5, 40, 200]) {
    const side = sideFor(n, wanted, radius);
    const at = Array.from({ length: n }, () => [random.next() * side, random.next() * side]);
    let pairs = 0;
    for (const [x1 = 0, y1 = 0] of at) {
      for (const [x2 = 0, y2 = 0] of at) {
        if ((x1 - x2) ** 2 + (y1 - y2) ** 2 <= radius ** 2) pairs++;
      }
    }
    expect(Math.abs(pairs / n - 1 - wanted)).toBeLessThan(0.05 * wanted + 0.3);
  }
});
