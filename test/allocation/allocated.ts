// How many bytes a piece of code takes from JavaScript's heap, exactly: the heap's own count before
// and after, in a process whose young generation is so large that nothing is collected in between.
import { GCProfiler, getHeapStatistics } from "node:v8";

/** Flags of Node.js without which a process cannot be measured; sizes in MB. */
export const EXACT_HEAP = [
  "--expose-gc",
  "--min-semi-space-size=256",
  "--max-semi-space-size=256",
  // A compiler's thread would leave its results in whatever window is open.
  "--single-threaded",
];

/** Bytes of the heap in use, and of what hangs on it from outside (the memory of ArrayBuffers). */
function usedBytes(): number {
  const heap = getHeapStatistics();
  return heap.used_heap_size + heap.external_memory;
}

/** Empties the young generation; what is measured after it must fit there. */
export function collect(): void {
  if (globalThis.gc === undefined) throw new Error("start this with --expose-gc");
  globalThis.gc();
}

const NOTHING = (): void => undefined;

export class Meter {
  /** What the measuring itself takes. */
  readonly #constant: number;

  constructor() {
    // A few only: compiled, the same lines would take less.
    this.#constant = medianOf(Array.from({ length: 9 }, () => this.#bytesOf(NOTHING)));
  }

  /**
   * @returns the bytes that `run` allocates
   * @throws Error when something was collected meanwhile: then nobody knows
   */
  bytesOf(run: () => void): number {
    return this.#bytesOf(run) - this.#constant;
  }

  #bytesOf(run: () => void): number {
    const collections = new GCProfiler();
    collections.start();
    const before = usedBytes();
    run();
    const after = usedBytes();
    const { length } = collections.stop().statistics;
    if (length > 0) throw new Error(`${length} collections while bytes were counted`);
    return after - before;
  }
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
