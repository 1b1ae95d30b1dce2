// The job as plain JavaScript is expected to do it when it is done well: structure of arrays, a
// uniform grid made anew in each tick, everybody's cells searched, a stamp to tell who is new
// (tuned/grid.ts). It assumes nothing about who moves how far, and radii could differ. This is the
// opponent that the goals against JavaScript were written for.
import type { Job, Opening } from "./contender.ts";
import { type Sight, TunedWorld } from "./tuned.ts";
import { bodiesOf } from "./tuned/bodies.ts";
import { gridOf } from "./tuned/grid.ts";

/** Cells on each side of its own that an entity looks into. 1 and 3 take about as long. */
const AROUND = 2;

export function jsGrid(job: Job): TunedWorld {
  return new TunedWorld(job, openGrid);
}

function openGrid(opening: Opening): Sight {
  const bodies = bodiesOf(opening, Math.ceil(opening.radius / AROUND));
  const { told, update } = gridOf(opening, bodies, AROUND);
  return { bodies, told, order: bodies.rowOf, update };
}
