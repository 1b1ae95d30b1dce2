import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

import { isStale } from "./fresh.ts";

test("a build is stale when an output is missing, or older than a source", () => {
  const root = mkdtempSync(join(tmpdir(), "aether-fresh-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "source"));
  /** @param seconds since 1970 */
  const put = (name: string, seconds: number): void => {
    writeFileSync(join(root, name), "");
    utimesSync(join(root, name), seconds, seconds);
  };
  const build = { command: [], sources: ["source", "options"], outputs: ["one", "other"] };
  put("source/a.ts", 100);
  put("options", 90);
  put("one", 110);
  expect(isStale(root, build)).toBe(true);
  put("other", 120);
  expect(isStale(root, build)).toBe(false);
  put("source/b.ts", 115);
  expect(isStale(root, build)).toBe(true);
  put("one", 116);
  put("source/b.test.ts", 130);
  expect(isStale(root, build)).toBe(false);
  put("options", 125);
  expect(isStale(root, build)).toBe(true);
});
