// What every contender does, whatever it is made of: one tick of a job over n entities, all of them
// observers.
import type { Job } from "../results.ts";

export type { Job };

/** A world as a contender finds it. Positions and speeds are in 1/256 unit. */
export interface Opening {
  readonly n: number;
  /** Intents of one tick, at most. */
  readonly intentsMax: number;
  /** Where row i begins. Whoever wants to keep it copies it: it goes on. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** Bounds of both axes; a coordinate is kept within them. */
  readonly min: number;
  readonly max: number;
  /** A tick. */
  readonly maxSpeed: number;
  /** Ticks of movement that the bank holds; it is full at the beginning. */
  readonly burstTicks: number;
  /** Sight, in sight units (1/32 unit): who comes within is told, who is told is kept to leave. */
  readonly radius: number;
  readonly leave: number;
}

/** Words of one intent: handle, sequence, dx, dy. A handle is a row, in its lower 16 bits. */
export const INTENT_WORDS = 4;

/**
 * A contender in the process that measures it. tick() is what is timed, and does nothing that only
 * the measurement needs; all else happens between ticks.
 */
export interface Contender {
  /** Puts n entities where the opening says; rows are 0 .. n-1 in that order. */
  open(opening: Opening): void;
  /** Takes the next tick's intents; handles are rows, with whatever the contender adds itself. */
  load(intents: Int32Array, count: number): void;
  /** One tick of the job. */
  tick(): void;

  /** The rows that an observer is told of, ascending. */
  told(row: number): Int32Array;
  /** Of the last tick, over all observers: rows entered, rows left, moved records framed. */
  readonly entered: number;
  readonly left: number;
  /** 0 in the job without frames. */
  readonly updates: number;

  /**
   * Reads the last tick's frames as its clients would; called after each tick of a comparison, from
   * the first on, and never while times are taken. Only in the job with frames.
   */
  follow?(): void;
  /**
   * What an observer's client shows by all frames so far: row, x, y of each, ascending by row; x
   * and y in sight units mod 2^16.
   */
  shown?(row: number): Int32Array;
}

/** What came out of one tick. */
export interface Outcome {
  readonly entered: number;
  readonly left: number;
  readonly updates: number;
  /** A digest (digestOf) of each row's told set, in 32 bits. */
  readonly told: Int32Array;
  /** Likewise of what each client shows; null where there are no frames to read. */
  readonly shown: Int32Array | null;
}

/**
 * A contender with a clock: one of ours behind the measuring process's, or a program of its own
 * that times itself.
 */
export interface Timed {
  open(opening: Opening): Promise<void> | void;
  /**
   * Runs one tick for each batch of intents, one after the other.
   * @returns how long each took, us; nothing but the job is in it
   */
  run(batches: readonly Int32Array[]): Promise<Float64Array> | Float64Array;
  /** What came out of the last tick; called after each tick of a comparison, if at all. */
  outcome(): Promise<Outcome> | Outcome;
  told(row: number): Promise<Int32Array> | Int32Array;
  shown(row: number): Promise<Int32Array | null> | Int32Array | null;
  close(): Promise<void> | void;
}

/** A digest of ascending words. */
export function digestOf(words: Int32Array): number {
  let digest = words.length;
  for (const word of words) {
    digest = Math.imul(digest ^ word, 0x9e3779b1);
    digest ^= digest >>> 15;
  }
  return digest;
}
