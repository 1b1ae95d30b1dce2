import fc from "fast-check";
import { expect, test } from "vitest";
import { addToDigest } from "./digest.ts";

/** docs/protocol.md, "Digest", word by word and in unbounded integers. */
function mixByTheBook(id: number, x: number, y: number): number {
  const word = (value: bigint) => BigInt.asUintN(32, value);
  const a = word(BigInt(id) * 0x9e3779b1n);
  const b = word((BigInt(x) + 0x165667b1n) * 0x85ebca77n);
  const c = word((BigInt(y) + 0x27d4eb2fn) * 0xc2b2ae3dn);
  let h = a ^ b ^ c;
  h = word((h ^ (h >> 16n)) * 0x85ebca6bn);
  h = word((h ^ (h >> 13n)) * 0xc2b2ae35n);
  return Number(h ^ (h >> 16n));
}

const u32 = fc.nat({ max: 0xffffffff });
const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

test("an entity's share is the documented mix", () => {
  fc.assert(
    fc.property(u32, i32, i32, (id, x, y) => {
      expect(addToDigest(0, id, x, y)).toBe(mixByTheBook(id, x, y));
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test("a digest is a sum: the order of the entities does not matter, and it stays a u32", () => {
  const entity = fc.record({ id: u32, x: i32, y: i32 });
  const digest = (entities: readonly { id: number; x: number; y: number }[]) =>
    entities.reduce((hash, { id, x, y }) => addToDigest(hash, id, x, y), 0);
  fc.assert(
    fc.property(fc.array(entity, { maxLength: 40 }), (entities) => {
      const hash = digest(entities);
      expect(digest(entities.toReversed())).toBe(hash);
      expect(hash >>> 0).toBe(hash);
    }),
    { seed: 2, numRuns: 300 },
  );
});
