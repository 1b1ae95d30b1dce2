// What CI says at its end must be what happened, also when a suite never got to its tests.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";

import { ROOT } from "./tree.ts";

const folder = mkdtempSync(join(tmpdir(), "aether-summary-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let reports = 0;

/** Writes a report as vitest does. @returns its path. */
function report(...files: readonly { status: string; tests: readonly string[] }[]): string {
  const testResults = files.map(({ status, tests }) => ({
    status,
    name: "x.itest.ts",
    message: status === "failed" ? "no server\nat somewhere" : "",
    assertionResults: tests.map((each, i) => ({ status: each, fullName: `test ${i}` })),
  }));
  const path = join(folder, `${reports++}.json`);
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

function summary(...argv: readonly string[]): { code: number | null; lines: string[] } {
  const done = spawnSync(process.execPath, [join(ROOT, ".ci/summary.mjs"), ...argv]);
  return { code: done.status, lines: done.stdout.toString().trimEnd().split("\n") };
}

test("adds up both suites, and ends well when all passed", () => {
  const unit = report({ status: "passed", tests: ["passed", "passed"] });
  const integration = report({ status: "passed", tests: ["passed"] });
  const { code, lines } = summary("unit", "0", unit, "integration", "0", integration);
  expect(code).toBe(0);
  expect(lines.slice(-2)).toEqual(["0 skipped", "3 passed, 0 failed"]);
});

test("counts failures, and names what was skipped", () => {
  const unit = report({ status: "failed", tests: ["passed", "failed", "skipped", "todo"] });
  const { code, lines } = summary("unit", "1", unit);
  expect(code).toBe(1);
  expect(lines).toContain("  skipped: test 2: no reason was given");
  expect(lines.slice(-2)).toEqual(["2 skipped", "1 passed, 1 failed"]);
});

test("a file that could not be loaded is a failure", () => {
  const files = [
    { status: "passed", tests: ["passed"] },
    { status: "failed", tests: [] },
  ];
  const { code, lines } = summary("unit", "1", report(...files));
  expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: "1 passed, 1 failed" });
});

test("a file that failed outside of its tests is a failure, and says what it was", () => {
  const files = [
    { status: "passed", tests: ["passed"] },
    { status: "failed", tests: ["skipped"] },
  ];
  const { code, lines } = summary("integration", "1", report(...files));
  expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: "1 passed, 1 failed" });
  expect(lines).toContain("  x.itest.ts: no server");
});

test("why a test was skipped stands beside it", () => {
  const skips = join(ROOT, "test/integration/skips.mjs");
  const suite = join(folder, "some.test.mjs");
  writeFileSync(
    suite,
    `import { expect, test } from "vitest";
     test("small", (context) => context.skip("the disk is large"));
     test("large", () => expect(1).toBe(1));`,
  );
  const file = join(folder, "skips.json");
  const reporters = [`--reporter=${skips}`, "--reporter=json", `--outputFile=${file}`];
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const argv = ["run", "--root", folder, ...reporters];
  const ran = spawnSync(process.execPath, [vitest, ...argv], { cwd: folder });
  expect(ran.status, ran.stderr.toString()).toBe(0);
  const { lines } = summary("unit", "0", file);
  expect(lines).toContain("  skipped: small: the disk is large");
  expect(lines.at(-1)).toBe("1 passed, 0 failed");
});

test("a suite without a report, or that ended badly though all passed, is a failure", () => {
  const good = report({ status: "passed", tests: ["passed"] });
  const missing = summary("unit", "2", join(folder, "nowhere.json"), "integration", "0", good);
  expect({ code: missing.code, last: missing.lines.at(-1) }).toEqual({
    code: 1,
    last: "1 passed, 1 failed",
  });
  const bad = summary("unit", "1", good);
  expect({ code: bad.code, last: bad.lines.at(-1) }).toEqual({
    code: 1,
    last: "1 passed, 1 failed",
  });
});

test("a suite that ran nothing is a failure", () => {
  const { code, lines } = summary("unit", "0", report());
  expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: "0 passed, 1 failed" });
});
