// What Prometheus's own tool says of what is shipped for it: configuration, alerts and their cases,
// and every expression of the dashboard.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, expect, test } from "vitest";
import { stringify } from "yaml";

import { ALERTS_FILE, CASES_FILE, filledIn, panels } from "../monitoring.ts";
import { ROOT } from "../tree.ts";

const folder = mkdtempSync(join(tmpdir(), "aether-promtool-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function promtool(...argv: string[]): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync("promtool", argv, { cwd: ROOT });
  return { code: status, said: `${stdout.toString()}${stderr.toString()}` };
}

/** Checks expressions as what they would be in a rule. */
function checkExpressions(expressions: readonly string[]): { code: number | null; said: string } {
  const rules = expressions.map((expr, i) => ({ record: `panel:${i}`, expr }));
  const file = join(folder, "panels.yml");
  writeFileSync(file, stringify({ groups: [{ name: "panels", rules }] }));
  return promtool("check", "rules", file);
}

test("takes the configuration", () => {
  const checked = promtool("check", "config", "--syntax-only", "docker/prometheus/prometheus.yml");
  expect(checked.code, checked.said).toBe(0);
});

test("takes the alerts, and sees each fire when it should and not before", () => {
  const checked = promtool("check", "rules", ALERTS_FILE);
  expect(checked.code, checked.said).toBe(0);
  const tested = promtool("test", "rules", CASES_FILE);
  expect(tested.code, tested.said).toBe(0);
});

test("takes every expression of the dashboard", () => {
  const expressions = panels().flatMap(({ targets }) =>
    targets.map(({ expr }) => filledIn(expr, "aether:9091", "1m")),
  );
  expect(expressions.length).toBeGreaterThan(80);
  const checked = checkExpressions(expressions);
  expect(checked.code, checked.said).toBe(0);
  expect(checkExpressions([`${expressions[0] ?? ""} + (`]).code).not.toBe(0);
});
