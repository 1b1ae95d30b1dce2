// A world whose kernels trap every few ticks, at any tick: nobody can tell. Its hashes, frames,
// told sets and index are compared on every tick with those of worlds that never met a trap,
// with joins, leaves, teleports, intents and clients that stop reading on the way.
import { describe, expect, test } from "vitest";
import { Rescue } from "../../src/engine/rescue.ts";
import { World } from "../../src/engine/world.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import { randomOf, SCENARIOS } from "./scenario.ts";
import { Steps } from "./steps.ts";
import { openTrapping } from "./trapping.ts";

const TICKS = 80;
const TRAP_CHANCE = 0.2;
const WITH = [
  "churn and teleports",
  "few rows, used again",
  "more than may be seen",
  "brute force and back to the quadtree",
  "clients that stop for long while rows are used again",
  "another index every few ticks",
  "updates thinned to and fro",
];

describe.each(SCENARIOS.filter(({ name }) => WITH.includes(name)))("$name", (scenario) => {
  test.each(ENGINES)("H84 the %s kernel traps at random ticks", (engine) => {
    const steps = new Steps(scenario, 171);
    const random = randomOf(5);
    let isArmed = false;
    // The step that is run again does not: what trapped was in its memory.
    const open = openTrapping(() => {
      const traps = isArmed;
      isArmed = false;
      return traps;
    });
    const rescue = new Rescue({ open, windowTicks: 0, onTrap: () => undefined });
    const { trial } = steps;
    trial.worlds.push(new World(open(engine), scenario.rules, undefined, rescue));
    trial.onRebuilt = () => rescue.keep();
    let planted = 0;
    for (let t = 0; t < TICKS; t++) {
      isArmed = t > 0 && random() < TRAP_CHANCE;
      planted += isArmed ? 1 : 0;
      steps.tick();
    }
    expect(planted).toBeGreaterThan(TICKS * TRAP_CHANCE * 0.5);
    expect([rescue.traps, rescue.reruns, rescue.indexesMade]).toEqual([planted, planted, 0]);
    expect(steps.looks).toBeGreaterThan(TICKS);
  });
});

test("the scenarios are those that are meant", () => {
  expect(SCENARIOS.filter(({ name }) => WITH.includes(name))).toHaveLength(WITH.length);
});
