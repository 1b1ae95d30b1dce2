// The movement rule on scalars (docs/protocol.md, "Movement"): the kernel applies it, clients
// predict by the same source. Lengths and positions in position units (1/256 unit).
import { DELTA_MAX, UNIT } from "./layout";
import { ceilRoot, toI32 } from "./scalars";

/** True for a number that may become a delta: not NaN, not infinite. */
export function isFiniteDelta(v: f64): bool {
  return v - v == 0;
}

/**
 * A delta in world units rounded to 1/256 unit (halves upwards), so that -0 is 0. Beyond
 * ±65,536 units it is cut there, far outside of what clampDelta lets through.
 */
export function quantizeDelta(v: f64): i32 {
  const scaled = Math.floor(v * UNIT + 0.5);
  if (scaled > 16777216) return 16777216;
  if (scaled < -16777216) return -16777216;
  return toI32(scaled);
}

/** What the rule takes of a quantised delta: at most ±64 units. */
export function clampDelta(v: i32): i32 {
  return clampTo(v, -DELTA_MAX, DELTA_MAX);
}

/** What a move costs the bank: its Euclidean length, rounded up. The square root is exact. */
export function moveLength(dx: i32, dy: i32): i32 {
  return ceilRoot(dx * dx + dy * dy);
}

/**
 * The rule: what is left of `bank` after a move; -1 where the bank does not cover it, and then the
 * move is refused whole. Otherwise each coordinate becomes clampTo(v + d, min, max).
 * @param dx as clampDelta leaves it
 */
export function applyMove(bank: i32, dx: i32, dy: i32): i32 {
  const left = bank - moveLength(dx, dy);
  return left < 0 ? -1 : left;
}

/** The bank after `elapsed` ticks of refill; full = speed * burstTicks. */
export function refilledBank(bank: i32, speed: i32, burstTicks: i32, elapsed: i32): i32 {
  if (elapsed >= burstTicks) return speed * burstTicks;
  const filled = bank + speed * elapsed;
  return filled < speed * burstTicks ? filled : speed * burstTicks;
}

/** A coordinate kept within the world. */
export function clampTo(v: i32, min: i32, max: i32): i32 {
  if (v < min) return min;
  return v > max ? max : v;
}
