// The distance test in 128-bit SIMD: the same words as scan.ts, 64 candidates at a time.
// WebAssembly only; the build puts it in scan.ts's place.
//
// Each candidate is one 32-bit word (x, y as i16). i16x8.sub takes the differences mod 2^16,
// i32x4.dot_i16x8_s squares and adds them; compares give lanes of all ones, two steps of narrowing
// make bytes of them, and bitmask makes bits of those.
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

// Squared distances of four candidates. Where a difference may not fit 16 bits it saturates, and is
// then beyond any radius; -32,768 is kept out, for twice its square is negative.
// @ts-ignore: decorators are asc's
@inline
function distances(at: usize, here: v128, centre: v128, isWide: bool): v128 {
  const there = v128.load(at, CANDIDATE_WIRE);
  const d = isWide
    ? i16x8.max_s(i16x8.sub_sat_s(i16x8.sub(there, centre), here), i16x8.splat(-32767))
    : i16x8.sub(there, here);
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
  ) as u64;
}

// @ts-ignore: decorators are asc's
@inline
function scanAll(at: i32, wire: i32, enter2: i32, leave2: i32, isWide: bool): void {
  const centre = i32x4.splat(word(CENTRE));
  const here = isWide ? i16x8.sub(i32x4.splat(wire), centre) : i32x4.splat(wire);
  const enter = i32x4.splat(enter2 + 1);
  const leave = i32x4.splat(leave2 + 1);
  const end = (word(CANDIDATE_WORDS) as usize) << 2;
  const mask: usize = (at as usize) << 2;
  let seen: u64 = 0;
  let dues: u64 = 0;
  let any: u64 = 0;
  for (let w: usize = 0; w < end; w += 8) {
    const k = w << 5;
    const a0 = distances(k, here, centre, isWide);
    const b0 = distances(k + 16, here, centre, isWide);
    const c0 = distances(k + 32, here, centre, isWide);
    const d0 = distances(k + 48, here, centre, isWide);
    const a1 = distances(k + 64, here, centre, isWide);
    const b1 = distances(k + 80, here, centre, isWide);
    const c1 = distances(k + 96, here, centre, isWide);
    const d1 = distances(k + 112, here, centre, isWide);
    const a2 = distances(k + 128, here, centre, isWide);
    const b2 = distances(k + 144, here, centre, isWide);
    const c2 = distances(k + 160, here, centre, isWide);
    const d2 = distances(k + 176, here, centre, isWide);
    const a3 = distances(k + 192, here, centre, isWide);
    const b3 = distances(k + 208, here, centre, isWide);
    const c3 = distances(k + 224, here, centre, isWide);
    const d3 = distances(k + 240, here, centre, isWide);
    const inside =
      below(enter, a0, b0, c0, d0) |
      (below(enter, a1, b1, c1, d1) << 16) |
      (below(enter, a2, b2, c2, d2) << 32) |
      (below(enter, a3, b3, c3, d3) << 48);
    const within =
      below(leave, a0, b0, c0, d0) |
      (below(leave, a1, b1, c1, d1) << 16) |
      (below(leave, a2, b2, c2, d2) << 32) |
      (below(leave, a3, b3, c3, d3) << 48);
    const told = load<u64>(mask + w, MASKS);
    const bits = (inside | (told & within)) & load<u64>(w, ELIGIBLE);
    const due = bits & told & load<u64>(w, STIRRED);
    store<u64>(mask + w, bits, MASKS);
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
  if (isWide) scanAll(at, wire, enter2, leave2, true);
  else scanAll(at, wire, enter2, leave2, false);
}
