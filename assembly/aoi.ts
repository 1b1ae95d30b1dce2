// Areas of interest. An observer's set is what its client was told: a look compares it with what is
// near now, and what changed is what goes into frames, as far as they have room. So a slow client,
// a crowded one and one that hesitates at the border are all served by the same few steps.
import {
  addWord,
  aoiRadius,
  born,
  candidateRow,
  changed,
  clean,
  clearFrameCounts,
  clearMask,
  dueMask,
  eligible,
  enter,
  flags,
  lastLook,
  layer,
  lookAt,
  mask,
  maskAt,
  moved,
  nodeFresh,
  nodeHigh,
  nodeLow,
  setChanged,
  setDueMask,
  setEligible,
  setEnter,
  setLastLook,
  setLeft,
  setLookAt,
  setMaskAt,
  setNodeFresh,
  setToldAt,
  setToldCount,
  setViewFlags,
  setWord,
  slot,
  slotRow,
  toldAt,
  wire,
  word,
  wrote,
} from "./columns";
import {
  CANDIDATE_OWN,
  CANDIDATE_WORDS,
  CHANGED_ANY,
  DUE_COUNT,
  ENTERED_TOTAL,
  ENTER_COUNT,
  FLAG_INCOMPLETE,
  FLAG_RESET,
  FLAG_RESTING,
  FRAMES_SHORT_TOTAL,
  FRAMES_USED,
  FRAME_BUDGET,
  FRAME_SLOTS,
  INCOMPLETE_TOTAL,
  INDEX_IS_BRUTE,
  LAST_WROTE,
  LEFT_COUNT,
  LEFT_TOTAL,
  LOOK,
  LOOKS_TOTAL,
  LOOK_MASK,
  LOOK_NOT,
  LOOK_RESET,
  LOOK_TURN,
  MASKS_SETTLED,
  MASKS_USED,
  MASK_HEAD,
  MASK_SPARE,
  MAX_VISIBLE,
  NODE_COUNT,
  NONE,
  OBSERVER,
  PAIRS_USED,
  PARITY,
  POOL_HALF,
  RESETS_TOTAL,
  RESTS_TOTAL,
  ROW_END,
  SEEN_COUNT,
  SLOT_END,
  SORTED,
  TICK,
  TRANSIT_COUNT,
} from "./layout";
import {
  chooseLayer,
  findShifts,
  gatherAround,
  gatherLeaf,
  hasMasks,
  layMask,
  leaveRadius,
  maskWords,
  releaseCandidates,
} from "./leaves";
import { keepNearest } from "./nearest";
import { publish } from "./publish";
import { isLeaf } from "./quadtree";
import { ctz32, popcnt32 } from "./scalars";
import { scan } from "./scan";
import { dropCandidate, isMaskOf, keepTold, recall, shiftMask, takeAlong, writeDown } from "./told";

/**
 * Whether it is not this observer's turn. A view that begins anew does not wait; nor does one whose
 * observer stands elsewhere now, for where it stands is told with the view.
 */
function isResting(row: i32): bool {
  if (((row + word(LOOK_TURN)) & word(LOOK_MASK)) == 0) return false;
  return lookAt(row) == LOOK && born(row) <= lastLook(row);
}

/** True for an observer that is to be scanned in this step. */
function isLooking(row: i32): bool {
  return lookAt(row) != LOOK_NOT && !isResting(row);
}

/** The observer's view stays as it was told. */
function rest(row: i32): void {
  keepTold(row);
  if (lookAt(row) == LOOK_NOT) return;
  addWord(RESTS_TOTAL, 1);
  setViewFlags(row, FLAG_RESTING);
}

/** Lists what a scan found changed: who left by row, who may enter by candidate. */
function listChanges(at: i32): void {
  if (word(CHANGED_ANY) == 0) return;
  const words = word(CANDIDATE_WORDS);
  let lefts = word(LEFT_COUNT);
  let enters = 0;
  for (let w = 0; w < words; w++) {
    let bits = changed(w);
    const now = mask(at + w);
    while (bits != 0) {
      const k = ctz32(bits);
      bits &= bits - 1;
      if (((now >> k) & 1) != 0) {
        setEnter(enters, (w << 5) + k);
        enters++;
      } else {
        setLeft(lefts, candidateRow((w << 5) + k));
        lefts++;
      }
    }
  }
  setWord(LEFT_COUNT, lefts);
  setWord(ENTER_COUNT, enters);
}

/** Of those that stay, who moved or was written after `since`: for observers not up to date. */
function findDue(at: i32, since: i32): void {
  const words = word(CANDIDATE_WORDS);
  const isWritten = word(LAST_WROTE) > since;
  let dues = 0;
  for (let w = 0; w < words; w++) {
    let bits = mask(at + w) & ~changed(w);
    let due = 0;
    while (bits != 0) {
      const k = ctz32(bits);
      bits &= bits - 1;
      const row = candidateRow((w << 5) + k);
      if (moved(row) <= since && !(isWritten && wrote(row) > since)) continue;
      due |= 1 << k;
      dues++;
    }
    setDueMask(w, due);
  }
  setWord(DUE_COUNT, dues);
}

/** Over max_visible the set is the nearest, ties by row. @returns true when rows were cut */
function capVisible(observer: i32, at: i32): bool {
  if (word(SEEN_COUNT) <= word(MAX_VISIBLE)) return false;
  const words = word(CANDIDATE_WORDS);
  // the mask as it was told, to compare with once it is cut
  for (let w = 0; w < words; w++) setChanged(w, changed(w) ^ mask(at + w));
  keepNearest(observer, at, word(MAX_VISIBLE));
  let dues = 0;
  for (let w = 0; w < words; w++) {
    const bits = mask(at + w);
    const due = dueMask(w) & bits;
    setDueMask(w, due);
    dues += popcnt32(due);
    setChanged(w, changed(w) ^ bits);
  }
  setWord(CHANGED_ANY, 1);
  setWord(DUE_COUNT, dues);
  setWord(SEEN_COUNT, word(MAX_VISIBLE));
  return true;
}

/** Everything is forgotten: whoever is seen enters anew. */
function forget(at: i32): void {
  const words = word(CANDIDATE_WORDS);
  for (let w = 0; w < words; w++) setChanged(w, mask(at + w));
  setWord(LEFT_COUNT, 0);
  setWord(DUE_COUNT, 0);
  setWord(CHANGED_ANY, 1);
  listChanges(at);
}

/** Tests an observer's candidates, but for itself: who is seen now, who changed, who is due. */
function see(observer: i32, at: i32, own: i32): void {
  const radius = aoiRadius(observer);
  const leave = leaveRadius(radius);
  chooseLayer(layer(observer));
  const kept = eligible(own >> 5);
  setEligible(own >> 5, kept & ~(1 << (own & 31)));
  scan(at, wire(observer), radius * radius, leave * leave, word(INDEX_IS_BRUTE) != 0);
  setEligible(own >> 5, kept);
}

/**
 * One look of one observer over its candidates: diff, frames, told set.
 * @param at its mask; it holds the set that was told unless that is written down
 * @param words of that mask
 * @param own which candidate the observer itself is
 */
function look(observer: i32, at: i32, words: i32, own: i32): void {
  let reset = lookAt(observer) == LOOK_RESET || born(observer) > lastLook(observer);
  setWord(LEFT_COUNT, 0);
  setWord(ENTER_COUNT, 0);
  if (reset) clearMask(at, words);
  else if (toldAt(observer) >= 0) recall(observer, at, words);
  see(observer, at, own);
  if (clean(observer) != word(TICK) - 1) findDue(at, clean(observer));
  const capped = capVisible(observer, at);
  listChanges(at);
  // half of the budget at 2 bytes each; a view that loses more is cheaper to tell anew
  if (word(LEFT_COUNT) > word(FRAME_BUDGET) * 120) {
    reset = true;
    forget(at);
  }
  const enters = word(ENTER_COUNT);
  const entered = publish(observer, reset ? -1 : clean(observer));
  for (let i = entered; i < enters; i++) dropCandidate(at, enter(i));
  setToldAt(observer, -1);
  setToldCount(observer, word(SEEN_COUNT) - (enters - entered));

  const incomplete = capped || entered < enters || clean(observer) != word(TICK);
  setViewFlags(observer, (reset ? FLAG_RESET : 0) | (incomplete ? FLAG_INCOMPLETE : 0));
  setLookAt(observer, LOOK);
  setLastLook(observer, word(TICK));
  if (enters != 0) addWord(ENTERED_TOTAL, entered);
  if (word(LEFT_COUNT) != 0) addWord(LEFT_TOTAL, word(LEFT_COUNT));
  if (incomplete) addWord(INCOMPLETE_TOTAL, 1);
  if (reset) addWord(RESETS_TOTAL, 1);
}

/** True when the step's frame slots are spent: the observer waits, and is told so. */
function isShort(observer: i32): bool {
  if (word(FRAMES_USED) + word(FRAME_BUDGET) <= FRAME_SLOTS) return false;
  addWord(FRAMES_SHORT_TOTAL, 1);
  keepTold(observer);
  setViewFlags(observer, FLAG_INCOMPLETE);
  return true;
}

function isObserver(row: i32): bool {
  return row != NONE && (flags(row) & OBSERVER) != 0;
}

/** Sees to it that no observer of a leaf has a mask that means another leaf's candidates. */
function settleMasks(node: i32): void {
  setNodeFresh(node, 0);
  for (let s = nodeLow(node); s < nodeHigh(node); s++) {
    const row = slotRow(s);
    if (!isObserver(row) || slot(row) != s) continue;
    if (maskAt(row) >= 0 && mask(maskAt(row) - MASK_HEAD) == node) continue;
    takeAlong(row);
    if (!hasMasks(node) || !layMask(row, node)) setMaskAt(row, -1);
  }
}

/** One look of an observer of the leaf whose candidates are gathered. */
function lookFrom(observer: i32, words: i32, own: i32): void {
  addWord(LOOKS_TOTAL, 1);
  const at = maskAt(observer);
  if (at >= 0) {
    look(observer, at, words, own);
  } else {
    look(observer, MASK_SPARE, word(CANDIDATE_WORDS), own);
    writeDown(observer, MASK_SPARE, word(CANDIDATE_WORDS));
  }
}

function hasObservers(node: i32): bool {
  for (let s = nodeLow(node); s < nodeHigh(node); s++) {
    if (isObserver(slotRow(s)) && slot(slotRow(s)) == s) return true;
  }
  return false;
}

/** The observers of a leaf share their candidates. */
function observeLeaf(node: i32): void {
  if (!hasObservers(node)) return;
  if (nodeFresh(node) != 0) settleMasks(node);
  gatherLeaf(node);
  const words = hasMasks(node) ? maskWords(node) : 0;
  const low = nodeLow(node);
  const isStirred = word(TRANSIT_COUNT) != 0 && hasMasks(node);
  if (isStirred) findShifts(node);
  for (let s = low; s < nodeHigh(node); s++) {
    const row = slotRow(s);
    if (!isObserver(row) || slot(row) != s) continue;
    const looks = isLooking(row) && !isShort(row);
    if (isStirred && isMaskOf(row, node)) shiftMask(row, node, looks);
    if (looks) lookFrom(row, words, word(CANDIDATE_OWN) + s - low);
    else if (!isLooking(row)) rest(row);
  }
  releaseCandidates();
}

/** An observer in a loose slot has candidates of its own. */
function observeLoose(s: i32): void {
  const row = slotRow(s);
  if (!isObserver(row) || slot(row) != s) return;
  takeAlong(row);
  setMaskAt(row, -1);
  if (!isLooking(row)) {
    rest(row);
    return;
  }
  if (isShort(row)) return;
  gatherAround(row);
  lookFrom(row, 0, word(CANDIDATE_OWN));
  releaseCandidates();
}

/** All observers' looks of one step. */
export function observeAll(): void {
  clearFrameCounts(word(ROW_END));
  addWord(LOOK_TURN, 1);
  setWord(FRAMES_USED, 0);
  setWord(PARITY, 1 - word(PARITY));
  setWord(PAIRS_USED, word(PARITY) * POOL_HALF);
  for (let node = 0; node < word(NODE_COUNT); node++) {
    if (isLeaf(node)) observeLeaf(node);
  }
  for (let s = word(SORTED); s < word(SLOT_END); s++) observeLoose(s);
  if (word(MASKS_SETTLED) < 0) setWord(MASKS_SETTLED, word(MASKS_USED));
}
