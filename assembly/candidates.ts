// Candidates: what a leaf's observers are tested against, copied side by side once for all of them,
// with a bit each for "may be seen" and "moved". The scalar spelling; candidates.simd.ts is the
// other, and both leave the same bytes.
import {
  candidateLayer,
  candidateMoved,
  candidateRow,
  candidateWire,
  setCandidateLayer,
  setCandidateMoved,
  setCandidateRecord,
  setCandidateRow,
  setCandidateWire,
  setEligible,
  setStirred,
  slotLayer,
  slotMoved,
  slotRow,
  slotWire,
} from "./columns";
import { NOBODY, NONE, SLOT_GONE, SLOT_STIRRED } from "./layout";

/** Copies slots [low, high) to the candidates from `at` on. */
export function copySlots(low: i32, high: i32, at: i32): void {
  for (let s = low; s < high; s++) {
    const k = at + s - low;
    setCandidateWire(k, slotWire(s));
    setCandidateRow(k, slotRow(s));
    setCandidateLayer(k, slotLayer(s));
    setCandidateMoved(k, slotMoved(s));
  }
}

/** Nobody stands in candidates [at, end), which fill up a word of 64. */
export function fillUp(at: i32, end: i32): void {
  for (let k = at; k < end; k++) {
    setCandidateRow(k, NONE);
    setCandidateLayer(k, NOBODY);
    setCandidateMoved(k, 0);
  }
}

/** Marks in ELIGIBLE the candidates on a layer. @param words of 32 candidates */
export function fillEligible(words: i32, layer: i32): void {
  for (let w = 0; w < words; w++) {
    let bits = 0;
    for (let b = 0; b < 32; b++) {
      if (candidateLayer((w << 5) + b) == layer) bits |= 1 << b;
    }
    setEligible(w, bits);
  }
}

/** Marks in STIRRED the candidates that moved in this step. */
export function fillStirred(words: i32): void {
  for (let w = 0; w < words; w++) {
    let bits = 0;
    for (let b = 0; b < 32; b++) {
      if (candidateMoved((w << 5) + b) == SLOT_STIRRED) bits |= 1 << b;
    }
    setStirred(w, bits);
  }
}

/** Lays the candidates' records, as frames take them. */
export function fillRecords(words: i32): void {
  for (let k = 0; k < words << 5; k++) {
    setCandidateRecord(k, candidateRow(k), candidateWire(k));
  }
}

/** Those of a word of candidates who left their slot in this step. */
export function goneBits(w: i32): i32 {
  let bits = 0;
  for (let b = 0; b < 32; b++) {
    if (candidateMoved((w << 5) + b) == SLOT_GONE) bits |= 1 << b;
  }
  return bits;
}
