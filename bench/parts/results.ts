// What `npm run bench:parts` writes: bench/results/parts.json. Times are nanoseconds an operation;
// what an operation is, each contest says. A ratio is a contender's time by the reference's, the
// first of its contest: 60 means that the reference is sixty times as fast.
import type { Case, Machine } from "../results.ts";

export interface PartsResults {
  /** Tells these results from others in the same folder. */
  readonly format: "parts";
  /** When the run began, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** Load average before the run began, one minute's; results from before it was kept have none. */
  readonly loadAverage?: number;
  readonly options: PartsOptions;
  readonly contests: readonly PartContest[];
  /** By n, ascending. */
  readonly visits: readonly Visits[];
}

export interface PartsOptions {
  readonly quick: boolean;
  /** Rounds asked for. */
  readonly rounds: number;
  /** Of one round of one contender, preparations included, ms. */
  readonly roundMs: number;
  /** Before its first round, likewise. */
  readonly warmUpMs: number;
}

/** The parts of a tick, and what clients and gateway do with its messages. */
export const PARTS = [
  "insert",
  "index",
  "validation",
  "aoi-diff",
  "framing",
  "messages",
  "query",
  "decode-update",
  "decode-intent",
] as const;
export type Part = (typeof PARTS)[number];

/** A part, a case, and who met in it; the first is the reference. */
export interface PartContest {
  readonly part: Part;
  /** What is done and timed, a sentence. */
  readonly what: string;
  /** What the times are divided by: "row", "observer", "update", "query", "message". */
  readonly per: string;
  readonly case: Case;
  readonly contenders: readonly PartStanding[];
}

export type PartStanding = PartMeasured | PartWrong | PartLeftOut;

interface Named {
  /** "wasm-simd", "wasm-scalar", "js"; "aether" for code outside of the kernel; "protobufjs" … */
  readonly name: string;
  /** What must be known to read its times, a sentence; null = nothing. */
  readonly note: string | null;
}

export interface PartMeasured extends Named {
  readonly status: "measured";
  /** Of the rounds' means, ns an operation. */
  readonly p10: number;
  readonly median: number;
  /** Null for the reference, and where that was not measured. */
  readonly ratio: PartRatio | null;
  /** Operations of one run, on average. */
  readonly operations: number;
  /** Of each round, in order: ns an operation, and runs behind it. */
  readonly rounds: readonly PartRound[];
}

export interface PartRatio {
  /** Median of the rounds' ratios. */
  readonly median: number;
  /** p10 by p10. */
  readonly p10: number;
}

export interface PartRound {
  readonly mean: number;
  readonly samples: number;
}

/** What it came to is not what the reference came to: no time of it means anything. */
export interface PartWrong extends Named {
  readonly status: "wrong";
  readonly why: string;
}

export interface PartLeftOut extends Named {
  readonly status: "left out";
  /** A sentence, with the remedy. */
  readonly why: string;
}

/** Work of one range query in a world of n, as crowded as any other n; counts, not times. */
export interface Visits {
  readonly n: number;
  /** Neighbours within the radius on average, and the radius, units. */
  readonly k: number;
  readonly radius: number;
  readonly queries: number;
  /** Means over the queries: nodes looked at, rows found. */
  readonly nodes: number;
  readonly hits: number;
  /** Nodes that the whole index has. */
  readonly nodesOfIndex: number;
}
