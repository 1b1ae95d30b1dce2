// Plays a journal from its first segment to its last, on one kernel or on several side by side:
// compares every state hash, and each checkpoint with the state that was reached. The first
// difference ends it.
import type { World } from "../engine/world.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { compareImages } from "../kernel/image-rows.ts";
import type { AppNote, Mark, SegmentHead } from "./format.ts";
import { SegmentReader } from "./reader.ts";
import type { SegmentEnd, Source } from "./reader.ts";
import { hashText, Rerun } from "./rerun.ts";
import type { TickRecord } from "./tick-record.ts";

/** A kernel to play on. */
export interface Player {
  readonly name: string;
  /** A fresh one. */
  open(): Kernel;
}

/** A part of a journal, opened each time it is read. */
export interface Segment {
  /** How people call it. */
  readonly name: string;
  open(): Source & { close(): void };
}

/** What a kernel said to a tick. */
export interface Side {
  readonly name: string;
  /** "" where it trapped. */
  readonly hash: string;
  /** What it threw; null: nothing. */
  readonly trap: string | null;
  /** Its state after the tick; empty where it trapped. */
  readonly image: Uint8Array;
}

/** Where a kernel first stood elsewhere than the journal says. */
export interface Difference {
  readonly tick: number;
  /** The segment, by its place in the list, and the byte where the record begins. */
  readonly segment: number;
  readonly offset: number;
  /** As recorded: in a tick, or by the image of a checkpoint. "" where nobody saw the end of it. */
  readonly recorded: string;
  /** Of the segment. */
  readonly head: SegmentHead;
  readonly sides: readonly Side[];
  /** The image of the checkpoint at which they differ; null: a tick differs. */
  readonly checkpoint: Uint8Array | null;
}

/** Whoever looks on: an application that lives through it as well. On the first player's world. */
export interface Witness {
  /** The journal begins, or goes on elsewhere than it had come to. */
  begin(world: World, tickMs: number): void;
  /** What reached an application in the tick that follows. */
  note(note: AppNote): void;
  /** Before a tick is stepped. */
  before(record: Readonly<TickRecord>): void;
}

/** Something to say of the way. */
export type Note =
  | { readonly what: "mark"; readonly tick: number; readonly mark: Mark }
  /** The next segment does not begin where the one before ended. */
  | { readonly what: "jump"; readonly from: number; readonly to: number }
  | { readonly what: "end"; readonly segment: number; readonly end: SegmentEnd };

export interface Played {
  /** Segments that were begun. */
  readonly segments: number;
  /** Ticks that were stepped, and time that they took in the world, ms. */
  readonly ticks: number;
  readonly worldMs: number;
  /** The first and the last one; -1 where there was none. */
  readonly first: number;
  readonly last: number;
  /** State hash at the end. */
  readonly hash: string;
  /** The head of the last segment that was begun. */
  readonly head: SegmentHead | null;
  readonly notes: readonly Note[];
  readonly difference: Difference | null;
}

export interface PlayOptions {
  readonly segments: readonly Segment[];
  /** At least one; all take the same steps. */
  readonly players: readonly Player[];
  /** The last tick wanted. */
  readonly until?: number;
  readonly witness?: Witness;
  /** Called now and then, to show that it goes on. */
  readonly onProgress?: (tick: number, ticks: number) => void;
}

/** Marks that are kept, of a journal in which something happens all the time. */
const NOTES_MAX = 1000;
const PROGRESS_TICKS = 1000;

/** @throws Error in words when a checkpoint cannot be gone on from; of node:fs */
export function play(options: PlayOptions): Played {
  const playing = new Playing(options);
  for (let i = 0; i < options.segments.length && !playing.isOver; i++) playing.segment(i);
  return playing.played();
}

class Playing {
  isOver = false;
  readonly #options: PlayOptions;
  readonly #until: number;
  readonly #notes: Note[] = [];
  #lanes: { readonly name: string; readonly rerun: Rerun }[] = [];
  #head: SegmentHead | null = null;
  #segments = 0;
  #ticks = 0;
  #worldMs = 0;
  #first = -1;
  #last = -1;
  #difference: Difference | null = null;

  constructor(options: PlayOptions) {
    this.#options = options;
    this.#until = options.until ?? Infinity;
  }

  played(): Played {
    return {
      ...{ segments: this.#segments, ticks: this.#ticks, worldMs: this.#worldMs },
      ...{ first: this.#first, last: this.#last, head: this.#head },
      hash: this.#lanes[0]?.rerun.hash ?? "",
      ...{ notes: this.#notes, difference: this.#difference },
    };
  }

  segment(index: number): void {
    const source = this.#options.segments[index]!.open();
    try {
      this.#read(index, new SegmentReader(source));
    } finally {
      source.close();
    }
  }

  #read(index: number, reader: SegmentReader): void {
    let head: SegmentHead | null = null;
    let offset = reader.offset;
    for (let item = reader.next(); item !== null; item = reader.next()) {
      if (item.type === "head") {
        head = item.head;
        if (head.tick >= this.#until) this.isOver = this.#lanes.length > 0;
      } else if (item.type === "checkpoint" && head !== null) {
        this.#begin(head, item.image, index, offset);
      } else if (item.type === "app") {
        this.#options.witness?.note(item.app);
      } else if (item.type === "tick") {
        if (item.record.tick > this.#until) this.isOver = true;
        else this.#tick(item.record, index, offset);
      } else if (item.type === "mark") {
        this.#note({ what: "mark", tick: this.#lanes[0]?.rerun.tick ?? -1, mark: item.mark });
      }
      if (this.isOver) return;
      offset = reader.offset;
    }
    this.#note({ what: "end", segment: index, end: reader.end });
  }

  /** Goes on over a checkpoint, or begins with it. */
  #begin(head: SegmentHead, image: Uint8Array, index: number, offset: number): void {
    const before = this.#head;
    const at = this.#lanes[0]?.rerun.tick ?? -1;
    this.#head = head;
    this.#segments++;
    const isSame = before !== null && JSON.stringify(before.rules) === JSON.stringify(head.rules);
    if (isSame && at === head.tick && image.length > 0) {
      this.#compare(head, image, index, offset);
      return;
    }
    if (before !== null && at !== head.tick) {
      this.#note({ what: "jump", from: at, to: head.tick });
    }
    this.#lanes = this.#options.players.map((player) => ({
      name: player.name,
      rerun: new Rerun(player.open(), head.rules, image),
    }));
    const [first] = this.#lanes;
    if (first !== undefined) this.#options.witness?.begin(first.rerun.world, head.tickMs);
  }

  #compare(head: SegmentHead, checkpoint: Uint8Array, segment: number, offset: number): void {
    const sides = this.#lanes.map(({ name, rerun }) => sideOf(name, rerun, null));
    const isOff = sides.some(({ image }) => {
      const { rowCount, words } = compareImages(checkpoint, image, 0);
      return rowCount + words.length > 0;
    });
    if (!isOff) return;
    const { tick } = head;
    this.#differ({ tick, segment, offset, recorded: "", head, sides, checkpoint });
  }

  #tick(record: Readonly<TickRecord>, segment: number, offset: number): void {
    const { tick, hashLow, hashHigh } = record;
    this.#options.witness?.before(record);
    const sides: Side[] = [];
    let isOff = false;
    for (const { name, rerun } of this.#lanes) {
      const trap = livedThrough(rerun, record);
      if (trap === true) continue;
      isOff = true;
      sides.push(sideOf(name, rerun, trap === false ? null : trap));
    }
    if (isOff || (!record.hasHash && !this.#isOfOneMind)) {
      const recorded = record.hasHash ? hashText(hashLow, hashHigh) : "";
      const others = this.#lanes.filter(({ name }) => sides.every((side) => side.name !== name));
      sides.push(...others.map(({ name, rerun }) => sideOf(name, rerun, null)));
      const head = this.#head;
      if (head !== null) {
        this.#differ({ tick, segment, offset, recorded, head, sides, checkpoint: null });
      }
      return;
    }
    if (this.#first < 0) this.#first = tick;
    this.#last = tick;
    this.#ticks++;
    this.#worldMs += this.#head?.tickMs ?? 0;
    if (this.#ticks % PROGRESS_TICKS === 0) this.#options.onProgress?.(tick, this.#ticks);
  }

  /** Whether all kernels are in the same state. */
  get #isOfOneMind(): boolean {
    return this.#lanes.every(({ rerun }) => rerun.hash === this.#lanes[0]?.rerun.hash);
  }

  #differ(difference: Difference): void {
    this.#difference = difference;
    this.isOver = true;
  }

  #note(note: Note): void {
    if (this.#notes.length < NOTES_MAX || note.what !== "mark") this.#notes.push(note);
  }
}

/** @returns whether the tick came out as recorded; in words what the kernel threw */
function livedThrough(rerun: Rerun, record: Readonly<TickRecord>): boolean | string {
  try {
    return rerun.step(record);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** After a trap a kernel's memory is half way between two ticks: it has no state to show. */
function sideOf(name: string, rerun: Rerun, trap: string | null): Side {
  if (trap !== null) return { name, hash: "", trap, image: new Uint8Array(0) };
  return { name, hash: rerun.hash, trap: null, image: rerun.image() };
}
