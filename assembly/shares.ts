// Shares of rows in the state hash: multilinear forms (Carter and Wegman 1979; odd multipliers)
// over the words of their state, finished by mix32. The scalar spelling; shares.simd.ts leaves the
// same.
import {
  addWord,
  bank,
  bankTick,
  flags,
  posX,
  posY,
  rowHashA,
  rowHashB,
  rowRestA,
  rowRestB,
  sequence,
  setRowHashA,
  setRowHashB,
} from "./columns";
import {
  BY_BANK,
  BY_BANK_TICK,
  BY_SEQUENCE,
  BY_X,
  BY_Y,
  LANE_B,
  LIVE,
  SUM_A,
  SUM_B,
} from "./layout";
import { mix32 } from "./mix";
import { ctz32, mul32 } from "./scalars";

/** A live row's share in the lane whose multipliers are `lane` more than those of the first. */
function shareOf(row: i32, rest: i32, lane: i32): i32 {
  let h = rest;
  h = (h + mul32(posX(row), BY_X + lane)) | 0;
  h = (h + mul32(posY(row), BY_Y + lane)) | 0;
  h = (h + mul32(bank(row), BY_BANK + lane)) | 0;
  h = (h + mul32(bankTick(row), BY_BANK_TICK + lane)) | 0;
  h = (h + mul32(sequence(row), BY_SEQUENCE + lane)) | 0;
  return mix32(h);
}

/** Brings the shares of 32 rows up to date, of which those whose bit is set have changed. */
export function renewShares(first: i32, changed: i32): void {
  let bits = changed;
  while (bits != 0) {
    const row = first + ctz32(bits);
    bits &= bits - 1;
    let a = 0;
    let b = 0;
    if ((flags(row) & LIVE) != 0) {
      a = shareOf(row, rowRestA(row), 0);
      b = shareOf(row, rowRestB(row), LANE_B);
    }
    addWord(SUM_A, (a - rowHashA(row)) | 0);
    addWord(SUM_B, (b - rowHashB(row)) | 0);
    setRowHashA(row, a);
    setRowHashB(row, b);
  }
}
