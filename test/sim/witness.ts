// One connection as the simulator sees it: what it was sent, what of that it has acknowledged, and
// what came through the door on it.
import type { Replica } from "../../src/client/replica.ts";
import { ERRORS } from "../../src/protocol/codes.ts";
import { aether } from "../../src/protocol/schema.ts";
import type { Claim } from "./claims.ts";
import type { Link } from "./link.ts";
import { INCOMPLETE, Mirror, RESET } from "./mirror.ts";
import { must, violated } from "./violation.ts";
import { AOI } from "./wire.ts";

/** A view in two numbers. */
interface Sum {
  readonly count: number;
  readonly hash: number;
}

export class Witness {
  readonly link: Link;
  readonly mirror = new Mirror();
  /** 0 = none yet. */
  entity = 0;
  /** Messages, pings and pongs since the last tick. */
  frames = 0;
  /** The highest sequence that came through the door. */
  heardSequence = 0;
  /** A part of an update was dropped: the client cannot be right before a reset. */
  isBroken = false;
  /** Ticks in which it was broken, in a row. */
  brokenTicks = 0;
  /** Bytes sent and not acknowledged, and updates likewise. */
  unackedBytes = 0;
  /** Parts of updates that were not the last of their tick. */
  partsBeforeLast = 0;
  /** The Welcome that named its entity; for the judge to take. */
  welcomed: aether.Welcome.$Properties | null = null;
  /** The session that its token should open; null: it showed none, or one that opens nothing. */
  claim: Claim | null = null;
  /** The tick, by the world, of the Welcome with its entity, until it is acknowledged; 0: it is. */
  toldTick = 0;
  /** It was told that its token opens nothing; for the judge to take. */
  isRefused = false;
  /** The client said that it goes for good. */
  isLeaving = false;
  /** The last tick, by the judge's count, in which the kernel looked for it. */
  lookedTick = -1;
  readonly #views = new Map<number, Sum>();
  readonly #ticks: number[] = [];
  readonly #marks: number[] = [];
  #sentBytes = 0;
  #ackedBytes = 0;

  constructor(link: Link) {
    this.link = link;
  }

  get unackedUpdates(): number {
    return this.#ticks.length;
  }

  get isComplete(): boolean {
    return !this.isBroken && !this.mirror.isTorn && (this.mirror.flags & INCOMPLETE) === 0;
  }

  /** @returns whether it was a part of an update */
  sent(bytes: Uint8Array): boolean {
    this.#sentBytes += bytes.length;
    this.unackedBytes = this.#sentBytes - this.#ackedBytes;
    if (bytes[0] !== AOI) {
      this.#other(bytes);
      return false;
    }
    this.#update(bytes);
    return true;
  }

  dropped(bytes: Uint8Array): void {
    if (bytes[0] === AOI) this.isBroken = true;
  }

  /** The server was told that everything up to `tick` has been applied. */
  acknowledged(tick: number): void {
    const newest = this.#ticks.at(-1);
    if (newest === undefined || tick > newest) return;
    while ((this.#ticks[0] ?? Infinity) <= tick) {
      this.#ticks.shift();
      this.#ackedBytes = this.#marks.shift() ?? 0;
    }
    this.unackedBytes = this.#sentBytes - this.#ackedBytes;
  }

  /** The client core has applied a tick whole: it must show what was sent. @throws Violation */
  applied(replica: Replica, tick: number): void {
    const view = this.#views.get(tick);
    if (view === undefined) violated(`a client applied tick ${tick}, which was not sent to it`);
    for (const old of this.#views.keys()) {
      if (old > tick) break;
      this.#views.delete(old);
    }
    let hash = 0;
    for (let i = 0; i < replica.size; i++) {
      hash += mix(replica.ids[i] ?? 0, replica.x[i] ?? 0, replica.y[i] ?? 0);
    }
    must(
      view.count === replica.size && view.hash === hash >>> 0,
      () => `a client's view of tick ${tick} is not the one it was sent`,
    );
  }

  #update(bytes: Uint8Array): void {
    const { mirror } = this;
    const before = mirror.tick;
    mirror.take(bytes);
    if (this.isBroken) {
      const isFirst = mirror.tick !== before;
      must(isFirst && (mirror.flags & RESET) !== 0, () => "a broken view goes on without a reset");
      this.isBroken = false;
    }
    if (mirror.isTorn) {
      this.partsBeforeLast++;
      return;
    }
    this.#ticks.push(mirror.tick);
    this.#marks.push(this.#sentBytes);
    let hash = 0;
    for (const shown of mirror.shown.values()) hash += mix(shown.id, shown.x, shown.y);
    this.#views.set(mirror.tick, { count: mirror.shown.size, hash: hash >>> 0 });
  }

  #other(bytes: Uint8Array): void {
    const { welcome, error } = aether.ServerMessage.decode(bytes);
    if (error?.code === ERRORS.RESUME_REFUSED.code) this.isRefused = true;
    const entity = welcome?.entity_id ?? 0;
    if (!welcome || entity === 0) return;
    must(this.entity === 0, () => `a session was given a second entity, ${entity}`);
    this.entity = entity;
    this.welcomed = welcome;
  }
}

/** Terms of a sum that does not depend on the order; the digest's own mix is not used. */
function mix(id: number, x: number, y: number): number {
  let h = Math.imul(id, 0x9e3779b1) ^ Math.imul(x, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35) ^ Math.imul(y, 0x27d4eb2f);
  return Math.imul(h ^ (h >>> 13), 0x165667b1) ^ (h >>> 16);
}
