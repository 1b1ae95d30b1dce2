// The state hash: a sum over rows and over the free list, each share changed as its part changes,
// so that a tick pays for what moved and not for the world. Two lanes of 32 bits.
//
// A share is a multilinear form (Carter and Wegman 1979; odd multipliers) over the row's words,
// finished by mix32. A sum needs no order, and taking a share out is a subtraction.
import {
  addWord,
  aoiRadius,
  bank,
  bankTick,
  component,
  flags,
  free,
  generation,
  kind,
  layer,
  maxSpeed,
  posX,
  posY,
  rowHashA,
  rowHashB,
  sequence,
  setRowHashA,
  setRowHashB,
  setWord,
  word,
} from "./columns";
import {
  COMPONENTS,
  FREE_HEAD,
  FREE_TAIL,
  HASH_HIGH,
  HASH_LOW,
  LIVE,
  NONE,
  ROW_END,
  STATE_WORDS,
  SUM_A,
  SUM_B,
} from "./layout";
import { mix32 } from "./mix";
import { mul32 } from "./scalars";

function rowShare(row: i32, seed: i32): i32 {
  let h = mul32(row | (generation(row) << 16), seed);
  h = (h + mul32(posX(row), -1640531535)) | 0;
  h = (h + mul32(posY(row), -2048144777)) | 0;
  h = (h + mul32(bank(row), -1028477379)) | 0;
  h = (h + mul32(bankTick(row), 668265263)) | 0;
  h = (h + mul32(sequence(row), 374761393)) | 0;
  h = (h ^ seed) | 0;
  h = (h + mul32(kind(row) | (flags(row) << 16) | (layer(row) << 24), -1150833019)) | 0;
  h = (h + mul32(maxSpeed(row), 2127912213)) | 0;
  h = (h + mul32(aoiRadius(row), -949894596 | 1)) | 0;
  for (let k = 0; k < COMPONENTS; k++) {
    h = (h + mul32(component(row * COMPONENTS + k), -373379135 + k * 131074)) | 0;
  }
  return mix32(h);
}

/** Brings the row's share of the sums up to date; call after any change of its state. */
export function rehash(row: i32): void {
  let a = 0;
  let b = 0;
  if ((flags(row) & LIVE) != 0) {
    a = rowShare(row, 1540483477);
    b = rowShare(row, -862048943);
  }
  addWord(SUM_A, (a - rowHashA(row)) | 0);
  addWord(SUM_B, (b - rowHashB(row)) | 0);
  setRowHashA(row, a);
  setRowHashB(row, b);
}

/**
 * Adds (sign 1) or takes out (-1) a place of the free list: its running number, its row and that
 * row's generation, by which the row will be named next.
 */
export function rehashFree(place: i32, sign: i32): void {
  const row = free(place & NONE);
  const words = mul32(place, -1640531535) ^ mul32(row | (generation(row) << 16), -2048144777);
  addWord(SUM_A, mul32(sign, mix32(words)));
  addWord(SUM_B, mul32(sign, mix32(words ^ -862048943)));
}

/** Hash of the state's words (rules, tick, sums): HASH_LOW and HASH_HIGH. */
export function finishHash(): void {
  let low = 1540483477;
  let high = -862048943;
  for (let k = 0; k < STATE_WORDS; k++) {
    const w = word(k);
    low = mix32(mul32(low, -2048144777) ^ w);
    high = mix32(mul32(high, -1028477379) ^ (w + k));
  }
  setWord(HASH_LOW, low);
  setWord(HASH_HIGH, high);
}

/** The sums made anew from the state alone: what the kept ones must equal. */
export function recomputeSums(): void {
  setWord(SUM_A, 0);
  setWord(SUM_B, 0);
  for (let row = 0; row < word(ROW_END); row++) {
    setRowHashA(row, 0);
    setRowHashB(row, 0);
    rehash(row);
  }
  for (let place = word(FREE_HEAD); place != word(FREE_TAIL); place = (place + 1) | 0) {
    rehashFree(place, 1);
  }
}
