import { setTimeout as sleep } from "node:timers/promises";
import { getHeapStatistics } from "node:v8";

import { expect, onTestFinished, test } from "vitest";

import { until } from "../../test/until.ts";
import { CELLS, PROCESS } from "./catalogue.ts";
import { cellOf } from "./layout.ts";
import { reservedBytes, startRuntime } from "./runtime.ts";

const MB = 1024 * 1024;
/** Arrays of 1,000 numbers: 64 MB, four times what V8 lets new objects have. */
const THROWN_AWAY = 8192;

/**
 * The event loop stands still for a while, and more is thrown away than new objects have room.
 * @param told grows with each look; resolves after one that has seen it
 */
async function heldUp(told: readonly unknown[]): Promise<void> {
  await sleep(100);
  const end = performance.now() + 200;
  let thrown: number[][] = [];
  for (let i = 0; i < THROWN_AWAY || performance.now() < end; i++) {
    thrown.push(new Array<number>(1000).fill(i));
    if (thrown.length > 500) thrown = [];
  }
  const looks = told.length;
  await until(() => told.length > looks, "another look");
}

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
  const collectionsAt = cellOf(PROCESS.gc, "minor");
  const gone = cells.subarray(collectionsAt, collectionsAt + PROCESS.gc.edges.length + 1);
  const found = async () => {
    await heldUp(told);
    const [lag50 = NaN, lagMax = NaN] = [PROCESS.lagP50, PROCESS.lagMax].map(({ at }) => cells[at]);
    return [lagMax > 0.1, lag50 < lagMax, gone.some((count) => count > 0)];
  };
  await expect.poll(found).toEqual([true, true, true]);
  // All of one look: a collection in between takes less away from both.
  expect(cells[PROCESS.heapOld.at]).toBe(told.at(-1)?.[0]);
  expect(cells[PROCESS.heapUsed.at]).toBeGreaterThan(cells[PROCESS.heapOld.at] ?? Infinity);
  expect(cells[PROCESS.heapTotal.at]).toBeGreaterThan(cells[PROCESS.heapUsed.at] ?? Infinity);
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
