// Reads segments of a journal, record by record. Bad bytes are an answer, never an error: where
// reading ends, it says at which byte, why, and what was whole before.
import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import * as format from "./format.ts";
import type { AppNote, FactsRecord, Mark, SegmentHead } from "./format.ts";
import { TickDecoder } from "./tick-record.ts";
import type { TickRecord } from "./tick-record.ts";

const { FRAME_BYTES } = format;

/** Where a segment's bytes come from. */
export interface Source {
  readonly size: number;
  /** Fills `to` from byte `at` on. @returns how many bytes there were */
  read(to: Uint8Array, at: number): number;
}

/** A record. That of a tick is valid until the next one is read. */
export type Item =
  | { readonly type: "head"; readonly head: SegmentHead }
  | { readonly type: "checkpoint"; readonly image: Uint8Array }
  | { readonly type: "tick"; readonly record: Readonly<TickRecord> }
  | { readonly type: "facts"; readonly facts: FactsRecord }
  | { readonly type: "app"; readonly app: AppNote }
  | { readonly type: "mark"; readonly mark: Mark };

/**
 * clean: closed by its writer. open: all records are whole, and it may go on. torn: what follows
 * the last whole record is none, as after a crash. damaged: the same, but whole records stand
 * behind it, so that bytes have changed or are missing.
 */
export type EndKind = "clean" | "open" | "torn" | "damaged";

/** Where and why reading a segment ended. */
export interface SegmentEnd {
  readonly kind: EndKind;
  /** The first byte that could not be used, or the segment's length. */
  readonly offset: number;
  /** Completes "the segment …"; "" where it ends cleanly or may go on. */
  readonly reason: string;
  /** The last tick that was read whole, with all its facts; that of the checkpoint before any. */
  readonly lastTick: number;
}

/** A file of a journal. */
export interface SegmentFile {
  readonly path: string;
  /** That its checkpoint stands after. */
  readonly tick: number;
  readonly epoch: number;
  /** Bytes. */
  readonly size: number;
}

/**
 * All segments of a folder in the order in which they were written.
 * @throws Error of node:fs when there is no such folder
 */
export function listSegments(folder: string): SegmentFile[] {
  const files: SegmentFile[] = [];
  for (const name of readdirSync(folder)) {
    const at = format.readSegmentName(name);
    if (at === null) continue;
    const path = join(folder, name);
    const source = openFile(path);
    files.push({ path, ...at, size: source.size });
    source.close();
  }
  return files.sort((a, b) => a.epoch - b.epoch || a.tick - b.tick);
}

/** A file as it is now: what is written to it from now on is not seen. @throws of node:fs */
export function openFile(path: string): Source & { close(): void } {
  const fd = openSync(path, "r");
  return {
    size: fstatSync(fd).size,
    read: (to, at) => readSync(fd, to, 0, to.length, at),
    close: () => closeSync(fd),
  };
}

export function bytesSource(bytes: Uint8Array): Source {
  return {
    size: bytes.length,
    read(to, at) {
      const part = bytes.subarray(at, at + to.length);
      to.set(part);
      return part.length;
    },
  };
}

const CHUNK = 1024 * 1024;
/** Bytes that are looked through for whole records behind a damaged one. */
const SEARCH_MAX = 64 * 1024 * 1024;

/** One segment. */
export class SegmentReader {
  readonly #source: Source;
  readonly #ticks = new TickDecoder();
  #buffer = new Uint8Array(CHUNK);
  /** Where the buffer's first byte stands in the segment, and how many of it are filled. */
  #start = 0;
  #filled = 0;
  #offset = 0;
  #records = 0;
  #tick = 0;
  #lastTick = 0;
  /** Facts of the last tick that have not been read yet. */
  #missingFacts = 0;
  #end: SegmentEnd | null = null;

  constructor(source: Source) {
    this.#source = source;
  }

  /** The byte at which the next record begins. */
  get offset(): number {
    return this.#offset;
  }

  /** Known once next() has answered null. */
  get end(): SegmentEnd {
    if (this.#end === null) throw new Error("the segment has not been read to its end");
    return this.#end;
  }

  /** @returns null at the end, of which `end` tells; never throws for what is in the segment */
  next(): Item | null {
    if (this.#end !== null) return null;
    const room = this.#source.size - this.#offset;
    if (room === 0 && this.#records > 0) return this.#finish("open", "");
    const frame = format.readFrame(this.#bytes(Math.min(room, FRAME_BYTES)), 0, room);
    if (typeof frame === "string") return this.#fail(`has ${frame}`);
    const bytes = this.#bytes(FRAME_BYTES + frame.length);
    if (bytes.length < FRAME_BYTES + frame.length) return this.#fail("ends before it should");
    if (!format.isIntact(bytes, 0, frame)) {
      return this.#fail("has a record whose checksum does not fit");
    }
    const wanted = [format.HEAD, format.CHECKPOINT][this.#records];
    const isFirst = frame.type === format.HEAD || frame.type === format.CHECKPOINT;
    if (wanted === undefined ? isFirst : wanted !== frame.type) {
      return this.#fail(`has a record of type ${frame.type} where it cannot stand`);
    }
    const item = this.#item(frame.type, bytes.subarray(FRAME_BYTES));
    if (typeof item === "string") return this.#fail(item);
    this.#offset += FRAME_BYTES + frame.length;
    this.#records++;
    return item ?? this.#finish("clean", "");
  }

  /** From here on, the ticks behind `start` up to `until`; each is valid until the next. */
  *ticks(start: number, until: number): Generator<Readonly<TickRecord>, void> {
    for (let item = this.next(); item !== null; item = this.next()) {
      if (item.type !== "tick" || item.record.tick <= start) continue;
      if (item.record.tick > until) return;
      yield item.record;
    }
  }

  /** @returns null for END; a sentence's end where the payload does not fit its type */
  #item(type: number, payload: Uint8Array): Item | string | null {
    switch (type) {
      case format.HEAD:
        return this.#head(format.readHead(payload));
      case format.CHECKPOINT:
        return { type: "checkpoint", image: payload.slice() };
      case format.TICK:
        return this.#tickItem(payload);
      case format.FACTS:
        return this.#facts(format.readFacts(payload));
      case format.MARK: {
        const mark = format.readMark(payload);
        return typeof mark === "string" ? `has a record that ${mark}` : { type: "mark", mark };
      }
      case format.APP: {
        const app = format.readApp(payload);
        return typeof app === "string" ? `has a record that ${app}` : { type: "app", app };
      }
      case format.END:
        return payload.length === 0 ? null : "has an end with something in it";
      default:
        return `has a record of type ${type}, which none has`;
    }
  }

  #head(head: SegmentHead | string): Item | string {
    if (typeof head === "string") return `has a head that ${head}`;
    this.#tick = head.tick;
    this.#lastTick = head.tick;
    return { type: "head", head };
  }

  #tickItem(payload: Uint8Array): Item | string {
    if (!this.#ticks.decode(payload)) return "has a tick that cannot be read";
    const { record } = this.#ticks;
    if (record.tick <= this.#tick) return `has tick ${record.tick} after tick ${this.#tick}`;
    this.#tick = record.tick;
    this.#missingFacts = record.facts;
    if (record.facts === 0) this.#lastTick = record.tick;
    return { type: "tick", record };
  }

  #facts(facts: FactsRecord | string): Item | string {
    if (typeof facts === "string") return `has a record that ${facts}`;
    this.#missingFacts -= facts.facts.length;
    if (this.#missingFacts <= 0) this.#lastTick = this.#tick;
    return { type: "facts", facts };
  }

  #finish(kind: EndKind, reason: string): null {
    this.#end = { kind, offset: this.#offset, reason, lastTick: this.#lastTick };
    return null;
  }

  #fail(reason: string): null {
    return this.#finish(this.#isFollowed() ? "damaged" : "torn", reason);
  }

  /**
   * Whether a whole record stands behind the place where reading failed. Its length may be what
   * has changed, so that each byte is tried; a wrong byte passes for a frame once in 10,000.
   */
  #isFollowed(): boolean {
    const end = Math.min(this.#source.size, this.#offset + SEARCH_MAX);
    const part = new Uint8Array(Math.max(0, end - this.#offset - 1));
    const read = this.#source.read(part, this.#offset + 1);
    let budget = SEARCH_MAX;
    for (let at = 0; at + FRAME_BYTES <= read && budget > 0; at++) {
      const frame = format.readFrame(part, at, read - at);
      if (typeof frame === "string") continue;
      if (format.isIntact(part, at, frame)) return true;
      budget -= frame.length;
    }
    return false;
  }

  /** Bytes from the present offset on; fewer where the segment ends. Valid until the next call. */
  #bytes(count: number): Uint8Array {
    let from = this.#offset - this.#start;
    if (from + count > this.#filled) {
      this.#buffer.copyWithin(0, from, this.#filled);
      this.#filled = Math.max(0, this.#filled - from);
      this.#start = this.#offset;
      from = 0;
      if (count > this.#buffer.length) {
        const larger = new Uint8Array(2 ** Math.ceil(Math.log2(count)));
        larger.set(this.#buffer.subarray(0, this.#filled));
        this.#buffer = larger;
      }
      const room = this.#source.size - this.#start - this.#filled;
      const wanted = this.#buffer.subarray(
        this.#filled,
        Math.min(this.#buffer.length, this.#filled + room),
      );
      this.#filled += this.#source.read(wanted, this.#start + this.#filled);
    }
    return this.#buffer.subarray(from, Math.min(from + count, this.#filled));
  }
}
