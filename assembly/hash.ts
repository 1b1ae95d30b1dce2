// The state hash: a sum over rows and over the free list, each share changed as its part changes,
// so that a tick pays for what moved and not for the world. Two lanes of 32 bits.
//
// A row's share is made in shares.ts. A sum needs no order; taking a share out is a subtraction.
import {
  addWord,
  aoiRadius,
  component,
  flags,
  free,
  generation,
  kind,
  layer,
  maxSpeed,
  setRowHashA,
  setRowHashB,
  setRowRestA,
  setRowRestB,
  setTouched,
  setWord,
  touched,
  word,
} from "./columns";
import {
  COMPONENTS,
  FREE_HEAD,
  FREE_TAIL,
  HASH_HIGH,
  HASH_LOW,
  LANE_B,
  NONE,
  ROW_END,
  STATE_WORDS,
  SUM_A,
  SUM_B,
} from "./layout";
import { mix32 } from "./mix";
import { mul32 } from "./scalars";
import { renewShares } from "./shares";

/** Sum of what of a row's state seldom changes. */
function restOf(row: i32, lane: i32): i32 {
  let h = mul32(row | (generation(row) << 16), 1540483477 + lane);
  const seen = kind(row) | (flags(row) << 16) | (layer(row) << 24);
  h = (h + mul32(seen, -1150833019 + lane)) | 0;
  h = (h + mul32(maxSpeed(row), 2127912213 + lane)) | 0;
  h = (h + mul32(aoiRadius(row), -949894595 + lane)) | 0;
  for (let k = 0; k < COMPONENTS; k++) {
    h = (h + mul32(component(row * COMPONENTS + k), -373379135 + lane + k * 131074)) | 0;
  }
  return h;
}

/** The row moved: its shares are brought up to date at the end of the step. */
export function touch(row: i32): void {
  setTouched(row >> 5, touched(row >> 5) | (1 << (row & 31)));
}

/** Anything else of the row's state changed. */
export function restate(row: i32): void {
  setRowRestA(row, restOf(row, 0));
  setRowRestB(row, restOf(row, LANE_B));
  touch(row);
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

function renewTouched(): void {
  const words = (word(ROW_END) + 31) >> 5;
  for (let w = 0; w < words; w++) {
    const bits = touched(w);
    if (bits == 0) continue;
    renewShares(w << 5, bits);
    setTouched(w, 0);
  }
}

/** Hash of the state's words (rules, tick, sums of shares): HASH_LOW and HASH_HIGH. */
export function finishHash(): void {
  renewTouched();
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
    restate(row);
  }
  for (let place = word(FREE_HEAD); place != word(FREE_TAIL); place = (place + 1) | 0) {
    rehashFree(place, 1);
  }
  renewTouched();
}
