// Masks, a bit for each candidate, to lists of rows and back. The scalar spelling; masks.simd.ts
// leaves the same.
import { candidateRow, mask, putHalf, recalled, setMask, setRecalled } from "./columns";
import { ctz32 } from "./scalars";

/**
 * Lays the rows of a mask's candidates from a byte address on, two bytes each. Up to six bytes
 * behind the last may be overwritten.
 * @returns the address behind the last
 */
export function layRows(at: i32, words: i32, to: i32): i32 {
  let end = to;
  for (let w = 0; w < words; w++) {
    let bits = mask(at + w);
    while (bits != 0) {
      putHalf(end, candidateRow((w << 5) + ctz32(bits)));
      bits &= bits - 1;
      end += 2;
    }
  }
  return end;
}

/** Makes a mask of the bytes of RECALLED, and clears them. */
export function takeRecalled(at: i32, words: i32): void {
  for (let w = 0; w < words; w++) {
    let bits = 0;
    for (let b = 0; b < 32; b++) {
      const k = (w << 5) + b + 1;
      if (recalled(k) != 0) bits |= 1 << b;
      setRecalled(k, 0);
    }
    setMask(at + w, bits);
  }
}
