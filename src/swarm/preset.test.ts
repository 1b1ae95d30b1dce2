import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parsePreset, PLAIN_PRESET, readPreset } from "./preset.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aether-preset-"));
  const presets = { slow: { time_scale: 2 }, wide: { scale: 50, copies: [{}, { dx: 7 }] } };
  writeFileSync(join(folder, "presets.json"), JSON.stringify(presets));
  writeFileSync(join(folder, "own.json"), '{"scale": 3}');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test("an empty preset is the plain one", () => {
  expect(parsePreset({}, "x")).toEqual(PLAIN_PRESET);
});

test("all keys are read", () => {
  const copy = { shift_s: 1.5, flip_x: true, flip_y: true, dx: -3, dy: 4 };
  expect(parsePreset({ scale: 2, time_scale: 3, pingpong: 4, copies: [copy] }, "x")).toEqual({
    scale: 2,
    timeScale: 3,
    pingpong: 4,
    copies: [{ shiftMs: 1500, flipX: true, flipY: true, dx: -3, dy: 4 }],
  });
});

test("by name beside the trace, by name in a file, and as a file of its own", () => {
  const trace = join(folder, "trace.csv.gz");
  expect(readPreset("slow", trace).timeScale).toBe(2);
  expect(readPreset("wide", "elsewhere.csv", join(folder, "presets.json")).copies).toHaveLength(2);
  expect(readPreset(join(folder, "own.json"), trace).scale).toBe(3);
  expect(() => readPreset("none", trace)).toThrow(/no preset none; it has slow, wide/);
  expect(() => readPreset("slow", "elsewhere.csv")).toThrow(/presets\.json cannot be read/);
});

test.each([
  [[], /no JSON object/],
  [{ scael: 2 }, /unknown key scael; it knows scale, /],
  [{ scale: "2" }, /scale is "2"/],
  [{ scale: 0 }, /above 0/],
  [{ pingpong: 1.5 }, /pingpong is 1\.5/],
  [{ copies: [] }, /copies must be a list/],
  [{ copies: [{ flip_x: 1 }] }, /copies\[0\]: flip_x is 1/],
  [{ copies: [{ shift_s: -1 }] }, /copies\[0\]: shift_s is -1/],
  [{ copies: [{ shift: 1 }] }, /copies\[0\]: unknown key shift/],
])("%j is refused in words", (json, sentence) => {
  expect(() => parsePreset(json, "x")).toThrow(sentence);
});
