// The cases and contenders of the page by name: of those of npm run bench, some cases, and the
// contenders that need no library.
import type { Build } from "../contenders/engine.ts";
import type { Job } from "../results.ts";

export interface PageCase {
  readonly spread: "uniform" | "clustered" | "bursty";
  readonly n: number;
  /** Neighbours; 0 = the world of 2,000 x 2,000 units. */
  readonly k: number;
}

export const CASES: readonly PageCase[] = [
  { spread: "uniform", n: 100, k: 0 },
  { spread: "uniform", n: 300, k: 0 },
  { spread: "uniform", n: 1000, k: 0 },
  { spread: "uniform", n: 3000, k: 30 },
  { spread: "uniform", n: 10_000, k: 30 },
  { spread: "uniform", n: 10_000, k: 100 },
  { spread: "clustered", n: 1000, k: 0 },
  { spread: "clustered", n: 10_000, k: 30 },
  { spread: "bursty", n: 1000, k: 0 },
];

export const BUILDS: readonly Build[] = ["wasm-simd", "wasm-scalar", "js"];

/** The first is the one that all others are compared with. */
export function namesFor(job: Job): string[] {
  return [...BUILDS, "js-grid", "js-pairs", ...(job === "sets" ? ["map-grid"] : [])];
}
