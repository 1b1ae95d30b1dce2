import { expect, test } from "vitest";

import { Repeats, REPEATS_PER_SECOND } from "./repeats.ts";

function setUp() {
  const clock = { now: 0 };
  return { clock, repeats: new Repeats(() => clock.now) };
}

test("of one message so many lines a second, the others counted and said in a later one", () => {
  const { clock, repeats } = setUp();
  const allowed = Array.from({ length: 25 }, () => {
    expect(repeats.takeLeftOut()).toEqual([]);
    return repeats.allows("warn", "again");
  });
  expect(allowed.filter(Boolean)).toHaveLength(REPEATS_PER_SECOND);
  expect(allowed.indexOf(false)).toBe(REPEATS_PER_SECOND);
  expect(repeats.suppressed).toBe(25 - REPEATS_PER_SECOND);
  clock.now = 999;
  expect(repeats.takeLeftOut()).toEqual([]);
  clock.now = 1000;
  const left = { level: "warn", message: "again", repeated: 25 - REPEATS_PER_SECOND };
  expect(repeats.takeLeftOut()).toEqual([left]);
  expect(repeats.takeLeftOut()).toEqual([]);
  expect(repeats.allows("warn", "again")).toBe(true);
});

test("another message, or another level, has its own count", () => {
  const { repeats } = setUp();
  for (let i = 0; i < 20; i++) repeats.allows("warn", "again");
  expect(repeats.allows("warn", "something else")).toBe(true);
  expect(repeats.allows("error", "again")).toBe(true);
  expect(repeats.allows("warn", "again")).toBe(false);
});

test("messages that are all different take no memory without an end, and none is lost", () => {
  const { repeats } = setUp();
  for (let i = 0; i < 5000; i++) expect(repeats.allows("warn", `message ${i}`)).toBe(true);
  for (let i = 0; i < 20; i++) expect(repeats.allows("warn", "message 4000")).toBe(true);
  expect(repeats.suppressed).toBe(0);
});

test("what was left out last is said at the end", () => {
  const { repeats } = setUp();
  repeats.takeLeftOut();
  for (let i = 0; i < 12; i++) repeats.allows("error", "again");
  expect(repeats.drain()).toEqual([{ level: "error", message: "again", repeated: 2 }]);
  expect(repeats.drain()).toEqual([]);
});
