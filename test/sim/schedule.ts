// Virtual time: what happens next, and when. Events of one moment run in an order drawn from the
// seed, since no network and no event loop promises another; who needs an order (the bytes of one
// connection) keeps a queue of its own and schedules only its head.
import type { Random } from "./random.ts";

interface Happening {
  readonly time: number;
  readonly tie: number;
  /** Order of scheduling: the last word, so that a run can be repeated. */
  readonly serial: number;
  readonly call: () => void;
}

export class Schedule {
  /** Virtual ms. */
  now = 0;
  /** Events that have run. */
  count = 0;
  /** A promise was resolved: whoever waits for it must run before the next event. */
  hasWoken = false;
  readonly #random: Random;
  readonly #heap: Happening[] = [];
  #serial = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  at(time: number, call: () => void): void {
    const at = Math.max(time, this.now);
    this.#serial++;
    this.#push({ time: at, tie: this.#random.unit(), serial: this.#serial, call });
  }

  after(ms: number, call: () => void): void {
    this.at(this.now + ms, call);
  }

  /** Resolves a promise inside an event. */
  wake(resolve: () => void): void {
    this.hasWoken = true;
    resolve();
  }

  /** Runs the next event. @throws what it throws */
  step(): void {
    const next = this.#pop();
    if (next === undefined) throw new Error("the simulation came to a standstill");
    this.now = next.time;
    this.count++;
    next.call();
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(happening);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !isBefore(happening, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = happening;
  }

  #pop(): Happening | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      let child = heap[down];
      if (child === undefined) break;
      const other = heap[down + 1];
      if (other !== undefined && isBefore(other, child)) {
        child = other;
        down++;
      }
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = down;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  if (a.time !== b.time) return a.time < b.time;
  if (a.tie !== b.tie) return a.tie < b.tie;
  return a.serial < b.serial;
}
