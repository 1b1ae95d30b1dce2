// Panels of horizontal bars, each bar with its name and its value.
import { mark } from "./numbers.ts";
import { type Scale, linearScale, logScale } from "./scale.ts";
import { type Figure, element, line, widthOf, words } from "./svg.ts";

export interface Bar {
  readonly name: string;
  /** A colour of svg.ts. */
  readonly colour: string;
  readonly value: number;
  /** The value as words, with its unit. */
  readonly label: string;
}

export interface BarPanel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

export interface BarPlot {
  readonly title: string;
  readonly description: string;
  /** With units. */
  readonly xTitle: string;
  /** `ratio`: logarithmic, and bars start at 1, so that a faster one goes to the left. */
  readonly axis: "ratio" | "linear";
  /** A value with a line through every panel, such as a goal. */
  readonly limit?: { readonly value: number; readonly label: string };
  readonly panels: readonly BarPanel[];
}

const WIDTH = 960;
const COLUMNS = 2;
const GAP = 32;
const TOP = 52;
const HEAD = 26;
const ROW = 21;
const BAR = 13;
const FOOT = 44;
/** Room for the name of the limit, between title and bars. */
const LIMIT = 16;
/** Between a bar's end and its value. */
const VALUE_GAP = 6;

export function plotBars(plot: BarPlot): Figure {
  const { title, description, panels } = plot;
  const columns = Math.min(COLUMNS, panels.length);
  const wide = (WIDTH - 40 - GAP * (columns - 1)) / columns;
  const bars = panels.flatMap((panel) => panel.bars);
  const names = Math.max(...bars.map(({ name }) => widthOf(name)));
  const labels = Math.max(...bars.map(({ label }) => widthOf(label))) + VALUE_GAP;
  const values = bars.map((bar) => bar.value);
  if (plot.limit !== undefined) values.push(plot.limit.value);
  const body = [words(20, 30, title, { class: "title" })];
  let top = TOP;
  for (let first = 0; first < panels.length; first += columns) {
    const row = panels.slice(first, first + columns);
    const high = headOf(plot) + Math.max(...row.map(({ bars }) => bars.length)) * ROW + FOOT;
    row.forEach((panel, i) => {
      const left = 20 + i * (wide + GAP);
      const from = left + names;
      const to = left + wide - labels;
      const x =
        plot.axis === "ratio" ? logScale([1, ...values], from, to) : linearScale(values, from, to);
      body.push(...drawPanel(plot, panel, left, top, x));
    });
    top += high;
  }
  return { title, description, width: WIDTH, height: top + 8, body };
}

function headOf({ limit }: BarPlot): number {
  return HEAD + (limit === undefined ? 0 : LIMIT);
}

function drawPanel(plot: BarPlot, panel: BarPanel, left: number, top: number, x: Scale): string[] {
  const zero = x.at(plot.axis === "ratio" ? 1 : 0);
  const first = top + headOf(plot);
  const bottom = first + panel.bars.length * ROW;
  const { from, to } = x;
  const body = [words(left, top + 12, panel.title, { class: "strong" })];
  for (const m of x.marks) {
    body.push(line(x.at(m), first - 2, x.at(m), bottom, "grid"));
    body.push(
      words(x.at(m), bottom + 14, mark(m), { "text-anchor": "middle", class: "small soft" }),
    );
  }
  if (plot.limit !== undefined) {
    const at = x.at(plot.limit.value);
    body.push(line(at, first - 8, at, bottom, "line alert"));
    body.push(
      words(at, first - 11, plot.limit.label, {
        class: "small alert-fill",
        "text-anchor": at > (from + to) / 2 ? "end" : "start",
      }),
    );
  }
  panel.bars.forEach((bar, i) => {
    const y = first + i * ROW;
    const end = x.at(bar.value);
    const rect = { x: Math.min(zero, end), y: y + 3, width: Math.abs(end - zero), height: BAR };
    body.push(
      words(from - 8, y + 14, bar.name, { "text-anchor": "end" }),
      element("rect", { ...rect, rx: 1.5, class: `${bar.colour}-fill` }),
      words(Math.max(zero, end) + VALUE_GAP, y + 14, bar.label, { class: "small halo" }),
    );
  });
  body.push(line(zero, first - 2, zero, bottom, "axis"));
  body.push(
    words((from + to) / 2, bottom + 31, plot.xTitle, {
      class: "small soft",
      "text-anchor": "middle",
    }),
  );
  return body;
}
