// Frames of the feed on their way out of the tick: ten times a second the tick copies here what
// pages are to see, and the admin thread makes messages of it (frame-maker.ts). There is one frame
// at a time, and a word that says whose turn it is: while the admin thread has one in its hands the
// tick leaves its next one out. All of it is in shared memory, sized once, and numbers have names.
import type { Bounds } from "../kernel/chart.ts";
import { sketchBytes, sketchIn } from "../kernel/sketch.ts";
import type { Sketch } from "../kernel/sketch.ts";
import { PAGES_MAX, ROSTER_PART, TEXT_ROOM, TICKS_MAX, TOLD_MAX } from "./format.ts";

/** The world and its server, by name; units as in scene.ts. */
export const NUMBER = {
  engine: 0,
  thinning: 1,
  tick: 2,
  hashLow: 3,
  hashHigh: 4,
  live: 5,
  connections: 6,
  playing: 7,
  joining: 8,
  feedMs: 9,
  sentBytes: 10,
  receivedBytes: 11,
  sent: 12,
  received: 13,
  corrections: 14,
  skipped: 15,
  /** Pages that the frame is for, ticks that it tells of. */
  pages: 16,
  ticks: 17,
  /** Of the sessions: rounds begun so far, entries of this frame. */
  round: 18,
  entries: 19,
  /** Totals that the admin thread counts: frames by page, sent and not. */
  framesSent: 20,
  framesMissed: 21,
} as const;
const NUMBERS = 22;

/** A session. */
export const CLIENT = {
  slot: 0,
  entity: 1,
  roundTrip: 2,
  outstanding: 3,
  isClosed: 4,
  sent: 5,
  received: 6,
  corrections: 7,
} as const;
export const CLIENT_NUMBERS = 8;

/** What a page has chosen; `entity` is 0 for nobody. */
export const CHOSEN = {
  page: 0,
  entity: 1,
  kind: 2,
  x: 3,
  y: 4,
  sequence: 5,
  enterRadius: 6,
  leaveRadius: 7,
  isIncomplete: 8,
  toldCount: 9,
  /** 1: its client follows, as named by CLIENT. */
  hasClient: 10,
  client: 11,
  /** Of its intents, as named by FALL. */
  last: 11 + CLIENT_NUMBERS,
  worst: 19 + CLIENT_NUMBERS,
} as const;
export const CHOSEN_NUMBERS = 27 + CLIENT_NUMBERS;

/** An intent's way; `isThere` is 0 where none was followed yet. */
export const FALL = {
  isThere: 0,
  sequence: 1,
  socket: 2,
  wait: 3,
  tick: 4,
  send: 5,
  acknowledgement: 6,
  age: 7,
} as const;

/** Of a session: its name and what it calls itself, each a length and its bytes. */
const SLOT_TEXT = 2 * TEXT_ROOM;

/** What goes to the other thread. */
export interface FrameMemory {
  readonly shared: SharedArrayBuffer;
  /** Sessions that the server has room for; phases of a tick. */
  readonly slots: number;
  readonly phases: number;
  readonly bounds: Bounds;
  /** Of an application, that observers are told of each entity; 0: there are none. */
  readonly componentBytes: number;
}

const FREE = 0;
const FULL = 1;
/** Before the numbers: whose turn it is, and room to keep them aligned. */
const HEAD = 8;
const DOUBLE = 8;

/** Bytes: numbers; sessions and choices of a frame; ticks; the sketch; told rows; texts. */
function bytesFor(slots: number, phases: number, componentBytes: number): number {
  return (
    HEAD +
    DOUBLE * (NUMBERS + ROSTER_PART * CLIENT_NUMBERS + PAGES_MAX * CHOSEN_NUMBERS) +
    4 * TICKS_MAX * phases +
    sketchBytes(componentBytes > 0) +
    2 * PAGES_MAX * TOLD_MAX +
    slots * SLOT_TEXT
  );
}

/** @param slots sessions at a time @param phases of a tick @param bounds of the world */
export function frameMemory(
  slots: number,
  phases: number,
  bounds: Bounds,
  componentBytes = 0,
): FrameMemory {
  const shared = new SharedArrayBuffer(bytesFor(slots, phases, componentBytes));
  return { shared, slots, phases, bounds, componentBytes };
}

export class FrameBoard {
  readonly memory: FrameMemory;
  /** By NUMBER. */
  readonly numbers: Float64Array;
  /** By CLIENT, one session behind the other. */
  readonly roster: Float64Array;
  /** By CHOSEN, one page behind the other. */
  readonly chosen: Float64Array;
  /** Of each tick its phases, ms. */
  readonly ticks: Float32Array;
  readonly sketch: Sketch;
  readonly #turn: Int32Array;
  readonly #told: Uint16Array;
  readonly #texts: Uint8Array;

  constructor(memory: FrameMemory) {
    this.memory = memory;
    const { componentBytes, phases, shared, slots } = memory;
    let at = HEAD;
    const doubles = (count: number): Float64Array => {
      at += count * DOUBLE;
      return new Float64Array(shared, at - count * DOUBLE, count);
    };
    this.#turn = new Int32Array(shared, 0, 1);
    this.numbers = doubles(NUMBERS);
    this.roster = doubles(ROSTER_PART * CLIENT_NUMBERS);
    this.chosen = doubles(PAGES_MAX * CHOSEN_NUMBERS);
    this.ticks = new Float32Array(shared, at, TICKS_MAX * phases);
    at += this.ticks.byteLength;
    this.sketch = sketchIn(shared, at, componentBytes > 0);
    at += sketchBytes(componentBytes > 0);
    this.#told = new Uint16Array(shared, at, PAGES_MAX * TOLD_MAX);
    at += this.#told.byteLength;
    this.#texts = new Uint8Array(shared, at, slots * SLOT_TEXT);
  }

  /** Whether the tick may write: the last frame was taken. */
  get isFree(): boolean {
    return Atomics.load(this.#turn, 0) === FREE;
  }

  /** The tick has written a whole frame. */
  fill(): void {
    Atomics.store(this.#turn, 0, FULL);
  }

  /** The frame was taken, or nobody is left to take it. */
  clear(): void {
    Atomics.store(this.#turn, 0, FREE);
  }

  /** Rows that the client of a page's choice was told of. @param page place in the frame */
  toldOf(page: number): Uint16Array {
    return this.#told.subarray(page * TOLD_MAX, (page + 1) * TOLD_MAX);
  }

  /** Room for a session's name, its length in the first byte. */
  nameOf(slot: number): Uint8Array {
    return this.#texts.subarray(slot * SLOT_TEXT, slot * SLOT_TEXT + TEXT_ROOM);
  }

  /** Room for what a session's client calls itself, likewise. */
  clientOf(slot: number): Uint8Array {
    return this.#texts.subarray(slot * SLOT_TEXT + TEXT_ROOM, (slot + 1) * SLOT_TEXT);
  }
}
