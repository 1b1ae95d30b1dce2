import { describe, expect, test } from "vitest";
import { SCENARIOS } from "./scenario.ts";
import { Steps } from "./steps.ts";

// A bounded part of `npm run soak`, which takes a million.
const TICKS = 500;

describe.each(SCENARIOS)("random steps: $name", (scenario) => {
  test("H85 WASM, twin and brute force agree on every tick", () => {
    const steps = new Steps(scenario, 20261123);
    for (let t = 0; t < TICKS; t++) steps.tick();
    expect(steps.model.tick).toBe(TICKS);
    expect(steps.looks).toBeGreaterThan(TICKS);
    expect(steps.resets).toBeGreaterThan(10);
  });
});
