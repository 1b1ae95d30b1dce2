// Counts values by size: plain additions to typed arrays, no allocation and no call into a metrics
// library, so that a tick may do it. Written by one thread.

/** Cells of a histogram: one a bucket, one for what is above the last edge, one for the sum. */
export function histogramCells(edges: readonly number[]): number {
  return edges.length + 2;
}

export class Histogram {
  /** Values per bucket, not cumulative; then those above the last edge; then the sum of all. */
  readonly cells: Float64Array;
  readonly #edges: Float64Array;

  /**
   * @param edges upper edges, rising; a value that is equal to one is below it
   * @param cells where it counts, histogramCells(edges) of them
   */
  constructor(
    edges: readonly number[],
    cells: Float64Array = new Float64Array(histogramCells(edges)),
  ) {
    this.#edges = Float64Array.from(edges);
    this.cells = cells;
  }

  observe(value: number): void {
    const edges = this.#edges;
    let bucket = 0;
    while (bucket < edges.length && value > edges[bucket]!) bucket++;
    this.cells[bucket]!++;
    this.cells[edges.length + 1]! += value;
  }
}
