// A capsule: a piece of a journal as one file, with the settings that it was recorded under. It is
// a segment like any other, whose first mark says what it is, so that whatever plays a journal
// plays it. What names people stays behind: facts, sessions, tokens.
import * as format from "./format.ts";
import type { Mark, SegmentHead } from "./format.ts";
import type { Player, Segment } from "./play.ts";
import { SegmentReader } from "./reader.ts";
import { Rerun } from "./rerun.ts";
import { TickEncoder } from "./tick-record.ts";
import type { TickRecord } from "./tick-record.ts";

export const CAPSULE_SUFFIX = ".capsule";

/** Puts a capsule together, record by record. */
export class CapsuleWriter {
  readonly #parts: Uint8Array[];
  readonly #encoder = new TickEncoder();

  /**
   * @param head whose tick the image stands after
   * @param image none where the world begins
   * @param about what happened, and the settings; no secret
   */
  constructor(head: SegmentHead, image: Uint8Array, about: Readonly<Record<string, unknown>>) {
    const capsule = format.markRecord({ ...about, what: "capsule" });
    this.#parts = [format.headRecord(head), format.checkpointRecord(image), capsule];
  }

  /** @param record whose `hasHash` is false where the step did not come to its end */
  tick(record: Readonly<TickRecord>): void {
    const length = this.#encoder.encode({ ...record, facts: 0 });
    this.#parts.push(this.#encoder.bytes.slice(0, length));
  }

  mark(mark: Mark): void {
    this.#parts.push(format.markRecord(mark));
  }

  /** The whole file. */
  bytes(): Uint8Array {
    return Buffer.concat([...this.#parts, format.endRecord()]);
  }
}

export interface CutOptions {
  readonly segments: readonly Segment[];
  /** Lives through the ticks between the checkpoint before `from` and it. */
  readonly player: Player;
  /** The tick that the capsule's state stands after; null: the last checkpoint with ticks. */
  readonly from: number | null;
  /** The last tick in it; null: the last there is. */
  readonly until: number | null;
  readonly about: Readonly<Record<string, unknown>>;
}

export interface Cut {
  readonly bytes: Uint8Array;
  /** The tick before the first, and the last. */
  readonly from: number;
  readonly until: number;
  readonly ticks: number;
}

/** @returns a capsule, or a sentence that says why there is none; @throws of node:fs */
export function cutCapsule(options: CutOptions): Cut | string {
  const start = startOf(options.segments, options.from);
  if (start < 0) return "the journal has no checkpoint at or before that tick";
  const cutter = new Cutter(options);
  for (let i = start; i < options.segments.length && !cutter.isOver; i++) {
    cutter.segment(options.segments[i]!);
  }
  return cutter.cut();
}

/** @returns the segment to begin with; -1: there is none */
function startOf(segments: readonly Segment[], from: number | null): number {
  for (let i = segments.length - 1; i >= 0; i--) {
    const source = segments[i]!.open();
    try {
      const reader = new SegmentReader(source);
      const head = reader.next();
      if (head?.type !== "head" || reader.next()?.type !== "checkpoint") continue;
      if (from !== null && head.head.tick <= from) return i;
      let item = reader.next();
      while (item !== null && item.type !== "tick") item = reader.next();
      if (from === null && item !== null) return i;
    } finally {
      source.close();
    }
  }
  return -1;
}

class Cutter {
  isOver = false;
  readonly #options: CutOptions;
  #rerun: Rerun | null = null;
  #head: SegmentHead | null = null;
  #writer: CapsuleWriter | null = null;
  #from = 0;
  #last = -1;
  #ticks = 0;
  #fault = "";

  constructor(options: CutOptions) {
    this.#options = options;
  }

  segment(segment: Segment): void {
    const source = segment.open();
    try {
      const reader = new SegmentReader(source);
      const [head, checkpoint] = [reader.next(), reader.next()];
      if (head?.type !== "head" || checkpoint?.type !== "checkpoint") {
        this.isOver = true;
        return;
      }
      if (this.#head === null) this.#begin(head.head, checkpoint.image);
      // A piece of a world that goes on without a gap: what is behind one is another piece.
      else this.isOver = head.head.tick !== this.#last;
      for (let item = reader.next(); item !== null && !this.isOver; item = reader.next()) {
        if (item.type === "tick") this.#tick(item.record);
        else if (item.type === "mark" && item.mark.what !== "capsule") this.#mark(item.mark);
      }
    } finally {
      source.close();
    }
  }

  cut(): Cut | string {
    if (this.#fault !== "") return this.#fault;
    if (this.#writer === null || this.#ticks === 0) return "the journal has no tick in that range";
    return { bytes: this.#writer.bytes(), from: this.#from, until: this.#last, ticks: this.#ticks };
  }

  #begin(head: SegmentHead, image: Uint8Array): void {
    const { from } = this.#options;
    this.#head = head;
    this.#last = head.tick;
    if (from === null || from === head.tick) this.#open(head, image);
    else this.#rerun = new Rerun(this.#options.player.open(), head.rules, image);
  }

  #open(head: SegmentHead, image: Uint8Array): void {
    this.#from = head.tick;
    this.#writer = new CapsuleWriter(head, image, this.#options.about);
  }

  #tick(record: Readonly<TickRecord>): void {
    const { from, until } = this.#options;
    if (this.#writer === null && record.tick > (from ?? 0)) this.#reach();
    if (until !== null && record.tick > until) {
      this.isOver = true;
    } else if (this.#writer === null) {
      this.#walk(record);
    } else {
      this.#writer.tick(record);
      this.#ticks++;
      this.#last = record.tick;
    }
  }

  /** The state that the capsule begins with has been reached. */
  #reach(): void {
    const rerun = this.#rerun;
    if (this.#head === null || rerun === null) return;
    this.#open({ ...this.#head, tick: rerun.tick }, rerun.image());
    this.#rerun = null;
  }

  #walk(record: Readonly<TickRecord>): void {
    this.#last = record.tick;
    const rerun = this.#rerun;
    if (rerun === null) return;
    if (rerun.step(record)) return;
    this.#fault = `tick ${record.tick} differs, so that no state behind it is known`;
    this.isOver = true;
  }

  #mark(mark: Mark): void {
    this.#writer?.mark(mark);
  }
}
