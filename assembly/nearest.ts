// Which rows are nearest to an observer: a binary heap of (distance², row), ties by row.
import {
  bucket,
  candidateRow,
  candidateWire,
  heapKey,
  heapRow,
  mask,
  near,
  nearKey,
  setBucket,
  setHeapKey,
  setHeapRow,
  setMask,
  setNear,
  setNearKey,
  setWord,
  wire,
  word,
} from "./columns";
import { CANDIDATE_WORDS, HEAP_COUNT, NEAR_COUNT } from "./layout";
import { fillPositions, positionOf } from "./leaves";
import { ctz32, mul32 } from "./scalars";

/**
 * Squared distance of a candidate from an observer, sight units; both lie within 1,024 units of
 * each other.
 */
function candidateDistance2(observer: i32, k: i32): i32 {
  const here = wire(observer);
  const there = candidateWire(k);
  const dx = ((there - here) << 16) >> 16;
  const dy = (((there >> 16) - (here >> 16)) << 16) >> 16;
  return (mul32(dx, dx) + mul32(dy, dy)) | 0;
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

/** Adds a row by a key; the least key is taken first, ties by row. */
export function pushHeap(key: i32, row: i32): void {
  let at = word(HEAP_COUNT);
  setWord(HEAP_COUNT, at + 1);
  setHeapKey(at, key);
  setHeapRow(at, row);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (isBefore(parent, at)) return;
    swap(parent, at);
    at = parent;
  }
}

/** Adds a candidate; the heap is empty again once all are taken or clearNearest is called. */
export function addNearest(observer: i32, k: i32): void {
  pushHeap(candidateDistance2(observer, k), candidateRow(k));
}

/** Takes the nearest that is left. @returns its row; -1 when none is */
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

/** Keeps a candidate if it is among the `limit` (at most 16) nearest since NEAR_COUNT was 0. */
export function offerNear(observer: i32, k: i32, limit: i32): void {
  const key = candidateDistance2(observer, k);
  const row = candidateRow(k);
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

/** log2 of squared sight units in a ring: 256 rings reach beyond the largest leave radius. */
const RING_SHIFT = 20;

/** Counts a mask's candidates by ring. */
function countRings(observer: i32, at: i32): void {
  for (let ring = 0; ring < 256; ring++) setBucket(ring, 0);
  const words = word(CANDIDATE_WORDS);
  for (let w = 0; w < words; w++) {
    let bits = mask(at + w);
    while (bits != 0) {
      const ring = candidateDistance2(observer, (w << 5) + ctz32(bits)) >> RING_SHIFT;
      bits &= bits - 1;
      setBucket(ring, bucket(ring) + 1);
    }
  }
}

/**
 * Leaves in a mask, which has more, the `most` nearest, ties by row. Whole rings stay or go; only
 * those in the ring where the limit falls are put in order.
 */
export function keepNearest(observer: i32, at: i32, most: i32): void {
  countRings(observer, at);
  let edge = 0;
  let kept = 0;
  while (kept + bucket(edge) <= most) {
    kept += bucket(edge);
    edge++;
  }
  const words = word(CANDIDATE_WORDS);
  for (let w = 0; w < words; w++) {
    let bits = mask(at + w);
    let stay = bits;
    while (bits != 0) {
      const k = ctz32(bits);
      bits &= bits - 1;
      const ring = candidateDistance2(observer, (w << 5) + k) >> RING_SHIFT;
      if (ring < edge) continue;
      stay &= ~(1 << k);
      if (ring == edge) addNearest(observer, (w << 5) + k);
    }
    setMask(at + w, stay);
  }
  fillPositions();
  for (; kept < most; kept++) {
    const k = positionOf(takeNearest());
    setMask(at + (k >> 5), mask(at + (k >> 5)) | (1 << (k & 31)));
  }
  clearNearest();
}
