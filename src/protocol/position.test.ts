import fc from "fast-check";
import { expect, test } from "vitest";
import { sightNear } from "./position.ts";

// 1,000,000 units, the farthest that a world may reach, in 1/32 unit.
const coordinate = fc.integer({ min: -32_000_000, max: 32_000_000 });

test("a coordinate comes back from its low 16 bits anywhere within 1,024 units", () => {
  const offset = fc.integer({ min: -32768, max: 32767 });
  fc.assert(
    fc.property(coordinate, offset, (reference, distance) => {
      const truth = reference + distance;
      expect(sightNear(reference, truth & 0xffff)).toBe(truth);
    }),
    { seed: 3, numRuns: 5000 },
  );
});

test("the edges: half the range below is exact, half above wraps to the other side", () => {
  for (const reference of [0, 1, -1, 32767, 32768, 65535, 65536, -65536, 32_000_000, -32_000_000]) {
    expect(sightNear(reference, reference & 0xffff)).toBe(reference);
    expect(sightNear(reference, (reference - 32768) & 0xffff)).toBe(reference - 32768);
    expect(sightNear(reference, (reference + 32767) & 0xffff)).toBe(reference + 32767);
    expect(sightNear(reference, (reference + 32768) & 0xffff)).toBe(reference - 32768);
  }
});
