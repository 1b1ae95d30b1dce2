// The contract of a kernel, and the one list of its engines. A kernel is one world on linear
// memory: the host writes commands into its input, calls step(), and reads columns in place.
import type { Views } from "./views.ts";

/** The engines that keep the contract, bit for bit. Tests and benches run over this list. */
export const ENGINES = ["wasm", "js"] as const;
export type Engine = (typeof ENGINES)[number];

export interface Kernel {
  readonly engine: Engine;
  /** Its memory, as typed arrays by name. They stay valid: the memory never grows. */
  readonly views: Views;
  /** One tick: takes the input, moves the world, makes frames and hash. */
  step(): void;
  /**
   * Makes everything that is derived from the state, which has been written in place of that of a
   * configured, empty world: see image.ts.
   */
  adoptState(): void;
  /** Sums an observer's told set into the words DIGEST_*. */
  digestView(row: number): void;
  /** Puts an observer's told rows into `views.listed`, in no order; LISTED_COUNT says how many. */
  listTold(row: number): void;
  /**
   * Rows within `radius` (at most 32,000) of a point, sight units (1/32), into `views.query`,
   * ascending; QUERY_COUNT says how many. All queries answer from the state as of the last step.
   */
  query(x: number, y: number, radius: number): void;
  /** Likewise, rows within a rectangle of any size, its borders included. */
  queryRectangle(minX: number, minY: number, maxX: number, maxY: number): void;
  /** Likewise, the `most` nearest within `radius` (at most 32,000): by distance, ties by row. */
  queryNearest(x: number, y: number, most: number, radius: number): void;
  /** Makes the index anew now, instead of when it is due; the last step's frames are lost. */
  rebuildIndex(): void;
  /** 1 when the index holds exactly the live rows. */
  indexIsSound(): number;
  /** Makes the state hash anew from the state alone. */
  rehashState(): void;
}
