// The shipped alerts and the shipped dashboard as data, and what they speak of.
import { parse } from "yaml";

import { objectAt, read } from "./tree.ts";

export const ALERTS_FILE = "docker/prometheus/alerts.yml";
export const CASES_FILE = "docker/prometheus/alerts.test.yml";
export const DASHBOARD_FILE = "docker/grafana/dashboards/aether.json";

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

function list(within: unknown, key: string): unknown[] {
  const found = objectAt(within)[key];
  if (!Array.isArray(found)) throw new Error(`there is no list ${key}`);
  return found as unknown[];
}

export function alerts(): Alert[] {
  return list(parse(read(ALERTS_FILE)), "groups").flatMap(
    (group) => list(group, "rules") as Alert[],
  );
}

/** Panels of the dashboard that ask something, in its order. */
export function panels(): Panel[] {
  const all = list(JSON.parse(read(DASHBOARD_FILE)), "panels") as (Partial<Panel> & Panel)[];
  return all.filter(({ targets }) => (targets as unknown) !== undefined);
}

/** An expression of a panel as Prometheus takes it; Grafana fills in its own names. */
export function filledIn(expr: string, instance: string, window: string): string {
  return expr.replaceAll("$__rate_interval", window).replaceAll("$instance", instance);
}

/** Names of metrics in an expression, without what Prometheus appends to a histogram's. */
export function metricsIn(expr: string): string[] {
  const names = expr.match(/\b(?:aether|nodejs|process)_\w+/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(?:bucket|sum)$/, "")))];
}
