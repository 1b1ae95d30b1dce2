// The worker's side of the journal: takes entries out of the ring, makes records of them, and
// writes them to segments, many at a time. Where the disk takes nothing it says so, lets go of what
// comes, and asks for a checkpoint, with which a new segment begins. What is missing is counted.
import { COMMAND_WORDS, INTENT_WORDS } from "#layout";
import type { Disk, SegmentFile } from "./disk.ts";
import { checkpointRecord, endRecord, FORMAT, headRecord } from "./format.ts";
import { markRecord, recordOf, segmentName } from "./format.ts";
import type { SegmentHead } from "./format.ts";
import type { Ring } from "./ring.ts";
import { END, IMAGE, IMAGE_WORDS, RingReader, STEP, STEP_WORDS, TEXT_WORDS } from "./ring.ts";
import { TickEncoder } from "./tick-record.ts";

export interface WriterOptions {
  /** What stands in every head of this server. */
  readonly head: Omit<SegmentHead, "format" | "tick" | "createdMs">;
  /** Of all segments together; the last two stay in any case. */
  readonly maxBytes: number;
  /** Since a segment was last written to, ms. */
  readonly maxAgeMs: number;
}

export interface WriterParts {
  readonly ring: Ring;
  readonly disk: Disk;
  /** Monotonic and Unix ms. */
  readonly now: () => number;
  readonly wallNow: () => number;
  /** A checkpoint is wanted. */
  readonly ask: () => void;
  readonly log: (level: "info" | "warn", fields: object, message: string) => void;
}

/** Totals since the writer began, unless said. */
export interface WriterNumbers {
  readonly ticks: number;
  readonly bytes: number;
  readonly syncs: number;
  /** Time that writing and syncing took, ms; and the longest of late. */
  readonly syncMs: number;
  readonly slowestMs: number;
  /** Tries that the disk refused. */
  readonly faults: number;
  /** Ticks that were not written since there was no segment. */
  readonly lostTicks: number;
  /** Segments that were deleted for their age, or since there were too many. */
  readonly removed: number;
  /** What lies there now. */
  readonly segments: number;
  readonly diskBytes: number;
  /** Why nothing is written; null: it is. */
  readonly fault: string | null;
}

/** A segment is left for another when it has so many bytes, or is so old, ms. */
export const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;
export const SEGMENT_MS = 30_000;
/** A disk that refused is tried again after this long, ms. */
const RETRY_MS = 1000;
/** Records are gathered to this size, bytes; larger ones are written as they are. */
const GATHER_BYTES = 256 * 1024;

export class SegmentWriter {
  readonly #options: WriterOptions;
  readonly #parts: WriterParts;
  readonly #reader: RingReader;
  readonly #encoder = new TickEncoder();
  readonly #gathered = new Uint8Array(GATHER_BYTES);
  readonly #segmentBytes: number;
  #used = 0;
  #file: SegmentFile | null = null;
  #fileBytes = 0;
  #openedAt = 0;
  #hasAsked = false;
  #retryAt = -Infinity;
  #isDirty = false;
  #tick = 0;
  #facts = 0;
  #isOver = false;
  #ticks = 0;
  #bytes = 0;
  #syncs = 0;
  #syncMs = 0;
  #slowestMs = 0;
  #faults = 0;
  #lostTicks = 0;
  #removed = 0;
  #segments = 0;
  #diskBytes = 0;
  #fault: string | null = null;

  constructor(options: WriterOptions, parts: WriterParts) {
    this.#options = options;
    this.#parts = parts;
    this.#reader = new RingReader(parts.ring);
    this.#segmentBytes = Math.min(SEGMENT_BYTES_MAX, options.maxBytes / 4);
  }

  /** Whether the last entry of all was written. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Brings what is in the ring to the disk. Never throws. */
  turn(): void {
    const began = this.#parts.now();
    const bytes = this.#bytes;
    this.#guard(() => {
      for (let at = this.#reader.next(); at >= 0; at = this.#reader.next()) this.#take(at);
      this.#sync();
    });
    // What could not be written is lost; the ticks behind it need the room.
    this.#reader.release();
    const now = this.#parts.now();
    if (this.#bytes > bytes) {
      this.#syncMs += now - began;
      this.#slowestMs = Math.max(this.#slowestMs, now - began);
    }
    this.#askWhenDue(now);
  }

  /** What was written so far; the slowest turn is forgotten. */
  takeNumbers(): WriterNumbers {
    const slowestMs = this.#slowestMs;
    this.#slowestMs = 0;
    return {
      ticks: this.#ticks,
      bytes: this.#bytes,
      syncs: this.#syncs,
      syncMs: this.#syncMs,
      slowestMs,
      faults: this.#faults,
      lostTicks: this.#lostTicks,
      removed: this.#removed,
      segments: this.#segments,
      diskBytes: this.#diskBytes + this.#fileBytes,
      fault: this.#fault,
    };
  }

  // ---------------------------------------------------------------- entries

  #take(at: number): void {
    const { ring } = this.#parts;
    const { words } = ring;
    const kind = words[at + 1]!;
    if (kind === IMAGE) this.#begin(at);
    else if (kind === END) this.#end();
    else if (this.#file === null) {
      if (kind === STEP) this.#lostTicks++;
    } else if (kind === STEP) this.#step(at);
    else {
      const start = (at + TEXT_WORDS) * 4;
      const text = ring.bytes.slice(start, start + words[at + 3]!);
      this.#put(recordOf(words[at + 2]!, text));
      this.#facts = words[at + 4]!;
    }
  }

  #step(at: number): void {
    const { words } = this.#parts.ring;
    const commandCount = words[at + 6]!;
    const intentCount = words[at + 7]!;
    const commands = at + STEP_WORDS;
    const intents = commands + commandCount * COMMAND_WORDS;
    const length = this.#encoder.encode({
      tick: words[at + 2]!,
      hasHash: true,
      hashLow: words[at + 3]! >>> 0,
      hashHigh: words[at + 4]! >>> 0,
      facts: words[at + 5]!,
      commands: words.subarray(commands, intents),
      commandCount,
      intents: words.subarray(intents, intents + intentCount * INTENT_WORDS),
      intentCount,
    });
    this.#put(this.#encoder.bytes.subarray(0, length));
    this.#tick = words[at + 2]!;
    this.#ticks++;
  }

  // ---------------------------------------------------------------- segments

  /** The segment that is open ends, and the next one begins with an image. */
  #begin(at: number): void {
    const { disk, ring, wallNow } = this.#parts;
    const { words } = ring;
    const [tick = 0, length = 0, lost = 0] = words.subarray(at + 2, at + IMAGE_WORDS);
    this.#hasAsked = false;
    // A disk that has no room for its end may have room for the next one, when old ones have gone.
    if (this.#file !== null) this.#guard(() => this.#end());
    this.#abandon();
    const start = (at + IMAGE_WORDS) * 4;
    const { head } = this.#options;
    const name = segmentName(tick, head.epoch);
    this.#file = disk.create(name);
    this.#isOver = false;
    this.#openedAt = this.#parts.now();
    this.#encoder.begin();
    this.#tick = tick;
    try {
      this.#put(headRecord({ ...head, format: FORMAT, tick, createdMs: Math.floor(wallNow()) }));
      this.#put(checkpointRecord(ring.bytes.slice(start, start + length)));
      if (lost > 0) this.#put(markRecord({ what: "gap", ticks: lost }));
      this.#sync();
    } catch (error) {
      // Otherwise each try on a full disk would leave a piece of a segment.
      disk.remove(name);
      throw error;
    }
    this.#retain();
  }

  /** Closes the segment in good order. */
  #end(): void {
    const file = this.#file;
    if (file === null) return;
    this.#put(endRecord());
    this.#sync();
    this.#file = null;
    this.#diskBytes += this.#fileBytes;
    this.#fileBytes = 0;
    file.close();
    this.#isOver = true;
  }

  /** Leaves the segment as it is. */
  #abandon(): void {
    const file = this.#file;
    this.#file = null;
    this.#used = 0;
    this.#isDirty = false;
    this.#diskBytes += this.#fileBytes;
    this.#fileBytes = 0;
    file?.close();
  }

  /** Old segments go, and what is too much; never the last two, of which one may be damaged. */
  #retain(): void {
    const { disk, log, wallNow } = this.#parts;
    const { maxAgeMs, maxBytes } = this.#options;
    let total = 0;
    try {
      const segments = disk.list();
      total = segments.reduce((sum, { bytes }) => sum + bytes, 0);
      this.#segments = segments.length;
      for (const { bytes, changedMs, name } of segments.slice(0, -2)) {
        if (total <= maxBytes && wallNow() - changedMs <= maxAgeMs) break;
        disk.remove(name);
        total -= bytes;
        this.#segments--;
        this.#removed++;
      }
    } catch (error) {
      log("warn", { reason: wordsOf(error) }, "Old segments of the journal stay");
    }
    this.#diskBytes = Math.max(0, total - this.#fileBytes);
  }

  // ---------------------------------------------------------------- bytes

  #put(record: Uint8Array): void {
    this.#isDirty = true;
    if (this.#used + record.length > GATHER_BYTES) this.#write();
    if (record.length > GATHER_BYTES) {
      this.#file?.write(record);
      this.#count(record.length);
      return;
    }
    this.#gathered.set(record, this.#used);
    this.#used += record.length;
  }

  #write(): void {
    if (this.#used === 0) return;
    const { length } = this.#gathered.subarray(0, this.#used);
    this.#file?.write(this.#gathered.subarray(0, length));
    this.#used = 0;
    this.#count(length);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#fileBytes += bytes;
  }

  #sync(): void {
    if (!this.#isDirty || this.#file === null) return;
    this.#write();
    this.#file.sync();
    this.#isDirty = false;
    this.#syncs++;
    const { ring } = this.#parts;
    ring.syncedTick = this.#tick;
    ring.syncedFacts = this.#facts;
    if (this.#fault === null) return;
    this.#fault = null;
    this.#parts.log("info", { tick: this.#tick }, "The journal is written again");
  }

  #askWhenDue(now: number): void {
    if (this.#hasAsked || this.#isOver) return;
    const isDue =
      this.#file === null
        ? now >= this.#retryAt
        : this.#fileBytes >= this.#segmentBytes || now - this.#openedAt >= SEGMENT_MS;
    if (!isDue) return;
    this.#hasAsked = true;
    this.#parts.ask();
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#fail(wordsOf(error));
    }
  }

  #fail(reason: string): void {
    this.#faults++;
    this.#hasAsked = false;
    this.#retryAt = this.#parts.now() + RETRY_MS;
    try {
      this.#abandon();
    } catch {
      // Of a file that cannot even be closed nothing more is wanted.
    }
    // Once for an outage, not once for each try of it.
    if (this.#fault === null) {
      this.#parts.log("warn", { reason }, "The journal cannot be written: recovery has less");
    }
    this.#fault = reason;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
