// What the tick's thread hands to the journal's worker: entries in a ring of shared memory, written
// in place and shown all at once. One thread writes, one reads; neither waits for the other. A ring
// that is full takes nothing: the writer is told, and goes on.
//
//     word 0      words of the entry, itself included
//     word 1      kind
//     word 2 …    as the kind says; each entry lies in one piece
//
// Positions count words and wrap at 2^32; the ring's size is a power of two.

/** Kinds of entries. What is skipped at the end of the ring has none. */
export const PAD = 0;
/** tick, hash low, hash high, facts that follow, commands, intents, then their words. */
export const STEP = 1;
/** type of the record, bytes, facts noted up to then, then the bytes. */
export const TEXT = 2;
/** tick, bytes, ticks that were lost before, then the bytes: a new segment begins. */
export const IMAGE = 3;
/** Nothing follows. */
export const END = 4;

/** Words before what an entry holds. */
export const STEP_WORDS = 8;
export const TEXT_WORDS = 5;
export const IMAGE_WORDS = 5;
export const END_WORDS = 2;

/** Words of the shared memory that are not part of the ring. */
const CONTROL_WORDS = 16;
const WRITTEN = 0;
const READ = 1;
/** Facts noted, and the tick, that have reached the disk; the first one modulo 2^31. */
const SYNCED_FACTS = 2;
const SYNCED_TICK = 3;

const SERIAL_MASK = 0x7fffffff;

/** The memory of both sides. */
export class Ring {
  readonly shared: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly #control: Int32Array;

  /** @param shared made by sharedRing() */
  constructor(shared: SharedArrayBuffer) {
    this.shared = shared;
    this.#control = new Int32Array(shared, 0, CONTROL_WORDS);
    this.words = new Int32Array(shared, CONTROL_WORDS * 4);
    this.bytes = new Uint8Array(shared, CONTROL_WORDS * 4);
  }

  get written(): number {
    return Atomics.load(this.#control, WRITTEN);
  }
  set written(position: number) {
    Atomics.store(this.#control, WRITTEN, position);
  }

  get read(): number {
    return Atomics.load(this.#control, READ);
  }
  set read(position: number) {
    Atomics.store(this.#control, READ, position);
  }

  /** The newest tick that is on the disk; -1: none. */
  get syncedTick(): number {
    return Atomics.load(this.#control, SYNCED_TICK);
  }
  set syncedTick(tick: number) {
    Atomics.store(this.#control, SYNCED_TICK, tick);
  }

  /** How many facts have been noted up to the last one that is on the disk. */
  set syncedFacts(serial: number) {
    Atomics.store(this.#control, SYNCED_FACTS, serial & SERIAL_MASK);
  }

  /** Whether the fact of this serial number is on the disk. */
  hasFact(serial: number): boolean {
    const ahead = (Atomics.load(this.#control, SYNCED_FACTS) - serial) & SERIAL_MASK;
    return ahead < SERIAL_MASK / 2;
  }
}

/** @param bytes a power of two */
export function sharedRing(bytes: number): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(CONTROL_WORDS * 4 + bytes);
  new Ring(shared).syncedTick = -1;
  return shared;
}

/** The tick's side. */
export class RingWriter {
  readonly ring: Ring;
  readonly #mask: number;
  /** Where the next entry begins; what lies behind `written` is not shown yet. */
  #at: number;

  constructor(ring: Ring) {
    this.ring = ring;
    this.#mask = ring.words.length - 1;
    this.#at = ring.written;
  }

  /** Where the next entry would begin, for back(). */
  get position(): number {
    return this.#at;
  }

  /**
   * Takes room for an entry and writes its first two words.
   * @returns the index of its first word, -1 when there is no room
   */
  take(kind: number, words: number): number {
    const { ring } = this;
    const size = this.#mask + 1;
    const start = this.#at & this.#mask;
    const pad = start + words > size ? size - start : 0;
    const used = (this.#at - ring.read) >>> 0;
    if (used + pad + words > size) return -1;
    if (pad > 0) {
      ring.words[start] = pad;
      if (pad > 1) ring.words[start + 1] = PAD;
      this.#at = (this.#at + pad) | 0;
    }
    const at = this.#at & this.#mask;
    ring.words[at] = words;
    ring.words[at + 1] = kind;
    this.#at = (this.#at + words) | 0;
    return at;
  }

  /** Gives back words at the end of the entry taken last. @param at its index */
  shorten(at: number, words: number): void {
    this.#at = (this.#at - (this.ring.words[at]! - words)) | 0;
    this.ring.words[at] = words;
  }

  /** Forgets entries that have not been shown. @param position as it was before them */
  back(position: number): void {
    this.#at = position;
  }

  /** Shows the reader all that was written. */
  show(): void {
    this.ring.written = this.#at;
  }
}

/** The worker's side. What it reads stays in place until it is let go of. */
export class RingReader {
  readonly ring: Ring;
  readonly #mask: number;
  #at: number;

  constructor(ring: Ring) {
    this.ring = ring;
    this.#mask = ring.words.length - 1;
    this.#at = ring.read;
  }

  /** @returns the index of the next entry's first word, -1 when there is none */
  next(): number {
    const { words, written } = this.ring;
    while (this.#at !== written) {
      const at = this.#at & this.#mask;
      const length = words[at]!;
      this.#at = (this.#at + length) | 0;
      if (length > 1 && words[at + 1] !== PAD) return at;
    }
    return -1;
  }

  /** Lets go of all that was read. */
  release(): void {
    this.ring.read = this.#at;
  }
}
