import { expect, test } from "vitest";

import { estimate } from "./estimate.ts";
import type { Step } from "./estimate.ts";
import { grouped, report } from "./words.ts";

const MIB = 1_048_576;

test("the answer is one sentence, and what it was drawn from follows", () => {
  const small: Step = {
    ...{ clients: 200, neighbours: 9.8, cpuMs: 3, tickMs: 2, tickRate: 40, bytes: 3000 },
    ...{ messages: 40, rss: 100 * MIB, played: 1, neighbourMs: 28, latenessMs: 1 },
  };
  const large = { ...small, clients: 600, neighbours: 10.2, cpuMs: 8, tickMs: 5, neighbourMs: 33 };
  const limits = {
    ...{ tickMs: 25, tickBudget: 0.6, mbit: null, memory: 1000 * MIB, descriptors: 4096 },
  };
  const told = estimate(small, large, limits);
  const notes = ["The settings allow fewer: engine.max_entities is 1000."];
  expect(report({ estimate: told, small, large, limits, frames: 4, notes }).split("\n")).toEqual([
    "This box carries 1,560 clients at 10.2 neighbours (4 frames a tick at most), 72 Mbit/s out, " +
      "bound by the core that ticks.",
    "The settings allow fewer: engine.max_entities is 1000.",
    "",
    "        1,560  the core that ticks: 20.0 of 25 ms a tick",
    "        1,933  engine.tick_budget: ticks of 15.0 ms; beyond, updates are thinned",
    "        3,968  open files (ulimit -n): 4096",
    "  over 65,535  memory: 1000 MiB available",
    "",
    "200 clients, 9.8 neighbours: 3.00 ms of the core a tick, ticks of 2.00 ms, 3.0 kB/s each, " +
      "100 MiB, p99 to a neighbour 28 ms",
    "600 clients, 10.2 neighbours: 8.00 ms of the core a tick, ticks of 5.00 ms, 3.0 kB/s each, " +
      "100 MiB, p99 to a neighbour 33 ms",
    "",
  ]);
});

test("large counts are grouped", () => {
  expect([7, 999, 1000, 65_535, 1_234_567].map(grouped)).toEqual([
    ...["7", "999", "1,000", "65,535", "1,234,567"],
  ]);
});
