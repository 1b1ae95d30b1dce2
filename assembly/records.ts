// Records of `moved` into a frame: of each due candidate, the one that was made for all observers
// of its leaf. The scalar spelling; records.simd.ts leaves the same bytes.
import { dueMask, putRecord, setDueMask, setWord, word } from "./columns";
import { RECORD_WORD } from "./layout";
import { ctz32 } from "./scalars";

/**
 * Lays the next `count` of the candidates in DUE_MASK from a byte address on; RECORD_WORD says
 * where the next are. Up to 26 bytes behind the last may be overwritten.
 * @returns the address behind the last
 */
export function layRecords(at: i32, count: i32): i32 {
  const end = at + count * 6;
  let to = at;
  let w = word(RECORD_WORD);
  let bits = dueMask(w);
  while (to < end) {
    while (bits == 0) {
      w++;
      bits = dueMask(w);
    }
    putRecord(to, (w << 5) + ctz32(bits));
    bits &= bits - 1;
    to += 6;
  }
  setDueMask(w, bits);
  setWord(RECORD_WORD, w);
  return end;
}
