import fc from "fast-check";
import { expect, test } from "vitest";
import { SpentTokens } from "./spent.ts";

test("H42 a token is taken once while it may be valid, and the list stays within its bound", () => {
  const step = fc.tuple(fc.nat(12), fc.nat(5000), fc.nat(700));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const spent = new SpentTokens(5);
      const model = new Map<number, number>();
      let now = 0;
      for (const [id, life, pause] of steps) {
        now += pause;
        const outcome = spent.take(String(id), now + life, now);
        const isAlive = (model.get(id) ?? 0) > now;
        if (isAlive) expect(outcome).toBe("replayed");
        if (outcome === "taken") model.set(id, now + life);
        expect(spent.count).toBeLessThanOrEqual(5);
      }
    }),
  );
});

test("H42 tokens of an earlier list are known, even where they are more than there is room", () => {
  const spent = new SpentTokens(2);
  spent.adopt([1, 2, 3].map((n) => [`a${n}`, 1000 * n]));
  expect(spent.count).toBe(3);
  expect(spent.take("a1", 1000, 0)).toBe("replayed");
  expect(spent.take("b", 9000, 999)).toBe("crowded");
  expect(spent.take("b", 9000, 1000)).toBe("crowded");
  expect(spent.take("a3", 3000, 1500)).toBe("replayed");
  expect(spent.take("b", 9000, 2000)).toBe("taken");
  expect(spent.count).toBe(2);
});

test("room comes back as tokens expire", () => {
  const spent = new SpentTokens(100);
  for (let i = 0; i < 100; i++) expect(spent.take(`a${i}`, 2000, 0)).toBe("taken");
  expect(spent.take("b", 9000, 1999)).toBe("crowded");
  expect(spent.take("b", 9000, 2000)).toBe("taken");
  expect(spent.count).toBe(1);
});
