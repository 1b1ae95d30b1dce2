// Who sees whom, found anew in every tick: all in the cells around are tested, and a stamp on each
// row says whether an observer was told of it before.
import type { Opening } from "../contender.ts";
import type { Bodies } from "./bodies.ts";
import { neighboursOf } from "./neighbours.ts";
import { LIST_AT, LIST_COUNT, LIST_FRESH, LIST_LEFT, LIST_WORDS, type ToldLists } from "./told.ts";

/** What a crowd may come to hold, by what it holds at the opening: rooms are given once. */
const GROWTH = 2;
/** And so many more an entity. */
const SPARE = 32;
/** Stamps begin anew before they could overflow. */
const MARK_MAX = 2 ** 30;
/** Added to its own position while an observer is tested: it never sees itself. Sight units. */
const AWAY = 32768;

export interface Grid {
  readonly told: ToldLists;
  /** Brings the told sets to where everybody is now; once a tick. */
  readonly update: () => void;
}

/** @param around cells on each side of its own in which an entity finds all within the radius */
export function gridOf(opening: Opening, bodies: Bodies, around: number): Grid {
  const { n } = opening;
  const { rowOf, slotOf, sightX, sightY, cells, cellAt } = bodies;
  // squares of sight distances, one more each
  const radius = Math.imul(opening.radius, opening.radius) + 1;
  const leave = Math.imul(opening.leave, opening.leave) + 1;
  const room = neighboursOf(bodies, around).count(radius) * 2 * GROWTH + n * SPARE;
  /** Lists are laid anew in every tick, in the other half than those of the tick before. */
  const rows = new Uint16Array(room * 2);
  const lists = new Int32Array(n * LIST_WORDS);
  const left = new Uint16Array(room);
  const leftNext = new Int32Array(room);
  /** By row; marks rise from observer to observer. */
  const stamp = new Int32Array(n);
  /** Told rows that are no longer within the radius. */
  const ring = new Uint16Array(n + 1);
  /** Candidates of the cell at work, for all that are in it. */
  const nearX = new Int32Array(n);
  const nearY = new Int32Array(n);
  const nearRow = new Uint16Array(n);
  let candidates = 0;
  /** What is added to a slot of the cell at work to find it among the candidates. */
  let own = 0;
  let mark = 0;
  let half = 0;
  let to = 0;
  let entered = 0;
  let leftCount = 0;

  function update(): void {
    bodies.deal();
    entered = 0;
    leftCount = 0;
    if (mark > MARK_MAX) {
      stamp.fill(0);
      mark = 0;
    }
    half = room - half;
    to = half;
    for (let line = 0, cell = 0; line < cells; line++) {
      for (let column = 0; column < cells; column++, cell++) {
        const end = cellAt[cell + 1]!;
        if (cellAt[cell] === end) continue;
        collect(line, column);
        for (let s = cellAt[cell]!; s < end; s++) look(s);
      }
    }
  }

  /** Copies the candidates of a cell: tested as often as it has rows, they lie in one piece. */
  function collect(line: number, column: number): void {
    const from = column > around ? column - around : 0;
    const stop = (column + around < cells ? column + around : cells - 1) + 1;
    const last = line + around < cells ? line + around : cells - 1;
    candidates = 0;
    for (let near = line > around ? line - around : 0; near <= last; near++) {
      const first = Math.imul(near, cells);
      const at = cellAt[first + from]!;
      if (near === line) own = candidates - at;
      candidates = copy(at, cellAt[first + stop]!, candidates);
    }
  }

  /** Lays the list of the observer in slot s: whoever stays, behind them whoever enters. */
  function look(s: number): void {
    const list = Math.imul(rowOf[s]!, LIST_WORDS);
    const at = lists[list + LIST_AT]!;
    const end = (at + lists[list + LIST_COUNT]!) | 0;
    mark = (mark + 2) | 0;
    const first = to;
    const stop = gather(s, first);
    if (stop + n > half + room) throw new Error("the crowd outgrew the room for told sets");
    stampRows(first, stop, mark);
    const ringed = findRinged(at, end, mark);
    lists[list + LIST_LEFT] = -1;
    const w = ringed > 0 ? keep(s, list, ringed, stop) : stop;
    const fresh = (stop - first - (end - at - ringed)) | 0;
    if (fresh > 0) putLast(first, stop, w, mark);
    lists[list + LIST_AT] = first;
    lists[list + LIST_COUNT] = w - first;
    lists[list + LIST_FRESH] = fresh;
    entered = (entered + fresh) | 0;
    to = w;
  }

  // Hot loops stand alone in functions, as in pairs.ts.

  function copy(from: number, stop: number, begin: number): number {
    let c = begin;
    for (let t = from; t < stop; t++) {
      nearX[c] = sightX[t]!;
      nearY[c] = sightY[t]!;
      nearRow[c] = rowOf[t]!;
      c++;
    }
    return c;
  }

  /** Lays the rows within the radius of slot s from `begin` on. @returns where they end */
  function gather(s: number, begin: number): number {
    const self = (own + s) | 0;
    const x = nearX[self]!;
    const y = nearY[self]!;
    const stop = candidates;
    nearX[self] = x + AWAY;
    let w = begin;
    for (let c = 0; c < stop; c++) {
      const dx = (nearX[c]! - x) | 0;
      const dy = (nearY[c]! - y) | 0;
      // every row is written, those in between stay: which ones do is beyond a branch predictor
      rows[w] = nearRow[c]!;
      w = (w + unsignedShift((Math.imul(dx, dx) + Math.imul(dy, dy) - radius) | 0, 31)) | 0;
    }
    nearX[self] = x;
    return w;
  }

  function stampRows(from: number, stop: number, value: number): void {
    for (let i = from; i < stop; i++) stamp[rows[i]!] = value;
  }

  /** Of the rows told before, those without the mark into `ring`; all lose it. @returns how many */
  function findRinged(from: number, stop: number, value: number): number {
    let c = 0;
    for (let i = from; i < stop; i++) {
      const row = rows[i]!;
      ring[c] = row;
      // all other stamps are of observers before: lower
      c = (c + unsignedShift((stamp[row]! - value) | 0, 31)) | 0;
      stamp[row] = value + 1;
    }
    return c;
  }

  /** Lays those in `ring` that stay from `begin` on; the others left. @returns where they end */
  function keep(s: number, list: number, count: number, begin: number): number {
    const x = sightX[s]!;
    const y = sightY[s]!;
    let w = begin;
    let event = -1;
    for (let i = 0; i < count; i++) {
      const row = ring[i]!;
      const t = slotOf[row]!;
      const dx = (sightX[t]! - x) | 0;
      const dy = (sightY[t]! - y) | 0;
      if (((Math.imul(dx, dx) + Math.imul(dy, dy)) | 0) < leave) {
        rows[w] = row;
        w = (w + 1) | 0;
      } else {
        left[leftCount] = row;
        leftNext[leftCount] = event;
        event = leftCount++;
      }
    }
    lists[list + LIST_LEFT] = event;
    return w;
  }

  /**
   * Brings those of [first, stop) that still have the mark to the end of the list, before `end`.
   */
  function putLast(first: number, stop: number, end: number, value: number): void {
    let last = end;
    for (let i = stop - 1; i >= first; i--) {
      const row = rows[i]!;
      if (stamp[row] !== value) continue;
      last--;
      rows[i] = rows[last]!;
      rows[last] = row;
    }
  }

  return {
    told: {
      ...{ rows, lists, left, leftNext },
      ...{ entered: () => entered, leftCount: () => leftCount },
    },
    update,
  };
}

/** A function of its own, because V8 makes better code of it: a sixth of the search's time. */
function unsignedShift(v: number, bits: number): number {
  return v >>> bits;
}
