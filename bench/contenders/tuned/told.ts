// Whom each observer is told of: a list of rows an observer, changed by what enters and leaves. Who
// entered in this tick stands at the end of its list.

/**
 * Words of an observer, in one array, so that an event finds them in one cache line: where its list
 * begins and where its room ends, how many rows it has, how many of them entered in this tick, and
 * the first of those who left (-1 = nobody).
 */
export const LIST_WORDS = 8;
export const LIST_AT = 0;
const LIST_END = 1;
export const LIST_COUNT = 2;
export const LIST_FRESH = 3;
export const LIST_LEFT = 4;

/** The told sets after a tick, and what changed in it. */
export interface ToldLists {
  /** All lists. */
  readonly rows: Uint16Array;
  /** LIST_WORDS an observer, by row. */
  readonly lists: Int32Array;
  /** Rows that left in this tick; leftNext has the observer's next one, or -1. */
  readonly left: Uint16Array;
  readonly leftNext: Int32Array;
  /** Of this tick. */
  readonly entered: () => number;
  readonly leftCount: () => number;
}

/** Lists that are changed one row at a time. */
export interface Told extends ToldLists {
  /** Begins a tick. */
  readonly clear: () => void;
  /** Takes a row out of a list. All that leaves in a tick does so before anything enters. */
  readonly remove: (observer: number, row: number) => void;
  readonly add: (observer: number, row: number) => void;
}

/** @param room for as many rows in all lists together */
export function toldOf(n: number, room: number): Told {
  const roomEach = Math.max(16, Math.ceil(room / n));
  // a list that outgrows its room moves behind all others, and leaves a gap
  const rows = new Uint16Array(n * roomEach * 4);
  const lists = new Int32Array(n * LIST_WORDS);
  const left = new Uint16Array(n * roomEach);
  const leftNext = new Int32Array(n * roomEach);
  let entered = 0;
  let leftCount = 0;
  let used = n * roomEach;

  for (let row = 0; row < n; row++) {
    lists[row * LIST_WORDS + LIST_AT] = row * roomEach;
    lists[row * LIST_WORDS + LIST_END] = (row + 1) * roomEach;
  }

  function clear(): void {
    entered = 0;
    leftCount = 0;
    const end = n * LIST_WORDS;
    for (let list = 0; list < end; list += LIST_WORDS) {
      lists[list + LIST_FRESH] = 0;
      lists[list + LIST_LEFT] = -1;
    }
  }

  function remove(observer: number, row: number): void {
    const list = Math.imul(observer, LIST_WORDS);
    const count = (lists[list + LIST_COUNT]! - 1) | 0;
    let i = lists[list + LIST_AT]!;
    const last = (i + count) | 0;
    while (rows[i] !== row) i++;
    rows[i] = rows[last]!;
    lists[list + LIST_COUNT] = count;
    left[leftCount] = row;
    leftNext[leftCount] = lists[list + LIST_LEFT]!;
    lists[list + LIST_LEFT] = leftCount;
    leftCount++;
  }

  function add(observer: number, row: number): void {
    const list = Math.imul(observer, LIST_WORDS);
    const count = lists[list + LIST_COUNT]!;
    let to = (lists[list + LIST_AT]! + count) | 0;
    if (to === lists[list + LIST_END]) to = relocate(list);
    rows[to] = row;
    lists[list + LIST_COUNT] = count + 1;
    lists[list + LIST_FRESH] = lists[list + LIST_FRESH]! + 1;
    entered++;
  }

  /** Gives a full list twice its room. @returns where its next row goes */
  function relocate(list: number): number {
    const from = lists[list + LIST_AT]!;
    const end = lists[list + LIST_END]!;
    const to = used;
    used += (end - from) * 2;
    if (used > rows.length) throw new Error("the crowd outgrew the room for told sets");
    rows.copyWithin(to, from, end);
    lists[list + LIST_AT] = to;
    lists[list + LIST_END] = used;
    return to + end - from;
  }

  return {
    ...{ rows, lists, left, leftNext, clear, remove, add },
    ...{ entered: () => entered, leftCount: () => leftCount },
  };
}
