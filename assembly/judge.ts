// The intents of one row: which of them are applied, what its bank is left with, what its client
// must be told.
import {
  addWord,
  bank,
  bankTick,
  intent,
  intentFirst,
  intentNext,
  maxSpeed,
  posX,
  posY,
  sequence,
  setBank,
  setBankTick,
  setCorrection,
  setSequence,
  setVerdict,
  setWord,
  word,
} from "./columns";
import { place } from "./entities";
import {
  APPLIED_TOTAL,
  BURST_TICKS,
  CLIPPED,
  CLIPPED_TOTAL,
  CORRECTED,
  CORRECTION_COUNT,
  INTENTS_PER_ROW,
  INTENT_WORDS,
  OVER_BANK,
  OVER_BANK_TOTAL,
  OVER_RATE,
  OVER_RATE_TOTAL,
  STALE,
  STALE_TOTAL,
  TICK,
} from "./layout";
import { applyMove, clampDelta, refilledBank } from "./motion";
import { update } from "./quadtree";

/** The bank brought to this tick. */
export function settleBank(row: i32): void {
  const tick = word(TICK);
  const elapsed = tick - bankTick(row);
  setBank(row, refilledBank(bank(row), maxSpeed(row), word(BURST_TICKS), elapsed));
  setBankTick(row, tick);
}

/** Judges one intent of a settled row and applies it. @returns its verdict, 0 = as asked */
function applyIntent(row: i32, dx: i32, dy: i32): i32 {
  const x = clampDelta(dx);
  const y = clampDelta(dy);
  const left = applyMove(bank(row), x, y);
  if (left < 0) {
    addWord(OVER_BANK_TOTAL, 1);
    return OVER_BANK;
  }
  setBank(row, left);
  const toX = posX(row) + x;
  const toY = posY(row) + y;
  if (x != 0 || y != 0) {
    place(row, toX, toY);
    update(row);
  }
  addWord(APPLIED_TOTAL, 1);
  if (posX(row) == toX && posY(row) == toY && x == dx && y == dy) return 0;
  addWord(CLIPPED_TOTAL, 1);
  return CLIPPED;
}

/** Judges a row's chain of intents, one after the other, and applies what may be. */
export function applyRow(row: i32): void {
  settleBank(row);
  let bits = 0;
  let taken = 0;
  for (let i = intentFirst(row); i >= 0; i = intentNext(i)) {
    const seq = intent(i * INTENT_WORDS + 1);
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
  if ((bits & CORRECTED) != 0) {
    setVerdict(row, bits);
    const n = word(CORRECTION_COUNT);
    setCorrection(n, row);
    setWord(CORRECTION_COUNT, n + 1);
  }
}
