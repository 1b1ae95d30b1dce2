// Where everybody is, and the movement rule by which they get there. What neighbour search reads
// lies by slot: slots are the rows in the order of a grid's cells, so that who is near in the world
// is near in memory.
//
// This folder is closures over constant arrays, not classes, and nothing grows: V8 then compiles
// the address and the length of an array into the code. With arrays in fields it loads both at
// every access, and the tick took 1.5 times as long.
import { INTENT_WORDS, type Opening } from "../contender.ts";

/** An intent moves at most this far along an axis, 1/256 unit. */
const DELTA_MAX = 16384;
/** A position has 1/256 unit, a sight position 1/32: position >> 3. */
export const SIGHT_SHIFT = 3;
/** Bytes of a moved record: u16 row, u16 x, u16 y. */
export const RECORD_BYTES = 6;
/** Fills the last two bytes of a record's eight, so that they read as a double between 1 and 2. */
const RECORD_PAD = 0x3ff00000;

export interface Bodies {
  /** This tick's intents. */
  readonly intents: Int32Array;
  /** Positions by row, 1/256 unit. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly slotOf: Uint16Array;
  /** By slot: the row, and its sight position from the world's lower bounds, 1/32 unit. */
  readonly rowOf: Uint16Array;
  readonly sightX: Int32Array;
  readonly sightY: Int32Array;
  /**
   * Slots by cell, cells line by line, `cells` in a line: cell c has cellAt[c] to cellAt[c + 1].
   */
  readonly cells: number;
  readonly cellAt: Int32Array;
  /** By row: a moved record and two bytes of padding, to be copied as one double. */
  readonly record: Float64Array;
  /** By row: the bytes by which its record lengthens a frame; 0 when it did not move. */
  readonly grow: Uint8Array;
  /** Applies the intents by the rule of docs/protocol.md, "Movement". */
  readonly move: (count: number) => void;
  /** Deals the slots anew, by where everybody is now. */
  readonly deal: () => void;
  /** How far anybody is, at most, from where it was when slots were dealt; sight units. */
  readonly stray: () => number;
}

/** @param width of a cell, sight units */
export function bodiesOf(opening: Opening, width: number): Bodies {
  const { n, min, max, maxSpeed } = opening;
  const fullBank = maxSpeed * opening.burstTicks;
  const low = min >> SIGHT_SHIFT;
  const cells = Math.floor(((max >> SIGHT_SHIFT) - low) / width) + 1;
  const intents = new Int32Array(opening.intentsMax * INTENT_WORDS);
  const x = opening.x.slice(0, n);
  const y = opening.y.slice(0, n);
  const sequences = new Int32Array(n);
  // What a row has used of its speed since tick 0. Its bank is what `earned` is ahead of that, but
  // at most the full bank: so no bank has to be refilled.
  const used = new Int32Array(n);
  const rowOf = new Uint16Array(n);
  const slotOf = new Uint16Array(n);
  const sightX = new Int32Array(n);
  const sightY = new Int32Array(n);
  const homeX = new Int32Array(n);
  const homeY = new Int32Array(n);
  const cellOf = new Int32Array(n);
  const cellAt = new Int32Array(cells * cells + 1);
  const record = new Float64Array(n);
  const recordWords = new Int32Array(record.buffer);
  const grow = new Uint8Array(n);
  let earned = fullBank;
  let strayed = 0;

  function move(count: number): void {
    earned = (earned + maxSpeed) | 0;
    const now = earned;
    const floor = (now - fullBank) | 0;
    let farthest = strayed;
    grow.fill(0);
    const end = count * INTENT_WORDS;
    for (let i = 0; i < end; i += INTENT_WORDS) {
      const row = intents[i]! & 0xffff;
      const sequence = intents[i + 1]!;
      if (sequence <= sequences[row]!) continue;
      sequences[row] = sequence;
      const dx = clamp(intents[i + 2]!, -DELTA_MAX, DELTA_MAX);
      const dy = clamp(intents[i + 3]!, -DELTA_MAX, DELTA_MAX);
      const length = Math.ceil(Math.sqrt((Math.imul(dx, dx) + Math.imul(dy, dy)) | 0)) | 0;
      const before = used[row]!;
      const after = ((before > floor ? before : floor) + length) | 0;
      if (length === 0 || after > now) continue;
      used[row] = after;
      const toX = clamp((x[row]! + dx) | 0, min, max);
      const toY = clamp((y[row]! + dy) | 0, min, max);
      x[row] = toX;
      y[row] = toY;
      writeRecord(row, toX >> SIGHT_SHIFT, toY >> SIGHT_SHIFT);
      grow[row] = RECORD_BYTES;
      const slot = slotOf[row]!;
      const seenX = ((toX >> SIGHT_SHIFT) - low) | 0;
      const seenY = ((toY >> SIGHT_SHIFT) - low) | 0;
      sightX[slot] = seenX;
      sightY[slot] = seenY;
      const offX = (seenX - homeX[slot]!) | 0;
      const offY = (seenY - homeY[slot]!) | 0;
      const off = (Math.imul(offX, offX) + Math.imul(offY, offY)) | 0;
      if (off > farthest) farthest = off;
    }
    strayed = farthest;
  }

  function writeRecord(row: number, seenX: number, seenY: number): void {
    recordWords[row << 1] = row | (seenX << 16);
    recordWords[(row << 1) + 1] = (seenY & 0xffff) | RECORD_PAD;
  }

  /** A counting sort by cell. */
  function deal(): void {
    cellAt.fill(0);
    for (let row = 0; row < n; row++) {
      const column = (((x[row]! >> SIGHT_SHIFT) - low) / width) | 0;
      const line = (((y[row]! >> SIGHT_SHIFT) - low) / width) | 0;
      const cell = (Math.imul(line, cells) + column) | 0;
      cellOf[row] = cell;
      cellAt[cell] = cellAt[cell]! + 1;
    }
    let sum = 0;
    const last = cells * cells;
    for (let cell = 0; cell <= last; cell++) {
      sum = (sum + cellAt[cell]!) | 0;
      cellAt[cell] = sum;
    }
    // from the ends of the cells down, which leaves cellAt at their beginnings
    for (let row = n - 1; row >= 0; row--) {
      const cell = cellOf[row]!;
      const slot = cellAt[cell]! - 1;
      cellAt[cell] = slot;
      rowOf[slot] = row;
      slotOf[row] = slot;
      const seenX = ((x[row]! >> SIGHT_SHIFT) - low) | 0;
      const seenY = ((y[row]! >> SIGHT_SHIFT) - low) | 0;
      sightX[slot] = seenX;
      sightY[slot] = seenY;
      homeX[slot] = seenX;
      homeY[slot] = seenY;
    }
    strayed = 0;
  }

  for (let row = 0; row < n; row++)
    writeRecord(row, x[row]! >> SIGHT_SHIFT, y[row]! >> SIGHT_SHIFT);
  deal();
  return {
    ...{ intents, x, y, slotOf, rowOf, sightX, sightY, cells, cellAt, record, grow },
    ...{ move, deal, stray: () => Math.sqrt(strayed) },
  };
}

function clamp(v: number, min: number, max: number): number {
  return v < min ? min : v > max ? max : v;
}
