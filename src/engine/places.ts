// Where newcomers appear who may not choose.
import type { WorldRules } from "./rules.ts";

/**
 * A low-discrepancy walk over the world (the R2 sequence of M. Roberts) that begins at the seed:
 * places are spread, and the same run gives the same places.
 * @param nth of the newcomers, from 1
 * @param out position units
 */
export function placeNewcomer(rules: WorldRules, nth: number, out: { x: number; y: number }): void {
  const { minX, minY, maxX, maxY } = rules;
  const n = rules.seed + nth;
  out.x = minX + Math.floor(((n * 0.7548776662466927) % 1) * (maxX - minX));
  out.y = minY + Math.floor(((n * 0.5698402909980532) % 1) * (maxY - minY));
}
