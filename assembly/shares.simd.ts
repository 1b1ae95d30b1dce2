// Shares of four rows at a time: the same words as shares.ts. WebAssembly only; the build puts it
// in shares.ts's place.
import { addWord } from "./columns";
import {
  BANK,
  BANK_TICK,
  BY_BANK,
  BY_BANK_TICK,
  BY_SEQUENCE,
  BY_X,
  BY_Y,
  FLAGS,
  LANE_B,
  LIVE,
  POS_X,
  POS_Y,
  ROW_HASH_A,
  ROW_HASH_B,
  ROW_REST_A,
  ROW_REST_B,
  SEQUENCE,
  SUM_A,
  SUM_B,
} from "./layout";

// mix32 of four words.
// @ts-ignore: decorators are asc's
@inline
function mix(words: v128): v128 {
  let h = words;
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 16)), i32x4.splat(-2048144789));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 13)), i32x4.splat(-1028477387));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

// @ts-ignore: decorators are asc's
@inline
function product(column: v128, multiplier: i32): v128 {
  return i32x4.mul(column, i32x4.splat(multiplier));
}

// @ts-ignore: decorators are asc's
@inline
function sumOf(words: v128): i32 {
  return (
    i32x4.extract_lane(words, 0) +
    i32x4.extract_lane(words, 1) +
    i32x4.extract_lane(words, 2) +
    i32x4.extract_lane(words, 3)
  );
}

// @ts-ignore: decorators are asc's
@inline
function sharesOf(at: usize, rest: v128, lane: i32): v128 {
  let h = i32x4.add(rest, product(v128.load(at, POS_X), BY_X + lane));
  h = i32x4.add(h, product(v128.load(at, POS_Y), BY_Y + lane));
  h = i32x4.add(h, product(v128.load(at, BANK), BY_BANK + lane));
  h = i32x4.add(h, product(v128.load(at, BANK_TICK), BY_BANK_TICK + lane));
  h = i32x4.add(h, product(v128.load(at, SEQUENCE), BY_SEQUENCE + lane));
  return mix(h);
}

/** As shares.ts; the shares of rows that did not change come out as they were. */
export function renewShares(first: i32, changed: i32): void {
  const one = i32x4.splat(LIVE);
  for (let row: usize = first, bits: u32 = changed; bits != 0; bits >>= 4, row += 4) {
    if ((bits & 15) == 0) continue;
    const at = row << 2;
    const flags = i32x4.extend_low_i16x8_u(
      i16x8.extend_low_i8x16_u(v128.load32_zero(row, FLAGS)),
    );
    const isLive = i32x4.eq(v128.and(flags, one), one);
    const a = v128.and(isLive, sharesOf(at, v128.load(at, ROW_REST_A), 0));
    const b = v128.and(isLive, sharesOf(at, v128.load(at, ROW_REST_B), LANE_B));
    addWord(SUM_A, sumOf(i32x4.sub(a, v128.load(at, ROW_HASH_A))));
    addWord(SUM_B, sumOf(i32x4.sub(b, v128.load(at, ROW_HASH_B))));
    v128.store(at, a, ROW_HASH_A);
    v128.store(at, b, ROW_HASH_B);
  }
}
