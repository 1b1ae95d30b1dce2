// The distance test in 128-bit SIMD: the same words as scan.ts, 64 candidates at a time.
// WebAssembly only; the build puts it in scan.ts's place.
//
// Each candidate is one 32-bit word (x, y as i16). i16x8.sub takes the differences mod 2^16,
// i32x4.dot_i16x8_s squares and adds them; compares give lanes of all ones, two steps of narrowing
// make bytes of them, and bitmask makes bits of those.
//
// Two things here are for V8. Every sixteen bits are stored as soon as they are known: otherwise
// all 64 distances are made before the first comparison, there are 16 registers, and a third of
// the loop moves vectors to the stack and back. And the two loops are written out: as one with a
// flag they came out as one loop that asks for the flag at every load.
import { setWord, word } from "./columns";
import {
  CANDIDATE_WIRE,
  CANDIDATE_WORDS,
  CENTRE,
  CHANGED,
  CHANGED_ANY,
  DUE_COUNT,
  DUE_MASK,
  ELIGIBLE,
  MASKS,
  SEEN_COUNT,
  STIRRED,
} from "./layout";

// Squared distances of four candidates.
// @ts-ignore: decorators are asc's
@inline
function near(there: v128, here: v128): v128 {
  const d = i16x8.sub(there, here);
  return i32x4.dot_i16x8_s(d, d);
}

// The same where a difference may not fit 16 bits: it saturates, and is then beyond any radius;
// -32,768 is kept out, for twice its square is negative.
// @ts-ignore: decorators are asc's
@inline
function far(there: v128, here: v128, centre: v128): v128 {
  const d = i16x8.max_s(i16x8.sub_sat_s(i16x8.sub(there, centre), here), i16x8.splat(-32767));
  return i32x4.dot_i16x8_s(d, d);
}

// Sixteen lanes below a limit as sixteen bits.
// @ts-ignore: decorators are asc's
@inline
function below(limit: v128, a: v128, b: v128, c: v128, d: v128): u64 {
  return i8x16.bitmask(
    i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(i32x4.gt_s(limit, a), i32x4.gt_s(limit, b)),
      i16x8.narrow_i32x4_s(i32x4.gt_s(limit, c), i32x4.gt_s(limit, d)),
    ),
  ) as u32 as u64;
}

// Of sixteen candidates those seen now: near enough to enter, or told and near enough to stay.
// @ts-ignore: decorators are asc's
@inline
function seenOf(a: v128, b: v128, c: v128, d: v128, enter: v128, leave: v128, told: u64): u64 {
  return below(enter, a, b, c, d) | (told & below(leave, a, b, c, d));
}

function scanNear(at: i32, wire: i32, enter2: i32, leave2: i32): void {
  const here = i32x4.splat(wire);
  const enter = i32x4.splat(enter2 + 1);
  const leave = i32x4.splat(leave2 + 1);
  const end = (word(CANDIDATE_WORDS) as usize) << 2;
  const mask: usize = (at as usize) << 2;
  let seen: u64 = 0;
  let dues: u64 = 0;
  let any: u64 = 0;
  for (let w: usize = 0; w < end; w += 8) {
    const k = w << 5;
    const told = load<u64>(mask + w, MASKS);
    const may = load<u64>(w, ELIGIBLE);
    const a0 = near(v128.load(k, CANDIDATE_WIRE), here);
    const b0 = near(v128.load(k, CANDIDATE_WIRE + 16), here);
    const c0 = near(v128.load(k, CANDIDATE_WIRE + 32), here);
    const d0 = near(v128.load(k, CANDIDATE_WIRE + 48), here);
    const s0 = seenOf(a0, b0, c0, d0, enter, leave, told) & may;
    store<u16>(mask + w, s0 as u16, MASKS);
    const a1 = near(v128.load(k, CANDIDATE_WIRE + 64), here);
    const b1 = near(v128.load(k, CANDIDATE_WIRE + 80), here);
    const c1 = near(v128.load(k, CANDIDATE_WIRE + 96), here);
    const d1 = near(v128.load(k, CANDIDATE_WIRE + 112), here);
    const s1 = seenOf(a1, b1, c1, d1, enter, leave, told >> 16) & (may >> 16);
    store<u16>(mask + w, s1 as u16, MASKS + 2);
    const a2 = near(v128.load(k, CANDIDATE_WIRE + 128), here);
    const b2 = near(v128.load(k, CANDIDATE_WIRE + 144), here);
    const c2 = near(v128.load(k, CANDIDATE_WIRE + 160), here);
    const d2 = near(v128.load(k, CANDIDATE_WIRE + 176), here);
    const s2 = seenOf(a2, b2, c2, d2, enter, leave, told >> 32) & (may >> 32);
    store<u16>(mask + w, s2 as u16, MASKS + 4);
    const a3 = near(v128.load(k, CANDIDATE_WIRE + 192), here);
    const b3 = near(v128.load(k, CANDIDATE_WIRE + 208), here);
    const c3 = near(v128.load(k, CANDIDATE_WIRE + 224), here);
    const d3 = near(v128.load(k, CANDIDATE_WIRE + 240), here);
    const s3 = seenOf(a3, b3, c3, d3, enter, leave, told >> 48) & (may >> 48);
    store<u16>(mask + w, s3 as u16, MASKS + 6);
    const bits = s0 | (s1 << 16) | (s2 << 32) | (s3 << 48);
    const due = bits & told & load<u64>(w, STIRRED);
    store<u64>(w, bits ^ told, CHANGED);
    store<u64>(w, due, DUE_MASK);
    seen += popcnt<u64>(bits);
    dues += popcnt<u64>(due);
    any |= bits ^ told;
  }
  setWord(SEEN_COUNT, seen as i32);
  setWord(DUE_COUNT, dues as i32);
  setWord(CHANGED_ANY, (any as i32) | ((any >> 32) as i32));
}

function scanWide(at: i32, wire: i32, enter2: i32, leave2: i32): void {
  const centre = i32x4.splat(word(CENTRE));
  const here = i16x8.sub(i32x4.splat(wire), centre);
  const enter = i32x4.splat(enter2 + 1);
  const leave = i32x4.splat(leave2 + 1);
  const end = (word(CANDIDATE_WORDS) as usize) << 2;
  const mask: usize = (at as usize) << 2;
  let seen: u64 = 0;
  let dues: u64 = 0;
  let any: u64 = 0;
  for (let w: usize = 0; w < end; w += 8) {
    const k = w << 5;
    const told = load<u64>(mask + w, MASKS);
    const may = load<u64>(w, ELIGIBLE);
    const a0 = far(v128.load(k, CANDIDATE_WIRE), here, centre);
    const b0 = far(v128.load(k, CANDIDATE_WIRE + 16), here, centre);
    const c0 = far(v128.load(k, CANDIDATE_WIRE + 32), here, centre);
    const d0 = far(v128.load(k, CANDIDATE_WIRE + 48), here, centre);
    const s0 = seenOf(a0, b0, c0, d0, enter, leave, told) & may;
    store<u16>(mask + w, s0 as u16, MASKS);
    const a1 = far(v128.load(k, CANDIDATE_WIRE + 64), here, centre);
    const b1 = far(v128.load(k, CANDIDATE_WIRE + 80), here, centre);
    const c1 = far(v128.load(k, CANDIDATE_WIRE + 96), here, centre);
    const d1 = far(v128.load(k, CANDIDATE_WIRE + 112), here, centre);
    const s1 = seenOf(a1, b1, c1, d1, enter, leave, told >> 16) & (may >> 16);
    store<u16>(mask + w, s1 as u16, MASKS + 2);
    const a2 = far(v128.load(k, CANDIDATE_WIRE + 128), here, centre);
    const b2 = far(v128.load(k, CANDIDATE_WIRE + 144), here, centre);
    const c2 = far(v128.load(k, CANDIDATE_WIRE + 160), here, centre);
    const d2 = far(v128.load(k, CANDIDATE_WIRE + 176), here, centre);
    const s2 = seenOf(a2, b2, c2, d2, enter, leave, told >> 32) & (may >> 32);
    store<u16>(mask + w, s2 as u16, MASKS + 4);
    const a3 = far(v128.load(k, CANDIDATE_WIRE + 192), here, centre);
    const b3 = far(v128.load(k, CANDIDATE_WIRE + 208), here, centre);
    const c3 = far(v128.load(k, CANDIDATE_WIRE + 224), here, centre);
    const d3 = far(v128.load(k, CANDIDATE_WIRE + 240), here, centre);
    const s3 = seenOf(a3, b3, c3, d3, enter, leave, told >> 48) & (may >> 48);
    store<u16>(mask + w, s3 as u16, MASKS + 6);
    const bits = s0 | (s1 << 16) | (s2 << 32) | (s3 << 48);
    const due = bits & told & load<u64>(w, STIRRED);
    store<u64>(w, bits ^ told, CHANGED);
    store<u64>(w, due, DUE_MASK);
    seen += popcnt<u64>(bits);
    dues += popcnt<u64>(due);
    any |= bits ^ told;
  }
  setWord(SEEN_COUNT, seen as i32);
  setWord(DUE_COUNT, dues as i32);
  setWord(CHANGED_ANY, (any as i32) | ((any >> 32) as i32));
}

/** As scan.ts. */
export function scan(at: i32, wire: i32, enter2: i32, leave2: i32, isWide: bool): void {
  if (isWide) scanWide(at, wire, enter2, leave2);
  else scanNear(at, wire, enter2, leave2);
}
