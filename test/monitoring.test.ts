// Alerts, their cases, the runbook, the dashboard and the catalogue of metrics: each speaks of what
// the others have. That the expressions mean what they should is promtool's to say, and a real
// Prometheus's (test/integration/alerts.itest.ts).
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import { dashboard } from "../docker/grafana/dashboard.ts";
import { alerts, CASES_FILE, DASHBOARD_FILE, metricsIn, panels } from "./monitoring.ts";
import { read } from "./tree.ts";

const ALERTS = alerts();
const NAMES = ALERTS.map(({ alert }) => alert);
const RUNBOOK = read("docs/runbook.md");

/** The catalogue: names, and the values that labels may have. */
const CATALOGUE = new Map(
  read("docs/metrics.md")
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .filter((cells) => /^`\w+`$/.test(cells[1] ?? ""))
    .map((cells) => [(cells[1] ?? "").slice(1, -1), cells.join("|")]),
);

/** A histogram's own count is asked for by its name and an ending. */
function isKnown(name: string): boolean {
  return CATALOGUE.has(name) || CATALOGUE.has(name.replace(/_count$/, ""));
}

test("the catalogue was found", () => {
  expect(CATALOGUE.size).toBeGreaterThan(100);
  expect(NAMES.length).toBeGreaterThan(20);
  expect(new Set(NAMES).size).toBe(NAMES.length);
});

describe("alerts", () => {
  test("each has a case in which it keeps quiet, and one in which it fires", () => {
    interface Case {
      readonly name: string;
      readonly alert_rule_test: readonly {
        readonly alertname: string;
        readonly exp_alerts: readonly unknown[];
      }[];
    }
    const { tests } = parse(read(CASES_FILE)) as { tests: Case[] };
    expect(tests.map(({ name }) => name)).toEqual(NAMES);
    for (const { name, alert_rule_test: evaluations } of tests) {
      expect(new Set(evaluations.map(({ alertname }) => alertname)), name).toEqual(new Set([name]));
      const counts = evaluations.map(({ exp_alerts: expected }) => expected.length);
      expect(Math.min(...counts), name).toBe(0);
      expect(Math.max(...counts), name).toBe(1);
    }
  });

  test("each has its paragraph in the runbook, names it, and no paragraph is another's", () => {
    const headings = [...RUNBOOK.matchAll(/^### (\w+)\n\n_[^#]+?\._\s+[^\s#]/gm)].map(
      ([, name]) => name,
    );
    expect(headings).toEqual(NAMES);
    for (const { alert, annotations } of ALERTS) {
      expect(annotations["runbook"]).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
      expect(annotations["summary"]).toMatch(/\.$/);
    }
  });

  test("each is critical or a warning", () => {
    expect(new Set(ALERTS.map(({ labels }) => labels["severity"]))).toEqual(
      new Set(["critical", "warning"]),
    );
  });

  test("each asks for metrics that there are, and for values that their labels have", () => {
    for (const { alert, expr } of ALERTS) {
      expect(
        metricsIn(expr).filter((name) => !isKnown(name)),
        alert,
      ).toEqual([]);
      for (const [, name = "", label, values = ""] of expr.matchAll(/(\w+)\{(\w+)=~"([^"]+)"/g)) {
        const row = CATALOGUE.get(name) ?? "";
        expect(row).toContain(`\`${label ?? ""}\``);
        for (const value of values.split("|")) expect(row, alert).toContain(`\`${value}\``);
      }
    }
  });

  test("the seed's four are among them", () => {
    const exprOf = (name: string): string => ALERTS.find(({ alert }) => alert === name)?.expr ?? "";
    expect(exprOf("AetherTickSlow")).toContain("> on (job, instance) 0.6 * aether_tick_length");
    expect(exprOf("AetherEntitiesNearCapacity")).toContain("> 0.9 * aether_entity_capacity");
    expect(exprOf("AetherConnectionErrors")).toMatch(/increase\(.*\[1m\]\)\) > 10$/);
    expect(exprOf("AetherMemoryHigh")).toContain("> 400e6");
  });
});

describe("the dashboard", () => {
  const PANELS = panels();

  test("is what its source makes: npm run dashboard", () => {
    expect(read(DASHBOARD_FILE)).toBe(dashboard());
  });

  test("asks for metrics that there are", () => {
    const exprs = PANELS.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    expect(exprs.length).toBeGreaterThan(80);
    const unknown = exprs.flatMap(metricsIn).filter((name) => !isKnown(name));
    expect(unknown).toEqual([]);
    expect(exprs.filter((expr) => !expr.includes('instance="$instance"'))).toEqual([]);
  });

  test("has every panel that the runbook names", () => {
    const named = [...RUNBOOK.matchAll(/"([A-Z][^"]*)"/g)].map(([, title]) => title);
    const others = ["Targets"]; // a page of Prometheus's own
    const titles = PANELS.map(({ title }) => title);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((title) => !titles.includes(title ?? ""))).toEqual(others);
  });

  test("no panel lies on another, and each fits the grid", () => {
    const page = JSON.parse(read(DASHBOARD_FILE)) as {
      panels: { id: number; gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    const cells = page.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)}:${y + Math.floor(i / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(page.panels.map(({ id }) => id)).size).toBe(page.panels.length);
  });
});
