// A slice of `npm run prove -- fuzz`, which takes a million frames.
import { expect, test } from "vitest";
import { playBulk } from "./bulk.ts";
import { corpus } from "./frames.ts";
import { legalMove, read } from "./oracle.ts";
import { moveMessage } from "../../test/bytes.ts";

test("H31 30,000 fuzzed frames: no fault, and the state is that of a world without them", () => {
  const { faults, frames, malformed, legal, app, closes } = playBulk({ frames: 30_000, seed: 31 });
  expect(faults).toEqual([]);
  expect(frames).toBe(30_000);
  expect(malformed).toBeGreaterThan(5000);
  expect(legal).toBeGreaterThan(200);
  expect(app).toBeGreaterThan(100);
  for (const code of [1000, 1003, 4000, 4005, 4401]) expect(closes[code]).toBeGreaterThan(0);
});

test("H31 the same seed makes the same run", () => {
  const [one, other] = [7, 7].map((seed) => playBulk({ frames: 2000, seed }));
  expect({ ...other, memory: 0 }).toEqual({ ...one, memory: 0 });
});

test("the oracle knows a legal intent, and what is none", () => {
  const player = { entity: 65536, sequence: 5 };
  expect(legalMove(moveMessage(65536, 6n, 1, -1), player)).toEqual({ sequence: 6, dx: 1, dy: -1 });
  for (const bytes of [
    moveMessage(65536, 5n, 1, 1),
    moveMessage(65536, 6n + 2n ** 20n, 1, 1),
    moveMessage(65536, 2n ** 31n, 1, 1),
    moveMessage(65537, 6n, 1, 1),
    moveMessage(65536, 6n, NaN, 1),
    moveMessage(65536, 6n, 1, 1).subarray(0, 9),
  ])
    expect(legalMove(bytes, player)).toBeNull();
});

test("the corpus is small, and holds what is a message and what is none", () => {
  const all = corpus().map((bytes) => Uint8Array.from(bytes));
  expect(all.length).toBeGreaterThan(25);
  expect(Math.max(...all.map((bytes) => bytes.length))).toBeLessThanOrEqual(513);
  expect(all.filter((bytes) => read(bytes) === null).length).toBeGreaterThan(8);
  expect(all.filter((bytes) => read(bytes) !== null).length).toBeGreaterThan(8);
});
