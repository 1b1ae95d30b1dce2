// The intents of four rows side by side in 128-bit SIMD, where nothing about them is special: one
// for each row, new, covered by the bank, within the world. Otherwise they are judged one by one.
// WebAssembly only; the build puts it in the place of fours.ts.
import { addWord, word } from "./columns";
import { applyRow } from "./judge";
import {
  APPLIED_TOTAL,
  BANK,
  BANK_TICK,
  BURST_TICKS,
  DELTA_MAX,
  INTENT,
  INTENT_FIRST,
  INTENT_LAST,
  MAX_SPEED,
  MAX_X,
  MAX_Y,
  MIN_X,
  MIN_Y,
  MOVED,
  POS_X,
  POS_Y,
  SEQUENCE,
  SIGHT_SHIFT,
  TICK,
  WIRE,
} from "./layout";
import { update } from "./quadtree";

// Byte offset of a row's intent: four words.
// @ts-ignore: decorators are asc's
@inline
function offsetOf(index: i32): usize {
  return (index as usize) << 4;
}

// @ts-ignore: decorators are asc's
@inline
function clamp(v: v128, min: i32, max: i32): v128 {
  return i32x4.min_s(i32x4.max_s(v, i32x4.splat(min)), i32x4.splat(max));
}

// Roots of the first two lanes; the lowest bits of each are the nearest whole number.
// @ts-ignore: decorators are asc's
@inline
function roots(squares: v128): v128 {
  const exact = f64x2.sqrt(f64x2.convert_low_i32x4_s(squares));
  return f64x2.add(exact, f64x2.splat(4503599627370496.0));
}

// As ceilRoot of scalars.ts.
// @ts-ignore: decorators are asc's
@inline
function ceilRoots(squares: v128): v128 {
  const last = i32x4.shuffle(squares, squares, 2, 3, 2, 3);
  const nearest = i32x4.shuffle(roots(squares), roots(last), 0, 2, 4, 6);
  return i32x4.sub(nearest, i32x4.lt_s(i32x4.mul(nearest, nearest), squares));
}

// The bank of four rows brought to this tick.
// @ts-ignore: decorators are asc's
@inline
function settled(at: usize, tick: v128): v128 {
  const speed = v128.load(at, MAX_SPEED);
  const burst = i32x4.splat(word(BURST_TICKS));
  const full = i32x4.mul(speed, burst);
  const elapsed = i32x4.sub(tick, v128.load(at, BANK_TICK));
  const filled = i32x4.add(v128.load(at, BANK), i32x4.mul(speed, elapsed));
  return v128.bitselect(full, i32x4.min_s(filled, full), i32x4.ge_s(elapsed, burst));
}

// @ts-ignore: decorators are asc's
@inline
function storeWhere(which: v128, at: usize, value: v128, column: usize): void {
  v128.store(at + column, v128.bitselect(value, v128.load(at + column), which));
}

/** Applies them all at once. @returns false, and does nothing, where any of them is special */
function moveFour(first: i32, marked: i32): bool {
  const at = (first as usize) << 2;
  const firsts = v128.load(at, INTENT_FIRST);
  const a = v128.load(offsetOf(i32x4.extract_lane(firsts, 0)), INTENT);
  const b = v128.load(offsetOf(i32x4.extract_lane(firsts, 1)), INTENT);
  const c = v128.load(offsetOf(i32x4.extract_lane(firsts, 2)), INTENT);
  const d = v128.load(offsetOf(i32x4.extract_lane(firsts, 3)), INTENT);
  // handle, sequence, dx, dy of each, turned into columns
  const ab = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cd = i32x4.shuffle(c, d, 2, 6, 3, 7);
  const dx = i32x4.shuffle(ab, cd, 0, 1, 4, 5);
  const dy = i32x4.shuffle(ab, cd, 2, 3, 6, 7);
  const sequence = i32x4.shuffle(
    i32x4.shuffle(a, b, 0, 4, 1, 5),
    i32x4.shuffle(c, d, 0, 4, 1, 5),
    2,
    3,
    6,
    7,
  );

  const tick = i32x4.splat(word(TICK));
  const x = i32x4.add(v128.load(at, POS_X), dx);
  const y = i32x4.add(v128.load(at, POS_Y), dy);
  const cost = ceilRoots(i32x4.add(i32x4.mul(dx, dx), i32x4.mul(dy, dy)));
  const left = i32x4.sub(settled(at, tick), cost);
  let fine = i32x4.eq(firsts, v128.load(at, INTENT_LAST));
  fine = v128.and(fine, i32x4.gt_s(sequence, v128.load(at, SEQUENCE)));
  fine = v128.and(fine, i32x4.eq(dx, clamp(dx, -DELTA_MAX, DELTA_MAX)));
  fine = v128.and(fine, i32x4.eq(dy, clamp(dy, -DELTA_MAX, DELTA_MAX)));
  fine = v128.and(fine, i32x4.ge_s(left, i32x4.splat(0)));
  fine = v128.and(fine, i32x4.eq(x, clamp(x, word(MIN_X), word(MAX_X))));
  fine = v128.and(fine, i32x4.eq(y, clamp(y, word(MIN_Y), word(MAX_Y))));
  if ((i32x4.bitmask(fine) & marked) != marked) return false;

  const lanes = i32x4(1, 2, 4, 8);
  const which = i32x4.eq(v128.and(i32x4.splat(marked), lanes), lanes);
  storeWhere(which, at, left, BANK);
  storeWhere(which, at, tick, BANK_TICK);
  storeWhere(which, at, sequence, SEQUENCE);
  storeWhere(which, at, x, POS_X);
  storeWhere(which, at, y, POS_Y);
  const low = v128.and(i32x4.shr_s(x, SIGHT_SHIFT), i32x4.splat(65535));
  const wire = v128.or(low, i32x4.shl(i32x4.shr_s(y, SIGHT_SHIFT), 16));
  const moved = v128.and(which, i32x4.ne(wire, v128.load(at, WIRE)));
  storeWhere(moved, at, wire, WIRE);
  storeWhere(moved, at, tick, MOVED);
  addWord(APPLIED_TOTAL, popcnt<i32>(marked));
  for (let bits = i32x4.bitmask(moved); bits != 0; bits &= bits - 1) update(first + ctz<i32>(bits));
  return true;
}

/** As fours.ts. */
export function applyFour(first: i32, marked: i32): void {
  if (moveFour(first, marked)) return;
  for (let bits = marked; bits != 0; bits &= bits - 1) applyRow(first + ctz<i32>(bits));
}
