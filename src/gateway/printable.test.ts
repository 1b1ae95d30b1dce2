import { expect, test } from "vitest";

import { printable } from "./printable.ts";

test("H45 text of strangers does nothing but say something", () => {
  const bad = ["\n", "\r", "\0", "\u001b", "\u007f", "\u0085", "\u009b", "\u2028", "\u2029"];
  bad.push("\u202e", "\u2066", "\u200f", "\u061c", "\u200b", "\u00ad", "\ufeff", "\ud800");
  for (const character of bad) expect(printable(`a${character}b`)).toBe("a\ufffdb");
  const fine = "game 1.2 (Zoë, नमस्ते, 日本, می‌خواهم, 👩‍👧)";
  expect(printable(fine)).toBe(fine);
});
