// A world that goes from WebAssembly to JavaScript and back, every few ticks: nobody can tell. Its
// hashes, frames, told sets and index are compared on every tick with those of worlds that stay,
// with joins, leaves, teleports, intents and clients that stop reading on the way.
import { describe, expect, test } from "vitest";
import { SCENARIOS } from "./scenario.ts";
import { Steps } from "./steps.ts";

const TICKS = 160;
const WITH = [
  "a plain crowd",
  "churn and teleports",
  "few rows, used again",
  "layers",
  "more than may be seen",
  "brute force and back to the quadtree",
  "everybody on the way",
  "clients that stop for long while rows are used again",
  "updates thinned to and fro",
];

describe.each(SCENARIOS.filter(({ name }) => WITH.includes(name)))("$name", (scenario) => {
  test.each([1, 7, 40])("H85 the kernel changes every %i ticks", (everyTicks) => {
    const steps = new Steps(scenario, 71 + everyTicks);
    steps.wander(everyTicks);
    for (let t = 0; t < TICKS; t++) steps.tick();
    const changes = Math.floor(TICKS / everyTicks);
    const expected = Array.from({ length: changes }, (_, i) => (i % 2 === 0 ? "wasm" : "js"));
    expect(steps.changes).toEqual(expected);
    expect(steps.looks).toBeGreaterThan(TICKS);
  });
});

test("the scenarios are those that are meant", () => {
  expect(SCENARIOS.filter(({ name }) => WITH.includes(name))).toHaveLength(WITH.length);
});
