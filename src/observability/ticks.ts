// The numbers of the tick, written inside it: plain additions to typed arrays, no allocation and
// no call into the metrics library. The scrape reads them when it comes.

/** Upper edges of the tick histogram, in seconds; 0.015 is the alert, 0.025 the whole budget. */
export const TICK_EDGES: readonly number[] = [
  0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.0125, 0.015, 0.0175, 0.02, 0.0225,
  0.025, 0.03, 0.04, 0.05, 0.1,
];

/** What the ticks cost so far. One writer, the tick; any number of readers on the same thread. */
export class TickNumbers {
  /** Names of the tick's phases; `phase()` takes their index. */
  readonly phases: readonly string[];
  /** Seconds spent in each phase. */
  readonly phaseSeconds: Float64Array;
  /** Ticks per bucket, not cumulative; the last bucket is everything above the last edge. */
  readonly buckets = new Float64Array(TICK_EDGES.length + 1);
  readonly #edges = Float64Array.from(TICK_EDGES);
  /** Ticks done. */
  count = 0;
  /** Seconds spent in all of them. */
  seconds = 0;
  /** Ticks that were never run because the loop was too late. */
  skipped = 0;
  /** How far updates are thinned now, 0 = not at all; ticks in which they were. */
  thinning = 0;
  thinned = 0;
  /** When the last tick ended, in monotonic milliseconds; -1 before the first. */
  lastTickMs = -1;

  constructor(phases: readonly string[]) {
    this.phases = phases;
    this.phaseSeconds = new Float64Array(phases.length);
  }

  /** Adds the time of one phase of the tick. An index out of range counts nowhere. */
  phase(index: number, seconds: number): void {
    this.phaseSeconds[index] = (this.phaseSeconds[index] ?? 0) + seconds;
  }

  /** One tick is done: it took `seconds` and ended at `nowMs` (monotonic). */
  finish(nowMs: number, seconds: number): void {
    const edges = this.#edges;
    let bucket = 0;
    while (bucket < edges.length && seconds > (edges[bucket] ?? 0)) bucket++;
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    if (this.thinning > 0) this.thinned++;
    this.count++;
    this.seconds += seconds;
    this.lastTickMs = nowMs;
  }

  /** `ticks` ticks were due and will never run. */
  skip(ticks: number): void {
    this.skipped += ticks;
  }
}
