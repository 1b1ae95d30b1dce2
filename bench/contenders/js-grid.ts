// The job as plain JavaScript is expected to do it when it is done well: structure of arrays, a
// uniform grid made anew in each tick, everybody's cells searched, a stamp to tell who is new
// (tuned/grid.ts). It assumes nothing about who moves how far, and radii could differ. This is the
// opponent that the goals against JavaScript were written for.
//
// Beside prototype j5, which those goals name: without frames it takes 0.9 to 1.06 times as long,
// with hysteresis and the bank, which the prototype lacks; and 0.72 to 0.95 times as long as the
// prototype with hysteresis added.
//
// Tried, and not taken; in brackets about the CPU time by that of what is here, without frames:
// - the cells searched where they lie, not copied together first (1.0; 1.2 at 300 rows)
// - rows that stay in the ring between the radii found by a search of that far, with a second list
//   (1.2), or by a branch instead of arithmetic (1.05 to 1.1)
// - the order of the prototype: those told before stamped first, who is near compared with them
//   (1.2)
// - two candidates in each turn of the loop (1.15)
import type { Job, Opening } from "./contender.ts";
import { type Sight, TunedWorld } from "./tuned.ts";
import { bodiesOf, SIGHT_SHIFT } from "./tuned/bodies.ts";
import { gridOf } from "./tuned/grid.ts";

/**
 * Rows in a cell as wide as the radius, on average, above which cells are half as wide: candidates
 * are fewer then, and copied more often.
 */
const CROWDED = 20;

export function jsGrid(job: Job): TunedWorld {
  return new TunedWorld(job, openGrid);
}

function openGrid(opening: Opening): Sight {
  const { n, min, max, radius } = opening;
  const cells = ((max - min) >> SIGHT_SHIFT) / radius;
  const around = n / (cells * cells) > CROWDED ? 2 : 1;
  const bodies = bodiesOf(opening, Math.ceil(radius / around));
  const { told, update } = gridOf(opening, bodies, around);
  return { bodies, told, order: bodies.rowOf, update };
}
