// The frames of a tick: AoiUpdate bodies as docs/protocol.md has them, one after the other with
// headroom before each, split into parts of at most 512 bytes.
//
// A moved record is copied as a double, eight bytes at once; the next one overwrites its padding.
import type { Bodies } from "./bodies.ts";
import { RECORD_BYTES, SIGHT_SHIFT } from "./bodies.ts";
import { LIST_AT, LIST_COUNT, LIST_FRESH, LIST_LEFT, LIST_WORDS } from "./told.ts";
import type { ToldLists } from "./told.ts";

/** Before each body, for the header that is put there when it is sent. */
const HEADROOM = 32;
/** Of a body: a frame of 512 bytes without the longest header. */
const BODY_BYTES = 486;
/** The most that an Entity takes, its tag and length included. */
const ENTITY_BYTES = 22;
/** Tag and length of a list of bytes. The length takes two bytes always: it is known afterwards. */
const LIST_HEADER = 3;
/** An id is a row and a generation; here nobody is born twice. */
const GENERATION_1 = 1 << 16;
const KIND = 1;

export interface Frames {
  /** Writes the frames of all observers. */
  readonly write: () => void;
  /** Moved records written in this tick. */
  readonly updates: () => number;
  /** The bodies of an observer's parts, in their order. */
  readonly bodies: (observer: number) => Uint8Array[];
}

/**
 * @param order of the observers, a row each: that in which their lists lie, so that lists stream
 * through the cache and the records of one list are still there for the next
 */
export function framesOf(bodies: Bodies, told: ToldLists, order: Uint16Array): Frames {
  const { x, y, record, grow } = bodies;
  const { rows, lists, left, leftNext } = told;
  const n = x.length;
  // all told rows as entered, with headers and rests of parts
  const room = n * 1024 + left.length * (ENTITY_BYTES + 4);
  const bytes = new Uint8Array(room);
  const view = new DataView(bytes.buffer);
  const partAt = new Int32Array(n + Math.ceil(room / (BODY_BYTES - ENTITY_BYTES)));
  const partEnd = new Int32Array(partAt.length);
  /** By row: the observer's parts are from firstPart to firstPart + partCount. */
  const firstPart = new Int32Array(n);
  const partCount = new Int32Array(n);
  let parts = 0;
  let updates = 0;
  /** The open part: where it begins, where the next byte goes, where it must end. */
  let start = 0;
  let to = 0;
  let end = 0;

  function write(): void {
    parts = 0;
    let moved = 0;
    to = 0;
    for (let k = 0; k < n; k++) {
      const observer = order[k]!;
      const list = Math.imul(observer, LIST_WORDS);
      const fresh = lists[list + LIST_FRESH]!;
      firstPart[observer] = parts;
      open();
      if (lists[list + LIST_LEFT]! >= 0) writeLeft(lists[list + LIST_LEFT]!);
      let i = lists[list + LIST_AT]!;
      const listEnd = (i + lists[list + LIST_COUNT]!) | 0;
      const stays = (listEnd - fresh) | 0;
      if (fresh > 0) writeEntered(stays, listEnd);
      while (i < stays) {
        const first = (to + LIST_HEADER) | 0;
        let at = first;
        let fits = recordsIn((end - at) | 0);
        while (fits > 0 && i < stays) {
          const stop = i + fits < stays ? i + fits : stays;
          at = copyMoved(i, stop, at);
          i = stop;
          // those that did not move left their room to others
          fits = recordsIn((end - at) | 0);
        }
        if (at > first) {
          moved = (moved + at - first) | 0;
          writeHeader(0x32, at - first);
          to = at;
        }
        if (i < stays) {
          close();
          open();
        }
      }
      close();
      partCount[observer] = (parts - firstPart[observer]) | 0;
    }
    updates = moved / RECORD_BYTES;
  }

  /**
   * Copies the records of listed rows. A function of its own: within `write` the compiler keeps
   * its loop's variables in memory, which took 1.6 times as long.
   */
  function copyMoved(from: number, stop: number, begin: number): number {
    let at = begin;
    for (let i = from; i < stop; i++) {
      const row = rows[i]!;
      view.setFloat64(at, record[row]!, true);
      at = (at + grow[row]!) | 0;
    }
    return at;
  }

  function open(): void {
    start = (to + HEADROOM) | 0;
    to = start;
    end = (start + BODY_BYTES) | 0;
    // a record is written two bytes longer than it is
    if (end + 2 > room) throw new Error("the crowd outgrew the room for frames");
  }

  /** Ends the open part; one without a byte is none. */
  function close(): void {
    if (to === start) {
      to = (start - HEADROOM) | 0;
      return;
    }
    partAt[parts] = start;
    partEnd[parts] = to;
    parts++;
  }

  /** Records that fit into so many bytes; 10923 / 2^16 is 1/6, exact enough for 512 of them. */
  function recordsIn(free: number): number {
    return Math.imul(free, 10923) >> 16;
  }

  function writeHeader(tag: number, length: number): void {
    bytes[to] = tag;
    bytes[to + 1] = (length & 127) | 128;
    bytes[to + 2] = length >> 7;
  }

  function writeLeft(first: number): void {
    let event = first;
    while (event >= 0) {
      const begin = to + LIST_HEADER;
      let at = begin;
      for (; event >= 0 && at + 2 <= end; event = leftNext[event]!) {
        view.setUint16(at, left[event]!, true);
        at += 2;
      }
      if (at > begin) {
        writeHeader(0x3a, at - begin);
        to = at;
      }
      if (event < 0) return;
      close();
      open();
    }
  }

  function writeEntered(from: number, stop: number): void {
    for (let i = from; i < stop; i++) {
      const row = rows[i]!;
      if (to + ENTITY_BYTES > end) {
        close();
        open();
      }
      let at = to + 2;
      if (row > 0) at = writeField(at, 0x08, row);
      at = writeField(at, 0x10, row | GENERATION_1);
      at = writeField(at, 0x18, KIND);
      at = writeField(at, 0x20, zigzag(x[row]! >> SIGHT_SHIFT));
      at = writeField(at, 0x28, zigzag(y[row]! >> SIGHT_SHIFT));
      bytes[to] = 0x42;
      bytes[to + 1] = at - to - 2;
      to = at;
    }
  }

  /** @returns where the next field goes */
  function writeField(at: number, tag: number, value: number): number {
    bytes[at] = tag;
    let v = value;
    let next = at + 1;
    while (v > 127) {
      bytes[next++] = (v & 127) | 128;
      v >>>= 7;
    }
    bytes[next] = v;
    return next + 1;
  }

  return {
    write,
    updates: () => updates,
    bodies: (observer) =>
      Array.from({ length: partCount[observer]! }, (_, i) => {
        const part = firstPart[observer]! + i;
        return bytes.subarray(partAt[part], partEnd[part]);
      }),
  };
}

function zigzag(v: number): number {
  return (v << 1) ^ (v >> 31);
}
