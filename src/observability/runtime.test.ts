import { setTimeout as sleep } from "node:timers/promises";
import { getHeapStatistics } from "node:v8";

import { expect, onTestFinished, test } from "vitest";

import { until } from "../../test/until.ts";
import { CELLS, PROCESS } from "./catalogue.ts";
import { cellOf } from "./layout.ts";
import { reservedBytes, startRuntime } from "./runtime.ts";

const MB = 1024 * 1024;

test("heap, event loop, collector and resources of this thread are on the board", async () => {
  const cells = new Float64Array(CELLS);
  const told: [number, number][] = [];
  const runtime = startRuntime({ cells, onHeap: (used, limit) => told.push([used, limit]) });
  onTestFinished(() => runtime.stop());
  expect(told).toHaveLength(1);
  const [used = 0, limit = 0] = told[0] ?? [];
  expect(used).toBeGreaterThan(MB);
  expect(used).toBeLessThan(limit);
  expect(limit).toBe(getHeapStatistics().heap_size_limit - 80 * MB);
  expect(cells[PROCESS.heapOld.at]).toBe(used);
  expect(cells[PROCESS.heapLimit.at]).toBe(limit);
  await sleep(100);
  // The event loop stands still for a while, and much is thrown away.
  const held = performance.now() + 200;
  let thrown: number[][] = [];
  while (performance.now() < held) {
    thrown.push(new Array<number>(1000).fill(thrown.length));
    if (thrown.length > 500) thrown = [];
  }
  await until(() => told.length === 2, "another look");
  expect(cells[PROCESS.lagMax.at]).toBeGreaterThan(0.1);
  expect(cells[PROCESS.lagP50.at]).toBeLessThan(cells[PROCESS.lagMax.at] ?? 0);
  const pauses = cellOf(PROCESS.gc, "minor");
  const counted = cells.slice(pauses, pauses + PROCESS.gc.edges.length + 1);
  expect(counted.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  expect(cells[PROCESS.heapUsed.at]).toBeGreaterThan(used);
  expect(cells[PROCESS.heapTotal.at]).toBeGreaterThan(used);
  const { at, values } = PROCESS.resources;
  const listed = cells.slice(at, at + values.length).reduce((sum, count) => sum + count, 0);
  expect(listed).toBeGreaterThan(0);
});

test("after its end nothing is looked at any more", async () => {
  let looks = 0;
  const runtime = startRuntime({ cells: new Float64Array(CELLS), onHeap: () => looks++ });
  runtime.stop();
  await sleep(1200);
  expect(looks).toBe(1);
});

test("what nobody can use of V8's limit is five semi-spaces of 16 MB, or as was told", () => {
  expect(reservedBytes([])).toBe(80 * MB);
  expect(reservedBytes(["--max-old-space-size=96"])).toBe(80 * MB);
  expect(reservedBytes(["--max-semi-space-size=64", "--max_semi_space_size=4"])).toBe(20 * MB);
});
