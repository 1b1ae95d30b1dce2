// The distance test, the innermost loop: an observer against its candidates, with what it was told
// of before. The scalar spelling; scan.simd.ts leaves the same words.
import {
  candidateWire,
  eligible,
  mask,
  setChanged,
  setDueMask,
  setMask,
  setWord,
  stirred,
  word,
} from "./columns";
import { CANDIDATE_WORDS, CENTRE, CHANGED_ANY, DUE_COUNT, SEEN_COUNT } from "./layout";
import { mul32, popcnt32, shr32 } from "./scalars";

/** 1 where v is negative, else 0: a comparison without a branch, which nobody could predict. */
function signOf(v: i32): i32 {
  return shr32(v, 31);
}

/** One word: bits of the candidates within the enter radius, and of those told within the other. */
function findNear(from: i32, wire: i32, enter2: i32, leave2: i32, told: i32): i32 {
  const wireY = wire >> 16;
  let inside = 0;
  let within = 0;
  for (let b = 0; b < 32; b++) {
    const w = candidateWire(from + b);
    const dx = ((w - wire) << 16) >> 16;
    const dy = (((w >> 16) - wireY) << 16) >> 16;
    const beyond = (mul32(dx, dx) + mul32(dy, dy) - 1) | 0;
    inside |= signOf((beyond - enter2) | 0) << b;
    within |= signOf((beyond - leave2) | 0) << b;
  }
  return inside | (told & within);
}

/** The same where candidates may be further off than 16 bits of difference say. */
function findWide(from: i32, wire: i32, enter2: i32, leave2: i32, told: i32): i32 {
  const centre = word(CENTRE);
  const x = ((wire - centre) << 16) >> 16;
  const y = (((wire >> 16) - (centre >> 16)) << 16) >> 16;
  let inside = 0;
  let within = 0;
  for (let b = 0; b < 32; b++) {
    const w = candidateWire(from + b);
    const dx = (((w - centre) << 16) >> 16) - x;
    const dy = ((((w >> 16) - (centre >> 16)) << 16) >> 16) - y;
    if (dx > 32767 || dx < -32767 || dy > 32767 || dy < -32767) continue;
    const beyond = (mul32(dx, dx) + mul32(dy, dy) - 1) | 0;
    inside |= signOf((beyond - enter2) | 0) << b;
    within |= signOf((beyond - leave2) | 0) << b;
  }
  return inside | (told & within);
}

/**
 * Brings an observer's mask up to date over all candidates: a bit for each that is within the enter
 * radius, or was told and is within the leave radius. Notes in CHANGED what became another, in
 * DUE_MASK who stayed and moved, and how many are seen and due.
 * @param at the mask, in words of 32 bits
 * @param wire the observer's place as on the wire
 * @param enter2 squares of the radii, sight units
 * @param isWide whether candidates lie all over the world, and not within 1,024 units
 */
export function scan(at: i32, wire: i32, enter2: i32, leave2: i32, isWide: bool): void {
  const words = word(CANDIDATE_WORDS);
  let seen = 0;
  let dues = 0;
  let any = 0;
  for (let w = 0; w < words; w++) {
    const told = mask(at + w);
    const found = isWide
      ? findWide(w << 5, wire, enter2, leave2, told)
      : findNear(w << 5, wire, enter2, leave2, told);
    const bits = found & eligible(w);
    const due = bits & told & stirred(w);
    setMask(at + w, bits);
    setChanged(w, bits ^ told);
    setDueMask(w, due);
    seen += popcnt32(bits);
    dues += popcnt32(due);
    any |= bits ^ told;
  }
  setWord(SEEN_COUNT, seen);
  setWord(DUE_COUNT, dues);
  setWord(CHANGED_ANY, any);
}
