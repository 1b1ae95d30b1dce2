// The rules of a case as Aether's world takes them.
import type { IndexKind, JoinSpec, WorldRules } from "../../src/engine/rules.ts";
import { HYSTERESIS_PERMILLE } from "../workload.ts";
import type { Opening } from "./contender.ts";

/** More than any case needs: nothing is cut, so that all contenders do the same work. */
const MAX_VISIBLE = 1024;
const FRAMES_PER_TICK = 8;

export function rulesOf(opening: Opening, index: IndexKind): WorldRules {
  const { n, min, max, maxSpeed, burstTicks, radius } = opening;
  return {
    minX: min,
    minY: min,
    maxX: max,
    maxY: max,
    maxSpeed,
    burstTicks,
    aoiRadius: radius,
    hysteresisPermille: HYSTERESIS_PERMILLE,
    maxEntities: n,
    maxVisible: MAX_VISIBLE,
    framesPerTick: FRAMES_PER_TICK,
    componentBytes: 0,
    index,
    seed: 1,
  };
}

/** Row i of the opening as it joins: it sees, and is seen by all. */
export function joinOf({ x, y, maxSpeed, radius }: Opening, row: number): JoinSpec {
  return {
    kind: 1,
    x: x[row]!,
    y: y[row]!,
    maxSpeed,
    aoiRadius: radius,
    layer: 0,
    observer: true,
    visible: true,
    bank: -1,
    sequence: 0,
  };
}
