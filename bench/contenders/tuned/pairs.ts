// Pairs that could enter or leave soon. All radii are equal here, so sight is mutual, and a pair is
// looked at once for both. And nobody jumps: a pair well within the radius or well beyond it stays
// what it is until somebody has strayed far. So a tick tests only the pairs within `margin` of a
// border; their lists are drawn up again before they could miss one.
import type { Opening } from "../contender.ts";
import type { Bodies } from "./bodies.ts";
import { neighboursOf } from "./neighbours.ts";
import { LIST_AT, LIST_COUNT, LIST_WORDS, type Told, toldOf } from "./told.ts";

/** What a crowd may come to hold, by what it holds at the opening: rooms are given once. */
const GROWTH = 2;
/** And so many more an entity. */
const SPARE = 32;

export interface Pairs {
  readonly told: Told;
  /** Brings the told sets to where everybody is now; once a tick. */
  readonly update: () => void;
}

/**
 * @param margin sight units
 * @param around cells on each side of its own in which an entity finds all within radius + margin
 */
export function pairsOf(opening: Opening, bodies: Bodies, margin: number, around: number): Pairs {
  const { n } = opening;
  const { rowOf, slotOf, sightX, sightY, cells, cellAt } = bodies;
  const { near, gather, count } = neighboursOf(bodies, around);
  // squares of sight distances
  const radius = Math.imul(opening.radius, opening.radius);
  const leave = Math.imul(opening.leave, opening.leave);
  const within = Math.max(0, opening.leave - margin);
  const inner = Math.imul(within, within);
  const reach = opening.radius + margin;
  const outer = Math.imul(reach, reach) + 1;
  /** The farthest that a saved-up bank aside an entity goes in a tick, rounded up. */
  const step = (opening.maxSpeed >> 3) + 2;
  const room = count(outer) * GROWTH + n * SPARE;
  const told = toldOf(n, room);
  const { rows, lists, add, remove } = told;
  // told pairs that may leave, and others that may enter: slot << 16 | higher slot
  const leaving = new Int32Array(room);
  const entering = new Int32Array(room);
  /** Places in one of these lists. */
  const crossing = new Int32Array(room);
  let leavingCount = 0;
  let enteringCount = 0;
  /** By row: the slot plus 1 of the last observer that is told of it. */
  const stamp = new Int32Array(n);
  let isOpen = false;

  function update(): void {
    told.clear();
    const stray = bodies.stray();
    const isSure = isOpen && 2 * stray <= margin;
    if (isSure) follow();
    if (isSure && 2 * (stray + step) <= margin) return;
    bodies.deal();
    if (!isSure) search();
    renew();
    isOpen = true;
  }

  /** Tests the pairs of both lists. One that crosses its border goes over to the other list. */
  function follow(): void {
    for (let c = findLeaving() - 1; c >= 0; c--) {
      const i = crossing[c]!;
      const pair = leaving[i]!;
      leaving[i] = leaving[--leavingCount]!;
      entering[enteringCount++] = pair;
      const a = rowOf[pair >>> 16]!;
      const b = rowOf[pair & 0xffff]!;
      remove(a, b);
      remove(b, a);
    }
    for (let c = findEntering() - 1; c >= 0; c--) {
      const i = crossing[c]!;
      const pair = entering[i]!;
      entering[i] = entering[--enteringCount]!;
      leaving[leavingCount++] = pair;
      const a = rowOf[pair >>> 16]!;
      const b = rowOf[pair & 0xffff]!;
      add(a, b);
      add(b, a);
    }
  }

  // Hot loops stand alone in functions: where they share one with calls, the compiler keeps their
  // variables in memory.

  /** Finds where in `leaving` those are that leave, into `crossing`. @returns how many */
  function findLeaving(): number {
    const stop = leavingCount;
    let c = 0;
    for (let i = 0; i < stop; i++) {
      const pair = leaving[i]!;
      if (distance(pair >>> 16, pair & 0xffff) > leave) crossing[c++] = i;
    }
    return c;
  }

  function findEntering(): number {
    const stop = enteringCount;
    let c = 0;
    for (let i = 0; i < stop; i++) {
      const pair = entering[i]!;
      if (distance(pair >>> 16, pair & 0xffff) <= radius) crossing[c++] = i;
    }
    return c;
  }

  /** Draws up both lists; the told sets are right already. */
  function renew(): void {
    leavingCount = 0;
    enteringCount = 0;
    stamp.fill(0);
    for (let line = 0, cell = 0; line < cells; line++) {
      for (let column = 0; column < cells; column++, cell++) {
        const end = cellAt[cell + 1]!;
        for (let s = cellAt[cell]!; s < end; s++) {
          stampTold(s);
          enlist(s, gather(s, line, column, inner, outer));
        }
      }
    }
    // either list may come to hold the pairs of both
    if (leavingCount + enteringCount > room)
      throw new Error("the crowd outgrew the room for pairs");
  }

  /** Lists the pairs of slot s and the first `count` that are near. */
  function enlist(s: number, count: number): void {
    const mark = s + 1;
    let l = leavingCount;
    let e = enteringCount;
    for (let i = 0; i < count; i++) {
      const t = near[i]!;
      const pair = (s << 16) | t;
      const isTold = stamp[rowOf[t]!] === mark ? 1 : 0;
      leaving[l] = pair;
      l = (l + isTold) | 0;
      entering[e] = pair;
      e = (e + (isTold ^ 1)) | 0;
    }
    leavingCount = l;
    enteringCount = e;
  }

  /** Brings the told sets up to date without lists: in the first tick, and when somebody leapt. */
  function search(): void {
    for (let s = 0; s < n; s++) removeFar(s);
    stamp.fill(0);
    let found = 0;
    for (let line = 0, cell = 0; line < cells; line++) {
      for (let column = 0; column < cells; column++, cell++) {
        for (let s = cellAt[cell]!; s < cellAt[cell + 1]!; s++) {
          stampTold(s);
          const c = gather(s, line, column, -1, radius + 1);
          for (let i = 0; i < c; i++)
            if (stamp[rowOf[near[i]!]!] !== s + 1) entering[found++] = (s << 16) | near[i]!;
        }
      }
    }
    for (let i = 0; i < found; i++) {
      const a = rowOf[entering[i]! >>> 16]!;
      const b = rowOf[entering[i]! & 0xffff]!;
      add(a, b);
      add(b, a);
    }
  }

  /** Ends the pairs of slot s and higher ones that are beyond the leave radius. */
  function removeFar(s: number): void {
    const row = rowOf[s]!;
    const list = row * LIST_WORDS;
    const at = lists[list + LIST_AT]!;
    for (let i = at + lists[list + LIST_COUNT]! - 1; i >= at; i--) {
      const other = rows[i]!;
      if (slotOf[other]! < s || distance(s, slotOf[other]!) <= leave) continue;
      remove(row, other);
      remove(other, row);
    }
  }

  /** Stamps whom the observer in slot s is told of. */
  function stampTold(s: number): void {
    const mark = s + 1;
    const list = Math.imul(rowOf[s]!, LIST_WORDS);
    const at = lists[list + LIST_AT]!;
    const end = (at + lists[list + LIST_COUNT]!) | 0;
    for (let i = at; i < end; i++) stamp[rows[i]!] = mark;
  }

  /** Squared, between two slots. */
  function distance(a: number, b: number): number {
    const dx = (sightX[a]! - sightX[b]!) | 0;
    const dy = (sightY[a]! - sightY[b]!) | 0;
    return (Math.imul(dx, dx) + Math.imul(dy, dy)) | 0;
  }

  return { told, update };
}
