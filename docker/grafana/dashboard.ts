// `npm run dashboard` writes dashboards/aether.json from panels.ts, in Grafana's words. The file is
// committed, since Grafana reads it; a test holds the two together.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { QUESTIONS } from "./panels.ts";
import type { Panel } from "./panels.ts";

const FILE = fileURLToPath(new URL("./dashboards/aether.json", import.meta.url));
/** The uid of provisioning/datasources/prometheus.yml. */
const SOURCE = { type: "prometheus", uid: "prometheus" };

/** Of Grafana's grid. */
const COLUMNS = 24;
const SIZES = {
  stat: { w: 4, h: 4 },
  lines: { w: 12, h: 8 },
  stack: { w: 12, h: 8 },
  states: { w: 12, h: 8 },
};
const TYPES = { stat: "stat", lines: "timeseries", stack: "timeseries", states: "state-timeline" };

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function panelOf(panel: Panel, id: number, gridPos: Place): object {
  const { title, says, kind, unit, queries } = panel;
  return {
    ...{ id, type: TYPES[kind], title, description: says, datasource: SOURCE, gridPos },
    targets: queries.map(({ expr, legend }, i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
      ...(kind === "stat" ? { instant: true } : {}),
    })),
    fieldConfig: {
      defaults: {
        unit,
        ...(kind === "lines" || kind === "stack" ? { min: 0, custom: customOf(panel) } : {}),
        thresholds: { mode: "absolute", steps: stepsOf(panel) },
      },
      overrides: [],
    },
    options:
      kind === "stat"
        ? { reduceOptions: { calcs: ["lastNotNull"] }, colorMode: "background" }
        : {
            legend: { displayMode: "list", placement: "bottom", showLegend: true },
            tooltip: { mode: "multi", sort: "desc" },
          },
  };
}

function customOf({ kind, limits }: Panel): object {
  return {
    fillOpacity: kind === "stack" ? 30 : 0,
    stacking: { mode: kind === "stack" ? "normal" : "none" },
    thresholdsStyle: { mode: limits === undefined ? "off" : "line" },
  };
}

function stepsOf({ limits, isGoodAbove }: Panel): object[] {
  if (limits === undefined) return [{ color: "green", value: null }];
  const [warning, bad] = limits;
  if (isGoodAbove === true) {
    return [
      { color: "red", value: null },
      { color: "green", value: bad },
    ];
  }
  return [
    { color: "green", value: null },
    { color: "orange", value: warning },
    { color: "red", value: bad },
  ];
}

/** Rows of panels, filled from left to right. */
function layOut(): object[] {
  const laid: object[] = [];
  let [x, y, rowHeight] = [0, 0, 0];
  const endRow = (): void => {
    [x, y, rowHeight] = [0, y + rowHeight, 0];
  };
  for (const { title, panels } of QUESTIONS) {
    endRow();
    const gridPos = { x: 0, y, w: COLUMNS, h: 1 };
    laid.push({ id: laid.length + 1, type: "row", title, collapsed: false, gridPos, panels: [] });
    y++;
    for (const panel of panels) {
      const { w, h } = SIZES[panel.kind];
      if (x + w > COLUMNS) endRow();
      laid.push(panelOf(panel, laid.length + 1, { x, y, w, h }));
      x += w;
      rowHeight = Math.max(rowHeight, h);
    }
  }
  return laid;
}

/** @returns the dashboard as Grafana stores it */
export function dashboard(): string {
  const instance = {
    ...{ name: "instance", label: "World", type: "query", datasource: SOURCE, refresh: 2 },
    query: { query: "label_values(aether_build_info, instance)", refId: "instance" },
    ...{ multi: false, includeAll: false },
  };
  const page = {
    ...{ uid: "aether", title: "Aether", tags: ["aether"], schemaVersion: 39, version: 1 },
    ...{ editable: true, graphTooltip: 1, refresh: "5s", timezone: "browser" },
    time: { from: "now-15m", to: "now" },
    timepicker: { refresh_intervals: ["1s", "5s", "30s", "1m"] },
    templating: { list: [instance] },
    panels: layOut(),
  };
  return `${JSON.stringify(page, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, dashboard());
