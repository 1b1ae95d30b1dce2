// The payload of a TICK record: a step's whole input, and the state hash after it.
//
//   u8          1: the hash is known; 0: nobody saw the end of this step, it trapped
//   u32 u32     state hash, low and high
//   v           tick, v facts that follow in FACTS records
//   v           commands; each v operation, v words behind it (without zeros at its end), the words
//   v           intents; each v row's distance from the one before, doubled, +1 when it is the
//               row's next: then sequence and generation are as before it; otherwise v generation
//               and the sequence's distance; then dx and dy
//
// v is a varint of 7 bits a byte, lowest first; what may be negative is zigzagged. An intent of a
// row that moves on takes 5 or 6 bytes in place of 16. Distances begin anew with each segment, so
// that a segment can be read without the one before.
import { COMMANDS, COMMAND_WORDS, INTENTS, INTENT_WORDS, NONE, ROWS } from "#layout";
import { FRAME_BYTES, putFrame, TICK } from "./format.ts";

/** What the world was given in a step, and what came of it. */
export interface TickRecord {
  tick: number;
  /** Whether the hash says anything. */
  hasHash: boolean;
  /** u32 each. */
  hashLow: number;
  hashHigh: number;
  /** Twelve words each. */
  commands: Int32Array;
  commandCount: number;
  /** Four words each: handle, sequence, dx, dy. */
  intents: Int32Array;
  intentCount: number;
  /** How many follow in FACTS records. */
  facts: number;
}

const VARINT_MAX = 5;
const HEADER_MAX = 9 + 4 * VARINT_MAX;
const COMMAND_MAX = VARINT_MAX + 1 + (COMMAND_WORDS - 1) * VARINT_MAX;
/** Distance, generation, sequence, dx, dy. */
const INTENT_MAX = 3 + 3 + 3 * VARINT_MAX;
const RECORD_MAX = FRAME_BYTES + HEADER_MAX + COMMANDS * COMMAND_MAX + INTENTS * INTENT_MAX;

/** What the last intent of each row was, on both sides of the file. */
class Rows {
  readonly generation = new Uint16Array(ROWS);
  readonly sequence = new Int32Array(ROWS);

  clear(): void {
    this.generation.fill(0);
    this.sequence.fill(0);
  }
}

/** Writes tick records; one for each segment, or begun anew with each. Allocates nothing a tick. */
export class TickEncoder {
  /** The record that encode() made. Memory that no tick needed is never touched. */
  readonly bytes = new Uint8Array(RECORD_MAX);
  readonly #rows = new Rows();
  #at = 0;

  /** Before the first tick of a segment. */
  begin(): void {
    this.#rows.clear();
  }

  /** @returns the length of the whole record, which lies at the start of `bytes` */
  encode(record: Readonly<TickRecord>): number {
    this.#at = FRAME_BYTES;
    this.#byte(record.hasHash ? 1 : 0);
    this.#word(record.hashLow);
    this.#word(record.hashHigh);
    this.#varint(record.tick);
    this.#varint(record.facts);
    this.#commands(record.commands, record.commandCount);
    this.#intents(record.intents, record.intentCount);
    return putFrame(this.bytes, 0, TICK, this.#at - FRAME_BYTES);
  }

  #commands(commands: Int32Array, count: number): void {
    this.#varint(count);
    for (let i = 0; i < count; i++) {
      const at = i * COMMAND_WORDS;
      let words = COMMAND_WORDS - 1;
      while (words > 0 && commands[at + words] === 0) words--;
      this.#varint(commands[at]! >>> 0);
      this.#byte(words);
      for (let k = 1; k <= words; k++) this.#signed(commands[at + k]!);
    }
  }

  #intents(intents: Int32Array, count: number): void {
    const { generation, sequence } = this.#rows;
    this.#varint(count);
    let last = 0;
    for (let i = 0; i < count; i++) {
      const at = i * INTENT_WORDS;
      const row = intents[at]! & NONE;
      const mark = intents[at]! >>> 16;
      const step = (intents[at + 1]! - sequence[row]!) | 0;
      const isNext = step === 1 && mark === generation[row]!;
      this.#varint((zigzag(row - last) << 1) | (isNext ? 1 : 0));
      if (!isNext) {
        this.#varint(mark);
        this.#signed(step);
      }
      this.#signed(intents[at + 2]!);
      this.#signed(intents[at + 3]!);
      generation[row] = mark;
      sequence[row] = intents[at + 1]!;
      last = row;
    }
  }

  #byte(value: number): void {
    this.bytes[this.#at++] = value;
  }

  #word(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.#byte((value >>> shift) & 255);
  }

  #signed(value: number): void {
    this.#varint(zigzag(value));
  }

  /** @param value u32 */
  #varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#byte((rest & 127) | 128);
      rest >>>= 7;
    }
    this.#byte(rest);
  }
}

/** Reads tick records of one segment, in their order. Never throws, reads only the payload. */
export class TickDecoder {
  /** What decode() found; the same object each time. */
  readonly record: TickRecord = {
    ...{ tick: 0, hasHash: false, hashLow: 0, hashHigh: 0, facts: 0 },
    commands: new Int32Array(COMMANDS * COMMAND_WORDS),
    commandCount: 0,
    intents: new Int32Array(INTENTS * INTENT_WORDS),
    intentCount: 0,
  };
  readonly #rows = new Rows();
  #payload: Uint8Array = new Uint8Array(0);
  #at = 0;
  #faults = 0;

  /** Before the first tick of a segment. */
  begin(): void {
    this.#rows.clear();
  }

  /** Puts a payload into `record`. @returns false when it is none */
  decode(payload: Uint8Array): boolean {
    const { record } = this;
    this.#payload = payload;
    this.#at = 0;
    this.#faults = 0;
    const flags = this.#byte();
    record.hasHash = flags === 1;
    record.hashLow = this.#word();
    record.hashHigh = this.#word();
    record.tick = this.#varint();
    record.facts = this.#varint();
    this.#commands(this.#varint());
    this.#intents(this.#varint());
    return this.#faults === 0 && flags <= 1 && this.#at === payload.length;
  }

  #commands(count: number): void {
    const { commands } = this.record;
    if (count > COMMANDS) this.#faults++;
    this.record.commandCount = this.#faults === 0 ? count : 0;
    for (let i = 0; i < count && this.#faults === 0; i++) {
      const at = i * COMMAND_WORDS;
      commands[at] = this.#varint();
      const words = this.#byte();
      if (words >= COMMAND_WORDS) this.#faults++;
      for (let k = 1; k < COMMAND_WORDS; k++) commands[at + k] = k <= words ? this.#signed() : 0;
    }
  }

  #intents(count: number): void {
    const { intents } = this.record;
    const { generation, sequence } = this.#rows;
    if (count > INTENTS) this.#faults++;
    this.record.intentCount = this.#faults === 0 ? count : 0;
    let row = 0;
    for (let i = 0; i < count && this.#faults === 0; i++) {
      const at = i * INTENT_WORDS;
      const first = this.#varint();
      row += unzigzag(first >>> 1);
      if (row < 0 || row > NONE) {
        this.#faults++;
        return;
      }
      const isNext = (first & 1) === 1;
      const mark = isNext ? generation[row]! : this.#varint();
      if (mark > NONE) this.#faults++;
      const step = isNext ? 1 : this.#signed();
      const number = (sequence[row]! + step) | 0;
      generation[row] = mark;
      sequence[row] = number;
      intents[at] = row | (mark << 16);
      intents[at + 1] = number;
      intents[at + 2] = this.#signed();
      intents[at + 3] = this.#signed();
    }
  }

  /** @returns 0 behind the end, where nothing is sound any more */
  #byte(): number {
    if (this.#at < this.#payload.length) return this.#payload[this.#at++]!;
    this.#faults++;
    return 0;
  }

  #word(): number {
    let value = 0;
    for (let shift = 0; shift < 32; shift += 8) value |= this.#byte() << shift;
    return value >>> 0;
  }

  #signed(): number {
    return unzigzag(this.#varint());
  }

  #varint(): number {
    let value = 0;
    for (let i = 0; i < VARINT_MAX; i++) {
      const byte = this.#byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) {
        if (value > 0xffffffff) this.#faults++;
        return value >>> 0;
      }
    }
    this.#faults++;
    return 0;
  }
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1);
}
