// Morton order: the sort that puts neighbours side by side (Morton 1966).
import {
  flags,
  setSortBucket,
  setSortKey,
  setSortKeyB,
  setSortRow,
  setSortRowB,
  sortBucket,
  sortKey,
  sortKeyB,
  sortRow,
  sortRowB,
  word,
} from "./columns";
import { sightX, sightY } from "./entities";
import { KEY_SHIFT, LIVE, MIN_X, MIN_Y, ROW_END, SIGHT_SHIFT } from "./layout";

/** Spreads 16 bits to the even places of 32. */
function spread(v: i32): i32 {
  let x = v & 65535;
  x = (x | (x << 8)) & 0x00ff00ff;
  x = (x | (x << 4)) & 0x0f0f0f0f;
  x = (x | (x << 2)) & 0x33333333;
  x = (x | (x << 1)) & 0x55555555;
  return x;
}

/** Sight units in the side of a cell of `level` (0 = one key step, 16 = the world). */
export function keyCellSize(level: i32): i32 {
  return 1 << (level + word(KEY_SHIFT));
}

/** Counts the key bytes at `shift` into places; false when all rows share one bucket. */
function countBuckets(count: i32, shift: i32, flip: bool): bool {
  for (let b = 0; b < 256; b++) setSortBucket(b, 0);
  for (let i = 0; i < count; i++) {
    const key = flip ? sortKeyB(i) : sortKey(i);
    const b = (key >> shift) & 255;
    setSortBucket(b, sortBucket(b) + 1);
  }
  let sum = 0;
  for (let b = 0; b < 256; b++) {
    const n = sortBucket(b);
    if (n == count) return false;
    setSortBucket(b, sum);
    sum += n;
  }
  return true;
}

function takePlace(key: i32, shift: i32): i32 {
  const b = (key >> shift) & 255;
  const at = sortBucket(b);
  setSortBucket(b, at + 1);
  return at;
}

/** One stable pass of a radix sort, from the B arrays when `flip`, otherwise into them. */
function pass(count: i32, shift: i32, flip: bool): void {
  for (let i = 0; i < count; i++) {
    if (flip) {
      const at = takePlace(sortKeyB(i), shift);
      setSortKey(at, sortKeyB(i));
      setSortRow(at, sortRowB(i));
    } else {
      const at = takePlace(sortKey(i), shift);
      setSortKeyB(at, sortKey(i));
      setSortRowB(at, sortRow(i));
    }
  }
}

/** Live rows into sortRow, ascending, with their Morton codes. @returns how many */
export function listLive(): i32 {
  const shift = word(KEY_SHIFT);
  const minX = word(MIN_X) >> SIGHT_SHIFT;
  const minY = word(MIN_Y) >> SIGHT_SHIFT;
  let count = 0;
  for (let row = 0; row < word(ROW_END); row++) {
    if ((flags(row) & LIVE) == 0) continue;
    const x = (sightX(row) - minX) >> shift;
    const y = (sightY(row) - minY) >> shift;
    setSortKey(count, spread(x) | (spread(y) << 1));
    setSortRow(count, row);
    count++;
  }
  return count;
}

/** Sorts the first `count` of sortRow by Morton code (as unsigned), ties by row. */
export function sortByKey(count: i32): void {
  let flip = false;
  for (let s = 0; s < 32; s += 8) {
    if (!countBuckets(count, s, flip)) continue;
    pass(count, s, flip);
    flip = !flip;
  }
  if (!flip) return;
  for (let i = 0; i < count; i++) {
    setSortKey(i, sortKeyB(i));
    setSortRow(i, sortRowB(i));
  }
}
