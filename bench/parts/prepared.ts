// A part of a tick in the process that measures it, and the contenders of each part by name.
import type { Crowd } from "../workload.ts";

/**
 * One contender of one part. prepare() and run() alternate: the same number of both makes the same
 * state in every contender.
 */
export interface Prepared {
  /** Not timed: brings about what the next run needs. */
  prepare(): void;
  /** Timed. */
  run(): void;
  /** Operations of the last run. */
  operations(): number;
  /** What the last run came to, 32 bits: the same for all contenders. */
  digest(): number;
}

/** @throws Error in words when something is missing here */
export type Opening = (crowd: Crowd) => Promise<Prepared> | Prepared;

/** Collects results, so that no compiler finds work that nobody needs. */
export class Sink {
  value = 0;
}

/** Adds a record to a digest that does not depend on the order of the records. */
export function addRecord(digest: number, a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x165667b1, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 15) ^ Math.imul(c & 0xffff, 0xc2b2ae3d), 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 13) ^ Math.imul(d & 0xffff, 0x165667b1), 0x9e3779b1);
  return (digest + (h ^ (h >>> 16))) | 0;
}
