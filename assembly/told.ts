// Told sets: of each observer, the rows that its client was told of. A slot means the same row for
// long, so the set is a mask, a bit for each candidate of the observer's leaf, and a look is a few
// operations on words; bits of rows that left their slot are moved with them. Across a rebuild, and
// for observers that are loose or in a crowd, it is written down as a list of rows in a pool, whose
// halves alternate by tick.
import {
  addWord,
  born,
  copyTold,
  lastLook,
  mask,
  maskAt,
  nodeHigh,
  nodeLow,
  position,
  setLeft,
  setListed,
  setMask,
  setMaskAt,
  setRecalled,
  setToldAt,
  setToldCount,
  setViewFlags,
  setWord,
  shift,
  slotRow,
  told,
  toldAt,
  toldCount,
  word,
} from "./columns";
import {
  LAST_BORN,
  LEFT_COUNT,
  LISTED,
  LISTED_COUNT,
  MASK_HEAD,
  NODE_COUNT,
  NONE,
  PAIRS_USED,
  RECALLS_TOTAL,
  ROW_END,
  SHIFT_COUNT,
  TOLD,
} from "./layout";
import { fillPositions, gatherRows, maskWords } from "./leaves";
import { layRows, takeRecalled } from "./masks";
import { isLeaf } from "./quadtree";

/** The observer keeps what it was told; nothing is sent. */
export function keepTold(observer: i32): void {
  setViewFlags(observer, 0);
  const from = toldAt(observer);
  if (from < 0) return;
  const to = word(PAIRS_USED);
  copyTold(to, from, toldCount(observer));
  setToldAt(observer, to);
  setWord(PAIRS_USED, to + toldCount(observer));
}

/** Writes the set down as rows at the end of the pool. Candidates must be those of the mask. */
export function writeDown(observer: i32, at: i32, words: i32): void {
  const from = word(PAIRS_USED);
  const start = TOLD + from * 2;
  const count = (layRows(at, words, start) - start) >> 1;
  setToldAt(observer, from);
  setToldCount(observer, count);
  setWord(PAIRS_USED, from + count);
}

/** True for an observer whose set is a mask over this leaf's candidates. */
export function isMaskOf(observer: i32, node: i32): bool {
  const at = maskAt(observer);
  return at >= 0 && toldAt(observer) < 0 && mask(at - MASK_HEAD) == node;
}

/** Writes down every set that is a mask: after the rebuild that follows, bits mean other rows. */
export function writeDownAll(): void {
  for (let node = 0; node < word(NODE_COUNT); node++) {
    if (!isLeaf(node)) continue;
    let gathered = false;
    for (let s = nodeLow(node); s < nodeHigh(node); s++) {
      const row = slotRow(s);
      if (row == NONE || !isMaskOf(row, node)) continue;
      if (!gathered) gatherRows(node);
      gathered = true;
      writeDown(row, maskAt(row), maskWords(node));
    }
  }
  for (let row = 0; row < word(ROW_END); row++) setMaskAt(row, -1);
}

/** An observer that is elsewhere now takes its set along as rows. */
export function takeAlong(observer: i32): void {
  if (toldAt(observer) >= 0) return;
  const node = mask(maskAt(observer) - MASK_HEAD);
  gatherRows(node);
  writeDown(observer, maskAt(observer), maskWords(node));
}

function pushLeft(row: i32): void {
  const n = word(LEFT_COUNT);
  setLeft(n, row);
  setWord(LEFT_COUNT, n + 1);
}

/** @param place one more than the candidate that the row is; 0 when it has left */
function recallRow(row: i32, place: i32): void {
  if (place == 0) pushLeft(row);
  setRecalled(place, 255);
}

/**
 * Makes a mask of a set that is written down, at `at`. Rows that are somebody else by now, or no
 * candidates any more, have left.
 */
export function recall(observer: i32, at: i32, words: i32): void {
  fillPositions();
  addWord(RECALLS_TOTAL, 1);
  const from = toldAt(observer);
  const end = from + toldCount(observer);
  const since = lastLook(observer);
  if (word(LAST_BORN) > since) {
    for (let i = from; i < end; i++) {
      const row = told(i);
      recallRow(row, born(row) > since ? 0 : position(row));
    }
  } else {
    for (let i = from; i < end; i++) {
      const row = told(i);
      recallRow(row, position(row));
    }
  }
  takeRecalled(at, words);
}

/**
 * Moves the bits of those who left their slot in this step to where they are candidates now. Of
 * those who are none any more the bits stay: a look finds that they left. An observer that does not
 * look writes its set down, for somebody else may be in that slot by the time it does.
 */
export function shiftMask(observer: i32, node: i32, isLooking: bool): void {
  const at = maskAt(observer);
  let isLost = false;
  for (let i = 0; i < word(SHIFT_COUNT); i++) {
    const from = shift(i * 2);
    const to = shift(i * 2 + 1);
    const bits = mask(at + (from >> 5));
    if ((bits & (1 << (from & 31))) == 0) continue;
    if (to < 0) {
      isLost = true;
      continue;
    }
    setMask(at + (from >> 5), bits & ~(1 << (from & 31)));
    setMask(at + (to >> 5), mask(at + (to >> 5)) | (1 << (to & 31)));
  }
  if (isLost && !isLooking) writeDown(observer, at, maskWords(node));
}

/** Takes a candidate out of a mask. */
export function dropCandidate(at: i32, k: i32): void {
  setMask(at + (k >> 5), mask(at + (k >> 5)) & ~(1 << (k & 31)));
}

/** Puts an observer's told rows into LISTED, in no order; LISTED_COUNT says how many. */
export function listRows(observer: i32): void {
  const count = toldCount(observer);
  const from = toldAt(observer);
  setWord(LISTED_COUNT, count);
  if (from >= 0) {
    for (let i = 0; i < count; i++) setListed(i, told(from + i));
    return;
  }
  const at = maskAt(observer);
  const node = mask(at - MASK_HEAD);
  const words = maskWords(node);
  gatherRows(node);
  layRows(at, words, LISTED);
}
