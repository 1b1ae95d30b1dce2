// Settings in world units -> the engine's integers. A value finer than the engine's grain is
// rounded, and the start of the server says so; it is not refused, since 4.2 units is a sensible
// speed although 4.2 * 256 is no integer.
import { SIGHT_UNIT, UNIT } from "#layout";

import { leaveRadiusOf, type WorldRules } from "../engine/rules.ts";
import type { Config } from "./schema.ts";

const PERMILLE = 1000;

/**
 * Bounds are rounded inwards: the positions that the engine can hold within the bounds as
 * written are then exactly those within the rounded ones. The speed is rounded to the nearest
 * step, as every intent's delta is: rounded down, an honest client at full speed would exceed it.
 */
export function worldRules(config: Config): WorldRules {
  const { engine, gateway } = config;
  const bounds = engine.world_bounds;
  return {
    minX: Math.ceil(bounds.min_x * UNIT),
    minY: Math.ceil(bounds.min_y * UNIT),
    maxX: Math.floor(bounds.max_x * UNIT),
    maxY: Math.floor(bounds.max_y * UNIT),
    maxSpeed: nearestStep(engine.max_speed, UNIT),
    burstTicks: engine.move_burst_ticks,
    aoiRadius: nearestStep(engine.aoi_radius, SIGHT_UNIT),
    hysteresisPermille: nearestStep(engine.aoi_hysteresis, PERMILLE),
    maxEntities: engine.max_entities,
    maxVisible: engine.max_visible,
    framesPerTick: gateway.frames_per_tick,
    componentBytes: 0,
    index: engine.index,
    seed: engine.seed,
  };
}

/** @returns the distance beyond which an entity is no longer seen, in 1/32 unit. */
export function leaveRadius(config: Config): number {
  const rules = worldRules(config);
  return leaveRadiusOf(rules.aoiRadius, rules);
}

/** @returns one sentence for each setting that the engine applies rounded. */
export function roundings(config: Config): string[] {
  const { engine } = config;
  const bounds = engine.world_bounds;
  const rules = worldRules(config);
  const applied: readonly (readonly [key: string, written: number, used: number])[] = [
    ["engine.world_bounds.min_x", bounds.min_x, rules.minX / UNIT],
    ["engine.world_bounds.min_y", bounds.min_y, rules.minY / UNIT],
    ["engine.world_bounds.max_x", bounds.max_x, rules.maxX / UNIT],
    ["engine.world_bounds.max_y", bounds.max_y, rules.maxY / UNIT],
    ["engine.max_speed", engine.max_speed, rules.maxSpeed / UNIT],
    ["engine.aoi_radius", engine.aoi_radius, rules.aoiRadius / SIGHT_UNIT],
    ["engine.aoi_hysteresis", engine.aoi_hysteresis, rules.hysteresisPermille / PERMILLE],
  ];
  return applied
    .filter(([, written, used]) => written !== used)
    .map(([key, written, used]) => `${key} ${written} is applied as ${used}.`);
}

function nearestStep(value: number, steps: number): number {
  return Math.floor(value * steps + 0.5);
}
