// What one client was sent, applied the moment it was sent: the view that the client will have
// once the network has done its work.
import { Cursor } from "./wire.ts";
import { must, violated } from "./violation.ts";

export const LAST = 1;
export const RESET = 2;
export const INCOMPLETE = 4;

export interface Shown {
  id: number;
  kind: number;
  /** Sight units (1/32), absolute. */
  x: number;
  y: number;
  /** Tick of the update with which it entered. */
  since: number;
  /** Looks in a row in which it was shown elsewhere than it is. */
  stale: number;
}

export class Mirror {
  /** By alias. */
  shown = new Map<number, Shown>();
  /** What was shown before the reset of the newest update; empty when it was none. */
  before = new Map<number, Shown>();
  /** Ids that left with the newest update. */
  readonly left = new Set<number>();
  /** The newest update's tick, and the flags of all its parts; 0 = none yet. */
  tick = 0;
  flags = 0;
  /** The newest update was begun, and its last part not seen. */
  isTorn = false;
  selfX = 0;
  selfY = 0;
  ackSequence = 0;
  entered = 0;
  readonly #cursor = new Cursor();

  /** Takes one part of an update. @throws Violation */
  take(bytes: Uint8Array): void {
    const cursor = this.#cursor;
    cursor.open(bytes);
    cursor.at = 1;
    must(cursor.varint() + cursor.at === bytes.length, () => "an update is longer than it says");
    const fields: [number, number, number, number, number] = [0, 0, 0, 0, 0];
    let tag = cursor.byte();
    while (tag <= 0x28 && cursor.at < bytes.length) {
      fields[(tag >> 3) - 1] = tag === 0x18 || tag === 0x20 ? cursor.signed() : cursor.varint();
      if (cursor.at === bytes.length) break;
      tag = cursor.byte();
    }
    this.#begin(...fields);
    while (cursor.at < bytes.length) {
      const end = cursor.varint() + cursor.at;
      if (tag === 0x3a) this.#takeLeft(end);
      else if (tag === 0x42) this.#takeEntered(end);
      else if (tag === 0x32) this.#takeMoved(end);
      else violated(`an update has a field of tag ${tag}`);
      must(cursor.at === end, () => `a field of tag ${tag} is longer or shorter than it says`);
      if (cursor.at < bytes.length) tag = cursor.byte();
    }
  }

  #begin(tick: number, sequence: number, selfX: number, selfY: number, flags: number): void {
    const isFirst = !this.isTorn || tick !== this.tick;
    if (isFirst) {
      must(tick > this.tick, () => `an update of tick ${tick} follows one of ${this.tick}`);
      must(!this.isTorn || (flags & RESET) !== 0, () => "a torn view goes on without a reset");
      this.left.clear();
      this.before = NOTHING;
      this.flags = 0;
    } else must((flags & RESET) === 0, () => "a later part of an update resets");
    if ((flags & RESET) !== 0) {
      this.before = this.shown;
      this.shown = new Map();
    }
    must(
      sequence >= this.ackSequence,
      () => `the acknowledged sequence fell from ${this.ackSequence} to ${sequence}`,
    );
    this.tick = tick;
    this.flags |= flags;
    this.isTorn = (flags & LAST) === 0;
    this.ackSequence = sequence;
    this.selfX = selfX;
    this.selfY = selfY;
  }

  #takeLeft(end: number): void {
    while (this.#cursor.at < end) {
      const alias = this.#cursor.half();
      const shown = this.shown.get(alias);
      if (shown === undefined) violated(`left: alias ${alias} is not shown`);
      this.shown.delete(alias);
      this.left.add(shown.id);
    }
  }

  #takeEntered(to: number): void {
    const cursor = this.#cursor;
    let alias = 0;
    const shown: Shown = { id: 0, kind: 0, x: 0, y: 0, since: this.tick, stale: 0 };
    while (cursor.at < to) {
      const tag = cursor.byte();
      if (tag === 0x08) alias = cursor.varint();
      else if (tag === 0x10) shown.id = cursor.varint();
      else if (tag === 0x18) shown.kind = cursor.varint();
      else if (tag === 0x20) shown.x = cursor.signed();
      else if (tag === 0x28) shown.y = cursor.signed();
      else violated(`an entity has a field of tag ${tag}`);
    }
    must(!this.shown.has(alias), () => `entered: alias ${alias} is shown already`);
    this.shown.set(alias, shown);
    this.entered++;
  }

  #takeMoved(end: number): void {
    const cursor = this.#cursor;
    while (cursor.at < end) {
      const alias = cursor.half();
      const shown = this.shown.get(alias);
      if (shown === undefined) violated(`moved: alias ${alias} is not shown`);
      shown.x = nearest(Math.floor(this.selfX / 8), cursor.half());
      shown.y = nearest(Math.floor(this.selfY / 8), cursor.half());
    }
  }
}

const NOTHING = new Map<number, Shown>();

/** The coordinate next to `self` that has these low 16 bits. */
function nearest(self: number, low: number): number {
  const apart = (((low - self) % 65536) + 65536) % 65536;
  return self + (apart < 32768 ? apart : apart - 65536);
}
