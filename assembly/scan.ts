// The distance test, the innermost loop: an observer against its candidates. The scalar spelling;
// both engines may run it, and a SIMD spelling must give the same lists in the same order.
import { candidateRow, candidateWire, setInner, setRing, setWord } from "./columns";
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
