import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defineComponent } from "./component.ts";

const Player = defineComponent({ score: "u16", isIt: "flag", isAway: "flag", lean: "i8" });
const Ship = defineComponent({ heading: "f32", cargo: "i16", name: 3 }, Player);

/** What the world does with a command of words and masks; the bytes from `at` on. */
function written(words: Int32Array, before = new Int32Array(4), at = 0): Uint8Array {
  const after = before.map((word, k) => (word & ~words[4 + k]!) | (words[k]! & words[4 + k]!));
  return Uint8Array.of(...new Uint8Array(at), ...new Uint8Array(after.buffer));
}

describe("components", () => {
  test("lie behind each other, flags in one byte", () => {
    expect([Player.end, Ship.end]).toEqual([4, 13]);
    const words = new Int32Array(8);
    Player.set(words, "score", 0x0201);
    Player.set(words, "isAway", true);
    Player.set(words, "lean", -1);
    Ship.set(words, "cargo", -2);
    Ship.set(words, "name", Uint8Array.of(7, 8, 9));
    const bytes = [1, 2, 2, 255, 0, 0, 0, 0, 254, 255, 7, 8, 9, 0, 0, 0];
    expect([...written(words)]).toEqual(bytes);
  });

  test("what was not set stays as it was, its neighbours in a byte as well", () => {
    const words = new Int32Array(8);
    Player.set(words, "isIt", false);
    const bytes = written(words, new Int32Array(4).fill(-1));
    expect(Player.get(bytes, 0, "isIt")).toBe(false);
    expect(Player.get(bytes, 0, "isAway")).toBe(true);
    expect(Player.get(bytes, 0, "score")).toBe(65535);
    expect([...bytes].filter((byte) => byte !== 255)).toEqual([254]);
  });

  test("every value comes back, wherever the bytes lie", () => {
    const all = defineComponent({ a: "i8", b: "i32", c: "u32", d: "flag", e: "f32", f: 2 });
    const numbers = fc.record({
      ...{ a: fc.integer({ min: -128, max: 127 }), b: fc.integer(), c: fc.nat(0xffffffff) },
      ...{ d: fc.boolean(), e: fc.float({ noNaN: true }) },
      ...{ f: fc.uint8Array({ minLength: 2, maxLength: 2 }) },
    });
    fc.assert(
      fc.property(numbers, fc.nat(5), (value, at) => {
        const words = new Int32Array(8);
        for (const name of ["a", "b", "c", "e"] as const) all.set(words, name, value[name]);
        all.set(words, "d", value.d);
        all.set(words, "f", value.f);
        const bytes = written(words, undefined, at);
        for (const name of ["a", "b", "c", "d", "e"] as const)
          expect(all.get(bytes, at, name)).toBe(value[name]);
        expect([...all.get(bytes, at, "f")]).toEqual([...value.f]);
      }),
      { seed: 9, numRuns: 300 },
    );
  });

  test("what does not fit is refused in words", () => {
    const words = new Int32Array(8);
    expect(() => defineComponent({ a: "f32", b: 12, c: "flag" })).toThrow("17 bytes");
    expect(() => defineComponent({ name: 0 })).toThrow("name is to have 0 bytes");
    expect(() => Player.set(words, "score", 65536)).toThrow("score is to be 65536; u16 holds 0");
    expect(() => Player.set(words, "lean", 0.5)).toThrow("lean is to be 0.5");
    expect(() => Ship.set(words, "name", Uint8Array.of(1))).toThrow("3 bytes");
    expect([...words]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
