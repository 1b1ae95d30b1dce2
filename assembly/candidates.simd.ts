// Candidates in 128-bit SIMD: the same bytes as candidates.ts. WebAssembly only; the build puts it
// in candidates.ts's place.
import {
  CANDIDATE_LAYERS,
  CANDIDATE_MOVED,
  CANDIDATE_RECORD,
  CANDIDATE_ROW,
  CANDIDATE_WIRE,
  ELIGIBLE,
  SLOT_GONE,
  SLOT_LAYER,
  SLOT_MOVED,
  SLOT_ROW,
  SLOT_WIRE,
  STIRRED,
} from "./layout";

/** As candidates.ts; up to fifteen candidates behind the last are overwritten. */
export function copySlots(low: i32, high: i32, at: i32): void {
  let s: usize = low;
  let k: usize = at;
  for (const end: usize = high; s < end; s += 16) {
    const wire = s << 2;
    const toWire = k << 2;
    v128.store(toWire, v128.load(wire, SLOT_WIRE), CANDIDATE_WIRE);
    v128.store(toWire, v128.load(wire, SLOT_WIRE + 16), CANDIDATE_WIRE + 16);
    v128.store(toWire, v128.load(wire, SLOT_WIRE + 32), CANDIDATE_WIRE + 32);
    v128.store(toWire, v128.load(wire, SLOT_WIRE + 48), CANDIDATE_WIRE + 48);
    v128.store(k << 1, v128.load(s << 1, SLOT_ROW), CANDIDATE_ROW);
    v128.store(k << 1, v128.load(s << 1, SLOT_ROW + 16), CANDIDATE_ROW + 16);
    v128.store(k, v128.load(s, SLOT_LAYER), CANDIDATE_LAYERS);
    v128.store(k, v128.load(s, SLOT_MOVED), CANDIDATE_MOVED);
    k += 16;
  }
}

/** As candidates.ts; up to fifteen candidates behind the end are overwritten. */
export function fillUp(at: i32, end: i32): void {
  const nobody = i32x4.splat(-1);
  const none = i32x4.splat(0);
  for (let k: usize = at, stop: usize = end; k < stop; k += 16) {
    // NONE and NOBODY are all ones
    v128.store(k << 1, nobody, CANDIDATE_ROW);
    v128.store(k << 1, nobody, CANDIDATE_ROW + 16);
    v128.store(k, nobody, CANDIDATE_LAYERS);
    v128.store(k, none, CANDIDATE_MOVED);
  }
}

/** As candidates.ts. */
export function fillEligible(words: i32, layer: i32): void {
  const wanted = i8x16.splat(layer as i8);
  for (let k: usize = 0, end = (words as usize) << 5; k < end; k += 16) {
    const bits = i8x16.bitmask(i8x16.eq(v128.load(k, CANDIDATE_LAYERS), wanted));
    store<u16>(k >> 3, bits as u16, ELIGIBLE);
  }
}

/** As candidates.ts. */
export function fillStirred(words: i32): void {
  for (let k: usize = 0, end = (words as usize) << 5; k < end; k += 16) {
    store<u16>(k >> 3, i8x16.bitmask(v128.load(k, CANDIDATE_MOVED)) as u16, STIRRED);
  }
}

/** As candidates.ts. */
export function fillRecords(words: i32): void {
  const none = i32x4.splat(0);
  for (let k: usize = 0, end = (words as usize) << 5; k < end; k += 8) {
    const rows = v128.load(k << 1, CANDIDATE_ROW);
    const to = k << 3;
    const a = v128.load(k << 2, CANDIDATE_WIRE);
    const inA = beginnings(i16x8.shuffle(rows, none, 0, 8, 1, 9, 2, 10, 3, 11), a);
    const outA = i32x4.shr_u(a, 16);
    v128.store(to, i32x4.shuffle(inA, outA, 0, 4, 1, 5), CANDIDATE_RECORD);
    v128.store(to, i32x4.shuffle(inA, outA, 2, 6, 3, 7), CANDIDATE_RECORD + 16);
    const b = v128.load(k << 2, CANDIDATE_WIRE + 16);
    const inB = beginnings(i16x8.shuffle(rows, none, 4, 12, 5, 13, 6, 14, 7, 15), b);
    const outB = i32x4.shr_u(b, 16);
    v128.store(to, i32x4.shuffle(inB, outB, 0, 4, 1, 5), CANDIDATE_RECORD + 32);
    v128.store(to, i32x4.shuffle(inB, outB, 2, 6, 3, 7), CANDIDATE_RECORD + 48);
  }
}

/** As candidates.ts. */
export function goneBits(w: i32): i32 {
  const gone = i8x16.splat(SLOT_GONE as i8);
  const k = (w as usize) << 5;
  const low = i8x16.bitmask(i8x16.eq(v128.load(k, CANDIDATE_MOVED), gone));
  const high = i8x16.bitmask(i8x16.eq(v128.load(k, CANDIDATE_MOVED + 16), gone));
  return low | (high << 16);
}

// The first halves of four records: row and x. The others are y alone. The shuffles around them
// are those for which a processor has one instruction.
// @ts-ignore: decorators are asc's
@inline
function beginnings(rows: v128, wires: v128): v128 {
  return v128.or(rows, i32x4.shl(wires, 16));
}
