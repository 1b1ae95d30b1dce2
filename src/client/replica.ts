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

/** Hears of each change as it is made. Rows are valid during the call. */
export interface ReplicaWatcher {
  /** A part of an update is about to be applied; `flags` are its AOI_ flags. */
  updating(tick: number, flags: number): void;
  /** The row is a new entity's; the columns have its values. */
  entered(row: number): void;
  /** The entity's position was told anew. */
  moved(row: number): void;
  /** The entity's components were told anew. */
  changed(row: number): void;
  /** Those of the client's own entity were. */
  changedOwn(): void;
  /** The row's entity goes; after the call the entity of `last` takes the row. */
  leaving(row: number, last: number): void;
  /** Everything is about to be forgotten. */
  clearing(): void;
}

/** Everybody in sight as the server said last, a row each: `client.view.replica`. To be read. */
export class Replica {
  /** Entities shown: rows 0 .. size - 1 of the columns. Their order means nothing. */
  size = 0;
  /** Thousands of replicas do without. */
  watcher: ReplicaWatcher | null = null;
  // The columns are replaced when they grow: read them again after each tick.
  ids = new Uint32Array(FIRST_CAPACITY);
  kinds = new Uint32Array(FIRST_CAPACITY);
  /** 1/32 unit, absolute. */
  x = new Int32Array(FIRST_CAPACITY);
  y = new Int32Array(FIRST_CAPACITY);
  /** The tick whose update last wrote the row. */
  updatedTick = new Uint32Array(FIRST_CAPACITY);
  /** Of each row so many bytes, one row after the other: the application's components. */
  componentBytes = 0;
  components = new Uint8Array(0);
  /** Those of the client's own entity. */
  own = new Uint8Array(0);

  #ownAlias = -1;
  #aliases = new Uint16Array(FIRST_CAPACITY);
  /** By alias: row + 1, 0 = not shown. A power of two long, as the highest alias seen needs. */
  #rowOf = new Uint16Array(FIRST_CAPACITY);

  /** A connection has its entity, in a world whose entities have so many bytes of components. */
  begin(ownId: number, componentBytes: number): void {
    this.#ownAlias = ownId & 0xffff;
    if (componentBytes === this.componentBytes) return;
    this.reset();
    this.componentBytes = componentBytes;
    this.components = new Uint8Array(this.ids.length * componentBytes);
    this.own = new Uint8Array(componentBytes);
  }

  /** Forgets everything. */
  reset(): void {
    this.watcher?.clearing();
    for (let row = 0; row < this.size; row++) this.#rowOf[this.#aliases[row] as number] = 0;
    this.size = 0;
    this.own.fill(0);
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
   * Applies one part of an update: reset, left, entered, moved, changed.
   * @param frame has just decoded `bytes` as SERVER_AOI
   * @returns records that contradict the view: an alias that left, moved or changed without being
   * shown, or entered while it was. They are passed over (an entry replaces); 0 = all is well.
   */
  apply(frame: ServerDecoder, bytes: Uint8Array): number {
    this.watcher?.updating(frame.tick, frame.flags);
    if ((frame.flags & AOI_RESET) !== 0) this.reset();
    let faults = 0;
    for (let pos = frame.leftStart; pos < frame.leftEnd; pos += LEFT_RECORD)
      if (!this.#remove(readU16(bytes, pos))) faults++;
    for (let i = 0; i < frame.enteredCount; i++) if (!this.#enter(frame, i, bytes)) faults++;

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
      this.watcher?.moved(row);
    }
    if (frame.changedEnd > frame.changedStart) faults += this.#change(frame, bytes);
    return faults;
  }

  /** @returns faults */
  #change(frame: ServerDecoder, bytes: Uint8Array): number {
    const { componentBytes } = this;
    const record = 2 + componentBytes;
    // A world without components has nothing to change: a field of a later protocol, passed over.
    if (componentBytes === 0) return 0;
    let faults = (frame.changedEnd - frame.changedStart) % record === 0 ? 0 : 1;
    for (let pos = frame.changedStart; pos + record <= frame.changedEnd; pos += record) {
      const alias = readU16(bytes, pos);
      const row = (this.#rowOf[alias] ?? 0) - 1;
      if (alias === this.#ownAlias) {
        for (let k = 0; k < componentBytes; k++) this.own[k] = bytes[pos + 2 + k] as number;
        this.watcher?.changedOwn();
      } else if (row >= 0) {
        const at = row * componentBytes;
        for (let k = 0; k < componentBytes; k++)
          this.components[at + k] = bytes[pos + 2 + k] as number;
        this.updatedTick[row] = frame.tick;
        this.watcher?.changed(row);
      } else faults++;
    }
    return faults;
  }

  #enter(frame: ServerDecoder, i: number, bytes: Uint8Array): boolean {
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
    const { componentBytes } = this;
    const from = frame.enteredStart[i] as number;
    const length = (frame.enteredEnd[i] as number) - from;
    const isWhole = length === componentBytes;
    for (let k = 0; k < componentBytes; k++)
      this.components[row * componentBytes + k] = isWhole ? (bytes[from + k] as number) : 0;
    this.watcher?.entered(row);
    return isNew && (isWhole || length === 0 || componentBytes === 0);
  }

  /** Fills the gap with the last row. */
  #remove(alias: number): boolean {
    const row = (this.#rowOf[alias] ?? 0) - 1;
    if (row < 0) return false;
    const last = --this.size;
    this.watcher?.leaving(row, last);
    const lastAlias = this.#aliases[last] as number;
    this.#aliases[row] = lastAlias;
    this.ids[row] = this.ids[last] as number;
    this.kinds[row] = this.kinds[last] as number;
    this.x[row] = this.x[last] as number;
    this.y[row] = this.y[last] as number;
    this.updatedTick[row] = this.updatedTick[last] as number;
    const bytes = this.componentBytes;
    for (let k = 0; k < bytes; k++)
      this.components[row * bytes + k] = this.components[last * bytes + k] as number;
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
    const components = new Uint8Array(capacity * this.componentBytes);
    components.set(this.components);
    this.components = components;
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
