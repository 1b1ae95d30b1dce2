// Records of `moved` by words of 64 bits: the same bytes as records.ts. WebAssembly only; the build
// puts it in records.ts's place.
import { setWord, word } from "./columns";
import { CANDIDATE_RECORD, DUE_MASK, RECORD_WORD } from "./layout";

// The record of the lowest candidate of a word, and two bytes more.
// @ts-ignore: decorators are asc's
@inline
function first(records: usize, bits: u64): u64 {
  return load<u64>(records + ((ctz<u64>(bits) as usize) << 3), CANDIDATE_RECORD);
}

/** As records.ts. */
export function layRecords(at: i32, count: i32): i32 {
  let to: usize = at;
  let left: i32 = count;
  let w = (word(RECORD_WORD) as usize) << 2;
  let bits = load<u64>(w, DUE_MASK);
  while (true) {
    const n = popcnt<u64>(bits) as i32;
    // eight records behind the byte of the mask for each candidate in it
    const records = w << 6;
    if (n > left) {
      for (; left > 0; left--) {
        store<u64>(to, first(records, bits));
        bits &= bits - 1;
        to += 6;
      }
      break;
    }
    const next = to + (n as usize) * 6;
    // by fours: those beyond the last are overwritten by what follows
    while (bits != 0) {
      store<u64>(to, first(records, bits));
      bits &= bits - 1;
      store<u64>(to, first(records, bits), 6);
      bits &= bits - 1;
      store<u64>(to, first(records, bits), 12);
      bits &= bits - 1;
      store<u64>(to, first(records, bits), 18);
      bits &= bits - 1;
      to += 24;
    }
    to = next;
    left -= n;
    if (left == 0) break;
    w += 8;
    bits = load<u64>(w, DUE_MASK);
  }
  store<u64>(w, bits, DUE_MASK);
  setWord(RECORD_WORD, (w >> 2) as i32);
  return to as i32;
}
