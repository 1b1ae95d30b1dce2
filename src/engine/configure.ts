// The first command of every world: its rules, as the kernel takes them.
import * as layout from "#layout";
import type { IndexKind, WorldRules } from "./rules.ts";

const INDEX_CODES: Readonly<Record<IndexKind, number>> = {
  auto: layout.INDEX_AUTO,
  quadtree: layout.INDEX_QUADTREE,
  brute: layout.INDEX_BRUTE,
};

/** @returns the words of one command */
export function configOf(rules: WorldRules): Int32Array {
  return Int32Array.of(
    layout.OP_CONFIG,
    rules.maxSpeed,
    rules.minX,
    rules.minY,
    rules.maxX,
    rules.maxY,
    rules.burstTicks,
    rules.maxEntities,
    rules.aoiRadius,
    rules.hysteresisPermille | (rules.framesPerTick << 16),
    rules.maxVisible | (INDEX_CODES[rules.index] << 16) | (rules.componentBytes << 24),
    rules.seed | 0,
  );
}
