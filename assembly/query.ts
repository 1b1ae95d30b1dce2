// Questions between two steps: which rows stand within a circle or a rectangle, which are nearest
// to a point. All of sight coordinates, as areas of interest are. Answers lie in QUERY, and
// QUERY_COUNT says how many; which rows, and in which order, follows from the state alone: neither
// from the index nor from how it came to be, so that whoever acts on them is replayed exactly.
import {
  heapKey,
  heapRow,
  marks,
  nodeHigh,
  nodeLow,
  nodeMaxX,
  nodeMaxY,
  nodeMinX,
  nodeMinY,
  nodeSkip,
  setMarks,
  setQueried,
  setWord,
  slot,
  slotRow,
  word,
} from "./columns";
import { sightX, sightY } from "./entities";
import {
  HEAP_COUNT,
  MARGIN,
  MAX_X,
  MAX_Y,
  MIN_X,
  MIN_Y,
  NODE_COUNT,
  NONE,
  QUERY_COUNT,
  ROW_END,
  SIGHT_SHIFT,
  SLOT_END,
  SORTED,
} from "./layout";
import { clampTo } from "./motion";
import { pushHeap, takeNearest } from "./nearest";
import { isLeaf, next, nextNear } from "./quadtree";
import { ctz32 } from "./scalars";

/** 1,000 units: squares of distances fit 32 bits. */
const RADIUS_MAX = 32000;
/** More than that, and its square twice still fits: as far as a box may be. */
const FAR = 32767;

/** A coordinate brought near enough to the world for 32 bits; what lies far outside stays there. */
function nearWorldX(x: i32): i32 {
  return clampTo(x, (word(MIN_X) >> SIGHT_SHIFT) - FAR, (word(MAX_X) >> SIGHT_SHIFT) + FAR);
}
function nearWorldY(y: i32): i32 {
  return clampTo(y, (word(MIN_Y) >> SIGHT_SHIFT) - FAR, (word(MAX_Y) >> SIGHT_SHIFT) + FAR);
}

/** The row that a slot holds, -1 for none and for one that has left it in the last step. */
function presentRow(at: i32): i32 {
  const row = slotRow(at);
  return row == NONE || slot(row) != at ? -1 : row;
}

function markRow(row: i32): void {
  setMarks(row >> 5, marks(row >> 5) | (1 << (row & 31)));
}

/** Puts the marked rows into QUERY, ascending; clears the marks. */
function takeMarked(): void {
  let n = 0;
  const words = (word(ROW_END) + 31) >> 5;
  for (let w = 0; w < words; w++) {
    let bits = marks(w);
    if (bits == 0) continue;
    setMarks(w, 0);
    for (; bits != 0; bits &= bits - 1) {
      setQueried(n, (w << 5) + ctz32(bits));
      n++;
    }
  }
  setWord(QUERY_COUNT, n);
}

/** Marks those of slots [low, high) that are within the radius. */
function markCircle(low: i32, high: i32, x: i32, y: i32, radius: i32): void {
  for (let at = low; at < high; at++) {
    const row = presentRow(at);
    if (row < 0) continue;
    const dx = sightX(row) - x;
    const dy = sightY(row) - y;
    if (dx > radius || dx < -radius || dy > radius || dy < -radius) continue;
    if (dx * dx + dy * dy <= radius * radius) markRow(row);
  }
}

/** Rows within a radius of a point, ascending. A radius is cut to RADIUS_MAX. */
export function queryCircle(atX: i32, atY: i32, wanted: i32): void {
  const x = nearWorldX(atX);
  const y = nearWorldY(atY);
  const radius = clampTo(wanted, 0, RADIUS_MAX);
  const m = word(MARGIN);
  let node = nextNear(0, x - m, y - m, x + m, y + m, radius);
  while (node < word(NODE_COUNT)) {
    markCircle(nodeLow(node), nodeHigh(node), x, y, radius);
    node = nextNear(node + 1, x - m, y - m, x + m, y + m, radius);
  }
  markCircle(word(SORTED), word(SLOT_END), x, y, radius);
  takeMarked();
}

/** Marks those of slots [low, high) that are within the rectangle. */
function markBox(low: i32, high: i32, minX: i32, minY: i32, maxX: i32, maxY: i32): void {
  for (let at = low; at < high; at++) {
    const row = presentRow(at);
    if (row < 0) continue;
    const x = sightX(row);
    const y = sightY(row);
    if (x >= minX && x <= maxX && y >= minY && y <= maxY) markRow(row);
  }
}

/** Rows within a rectangle, its borders included, ascending. */
export function queryBox(left: i32, low: i32, right: i32, high: i32): void {
  const minX = nearWorldX(left);
  const minY = nearWorldY(low);
  const maxX = nearWorldX(right);
  const maxY = nearWorldY(high);
  const m = word(MARGIN);
  let node = nextNear(0, minX - m, minY - m, maxX + m, maxY + m, 0);
  while (node < word(NODE_COUNT)) {
    markBox(nodeLow(node), nodeHigh(node), minX, minY, maxX, maxY);
    node = nextNear(node + 1, minX - m, minY - m, maxX + m, maxY + m, 0);
  }
  markBox(word(SORTED), word(SLOT_END), minX, minY, maxX, maxY);
  takeMarked();
}

/** How far beyond [low, high] a coordinate lies, at most FAR. */
function beyond(v: i32, low: i32, high: i32): i32 {
  return clampTo(v < low ? low - v : v - high, 0, FAR);
}

/** The least squared distance at which a node's rows may be. */
function nodeDistance2(node: i32, x: i32, y: i32): i32 {
  const m = word(MARGIN);
  const dx = beyond(x, nodeMinX(node) - m, nodeMaxX(node) + m);
  const dy = beyond(y, nodeMinY(node) - m, nodeMaxY(node) + m);
  return dx * dx + dy * dy;
}

/** Squared distance of the farthest that is wanted yet: the heap's first, once it is full. */
function farthestWanted(most: i32, radius2: i32): i32 {
  return word(HEAP_COUNT) < most ? radius2 : ~heapKey(0);
}

/** Keeps those of slots [low, high) that are among the `most` nearest so far. */
function keepNear(low: i32, high: i32, x: i32, y: i32, most: i32, radius2: i32): void {
  let limit = farthestWanted(most, radius2);
  for (let at = low; at < high; at++) {
    const row = presentRow(at);
    if (row < 0) continue;
    const dx = sightX(row) - x;
    const dy = sightY(row) - y;
    if (dx > RADIUS_MAX || dx < -RADIUS_MAX || dy > RADIUS_MAX || dy < -RADIUS_MAX) continue;
    const distance2 = dx * dx + dy * dy;
    if (distance2 > limit) continue;
    if (word(HEAP_COUNT) == most) {
      if (distance2 == limit && row > ~heapRow(0)) continue;
      takeNearest();
    }
    // turned about, so that the heap gives the farthest first
    pushHeap(~distance2, ~row);
    limit = farthestWanted(most, radius2);
  }
}

/**
 * Visits a subtree, near children first, as long as one may hold whom is wanted: best first
 * (Hjaltason and Samet 1999), but without a queue across levels.
 */
function visitNear(node: i32, x: i32, y: i32, most: i32, radius2: i32): void {
  if (isLeaf(node)) {
    keepNear(nodeLow(node), nodeHigh(node), x, y, most, radius2);
    return;
  }
  let visited = -1;
  let visited2 = -1;
  while (true) {
    let nearest = -1;
    let nearest2 = 0;
    for (let child = node + 1; child < nodeSkip(node); child = next(child)) {
      const distance2 = nodeDistance2(child, x, y);
      if (distance2 < visited2 || (distance2 == visited2 && child <= visited)) continue;
      if (nearest >= 0 && distance2 >= nearest2) continue;
      nearest = child;
      nearest2 = distance2;
    }
    if (nearest < 0 || nearest2 > farthestWanted(most, radius2)) return;
    visitNear(nearest, x, y, most, radius2);
    visited = nearest;
    visited2 = nearest2;
  }
}

/** The `most` rows nearest to a point and within a radius, nearest first, ties by row. */
export function queryNearestRows(atX: i32, atY: i32, most: i32, wanted: i32): void {
  setWord(QUERY_COUNT, 0);
  if (most <= 0) return;
  const x = nearWorldX(atX);
  const y = nearWorldY(atY);
  const radius = clampTo(wanted, 0, RADIUS_MAX);
  const radius2 = radius * radius;
  keepNear(word(SORTED), word(SLOT_END), x, y, most, radius2);
  if (word(NODE_COUNT) != 0) visitNear(0, x, y, most, radius2);
  setWord(QUERY_COUNT, word(HEAP_COUNT));
  for (let i = word(HEAP_COUNT) - 1; i >= 0; i--) setQueried(i, ~takeNearest());
}
