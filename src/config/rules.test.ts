import { describe, expect, test } from "vitest";

import { leaveRadius, roundings, worldRules } from "./rules.ts";
import { defaultConfig } from "./schema.ts";
import type { Config } from "./schema.ts";

function withEngine(changes: Partial<Config["engine"]>): Config {
  const config = defaultConfig();
  return { ...config, engine: { ...config.engine, ...changes } };
}

describe("worldRules", () => {
  test("the defaults are exact", () => {
    expect(worldRules(defaultConfig())).toEqual({
      minX: -256_000,
      minY: -256_000,
      maxX: 256_000,
      maxY: 256_000,
      maxSpeed: 1280,
      burstTicks: 16,
      aoiRadius: 6400,
      hysteresisPermille: 100,
      maxEntities: 1000,
      maxVisible: 1024,
      framesPerTick: 4,
      componentBytes: 0,
      index: "auto",
      seed: 1,
    });
    expect(leaveRadius(defaultConfig())).toBe(7040);
    expect(roundings(defaultConfig())).toEqual([]);
  });

  test("bounds are rounded inwards, so that no position outside them becomes legal", () => {
    const bounds = { min_x: -10.001, min_y: 0.001, max_x: 10.001, max_y: 9.999 };
    const rules = worldRules(withEngine({ world_bounds: bounds }));
    expect([rules.minX, rules.minY, rules.maxX, rules.maxY]).toEqual([-2560, 1, 2560, 2559]);
  });

  test("a speed is rounded as an intent's delta is: an honest client never exceeds it", () => {
    for (const speed of [4.2, 4.199, 0.1, 0.004, 63.999]) {
      const delta = Math.floor(speed * 256 + 0.5);
      expect(worldRules(withEngine({ max_speed: speed })).maxSpeed).toBe(delta);
    }
  });

  test("what is rounded is said, with both values", () => {
    const config = withEngine({ max_speed: 4.2, aoi_radius: 100.01, aoi_hysteresis: 0.12345 });
    expect(roundings(config)).toEqual([
      "engine.max_speed 4.2 is applied as 4.19921875.",
      "engine.aoi_radius 100.01 is applied as 100.",
      "engine.aoi_hysteresis 0.12345 is applied as 0.123.",
    ]);
  });
});
