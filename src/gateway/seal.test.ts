import { expect, test } from "vitest";

import { Seal } from "./seal.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);

test("is HalfSipHash-2-4: the reference's vector of eight bytes, 00 to 07", () => {
  // vectors_hsip32[8] of the reference implementation: d0 b8 84 8f
  expect(new Seal(KEY).of(0x03020100, 0x07060504)).toBe(0x8f84b8d0 | 0);
  // The key may lie anywhere within a larger memory.
  const within = new Uint8Array(48);
  within.set(KEY, 5);
  expect(new Seal(within.subarray(5, 37)).of(0x03020100, 0x07060504)).toBe(0x8f84b8d0 | 0);
});

test("differs by connection, tick and key", () => {
  const other = new Seal(KEY.slice().fill(1, 0, 1));
  const seals = new Set<number>();
  for (let serial = 1; serial <= 100; serial++)
    for (let tick = 1; tick <= 100; tick++) {
      seals.add(new Seal(KEY).of(serial, tick));
      seals.add(other.of(serial, tick));
    }
  // 20,000 of 32 bits: two of them are equal with a chance of 1 in 20.
  expect(seals.size).toBeGreaterThanOrEqual(19_998);
});
