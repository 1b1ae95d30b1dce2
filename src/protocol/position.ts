// The two units of positions, and how one becomes the other again. Positions in `moved` are the low
// 16 bits of an absolute coordinate; the rest follows from the observer's own position in the same
// frame.

/** 1 world unit in position units: self_x, self_y, Welcome's x, y and bounds. */
export const UNITS_PER_POSITION = 256;
/** 1 world unit in sight units: moved, entered, radii. */
export const UNITS_PER_SIGHT = 32;

/**
 * Rebuilds a sight coordinate from its low 16 bits: the one nearest to `reference`. Exact while the
 * true one is less than 32,768 sight units (1,024 world units) away.
 * @param reference the observer's own coordinate in 1/32 unit: `self_x >> 3`
 * @param low16 0 .. 65,535, as in the record
 * @returns the coordinate in 1/32 unit
 */
export function sightNear(reference: number, low16: number): number {
  return reference + (((low16 - reference) << 16) >> 16);
}
