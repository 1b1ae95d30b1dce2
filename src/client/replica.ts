// What one client sees: the entities that the server has told it about, in dense columns. Thousands
// of replicas may live in one process, so each starts small and grows to what it is told.
import type { ServerDecoder } from "../protocol/client-decode.ts";
import { LEFT_RECORD, MOVED_RECORD } from "../protocol/client-decode.ts";
import { addToDigest } from "../protocol/digest.ts";
import { AOI_RESET } from "../protocol/encode.ts";
import { sightNear } from "../protocol/position.ts";

const FIRST_CAPACITY = 16;
/** A slot + 1 must fit 16 bits. The world holds fewer entities than this. */
const MAX_SIZE = 0xffff;

export class Replica {
  /** Entities shown: rows 0 .. size - 1 of the columns. Their order means nothing. */
  size = 0;
  // The columns are replaced when they grow: read them again after each tick.
  ids = new Uint32Array(FIRST_CAPACITY);
  kinds = new Uint32Array(FIRST_CAPACITY);
  /** 1/32 unit, absolute. */
  x = new Int32Array(FIRST_CAPACITY);
  y = new Int32Array(FIRST_CAPACITY);
  /** The tick whose update last wrote the row. */
  updatedTick = new Uint32Array(FIRST_CAPACITY);

  #aliases = new Uint16Array(FIRST_CAPACITY);
  /** By alias: row + 1, 0 = not shown. A power of two long, as the highest alias seen needs. */
  #rowOf = new Uint16Array(FIRST_CAPACITY);

  /** Forgets everything. */
  reset(): void {
    for (let row = 0; row < this.size; row++) this.#rowOf[this.#aliases[row] as number] = 0;
    this.size = 0;
  }

  /** @returns whether the entity is shown; reads all rows. */
  has(id: number): boolean {
    return this.indexOf(id) >= 0;
  }

  /** @returns the row of an entity, -1 when it is not shown; reads all rows. */
  indexOf(id: number): number {
    for (let row = 0; row < this.size; row++) if (this.ids[row] === id) return row;
    return -1;
  }

  /**
   * @param positions whether the digest covers positions, or ids only
   * @returns the digest of the view, u32: docs/protocol.md, "Digest"
   */
  digest(positions: boolean): number {
    const { size, ids, x, y } = this;
    let hash = 0;
    for (let row = 0; row < size; row++) {
      hash = positions
        ? addToDigest(hash, ids[row] as number, x[row] as number, y[row] as number)
        : addToDigest(hash, ids[row] as number, 0, 0);
    }
    return hash;
  }

  /**
   * Applies one part of an update: reset, left, entered, moved.
   * @param frame has just decoded `bytes` as SERVER_AOI
   * @returns records that contradict the view: an alias that left or moved without being shown, or
   * entered while it was. They are passed over (an entry replaces); 0 = all is well.
   */
  apply(frame: ServerDecoder, bytes: Uint8Array): number {
    if ((frame.flags & AOI_RESET) !== 0) this.reset();
    let faults = 0;
    for (let pos = frame.leftStart; pos < frame.leftEnd; pos += LEFT_RECORD)
      if (!this.#remove(readU16(bytes, pos))) faults++;
    for (let i = 0; i < frame.enteredCount; i++) if (!this.#enter(frame, i)) faults++;

    const referenceX = frame.selfX >> 3; // 1/256 unit to 1/32
    const referenceY = frame.selfY >> 3;
    for (let pos = frame.movedStart; pos < frame.movedEnd; pos += MOVED_RECORD) {
      const row = (this.#rowOf[readU16(bytes, pos)] ?? 0) - 1;
      if (row < 0) {
        faults++;
        continue;
      }
      this.x[row] = sightNear(referenceX, readU16(bytes, pos + 2));
      this.y[row] = sightNear(referenceY, readU16(bytes, pos + 4));
      this.updatedTick[row] = frame.tick;
    }
    return faults;
  }

  #enter(frame: ServerDecoder, i: number): boolean {
    const alias = frame.enteredAlias[i] as number;
    if (alias >= this.#rowOf.length) this.#growAliases(alias);
    let row = (this.#rowOf[alias] as number) - 1;
    const isNew = row < 0;
    if (isNew) {
      if (this.size === MAX_SIZE) return false;
      row = this.size++;
      if (row === this.ids.length) this.#growColumns();
      this.#rowOf[alias] = row + 1;
    }
    this.#aliases[row] = alias;
    this.ids[row] = frame.enteredId[i] as number;
    this.kinds[row] = frame.enteredKind[i] as number;
    this.x[row] = frame.enteredX[i] as number;
    this.y[row] = frame.enteredY[i] as number;
    this.updatedTick[row] = frame.tick;
    return isNew;
  }

  /** Fills the gap with the last row. */
  #remove(alias: number): boolean {
    const row = (this.#rowOf[alias] ?? 0) - 1;
    if (row < 0) return false;
    const last = --this.size;
    const lastAlias = this.#aliases[last] as number;
    this.#aliases[row] = lastAlias;
    this.ids[row] = this.ids[last] as number;
    this.kinds[row] = this.kinds[last] as number;
    this.x[row] = this.x[last] as number;
    this.y[row] = this.y[last] as number;
    this.updatedTick[row] = this.updatedTick[last] as number;
    this.#rowOf[lastAlias] = row + 1;
    this.#rowOf[alias] = 0;
    return true;
  }

  #growAliases(alias: number): void {
    let length = this.#rowOf.length;
    while (length <= alias) length *= 2;
    const grown = new Uint16Array(length);
    grown.set(this.#rowOf);
    this.#rowOf = grown;
  }

  #growColumns(): void {
    const capacity = this.ids.length * 2;
    this.ids = grownUint32(this.ids, capacity);
    this.kinds = grownUint32(this.kinds, capacity);
    this.x = grownInt32(this.x, capacity);
    this.y = grownInt32(this.y, capacity);
    this.updatedTick = grownUint32(this.updatedTick, capacity);
    const aliases = new Uint16Array(capacity);
    aliases.set(this.#aliases);
    this.#aliases = aliases;
  }
}

function grownUint32(column: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(capacity);
  grown.set(column);
  return grown;
}

function grownInt32(column: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(capacity);
  grown.set(column);
  return grown;
}

function readU16(bytes: Uint8Array, pos: number): number {
  return (bytes[pos] as number) | ((bytes[pos + 1] as number) << 8);
}
