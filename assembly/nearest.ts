// Which rows are nearest to an observer: a binary heap of (distance², row), ties by row.
import {
  heapKey,
  heapRow,
  near,
  nearKey,
  setHeapKey,
  setHeapRow,
  setNear,
  setNearKey,
  setWord,
  word,
} from "./columns";
import { sightX, sightY } from "./entities";
import { HEAP_COUNT, NEAR_COUNT } from "./layout";

/** Squared distance of two rows, sight units. They are within 1,024 units of each other. */
export function distance2(a: i32, b: i32): i32 {
  const dx = sightX(a) - sightX(b);
  const dy = sightY(a) - sightY(b);
  return dx * dx + dy * dy;
}

function isBefore(a: i32, b: i32): bool {
  if (heapKey(a) != heapKey(b)) return heapKey(a) < heapKey(b);
  return heapRow(a) < heapRow(b);
}

function swap(a: i32, b: i32): void {
  const key = heapKey(a);
  const row = heapRow(a);
  setHeapKey(a, heapKey(b));
  setHeapRow(a, heapRow(b));
  setHeapKey(b, key);
  setHeapRow(b, row);
}

/** Adds a row; the heap is empty again once all are taken or clearNearest is called. */
export function addNearest(observer: i32, row: i32): void {
  let at = word(HEAP_COUNT);
  setWord(HEAP_COUNT, at + 1);
  setHeapKey(at, distance2(observer, row));
  setHeapRow(at, row);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (isBefore(parent, at)) return;
    swap(parent, at);
    at = parent;
  }
}

/** Takes the nearest row that is left. @returns -1 when none is */
export function takeNearest(): i32 {
  const last = word(HEAP_COUNT) - 1;
  if (last < 0) return -1;
  const row = heapRow(0);
  swap(0, last);
  setWord(HEAP_COUNT, last);
  let at = 0;
  while (true) {
    let child = at * 2 + 1;
    if (child >= last) return row;
    if (child + 1 < last && isBefore(child + 1, child)) child++;
    if (isBefore(at, child)) return row;
    swap(at, child);
    at = child;
  }
}

export function clearNearest(): void {
  setWord(HEAP_COUNT, 0);
}

/** Keeps the row if it is among the `limit` (at most 16) nearest offered since NEAR_COUNT was 0. */
export function offerNear(observer: i32, row: i32, limit: i32): void {
  const key = distance2(observer, row);
  const n = word(NEAR_COUNT);
  let at = n;
  if (n == limit) {
    at = n - 1;
    if (at < 0 || key > nearKey(at) || (key == nearKey(at) && row > near(at))) return;
  } else {
    setWord(NEAR_COUNT, n + 1);
  }
  while (at > 0 && (nearKey(at - 1) > key || (nearKey(at - 1) == key && near(at - 1) > row))) {
    setNearKey(at, nearKey(at - 1));
    setNear(at, near(at - 1));
    at--;
  }
  setNearKey(at, key);
  setNear(at, row);
}
