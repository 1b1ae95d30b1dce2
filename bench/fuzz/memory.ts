// Memory along a fuzz: does it go on growing with what is sent, or was it only taken at first.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { median } from "../statistic.ts";

/** Bytes: of objects, and resident. A leak shows in the first; pages touched late in the second. */
export interface Memory {
  readonly frames: number;
  readonly heap: number;
  readonly resident: number;
}

/** What is said of it: bytes. */
export interface Growth {
  readonly heap: number;
  readonly resident: number;
}

/** Looks, evenly over all frames. */
export const LOOKS = 20;

/** Without garbage. */
export function memoryAt(frames: number): Memory {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed: heap, rss: resident } = process.memoryUsage();
  return { frames, heap, resident };
}

/**
 * From the second quarter of the looks to the last: over half of the frames, when code is compiled
 * and pages are taken. Medians, since a single look has what V8 happens to keep.
 */
export function growthOf(looks: readonly Memory[]): Growth {
  const quarter = Math.floor(looks.length / 4);
  const early = looks.slice(quarter, 2 * quarter);
  const late = looks.slice(looks.length - quarter);
  const grown = (pick: (look: Memory) => number): number =>
    quarter === 0 ? NaN : median(late.map(pick)) - median(early.map(pick));
  return { heap: grown(({ heap }) => heap), resident: grown(({ resident }) => resident) };
}
