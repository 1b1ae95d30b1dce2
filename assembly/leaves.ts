// What a leaf's observers have in common: the slots that any of them may see, found once for every
// rebuild as ranges, gathered once a tick as candidates, and tested by each of them in turn.
import {
  addWord,
  born,
  candidateRow,
  mask,
  maskAt,
  nodeHigh,
  nodeLow,
  nodeMaxX,
  nodeMaxY,
  nodeMinX,
  nodeMinY,
  nodeSkip,
  position,
  range,
  setCandidateLayer,
  setMask,
  setMaskAt,
  setNodeSkip,
  setPosition,
  setRange,
  setShift,
  setWord,
  slot,
  slotRow,
  word,
} from "./columns";
import { copySlots, fillEligible, fillRecords, fillStirred, fillUp, goneBits } from "./candidates";
import { sightX, sightY } from "./entities";
import {
  AOI_RADIUS_MAX,
  BEGAN,
  CANDIDATES_TOTAL,
  CANDIDATE_COUNT,
  CANDIDATE_LAYER,
  CANDIDATE_OWN,
  CANDIDATE_WORDS,
  HYSTERESIS,
  LEAVE,
  LEAVE_OF,
  LOOSE_MAX,
  MARGIN,
  MASKS_SETTLED,
  MASKS_USED,
  MASK_CANDIDATES,
  MASK_HEAD,
  MASK_SPARE,
  NOBODY,
  NODE_COUNT,
  POSITIONS_READY,
  RANGES,
  RANGES_USED,
  ROWS,
  SHIFT_COUNT,
  SLOT_END,
  SORTED,
} from "./layout";
import { isLeaf, nextNear } from "./quadtree";
import { ctz32, toI32 } from "./scalars";

/** A leaf's place in RANGE holds the number of candidates, where its ranges end, the ranges. */
const HEAD = 2;
/** Room that the longest list of ranges takes: two words for every other node. */
const LONGEST = ROWS * 2 + HEAD;

/** Leave radius of an enter radius, sight units. */
export function leaveRadius(radius: i32): i32 {
  if (radius == word(LEAVE_OF)) return word(LEAVE);
  const permille = (radius * (1000 + word(HYSTERESIS))) as f64;
  setWord(LEAVE_OF, radius);
  setWord(LEAVE, toI32(Math.floor(permille / 1000)));
  return word(LEAVE);
}

/** How far from an observer its candidates lie, sight units. */
function farthest(): i32 {
  return leaveRadius(word(AOI_RADIUS_MAX));
}

/** Writes the ranges of slots near a box behind those in use. */
function findRanges(minX: i32, minY: i32, maxX: i32, maxY: i32, reach: i32): void {
  const place = word(RANGES_USED);
  const nodes = word(NODE_COUNT);
  let end = place + HEAD;
  let candidates = 0;
  let node = nextNear(0, minX, minY, maxX, maxY, reach);
  while (node < nodes) {
    const low = nodeLow(node);
    let high = nodeHigh(node);
    node = nextNear(node + 1, minX, minY, maxX, maxY, reach);
    while (node < nodes && nodeLow(node) == high) {
      high = nodeHigh(node);
      node = nextNear(node + 1, minX, minY, maxX, maxY, reach);
    }
    setRange(end, low);
    setRange(end + 1, high);
    end += 2;
    candidates += high - low;
  }
  setRange(place, candidates);
  setRange(place + 1, end);
}

/** Observers and candidates may each stand outside of their boxes by the margin, on both axes. */
function findRangesOfLeaf(node: i32): void {
  const grown = 2 * word(MARGIN);
  findRanges(
    nodeMinX(node) - grown,
    nodeMinY(node) - grown,
    nodeMaxX(node) + grown,
    nodeMaxY(node) + grown,
    farthest(),
  );
}

/** True for a leaf whose observers keep masks. */
export function hasMasks(node: i32): bool {
  return nodeSkip(node) < 0;
}

/** Words of a mask over a leaf's candidates, and as many loose ones as may be. */
export function maskWords(node: i32): i32 {
  return ((range(-1 - nodeSkip(node)) + LOOSE_MAX + 63) >> 6) << 1;
}

/**
 * Gives an observer of such a leaf a mask for it, in the room of the one it had if that is enough.
 * @returns false when there is no room for it
 */
export function layMask(row: i32, node: i32): bool {
  const words = maskWords(node);
  let at = maskAt(row);
  if (at < 0 || mask(at - 1) < words) {
    const first = word(MASKS_USED);
    const room = words + ((words >> 4) << 1);
    if (first + MASK_HEAD + room > MASK_SPARE) return false;
    at = first + MASK_HEAD;
    setMask(at - 1, room);
    setMaskAt(row, at);
    setWord(MASKS_USED, at + room);
  }
  setMask(at - MASK_HEAD, node);
  return true;
}

/**
 * Finds every leaf's ranges; to be called after a rebuild. A leaf in a crowd, or for which no room
 * is left, gets none: its observers' told sets are kept as rows.
 */
export function spreadLeaves(): void {
  setWord(RANGES_USED, 0);
  setWord(MASKS_USED, 0);
  setWord(MASKS_SETTLED, -1);
  for (let node = 0; node < word(NODE_COUNT); node++) {
    if (!isLeaf(node)) continue;
    const place = word(RANGES_USED);
    findRangesOfLeaf(node);
    const end = range(place + 1);
    if (range(place) > MASK_CANDIDATES || end + LONGEST > RANGES) continue;
    setNodeSkip(node, -1 - place);
    setWord(RANGES_USED, end);
  }
}

/** Where a leaf's ranges lie; if it has none of its own, they are found behind those in use. */
function placeOf(node: i32): i32 {
  if (nodeSkip(node) < 0) return -1 - nodeSkip(node);
  findRangesOfLeaf(node);
  return word(RANGES_USED);
}

/** Copies the slots of the ranges to the candidates. @param own slot noted as CANDIDATE_OWN */
function gatherSorted(place: i32, own: i32): void {
  const end = range(place + 1);
  let at = 0;
  for (let i = place + HEAD; i < end; i += 2) {
    const low = range(i);
    const high = range(i + 1);
    if (own >= low && own < high) setWord(CANDIDATE_OWN, at + own - low);
    copySlots(low, high, at);
    at += high - low;
  }
  setWord(CANDIDATE_COUNT, at);
}

/** Copies the loose slots behind them; those out of reach of a box are as if nobody stood there. */
function gatherLoose(minX: i32, minY: i32, maxX: i32, maxY: i32, reach: i32): void {
  const first = word(SORTED);
  let at = word(CANDIDATE_COUNT);
  copySlots(first, word(SLOT_END), at);
  for (let s = first; s < word(SLOT_END); s++) {
    const row = slotRow(s);
    const x = sightX(row);
    const y = sightY(row);
    const isFar = x < minX - reach || x > maxX + reach || y < minY - reach || y > maxY + reach;
    if (isFar) setCandidateLayer(at, NOBODY);
    at++;
  }
  const end = ((at + 63) >> 6) << 6;
  fillUp(at, end);
  setWord(CANDIDATE_WORDS, end >> 5);
}

function finishCandidates(): void {
  const words = word(CANDIDATE_WORDS);
  fillStirred(words);
  fillRecords(words);
  setWord(CANDIDATE_LAYER, -1);
  setWord(POSITIONS_READY, 0);
  addWord(CANDIDATES_TOTAL, word(CANDIDATE_COUNT));
}

/** Gathers the candidates of a leaf. */
export function gatherLeaf(node: i32): void {
  gatherSorted(placeOf(node), nodeLow(node));
  const reach = farthest() + 2 * word(MARGIN);
  gatherLoose(nodeMinX(node), nodeMinY(node), nodeMaxX(node), nodeMaxY(node), reach);
  finishCandidates();
}

/** Gathers the candidates of one row that stands in a loose slot. */
export function gatherAround(row: i32): void {
  const x = sightX(row);
  const y = sightY(row);
  const margin = word(MARGIN);
  const reach = farthest();
  findRanges(x - margin, y - margin, x + margin, y + margin, reach);
  gatherSorted(word(RANGES_USED), -1);
  gatherLoose(x, y, x, y, reach);
  setWord(CANDIDATE_OWN, word(CANDIDATE_COUNT) + slot(row) - word(SORTED));
  finishCandidates();
}

/** Only the candidates' rows, as a mask of the leaf means them. */
export function gatherRows(node: i32): void {
  gatherSorted(placeOf(node), -1);
  copySlots(word(SORTED), word(SLOT_END), word(CANDIDATE_COUNT));
}

/** Marks in ELIGIBLE those that an observer on this layer may see. */
export function chooseLayer(layer: i32): void {
  if (word(CANDIDATE_LAYER) == layer) return;
  fillEligible(word(CANDIDATE_WORDS), layer);
  setWord(CANDIDATE_LAYER, layer);
}

/** Notes of each candidate's row which candidate it is, or that it is none any more. */
function notePositions(isThere: bool): void {
  const words = word(CANDIDATE_WORDS);
  for (let w = 0; w < words; w++) {
    const gone = goneBits(w);
    const end = (w + 1) << 5;
    for (let k = w << 5; k < end; k++) {
      // whoever left a slot for another is where it is now
      if (((gone >> k) & 1) != 0) continue;
      setPosition(candidateRow(k), isThere ? k + 1 : 0);
    }
  }
}

/** Makes position() and positionOf() answer for these candidates. */
export function fillPositions(): void {
  if (word(POSITIONS_READY) != 0) return;
  setWord(POSITIONS_READY, 1);
  notePositions(true);
}

/** Done with these candidates. */
export function releaseCandidates(): void {
  if (word(POSITIONS_READY) != 0) notePositions(false);
  setWord(POSITIONS_READY, 0);
}

/** Which candidate a row is, -1 if none; after fillPositions. */
export function positionOf(row: i32): i32 {
  return position(row) - 1;
}

/** Which of a leaf's candidates a slot is, -1 if none. The leaf is one with masks. */
function candidateOf(node: i32, at: i32): i32 {
  const place = -1 - nodeSkip(node);
  if (at >= word(SORTED)) return range(place) + at - word(SORTED);
  const end = range(place + 1);
  let k = 0;
  for (let i = place + HEAD; i < end; i += 2) {
    const low = range(i);
    const high = range(i + 1);
    if (at >= low && at < high) return k + at - low;
    k += high - low;
  }
  return -1;
}

/**
 * Rows that left their slot in this step: which candidates of this leaf they were, and which they
 * are now, -1 for none. The leaf is one with masks, and its candidates are gathered.
 */
export function findShifts(node: i32): void {
  let n = 0;
  const words = word(CANDIDATE_WORDS);
  for (let w = 0; w < words; w++) {
    let bits = goneBits(w);
    while (bits != 0) {
      const from = (w << 5) + ctz32(bits);
      bits &= bits - 1;
      const row = candidateRow(from);
      const isSame = slot(row) >= 0 && born(row) < word(BEGAN);
      setShift(n * 2, from);
      setShift(n * 2 + 1, isSame ? candidateOf(node, slot(row)) : -1);
      n++;
    }
  }
  setWord(SHIFT_COUNT, n);
}
