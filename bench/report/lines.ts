// A plot of lines over n, logarithmic both ways, each line named at its right end.
import { mark } from "./numbers.ts";
import { logScale, spread } from "./scale.ts";
import { type Figure, element, line, widthOf, words } from "./svg.ts";

export interface Line {
  readonly name: string;
  /** A colour of svg.ts. */
  readonly colour: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface LinePlot {
  readonly title: string;
  readonly description: string;
  /** With units. */
  readonly xTitle: string;
  readonly yTitle: string;
  /** Side by side, on one vertical axis. */
  readonly panels: readonly Panel[];
}

const WIDTH = 960;
const HEIGHT = 460;
const TOP = 78;
const BOTTOM = 56;
const LEFT = 76;
const GAP = 28;
/** Between a line's end and its name. */
const LEADER = 16;
/** Numbers on the horizontal axis stand at least so far apart. */
const MARK_GAP = 40;
const LABEL_GAP = 16;

export function plotLines(plot: LinePlot): Figure {
  const { title, description, panels } = plot;
  const all = panels.flatMap((panel) => panel.lines.flatMap((l) => l.points));
  const y = logScale(
    all.map((p) => p.y),
    HEIGHT - BOTTOM,
    TOP,
  );
  const names = panels.flatMap(({ lines }) => lines.map(({ name }) => widthOf(name)));
  const namesWide = LEADER + Math.max(...names);
  const wide = (WIDTH - LEFT - 12 - GAP * (panels.length - 1)) / panels.length;
  const body = [words(20, 30, title, { class: "title" })];
  body.push(
    words(0, 0, plot.yTitle, {
      class: "soft",
      "text-anchor": "middle",
      transform: `translate(22 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`,
    }),
  );
  panels.forEach((panel, i) => {
    const left = LEFT + i * (wide + GAP);
    const right = left + wide - namesWide;
    for (const m of y.marks) {
      body.push(line(left, y.at(m), right, y.at(m), "grid"));
      if (i === 0) {
        body.push(words(left - 8, y.at(m) + 4, mark(m), { "text-anchor": "end", class: "small" }));
      }
    }
    body.push(words(left, TOP - 20, panel.title, { class: "strong" }));
    body.push(
      words((left + right) / 2, HEIGHT - 14, plot.xTitle, {
        class: "soft",
        "text-anchor": "middle",
      }),
    );
    body.push(...drawPanel(panel, left, right, y.at));
  });
  return { title, description, width: WIDTH, height: HEIGHT, body };
}

function drawPanel(
  { lines }: Panel,
  left: number,
  right: number,
  yAt: (value: number) => number,
): string[] {
  const values = [...new Set(lines.flatMap((l) => l.points.map((p) => p.x)))];
  const x = logScale(values, left, right);
  const bottom = HEIGHT - BOTTOM;
  const body = [line(left, bottom, right, bottom, "axis")];
  let free = -Infinity;
  for (const m of values.toSorted((a, b) => a - b)) {
    body.push(line(x.at(m), bottom, x.at(m), bottom + 5, "axis"));
    if (x.at(m) < free) continue;
    free = x.at(m) + MARK_GAP;
    body.push(words(x.at(m), bottom + 20, mark(m), { "text-anchor": "middle", class: "small" }));
  }
  const ends = lines.map(({ points }) => yAt(points.at(-1)?.y ?? 1));
  const places = spread(ends, LABEL_GAP, TOP, bottom);
  lines.forEach(({ name, colour, points }, i) => {
    const last = points.at(-1);
    if (last === undefined) return;
    const path = points.map((p) => `${round(x.at(p.x))},${round(yAt(p.y))}`).join(" ");
    const thick = colour === "simd" ? " thick" : "";
    const place = places[i] ?? 0;
    body.push(
      line(x.at(last.x) + 5, yAt(last.y), right + LEADER - 4, place, `leader ${colour}`),
      element("polyline", { points: path, class: `line ${colour}${thick}` }),
      ...points.map((p) =>
        element("circle", { cx: x.at(p.x), cy: yAt(p.y), r: 3.5, class: `dot ${colour}-dot` }),
      ),
      words(right + LEADER, place + 4, name, {
        class: `${colour}-fill${colour === "peer" ? "" : " strong"}`,
      }),
    );
  });
  return body;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
