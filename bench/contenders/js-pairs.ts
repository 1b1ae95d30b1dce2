// The job as well as plain JavaScript does it, written for this job alone: the strongest JavaScript
// that we know.
//
// Where it is ahead is the algorithm, not the language: it tests only pairs near a border, each
// once for both sides (tuned/pairs.ts). That takes what the kernel may not: that all radii are
// equal, that everybody is seen by everybody, that everybody looks in every tick, and that there is
// no limit to what a client is sent. And it lives by how little changes: it takes 0.3 to 0.45 of
// the time of js-grid.ts without frames where walkers turn at random, 0.7 where all walk straight
// on, so that more enter and leave, and several times as long where some leap in every tick.
//
// Tried, and not taken; in brackets about the CPU time by that of what is here, without frames, of
// walkers who turn at random, at 1,000 rows and at 10,000 with 100 neighbours. All but the first
// were measured with V8's check for detached buffers (../plain.mjs) on both sides:
// - a grid and a stamp diff in each tick, which goes through whole views: js-grid.ts (3.4, 2.3)
// - lists for each observer instead of each pair: nobody has to be searched for in a told set, and
//   radii may differ, but all is tested twice (1.6, 1.2)
// - classes with arrays in fields instead of closures over constants (1.5, 1.5)
// - told sets laid in the order of the cells (1.0, 1.2)
// - to find who leaves, the typed array's own indexOf, or four rows at a time; finding who crosses
//   a border and changing the told sets in one loop (1.0 to 1.06: not beyond the noise)
// And of the time for frames alone:
// - a record as two Int32 (1.3, 1.35) or three Uint16 (1.45, 1.4) instead of one Float64
// - observers in the order of the cells instead of the rows (1.05, 1.6)
import type { Job, Opening } from "./contender.ts";
import { type Sight, TunedWorld } from "./tuned.ts";
import { bodiesOf } from "./tuned/bodies.ts";
import { pairsOf } from "./tuned/pairs.ts";

/**
 * By how much of the radius a pair may be off a border and still be tested in every tick. More
 * means longer lists, drawn up less often. 0.3 and 0.4 are within a tenth; 0.2 took 1.1 to 1.2
 * times as long.
 */
const MARGIN = 0.35;
/**
 * Cells on each side of its own that an entity looks into. 2 and 3 are within a tenth mostly; 1 is
 * better at 300 rows, and worse from 1,000 on.
 */
const AROUND = 4;

export function jsPairs(job: Job): TunedWorld {
  return new TunedWorld(job, openPairs);
}

function openPairs(opening: Opening): Sight {
  const margin = Math.ceil(opening.radius * MARGIN);
  const bodies = bodiesOf(opening, Math.ceil((opening.radius + margin) / AROUND));
  const { told, update } = pairsOf(opening, bodies, margin, AROUND);
  return { bodies, told, order: Uint16Array.from({ length: opening.n }, (_, row) => row), update };
}
