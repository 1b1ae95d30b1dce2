import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { randomOf } from "../../test/kernel/scenario.ts";
import { motionOf, TWIN } from "./motion.ts";

const bytes = readFileSync(new URL("../../build/motion.wasm", import.meta.url));
const { instance } = await WebAssembly.instantiate(bytes);
const wasm = instance.exports;

test("the rule as WebAssembly answers as its JavaScript twin, to the bit", () => {
  const rule = motionOf(wasm);
  const random = randomOf(17);
  const edges = [0, -0, 1, -1, 16384, -16384, 0.5 / 256, -0.5 / 256, 1e9, -1e9];
  const pick = (reach: number) =>
    random() < 0.1 ? edges[Math.floor(random() * edges.length)]! : (random() * 2 - 1) * reach;
  for (let i = 0; i < 50_000; i++) {
    const [x, y, bank] = [pick(70), pick(70), Math.floor(random() * 20480)];
    const [dx, dy] = [rule.quantizeDelta(x), rule.quantizeDelta(y)];
    expect([dx, dy]).toEqual([TWIN.quantizeDelta(x), TWIN.quantizeDelta(y)]);
    const [cutX, cutY] = [rule.clampDelta(dx), rule.clampDelta(dy)];
    expect([cutX, cutY]).toEqual([TWIN.clampDelta(dx), TWIN.clampDelta(dy)]);
    expect(rule.moveLength(cutX, cutY)).toBe(TWIN.moveLength(cutX, cutY));
    expect(rule.applyMove(bank, cutX, cutY)).toBe(TWIN.applyMove(bank, cutX, cutY));
    expect(rule.clampTo(cutX, -9000, 9000)).toBe(TWIN.clampTo(cutX, -9000, 9000));
  }
});

test("a bank that is just enough is used up, one less refuses the move whole", () => {
  expect(TWIN.applyMove(5, 3, 4)).toBe(0);
  expect(TWIN.applyMove(4, 3, 4)).toBe(-1);
  expect(TWIN.applyMove(0, 0, 0)).toBe(0);
});

test("a module that is another is refused by name", () => {
  expect(() => motionOf({ ...wasm, moveLength: 1 })).toThrow(/exports no moveLength/);
});
