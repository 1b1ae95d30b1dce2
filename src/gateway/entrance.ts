// Who waits to enter or to leave the world. The world takes joins and leaves in its step; what its
// queue cannot hold in one tick waits here for the next, in order.
import type { JoinSpec } from "../engine/rules.ts";
import type { World } from "../engine/world.ts";

/** Handles that can be alive at a time. */
const HANDLES = 65536;
const GONE = -1;

/** Sessions that sent Spawn, in the order of arrival; at most one entry a session. */
export class JoinQueue {
  readonly #slots: Int32Array;
  readonly #tickets: Int32Array;
  #count = 0;
  /** The first so many have a ticket of the current step. */
  #deposited = 0;

  constructor(capacity: number) {
    // Twice: a session that went between deposit and step leaves its place behind it.
    this.#slots = new Int32Array(capacity * 2);
    this.#tickets = new Int32Array(capacity * 2);
  }

  add(slot: number): void {
    this.#slots[this.#count] = slot;
    this.#count++;
  }

  /** The session is gone. If the world has its order already, what enters leaves again. */
  remove(slot: number): void {
    const place = this.#slots.subarray(0, this.#count).indexOf(slot);
    if (place < 0) return;
    if (place < this.#deposited) {
      this.#slots[place] = GONE;
      return;
    }
    this.#slots.copyWithin(place, place + 1, this.#count);
    this.#count--;
  }

  /**
   * Hands over as many as the world takes.
   * @param write fills the order of a session; the same object serves all
   * @returns how many still wait
   */
  deposit(world: World, order: JoinSpec, write: (slot: number) => void): number {
    while (this.#deposited < this.#count) {
      write(this.#slots[this.#deposited] ?? 0);
      const ticket = world.join(order);
      if (ticket < 0) break;
      this.#tickets[this.#deposited] = ticket;
      this.#deposited++;
    }
    return this.#count - this.#deposited;
  }

  /**
   * After the step: tells what became of each.
   * @param enter gets the session and its handle, 0 = refused; slot -1 = the session is gone
   */
  settle(world: World, enter: (slot: number, handle: number) => void): void {
    const settled = this.#deposited;
    for (let i = 0; i < settled; i++) {
      const slot = this.#slots[i] ?? GONE;
      // Forgotten first: `enter` may end the session, which then must not be found here.
      this.#slots[i] = GONE;
      enter(slot, world.joined(this.#tickets[i] ?? 0));
    }
    this.#slots.copyWithin(0, settled, this.#count);
    this.#count -= settled;
    this.#deposited = 0;
  }
}

/** Entities whose session ended. */
export class LeaveQueue {
  readonly #handles = new Uint32Array(HANDLES);
  #count = 0;

  add(handle: number): void {
    this.#handles[this.#count] = handle;
    this.#count++;
  }

  /** @returns how many still wait */
  deposit(world: World): number {
    let taken = 0;
    while (taken < this.#count && world.leave(this.#handles[taken] ?? 0)) taken++;
    this.#handles.copyWithin(0, taken, this.#count);
    this.#count -= taken;
    return this.#count;
  }
}
