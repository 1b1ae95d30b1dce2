// The distance test, the innermost loop: an observer against its candidates. The scalar spelling;
// both engines may run it, and a SIMD spelling must give the same lists in the same order.
import {
  candidateRow,
  candidateWire,
  inner,
  ring,
  setInner,
  setRing,
  setWord,
  word,
} from "./columns";
import { INNER_COUNT, RING_COUNT } from "./layout";

/**
 * Lists the candidates within the enter radius (inner) and those beyond it but within the leave
 * radius (ring), in candidate order. Differences are taken mod 2^16, exact below 1,024 units.
 * @param wire the observer's place as on the wire
 * @param enter2 squares of the radii, sight units
 */
export function scan(count: i32, wire: i32, enter2: i32, leave2: i32): void {
  const wireY = wire >> 16;
  let inners = 0;
  let rings = 0;
  for (let k = 0; k < count; k++) {
    const w = candidateWire(k);
    const dx = ((w - wire) << 16) >> 16;
    const dy = (((w >> 16) - wireY) << 16) >> 16;
    const d2 = dx * dx + dy * dy;
    if (d2 <= leave2) {
      if (d2 <= enter2) {
        setInner(inners, candidateRow(k));
        inners++;
      } else {
        setRing(rings, candidateRow(k));
        rings++;
      }
    }
  }
  setWord(INNER_COUNT, inners);
  setWord(RING_COUNT, rings);
}

/** Appends a row found by other means than a scan. */
export function found(row: i32, isInner: bool): void {
  if (isInner) {
    setInner(word(INNER_COUNT), row);
    setWord(INNER_COUNT, word(INNER_COUNT) + 1);
  } else {
    setRing(word(RING_COUNT), row);
    setWord(RING_COUNT, word(RING_COUNT) + 1);
  }
}

/** Row k of what was found, inner first. */
export function foundRow(k: i32): i32 {
  const inners = word(INNER_COUNT);
  return k < inners ? inner(k) : ring(k - inners);
}
