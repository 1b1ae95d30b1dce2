// What the journal keeps of facts beside the facts themselves.
import type { Fact } from "../engine/facts.ts";

/** A fact with what makes it one of its kind: events are known by it wherever they arrive. */
export type NotedFact = Fact & {
  /** The tick that the world had last run, and its place within that tick. */
  readonly tick: number;
  readonly index: number;
  /** Of the server that noted it, where that is not the one that wrote the segment. */
  readonly epoch?: number;
};
