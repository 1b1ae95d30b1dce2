// The board: one array of numbers that the tick's thread writes and others read. It is written in
// memory of its own, and once a tick copied whole into one of two halves of memory that the threads
// share, in turn; a count of the copies says which half is the newest whole one. So a reader never
// waits, never holds up the tick, and never sees half of a tick: who finds another count after
// reading than before may have read a half that was being written again, and reads once more. A
// writer that the system stopped in the middle of a copy holds up nobody: with one half and a
// sequence number that is odd meanwhile (a seqlock) readers spun until it ran again.

/** Bytes before the numbers: the count, and room to keep them aligned. */
const HEAD = 8;
/** Of copies, in turn. */
const HALVES = 2;
/** A copy takes a microsecond, ticks are milliseconds apart: who fails so often found a fault. */
const ATTEMPTS = 1_000_000;

export class Board {
  /** Where numbers are written; seen by nobody else before `publish`. */
  readonly cells: Float64Array;
  /** To be handed to readers. */
  readonly shared: SharedArrayBuffer;
  readonly #published: Int32Array;
  readonly #halves: readonly Float64Array[];

  constructor(cells: number) {
    this.cells = new Float64Array(cells);
    this.shared = new SharedArrayBuffer(HEAD + HALVES * cells * Float64Array.BYTES_PER_ELEMENT);
    this.#published = new Int32Array(this.shared, 0, 1);
    this.#halves = halvesOf(this.shared);
  }

  /** Shows all numbers as they are now. */
  publish(): void {
    const next = Atomics.load(this.#published, 0) + 1;
    this.#halves[next & 1]!.set(this.cells);
    Atomics.add(this.#published, 0, 1);
  }
}

export class BoardReader {
  readonly #published: Int32Array;
  readonly #halves: readonly Float64Array[];

  constructor(shared: SharedArrayBuffer) {
    this.#published = new Int32Array(shared, 0, 1);
    this.#halves = halvesOf(shared);
  }

  get length(): number {
    return this.#halves[0]!.length;
  }

  /** Copies the numbers of one moment. */
  read(into: Float64Array): void {
    for (let i = 0; i < ATTEMPTS; i++) {
      const before = Atomics.load(this.#published, 0);
      into.set(this.#halves[before & 1]!);
      // An addition, not a load: nothing that was read may be put off until behind it.
      if (Atomics.add(this.#published, 0, 0) === before) return;
    }
    throw new Error("The board is being written all the time.");
  }
}

function halvesOf(shared: SharedArrayBuffer): Float64Array[] {
  const bytes = (shared.byteLength - HEAD) / HALVES;
  const cells = bytes / Float64Array.BYTES_PER_ELEMENT;
  return [0, 1].map((half) => new Float64Array(shared, HEAD + half * bytes, cells));
}
