// Movement intents of one step: a log in order of arrival, applied in (row, sequence) order.
// Whoever sends twice in a tick has both applied, one after the other, not summed.
import {
  addWord,
  correction,
  intent,
  intentFirst,
  intentLast,
  intentNext,
  marks,
  setIntentFirst,
  setIntentLast,
  setIntentNext,
  setMarks,
  setTouched,
  setVerdict,
  setWord,
  touched,
  word,
} from "./columns";
import { isLive } from "./entities";
import { applyFour } from "./fours";
import { CORRECTION_COUNT, GONE_TOTAL, INTENT_COUNT, INTENT_WORDS, NONE, ROW_END } from "./layout";

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
    const bits = marks(w);
    if (bits == 0) continue;
    setMarks(w, 0);
    setTouched(w, touched(w) | bits);
    for (let k = 0; k < 32; k += 4) {
      const marked = (bits >> k) & 15;
      if (marked != 0) applyFour((w << 5) + k, marked);
    }
  }
  setWord(INTENT_COUNT, 0);
}
