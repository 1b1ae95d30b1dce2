// Who waits to enter or to leave the world. The world takes joins and leaves in its step; what its
// queue cannot hold in one tick, and joins that come faster than they are let in, wait in order.
import type { JoinSpec } from "../engine/rules.ts";
import type { World } from "../engine/world.ts";

/** Handles that can be alive at a time. */
const HANDLES = 65536;
const GONE = -1;
const NOBODY = -1;
/** Where a session stands that has no ticket yet. */
const WAITS = -1;

export interface JoinQueueOptions {
  /** Sessions at a time. */
  readonly capacity: number;
  readonly joinsPerSecond: number;
  /** Sessions that may wait. */
  readonly waitingMax: number;
  readonly tickMs: number;
}

/**
 * Sessions that sent Spawn, in the order of arrival; at most one entry a session. Those who wait
 * are a list linked by slots, so that one that goes is taken out wherever it stands.
 * Bytes per session: next, previous, place, who has a ticket, and which, 5 x 4 = 20.
 */
export class JoinQueue {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  #first = NOBODY;
  #last = NOBODY;
  #waiting = 0;
  /** Those who have a ticket of the current step, and their tickets. */
  readonly #slots: Int32Array;
  readonly #tickets: Int32Array;
  /** Of each session: WAITS, its place among those deposited + 1, or 0. */
  readonly #place: Int32Array;
  #deposited = 0;
  readonly #waitingMax: number;
  readonly #perTick: number;
  readonly #tickMs: number;
  /** Joins that this tick may still bring; a fraction is kept for the next. */
  #credit = 0;

  constructor({ capacity, joinsPerSecond, waitingMax, tickMs }: JoinQueueOptions) {
    this.#next = new Int32Array(capacity).fill(NOBODY);
    this.#previous = new Int32Array(capacity).fill(NOBODY);
    this.#slots = new Int32Array(capacity);
    this.#tickets = new Int32Array(capacity);
    this.#place = new Int32Array(capacity);
    this.#waitingMax = waitingMax;
    this.#tickMs = tickMs;
    this.#perTick = (joinsPerSecond * tickMs) / 1000;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get isFull(): boolean {
    return this.#waiting >= this.#waitingMax;
  }

  /** How long it takes until all who wait now are in, ms. */
  get waitMs(): number {
    return Math.ceil((this.#waiting + 1) / this.#perTick) * this.#tickMs;
  }

  add(slot: number): void {
    this.#place[slot] = WAITS;
    this.#previous[slot] = this.#last;
    this.#next[slot] = NOBODY;
    if (this.#last === NOBODY) this.#first = slot;
    else this.#next[this.#last] = slot;
    this.#last = slot;
    this.#waiting++;
  }

  /** The session is gone. If the world has its order already, what enters leaves again. */
  remove(slot: number): void {
    const place = this.#place[slot] ?? 0;
    this.#place[slot] = 0;
    if (place === WAITS) this.#unlink(slot);
    else if (place > 0) this.#slots[place - 1] = GONE;
  }

  /**
   * Hands over as many as a tick may bring and the world takes.
   * @param write fills the order of a session, and the same object serves all; false: it was told
   * that it may not enter
   * @returns how many still wait
   */
  deposit(world: World, order: JoinSpec, write: (slot: number) => boolean): number {
    this.#credit = Math.min(this.#credit + this.#perTick, Math.max(1, this.#perTick));
    while (this.#first !== NOBODY && this.#credit >= 1) {
      const slot = this.#first;
      if (!write(slot)) {
        // Asking costs as much as entering: an application answered.
        this.#credit--;
        this.remove(slot);
        continue;
      }
      const ticket = world.join(order);
      if (ticket < 0) break;
      this.#credit--;
      this.#unlink(slot);
      this.#slots[this.#deposited] = slot;
      // Not the one after the last: what an application did over a join has tickets between them.
      this.#tickets[this.#deposited] = ticket;
      this.#deposited++;
      this.#place[slot] = this.#deposited;
    }
    return this.#waiting;
  }

  /**
   * After the step: tells what became of each.
   * @param enter gets the session and its handle, 0 = refused; slot -1 = the session is gone
   */
  settle(world: World, enter: (slot: number, handle: number) => void): void {
    const settled = this.#deposited;
    this.#deposited = 0;
    for (let i = 0; i < settled; i++) {
      const slot = this.#slots[i] ?? GONE;
      // Forgotten first: `enter` may end the session, which then must not be found here.
      if (slot !== GONE) this.#place[slot] = 0;
      enter(slot, world.joined(this.#tickets[i] ?? 0));
    }
  }

  #unlink(slot: number): void {
    const previous = this.#previous[slot] ?? NOBODY;
    const next = this.#next[slot] ?? NOBODY;
    if (previous === NOBODY) this.#first = next;
    else this.#next[previous] = next;
    if (next === NOBODY) this.#last = previous;
    else this.#previous[next] = previous;
    this.#waiting--;
  }
}

/** Ticks at most until a leave is tried again that was left out of a step. */
const RETRY_TICKS_MAX = 4096;

/** Entities whose session ended. */
export class LeaveQueue {
  readonly #handles = new Uint32Array(HANDLES);
  #count = 0;
  /** By handle: leaves that the kernel trapped with, when each is tried again, its last wait. */
  readonly #leftOut = new Map<number, { due: number; wait: number }>();

  add(handle: number): void {
    this.#handles[this.#count] = handle;
    this.#count++;
  }

  /**
   * The kernel trapped with one in the step of this tick: it is tried again in the next, then after
   * twice as many each time, so that it does not stop the world in every tick.
   */
  retry(handle: number, tick: number): void {
    const last = this.#leftOut.get(handle)?.wait ?? 0;
    const wait = Math.min(RETRY_TICKS_MAX, Math.max(1, last * 2));
    this.#leftOut.set(handle, { due: tick + wait, wait });
  }

  /** @returns how many still wait */
  deposit(world: World): number {
    if (this.#leftOut.size > 0) this.#addLeftOut(world);
    let taken = 0;
    while (taken < this.#count && world.leave(this.#handles[taken] ?? 0)) taken++;
    this.#handles.copyWithin(0, taken, this.#count);
    this.#count -= taken;
    return this.#count;
  }

  #addLeftOut(world: World): void {
    for (const [handle, again] of this.#leftOut) {
      if (!world.isLive(handle)) this.#leftOut.delete(handle);
      else if (world.tick + 1 >= again.due) {
        again.due = Infinity;
        this.add(handle);
      }
    }
  }
}
