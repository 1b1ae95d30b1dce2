// The intents of four rows side by side. The scalar spelling takes them one by one; fours.simd.ts
// leaves the same.
import { applyRow } from "./judge";
import { ctz32 } from "./scalars";

/**
 * Applies the intents of those of four rows that have any.
 * @param first row, a multiple of 4
 * @param marked bits of the rows that have intents, not 0
 */
export function applyFour(first: i32, marked: i32): void {
  for (let bits = marked; bits != 0; bits &= bits - 1) applyRow(first + ctz32(bits));
}
