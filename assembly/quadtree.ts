// The spatial index: a linear quadtree. Rows are sorted by Morton code into slots; nodes lie in
// preorder, each with its tight box, its range of slots and the node that follows its subtree, so
// that a query is a loop without a stack (Gargantini 1982; skip pointers as in Smits 1998).
//
// It is rebuilt every few ticks. In between a row keeps its slot while it stays within MARGIN of
// where the rebuild found it; one that went further, or was inserted since, is loose: queries test
// it one by one. A row is in exactly one of the two, so none is missed and none found twice.
import {
  addWord,
  copyCandidates,
  flags,
  home,
  loose,
  nodeHigh,
  nodeLow,
  nodeMaxX,
  nodeMaxY,
  nodeMinX,
  nodeMinY,
  nodeSkip,
  setHome,
  setLoose,
  setNodeHigh,
  setNodeLow,
  setNodeMaxX,
  setNodeMaxY,
  setNodeMinX,
  setNodeMinY,
  setNodeSkip,
  setSlot,
  setSlotRow,
  setSlotWire,
  setWord,
  slot,
  slotRow,
  slotWire,
  sortKey,
  sortRow,
  wire,
  word,
} from "./columns";
import { sightX, sightY } from "./entities";
import {
  LEAF_ROWS,
  LEAF_WIDTH,
  LIVE,
  LIVE_COUNT,
  LOOSE_COUNT,
  MARGIN,
  NODES_VISITED_TOTAL,
  NODE_COUNT,
  NONE,
  REBUILDS_TOTAL,
  REBUILD_TICKS,
  ROW_END,
  SINCE_REBUILD,
} from "./layout";
import { keyCellSize, sortByKey } from "./morton";
import { clz32 } from "./scalars";

/** Slot of a loose row: -2 minus its place in the loose list; -1 is in neither. */
function loosePlace(row: i32): i32 {
  return -2 - slot(row);
}

/** Adds a row that is in no slot; it is loose until the next rebuild. */
export function insert(row: i32): void {
  const n = word(LOOSE_COUNT);
  setLoose(n, row);
  setSlot(row, -2 - n);
  setWord(LOOSE_COUNT, n + 1);
}

/** Takes a row out. */
export function remove(row: i32): void {
  const at = slot(row);
  if (at >= 0) {
    setSlotRow(at, NONE);
  } else if (at < -1) {
    const last = word(LOOSE_COUNT) - 1;
    const moved = loose(last);
    setLoose(loosePlace(row), moved);
    setSlot(moved, at);
    setWord(LOOSE_COUNT, last);
  }
  setSlot(row, -1);
}

/** Tells the index that a row moved. */
export function update(row: i32): void {
  const at = slot(row);
  if (at < 0) return;
  const was = home(row);
  const dx = ((wire(row) - was) << 16) >> 16;
  const dy = (((wire(row) >> 16) - (was >> 16)) << 16) >> 16;
  const margin = word(MARGIN);
  if (dx <= margin && dx >= -margin && dy <= margin && dy >= -margin) {
    setSlotWire(at, wire(row));
  } else {
    setSlotRow(at, NONE);
    insert(row);
  }
}

/** True when the index has become stale or loose enough to be made anew. */
export function isDue(): bool {
  return word(SINCE_REBUILD) >= REBUILD_TICKS || word(LOOSE_COUNT) > 16 + (word(LIVE_COUNT) >> 4);
}

/** The first slot from `low` on whose key has `bit` set; keys of [low, high) agree above it. */
function split(low: i32, high: i32, bit: i32): i32 {
  let a = low;
  let b = high;
  while (a < b) {
    const mid = (a + b) >> 1;
    if ((sortKey(mid) & bit) == 0) a = mid + 1;
    else b = mid;
  }
  return a;
}

/** Builds a leaf over slots [low, high): its box is that of its rows. */
function buildLeaf(node: i32, low: i32, high: i32): void {
  let minX = sightX(sortRow(low));
  let minY = sightY(sortRow(low));
  let maxX = minX;
  let maxY = minY;
  for (let s = low; s < high; s++) {
    const row = sortRow(s);
    const x = sightX(row);
    const y = sightY(row);
    minX = x < minX ? x : minX;
    minY = y < minY ? y : minY;
    maxX = x > maxX ? x : maxX;
    maxY = y > maxY ? y : maxY;
    setSlotWire(s, wire(row));
    setSlotRow(s, row);
    setSlot(row, s);
    setHome(row, wire(row));
  }
  setNodeMinX(node, minX);
  setNodeMinY(node, minY);
  setNodeMaxX(node, maxX);
  setNodeMaxY(node, maxY);
}

/** The node's box becomes the union of its children's. */
function unite(node: i32): void {
  let child = node + 1;
  setNodeMinX(node, nodeMinX(child));
  setNodeMinY(node, nodeMinY(child));
  setNodeMaxX(node, nodeMaxX(child));
  setNodeMaxY(node, nodeMaxY(child));
  for (child = nodeSkip(child); child < nodeSkip(node); child = nodeSkip(child)) {
    if (nodeMinX(child) < nodeMinX(node)) setNodeMinX(node, nodeMinX(child));
    if (nodeMinY(child) < nodeMinY(node)) setNodeMinY(node, nodeMinY(child));
    if (nodeMaxX(child) > nodeMaxX(node)) setNodeMaxX(node, nodeMaxX(child));
    if (nodeMaxY(child) > nodeMaxY(node)) setNodeMaxY(node, nodeMaxY(child));
  }
}

/**
 * Builds the subtree over slots [low, high) in preorder. Levels on which all keys agree are left
 * out, so every inner node has two to four children and depth is at most 16.
 */
function build(low: i32, high: i32): void {
  const node = word(NODE_COUNT);
  setWord(NODE_COUNT, node + 1);
  setNodeLow(node, low);
  setNodeHigh(node, high);
  const differing = sortKey(low) ^ sortKey(high - 1);
  const level = differing == 0 ? 0 : (33 - clz32(differing)) >> 1;
  const small = high - low <= LEAF_ROWS && keyCellSize(level) <= LEAF_WIDTH;
  if (level == 0 || small) {
    buildLeaf(node, low, high);
    setNodeSkip(node, node + 1);
    return;
  }
  const xBit = 1 << (level * 2 - 2);
  const yBit = 1 << (level * 2 - 1);
  const middle = split(low, high, yBit);
  const first = split(low, middle, xBit);
  const third = split(middle, high, xBit);
  if (first > low) build(low, first);
  if (middle > first) build(first, middle);
  if (third > middle) build(middle, third);
  if (high > third) build(third, high);
  setNodeSkip(node, word(NODE_COUNT));
  unite(node);
}

/** Makes the index anew over all live rows. */
export function rebuild(): void {
  const count = sortByKey();
  setWord(NODE_COUNT, 0);
  setWord(LOOSE_COUNT, 0);
  setWord(SINCE_REBUILD, 0);
  addWord(REBUILDS_TOTAL, 1);
  if (count > 0) build(0, count);
}

function isNear(node: i32, minX: i32, minY: i32, maxX: i32, maxY: i32, reach: i32): bool {
  const dx = nodeMinX(node) > maxX ? nodeMinX(node) - maxX : minX - nodeMaxX(node);
  const dy = nodeMinY(node) > maxY ? nodeMinY(node) - maxY : minY - nodeMaxY(node);
  if (dx > reach || dy > reach) return false;
  return dx <= 0 || dy <= 0 || dx * dx + dy * dy <= reach * reach;
}

/**
 * Copies to the candidates every slot that may lie within `reach` of a box of sight coordinates:
 * whole leaves, in slot order. Loose rows are not among them.
 * @returns how many
 */
export function gather(minX: i32, minY: i32, maxX: i32, maxY: i32, reach: i32): i32 {
  const nodes = word(NODE_COUNT);
  let visited = 0;
  let count = 0;
  let from = 0;
  let to = 0;
  let node = 0;
  while (node < nodes) {
    visited++;
    const skip = nodeSkip(node);
    if (!isNear(node, minX, minY, maxX, maxY, reach)) {
      node = skip;
    } else if (skip == node + 1) {
      if (nodeLow(node) != to) {
        copyCandidates(count, from, to);
        count += to - from;
        from = nodeLow(node);
      }
      to = nodeHigh(node);
      node = skip;
    } else {
      node++;
    }
  }
  copyCandidates(count, from, to);
  addWord(NODES_VISITED_TOTAL, visited);
  return count + to - from;
}

/** True when the index holds exactly the live rows, each once, at its place of now. */
export function isSound(): bool {
  let held = word(LOOSE_COUNT);
  for (let i = 0; i < word(LOOSE_COUNT); i++) {
    if (loosePlace(loose(i)) != i) return false;
  }
  for (let row = 0; row < word(ROW_END); row++) {
    const live = (flags(row) & LIVE) != 0;
    const at = slot(row);
    if (live != (at != -1)) return false;
    if (at < 0) continue;
    if (slotRow(at) != row || slotWire(at) != wire(row)) return false;
    held++;
  }
  return held == word(LIVE_COUNT);
}
