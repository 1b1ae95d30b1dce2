// The job as plain JavaScript is expected to do it when it is done well: structure of arrays, a
// uniform grid made anew in each tick, everybody's cells searched, a stamp to tell who is new
// (tuned/grid.ts). It assumes nothing about who moves how far, and radii could differ. This is the
// opponent that the goals against JavaScript were written for.
//
// Beside prototype j5, which those goals name, it takes 1.08, 1.02 and 0.89 times as long without
// frames, at 300, 1,000 and 10,000 rows with 100 neighbours; and it has hysteresis and the bank,
// which the prototype lacks. With hysteresis added to the prototype it is 0.98, 0.87 and 0.71.
//
// Tried, and not taken; in brackets about the CPU time by that of what is here, without frames, at
// 1,000 rows and at 10,000 with 100 neighbours:
// - the cells searched where they lie, not copied together first (1.0, 1.0 to 1.15)
// - rows that stay between the radii found by a search of that far, with a second list (1.8, 2.4),
//   or by a branch instead of arithmetic (1.05, 1.26)
// - the order of the prototype: those told before stamped first, who is near compared with them
//   (1.25, 1.35)
// - two candidates in each turn of the loop (1.26, 1.3)
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
