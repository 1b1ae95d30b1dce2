// The distance test in 128-bit SIMD: the same lists in the same order as scan.ts, sixteen
// candidates at a time. WebAssembly only; the build puts it in scan.ts's place.
//
// Each candidate is one 32-bit word (x, y as i16). i16x8.sub takes the differences mod 2^16 and
// i32x4.dot_i16x8_s squares and adds them; two compares give the bits of both radii, and the rows
// whose bit is set are packed to the front of eight by one swizzle through a table of 256 shuffles.
import { candidateRow, setRing, setWord, word } from "./columns";
import {
  CANDIDATE_ROW,
  CANDIDATE_WIRE,
  INNER,
  INNER_COUNT,
  PACK,
  PACK_READY,
  RING_COUNT,
} from "./layout";

/** Sixteen lanes of all-ones words as sixteen bits. */
function bitsOf(a: v128, b: v128, c: v128, d: v128): i32 {
  return i8x16.bitmask(
    i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)),
  );
}

/** For each byte of bits, the shuffle that brings the 16-bit lanes of set bits to the front. */
function fillPack(): void {
  for (let bits = 0; bits < 256; bits++) {
    let to = PACK + bits * 16;
    for (let lane = 0; lane < 8; lane++) {
      if (((bits >> lane) & 1) == 0) continue;
      store<u8>(to as usize, (lane * 2) as u8);
      store<u8>(to as usize, (lane * 2 + 1) as u8, 1);
      to += 2;
    }
    const end = PACK + bits * 16 + 16;
    for (; to < end; to++) store<u8>(to as usize, 255);
  }
  setWord(PACK_READY, 1);
}

function pack(bits: i32, rows: usize, to: usize): usize {
  const shuffle = v128.load(((bits as usize) << 4) + (PACK as usize));
  v128.store(to, i8x16.swizzle(v128.load(rows), shuffle));
  return to + ((i32.popcnt(bits) as usize) << 1);
}

/** As scan.ts. */
export function scan(count: i32, wire: i32, enter2: i32, leave2: i32): void {
  if (word(PACK_READY) == 0) fillPack();
  const here = i32x4.splat(wire);
  const enter = i32x4.splat(enter2);
  const leave = i32x4.splat(leave2);
  let at: usize = CANDIDATE_WIRE;
  let rows: usize = CANDIDATE_ROW;
  let to: usize = INNER;
  let rings = 0;
  for (let k = 0; k < count; k += 16) {
    const d0 = i16x8.sub(v128.load(at), here);
    const d1 = i16x8.sub(v128.load(at, 16), here);
    const d2 = i16x8.sub(v128.load(at, 32), here);
    const d3 = i16x8.sub(v128.load(at, 48), here);
    const s0 = i32x4.dot_i16x8_s(d0, d0);
    const s1 = i32x4.dot_i16x8_s(d1, d1);
    const s2 = i32x4.dot_i16x8_s(d2, d2);
    const s3 = i32x4.dot_i16x8_s(d3, d3);
    const inside = bitsOf(
      i32x4.le_s(s0, enter),
      i32x4.le_s(s1, enter),
      i32x4.le_s(s2, enter),
      i32x4.le_s(s3, enter),
    );
    const within = bitsOf(
      i32x4.le_s(s0, leave),
      i32x4.le_s(s1, leave),
      i32x4.le_s(s2, leave),
      i32x4.le_s(s3, leave),
    );
    // beyond the last candidate lies what an earlier leaf left
    const valid = count - k < 16 ? (1 << (count - k)) - 1 : 65535;
    const inner = inside & valid;
    to = pack(inner & 255, rows, to);
    to = pack(inner >> 8, rows + 16, to);
    let ring = within & ~inside & valid;
    while (ring != 0) {
      setRing(rings, candidateRow(k + ctz(ring)));
      rings++;
      ring &= ring - 1;
    }
    at += 64;
    rows += 32;
  }
  setWord(INNER_COUNT, ((to - (INNER as usize)) >> 1) as i32);
  setWord(RING_COUNT, rings);
}
