// The spatial index: a linear quadtree. Rows are sorted by Morton code into slots; nodes lie in
// preorder, each with its tight box, its range of slots and the node that follows its subtree, so
// that a query is a loop without a stack (Gargantini 1982; skip pointers as in Smits 1998).
//
// Leaves keep some slots free. A row keeps its slot while it is within MARGIN of its leaf's box;
// one that goes further, or comes, takes a free slot of a leaf that it is near to. Where there is
// none it is loose: it stands in a slot behind the leaves', which every query tests. When those
// become many the tree is built anew. So a slot means the same row for long, and told sets are bits
// over slots.
//
// For few rows, one leaf over all of them takes the tree's place: brute force, by the same code.
import {
  addWord,
  clearMoved,
  flags,
  layer,
  moved,
  nodeHigh,
  nodeLow,
  nodeMaxX,
  nodeMaxY,
  nodeMinX,
  nodeMinY,
  nodeSkip,
  setNodeFresh,
  setNodeHigh,
  setNodeLow,
  setNodeMaxX,
  setNodeMaxY,
  setNodeMinX,
  setNodeMinY,
  setNodeSkip,
  setSlot,
  setSlotLayer,
  setSlotMoved,
  setSlotNode,
  setSlotRow,
  setSlotWire,
  setTransit,
  setWord,
  slot,
  slotLayer,
  slotNode,
  slotRow,
  slotWire,
  sortKey,
  sortRow,
  transit,
  wire,
  word,
  wrote,
} from "./columns";
import { sightX, sightY } from "./entities";
import {
  BRUTE_ROWS,
  BRUTE_WIDTH,
  INDEX_BRUTE,
  INDEX_IS_BRUTE,
  INDEX_QUADTREE,
  INDEX_WANTED,
  LAST_WROTE,
  LEAF_ROWS,
  LEAF_WIDTH,
  LIVE,
  LIVE_COUNT,
  LOOSE_MAX,
  MARGIN,
  MASKS_SETTLED,
  MASKS_SPENT,
  MASKS_USED,
  MAX_X,
  MAX_Y,
  MIN_X,
  MIN_Y,
  NOBODY,
  NODES_VISITED_TOTAL,
  NODE_COUNT,
  NONE,
  REBUILDS_TOTAL,
  ROW_END,
  SIGHT_SHIFT,
  SLACK_SHIFT,
  SLOT_END,
  SLOT_GONE,
  SLOT_STIRRED,
  SORTED,
  TICK,
  TRANSIT_COUNT,
  VISIBLE,
} from "./layout";
import { keyCellSize, listLive, sortByKey } from "./morton";
import { clz32 } from "./scalars";

/** Slot of a live row that found none: the rebuild that is due by then gives it one. */
const UNPLACED = -2;

/** The layer on which a row is seen. */
function seenLayer(row: i32): i32 {
  return (flags(row) & VISIBLE) == 0 ? NOBODY : layer(row);
}

/** Notes in a slot where its row is now, and whether there is anything to tell of it. */
function refreshSlot(at: i32, row: i32): void {
  setSlotWire(at, wire(row));
  const tick = word(TICK);
  if (moved(row) == tick || (word(LAST_WROTE) == tick && wrote(row) == tick)) {
    setSlotMoved(at, SLOT_STIRRED);
  }
}

function fillSlot(at: i32, row: i32, node: i32): void {
  setSlotRow(at, row);
  setSlotNode(at, node);
  if (node >= 0) setNodeFresh(node, 1);
  setSlotLayer(at, seenLayer(row));
  setSlotMoved(at, 0);
  refreshSlot(at, row);
  setSlot(row, at);
}

/** True while a row is where those who look for its leaf's rows look. */
function isAtHome(row: i32, node: i32): bool {
  const margin = word(MARGIN);
  const x = sightX(row);
  const y = sightY(row);
  return (
    x >= nodeMinX(node) - margin &&
    x <= nodeMaxX(node) + margin &&
    y >= nodeMinY(node) - margin &&
    y <= nodeMaxY(node) + margin
  );
}

/** A free slot in a leaf that may hold the row where it is, -1 if there is none. */
function findSlot(row: i32): i32 {
  const x = sightX(row);
  const y = sightY(row);
  const nodes = word(NODE_COUNT);
  let node = nextNear(0, x, y, x, y, word(MARGIN));
  while (node < nodes) {
    for (let at = nodeLow(node); at < nodeHigh(node); at++) {
      if (slotRow(at) == NONE) {
        setSlotNode(at, node);
        return at;
      }
    }
    node = nextNear(node + 1, x, y, x, y, word(MARGIN));
  }
  return -1;
}

/** Adds a row that is in no slot: to a leaf that has a place for it, or it is loose. */
export function insert(row: i32): void {
  const at = word(SLOT_END);
  if (at == word(SORTED) + LOOSE_MAX) {
    setSlot(row, UNPLACED);
    return;
  }
  const place = findSlot(row);
  if (place >= 0) {
    fillSlot(place, row, slotNode(place));
    return;
  }
  fillSlot(at, row, -1);
  setWord(SLOT_END, at + 1);
}

/** Takes a row out. Until the next step its slot says whose it was, and is nobody else's. */
export function remove(row: i32): void {
  const at = slot(row);
  setSlot(row, -1);
  if (at < 0) return;
  setSlotLayer(at, NOBODY);
  setSlotMoved(at, SLOT_GONE);
  const n = word(TRANSIT_COUNT);
  setTransit(n, at);
  setWord(TRANSIT_COUNT, n + 1);
}

/** Tells the index that a row moved. */
export function update(row: i32): void {
  const at = slot(row);
  if (at < 0) return;
  if (at >= word(SORTED) || isAtHome(row, slotNode(at))) {
    refreshSlot(at, row);
    return;
  }
  remove(row);
  insert(row);
}

/** Slots that were left in the step before are free; nobody has moved in this one yet. */
export function beginTick(): void {
  for (let t = 0; t < word(TRANSIT_COUNT); t++) setSlotRow(transit(t), NONE);
  clearMoved(word(SLOT_END));
  setWord(TRANSIT_COUNT, 0);
}

/** Masks that nobody has are in the way: of memory, and of whoever copies those in use. */
function areMasksSpent(): bool {
  const settled = word(MASKS_SETTLED);
  return settled >= 0 && word(MASKS_USED) > MASKS_SPENT + 2 * settled;
}

/** True when the index has become loose or empty enough to be made anew. */
export function isDue(): bool {
  if (areMasksSpent()) return true;
  const live = word(LIVE_COUNT);
  const loose = word(SLOT_END) - word(SORTED);
  if (word(SORTED) > 64 + live * 2 || loose == LOOSE_MAX) return true;
  return loose > (word(INDEX_IS_BRUTE) != 0 ? 0 : 8 + (live >> 8));
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

function setBox(node: i32, minX: i32, minY: i32, maxX: i32, maxY: i32): void {
  setNodeMinX(node, minX);
  setNodeMinY(node, minY);
  setNodeMaxX(node, maxX);
  setNodeMaxY(node, maxY);
}

/** Builds a leaf over sorted rows [low, high): its box is theirs, its slots theirs and some. */
function buildLeaf(node: i32, low: i32, high: i32): void {
  const first = word(SORTED);
  const end = first + high - low + ((high - low) >> SLACK_SHIFT);
  setNodeLow(node, first);
  setNodeHigh(node, end);
  setNodeSkip(node, 0);
  setWord(SORTED, end);
  let minX = sightX(sortRow(low));
  let minY = sightY(sortRow(low));
  let maxX = minX;
  let maxY = minY;
  let at = first;
  for (let i = low; i < high; i++) {
    const row = sortRow(i);
    const x = sightX(row);
    const y = sightY(row);
    minX = x < minX ? x : minX;
    minY = y < minY ? y : minY;
    maxX = x > maxX ? x : maxX;
    maxY = y > maxY ? y : maxY;
    fillSlot(at, row, node);
    at++;
  }
  for (; at < end; at++) {
    setSlotRow(at, NONE);
    setSlotLayer(at, NOBODY);
    setSlotMoved(at, 0);
  }
  setBox(node, minX, minY, maxX, maxY);
}

/** True for a node without children. */
export function isLeaf(node: i32): bool {
  return nodeSkip(node) <= 0;
}

/** The node that follows a subtree. */
export function next(node: i32): i32 {
  return isLeaf(node) ? node + 1 : nodeSkip(node);
}

/** The node's box becomes the union of its children's. */
function unite(node: i32): void {
  let child = node + 1;
  setBox(node, nodeMinX(child), nodeMinY(child), nodeMaxX(child), nodeMaxY(child));
  for (child = next(child); child < nodeSkip(node); child = next(child)) {
    if (nodeMinX(child) < nodeMinX(node)) setNodeMinX(node, nodeMinX(child));
    if (nodeMinY(child) < nodeMinY(node)) setNodeMinY(node, nodeMinY(child));
    if (nodeMaxX(child) > nodeMaxX(node)) setNodeMaxX(node, nodeMaxX(child));
    if (nodeMaxY(child) > nodeMaxY(node)) setNodeMaxY(node, nodeMaxY(child));
  }
}

/**
 * Builds the subtree over sorted rows [low, high) in preorder. Levels on which all keys agree are
 * left out, so every inner node has two to four children and depth is at most 16.
 */
function build(low: i32, high: i32): void {
  const node = word(NODE_COUNT);
  setWord(NODE_COUNT, node + 1);
  const differing = sortKey(low) ^ sortKey(high - 1);
  const level = differing == 0 ? 0 : (33 - clz32(differing)) >> 1;
  const small = high - low <= LEAF_ROWS && keyCellSize(level) <= LEAF_WIDTH;
  if (level == 0 || small) {
    buildLeaf(node, low, high);
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

/** One leaf over all live rows, whose box is the world. */
function buildOne(count: i32): void {
  setWord(NODE_COUNT, 1);
  buildLeaf(0, 0, count);
  setBox(
    0,
    word(MIN_X) >> SIGHT_SHIFT,
    word(MIN_Y) >> SIGHT_SHIFT,
    word(MAX_X) >> SIGHT_SHIFT,
    word(MAX_Y) >> SIGHT_SHIFT,
  );
}

/** Whether one leaf is to serve: as asked for, or for few rows, a quarter fewer to begin with. */
function isBruteDue(): bool {
  if (word(INDEX_WANTED) == INDEX_QUADTREE) return false;
  const width = (word(MAX_X) >> SIGHT_SHIFT) - (word(MIN_X) >> SIGHT_SHIFT);
  const height = (word(MAX_Y) >> SIGHT_SHIFT) - (word(MIN_Y) >> SIGHT_SHIFT);
  if (width > BRUTE_WIDTH || height > BRUTE_WIDTH) return false;
  if (word(INDEX_WANTED) == INDEX_BRUTE) return true;
  const most = word(INDEX_IS_BRUTE) != 0 ? BRUTE_ROWS : BRUTE_ROWS - (BRUTE_ROWS >> 2);
  return word(LIVE_COUNT) <= most;
}

/** Makes the index anew over all live rows. Leaves have no ranges yet. */
export function rebuild(): void {
  setWord(INDEX_IS_BRUTE, isBruteDue() ? 1 : 0);
  setWord(NODE_COUNT, 0);
  setWord(TRANSIT_COUNT, 0);
  setWord(SORTED, 0);
  setSlot(NONE, -1);
  addWord(REBUILDS_TOTAL, 1);
  const count = listLive();
  if (count > 0 && word(INDEX_IS_BRUTE) != 0) {
    buildOne(count);
  } else if (count > 0) {
    sortByKey(count);
    build(0, count);
  }
  setWord(SLOT_END, word(SORTED));
}

function isNear(node: i32, minX: i32, minY: i32, maxX: i32, maxY: i32, reach: i32): bool {
  const dx = nodeMinX(node) > maxX ? nodeMinX(node) - maxX : minX - nodeMaxX(node);
  const dy = nodeMinY(node) > maxY ? nodeMinY(node) - maxY : minY - nodeMaxY(node);
  if (dx > reach || dy > reach) return false;
  return dx <= 0 || dy <= 0 || dx * dx + dy * dy <= reach * reach;
}

/**
 * The first leaf from `from` on that may hold a row within `reach` of a box of sight coordinates;
 * a loop over it with the node after the last answer sees all of them in order.
 * @returns NODE_COUNT when there is none
 */
export function nextNear(from: i32, minX: i32, minY: i32, maxX: i32, maxY: i32, reach: i32): i32 {
  const nodes = word(NODE_COUNT);
  let node = from;
  let visited = 0;
  while (node < nodes) {
    visited++;
    if (!isNear(node, minX, minY, maxX, maxY, reach)) node = next(node);
    else if (isLeaf(node)) break;
    else node++;
  }
  addWord(NODES_VISITED_TOTAL, visited);
  return node;
}

/** True when the index holds exactly the live rows, each once, at its place of now. */
export function isSound(): bool {
  for (let at = 0; at < word(SLOT_END); at++) {
    const row = slotRow(at);
    if (slot(row) != at && slotLayer(at) != NOBODY) return false;
    if (slot(row) == at && at < word(SORTED) && !isAtHome(row, slotNode(at))) return false;
  }
  for (let row = 0; row < word(ROW_END); row++) {
    const at = slot(row);
    if (((flags(row) & LIVE) != 0) != at >= 0) return false;
    if (at < 0) continue;
    if (slotRow(at) != row || slotWire(at) != wire(row)) return false;
    if (slotLayer(at) != seenLayer(row)) return false;
  }
  return true;
}
