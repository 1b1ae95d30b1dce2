// Movement intents of one step: a log in order of arrival, applied in (row, sequence) order.
// Whoever sends twice in a tick has both applied, one after the other, not summed.
import {
  addWord,
  bank,
  bankTick,
  correction,
  intent,
  intentFirst,
  intentLast,
  intentNext,
  marks,
  maxSpeed,
  posX,
  posY,
  sequence,
  setBank,
  setBankTick,
  setCorrection,
  setIntentFirst,
  setIntentLast,
  setIntentNext,
  setMarks,
  setSequence,
  setVerdict,
  setWord,
  word,
} from "./columns";
import { isLive, place } from "./entities";
import { touch } from "./hash";
import {
  APPLIED_TOTAL,
  BURST_TICKS,
  CLIPPED,
  CLIPPED_TOTAL,
  CORRECTED,
  CORRECTION_COUNT,
  GONE_TOTAL,
  INTENTS_PER_ROW,
  INTENT_COUNT,
  INTENT_WORDS,
  NONE,
  OVER_BANK,
  OVER_BANK_TOTAL,
  OVER_RATE,
  OVER_RATE_TOTAL,
  ROW_END,
  STALE,
  STALE_TOTAL,
  TICK,
} from "./layout";
import { clampDelta, moveLength, refilledBank } from "./motion";
import { update } from "./quadtree";
import { ctz32 } from "./scalars";

function sequenceOf(i: i32): i32 {
  return intent(i * INTENT_WORDS + 1);
}

/** Links intent i into its row's chain, ascending by sequence; equal ones in order of arrival. */
function link(row: i32, i: i32): void {
  setIntentNext(i, -1);
  if ((marks(row >> 5) & (1 << (row & 31))) == 0) {
    setMarks(row >> 5, marks(row >> 5) | (1 << (row & 31)));
    setIntentFirst(row, i);
    setIntentLast(row, i);
    return;
  }
  const last = intentLast(row);
  const seq = sequenceOf(i);
  if (seq >= sequenceOf(last)) {
    setIntentNext(last, i);
    setIntentLast(row, i);
    return;
  }
  let before = -1;
  let at = intentFirst(row);
  while (sequenceOf(at) <= seq) {
    before = at;
    at = intentNext(at);
  }
  setIntentNext(i, at);
  if (before < 0) setIntentFirst(row, i);
  else setIntentNext(before, i);
}

/** The bank brought to this tick. */
function settleBank(row: i32): void {
  const tick = word(TICK);
  const elapsed = tick - bankTick(row);
  setBank(row, refilledBank(bank(row), maxSpeed(row), word(BURST_TICKS), elapsed));
  setBankTick(row, tick);
}

/** Judges one intent of a settled row and applies it. @returns its verdict, 0 = as asked */
function applyIntent(row: i32, dx: i32, dy: i32): i32 {
  const x = clampDelta(dx);
  const y = clampDelta(dy);
  const length = moveLength(x, y);
  if (length > bank(row)) {
    addWord(OVER_BANK_TOTAL, 1);
    return OVER_BANK;
  }
  setBank(row, bank(row) - length);
  const toX = posX(row) + x;
  const toY = posY(row) + y;
  if (length > 0) {
    place(row, toX, toY);
    update(row);
  }
  addWord(APPLIED_TOTAL, 1);
  if (posX(row) == toX && posY(row) == toY && x == dx && y == dy) return 0;
  addWord(CLIPPED_TOTAL, 1);
  return CLIPPED;
}

function applyRow(row: i32): void {
  settleBank(row);
  let bits = 0;
  let taken = 0;
  for (let i = intentFirst(row); i >= 0; i = intentNext(i)) {
    const seq = sequenceOf(i);
    if (seq <= sequence(row)) {
      bits |= STALE;
      addWord(STALE_TOTAL, 1);
      continue;
    }
    setSequence(row, seq);
    taken++;
    if (taken > INTENTS_PER_ROW) {
      bits |= OVER_RATE;
      addWord(OVER_RATE_TOTAL, 1);
    } else {
      bits |= applyIntent(row, intent(i * INTENT_WORDS + 2), intent(i * INTENT_WORDS + 3));
    }
  }
  touch(row);
  if ((bits & CORRECTED) != 0) {
    setVerdict(row, bits);
    const n = word(CORRECTION_COUNT);
    setCorrection(n, row);
    setWord(CORRECTION_COUNT, n + 1);
  }
}

/** Forgets the verdicts of the step before. */
export function clearVerdicts(): void {
  const n = word(CORRECTION_COUNT);
  for (let i = 0; i < n; i++) setVerdict(correction(i), 0);
  setWord(CORRECTION_COUNT, 0);
}

/** Applies the step's intents; those of dead handles are counted and dropped. */
export function applyIntents(): void {
  const n = word(INTENT_COUNT);
  for (let i = 0; i < n; i++) {
    const handle = intent(i * INTENT_WORDS);
    if (isLive(handle)) link(handle & NONE, i);
    else addWord(GONE_TOTAL, 1);
  }
  const words = (word(ROW_END) + 31) >> 5;
  for (let w = 0; w < words; w++) {
    let bits = marks(w);
    setMarks(w, 0);
    while (bits != 0) {
      applyRow((w << 5) + ctz32(bits));
      bits &= bits - 1;
    }
  }
  setWord(INTENT_COUNT, 0);
}
