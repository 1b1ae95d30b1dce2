// The numbers of the tick, written inside it: plain additions to the board's cells, no allocation
// and no call into the metrics library.
import { Histogram, histogramCells } from "../numbers/histogram.ts";
import { TICK } from "./catalogue.ts";
import type { Metric } from "./layout.ts";

/** The window over which readiness judges ticks, ms. */
const RECENT_MS = 1000;

/** What the ticks cost so far. One writer, the tick. */
export class TickNumbers {
  readonly #cells: Float64Array;
  readonly #duration: Histogram;
  readonly #lateness: Histogram;
  /** What the last ticks took, seconds, a ring; and room to sort them. */
  readonly #recent: Float64Array;
  readonly #sorted: Float64Array;
  #ticks = 0;
  /** How far updates are thinned now, 0 = not at all. */
  thinning = 0;
  /** When the last tick ended, in monotonic milliseconds; -1 before the first. */
  lastTickMs = -1;

  /** @param cells the board's */
  constructor(cells: Float64Array, tickMs: number) {
    this.#cells = cells;
    this.#duration = histogramOn(cells, TICK.duration);
    this.#lateness = histogramOn(cells, TICK.lateness);
    this.#recent = new Float64Array(Math.ceil(RECENT_MS / tickMs));
    this.#sorted = new Float64Array(this.#recent.length);
    cells[TICK.length.at] = tickMs / 1000;
  }

  /** Ticks that were never run because the loop was too late. */
  get skipped(): number {
    return this.#cells[TICK.skipped.at] ?? 0;
  }

  /** Ticks in which updates were thinned. */
  get thinned(): number {
    return this.#cells[TICK.thinned.at] ?? 0;
  }

  // Times are handed over as the clock gave them: a difference would be a new number on the heap.

  /** A tick began, and had been due; so many before it will never run. */
  begin(startMs: number, dueMs: number, skipped: number): void {
    this.#lateness.observe((startMs - dueMs) / 1000);
    this.#cells[TICK.skipped.at]! += skipped;
  }

  /** Adds the time of one phase of the tick; `index` is its place in PHASES. */
  phase(index: number, startMs: number, endMs: number): void {
    this.#cells[TICK.phases.at + index]! += (endMs - startMs) / 1000;
  }

  /** One tick is done. */
  finish(startMs: number, endMs: number): void {
    const cells = this.#cells;
    const seconds = (endMs - startMs) / 1000;
    this.#duration.observe(seconds);
    this.#recent[this.#ticks % this.#recent.length] = seconds;
    this.#ticks++;
    cells[TICK.thinning.at] = this.thinning;
    if (this.thinning > 0) cells[TICK.thinned.at]!++;
    cells[TICK.age.at] = endMs;
    this.lastTickMs = endMs;
  }

  /** @returns the 99th percentile of what the ticks of the last second took, seconds */
  recentP99(): number {
    const count = Math.min(this.#ticks, this.#recent.length);
    if (count === 0) return 0;
    const sorted = this.#sorted.subarray(0, count);
    sorted.set(this.#recent.subarray(0, count));
    sorted.sort();
    return sorted[Math.ceil(count * 0.99) - 1] ?? 0;
  }
}

/** A histogram that counts in the board's own cells. */
export function histogramOn(cells: Float64Array, { at, edges }: Metric): Histogram {
  return new Histogram(edges, cells.subarray(at, at + histogramCells(edges)));
}
