// Masks by words of 64 bits: the same as masks.ts. WebAssembly only; the build puts it in the place
// of masks.ts.
import { CANDIDATE_ROW, MASKS, RECALLED } from "./layout";

// The row of the lowest candidate of a word.
// @ts-ignore: decorators are asc's
@inline
function first(rows: usize, bits: u64): u16 {
  return load<u16>(rows + ((ctz<u64>(bits) as usize) << 1), CANDIDATE_ROW);
}

/** As masks.ts; `words` is even. */
export function layRows(at: i32, words: i32, to: i32): i32 {
  const mask = (at as usize) << 2;
  const size = (words as usize) << 2;
  let end: usize = to;
  for (let w: usize = 0; w < size; w += 8) {
    let bits = load<u64>(mask + w, MASKS);
    const next = end + ((popcnt<u64>(bits) as usize) << 1);
    // two bytes for each of the eight candidates in a byte of the mask
    const rows = w << 4;
    // by fours: those beyond the last are overwritten by what follows
    while (bits != 0) {
      store<u16>(end, first(rows, bits));
      bits &= bits - 1;
      store<u16>(end, first(rows, bits), 2);
      bits &= bits - 1;
      store<u16>(end, first(rows, bits), 4);
      bits &= bits - 1;
      store<u16>(end, first(rows, bits), 6);
      bits &= bits - 1;
      end += 8;
    }
    end = next;
  }
  return end as i32;
}

/** As masks.ts. */
export function takeRecalled(at: i32, words: i32): void {
  const none = i32x4.splat(0);
  const to = (at as usize) << 2;
  for (let k: usize = 0, end = (words as usize) << 5; k < end; k += 16) {
    store<u16>(to + (k >> 3), i8x16.bitmask(v128.load(k, RECALLED + 1)) as u16, MASKS);
    v128.store(k, none, RECALLED + 1);
  }
}
