// Hash mixing: MurmurHash3's finaliser (Austin Appleby, public domain), over words of 32 bits.
import { mul32, shr32 } from "./scalars";

/** Bijective mix of 32 bits. */
export function mix32(value: i32): i32 {
  let h = value;
  h = mul32(h ^ shr32(h, 16), -2048144789);
  h = mul32(h ^ shr32(h, 13), -1028477387);
  return h ^ shr32(h, 16);
}

/**
 * An entity's share of a ViewDigest: docs/protocol.md, "Digest".
 * @param id handle
 * @param x sight units, absolute; 0 where positions are not covered
 * @param y likewise
 */
export function mixEntity(id: i32, x: i32, y: i32): i32 {
  const a = mul32(id, -1640531535);
  const b = mul32((x + 374761393) | 0, -2048144777);
  const c = mul32((y + 668265263) | 0, -1028477379);
  return mix32(a ^ b ^ c);
}
