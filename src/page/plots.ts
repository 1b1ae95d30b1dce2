// The four plots, by uPlot. Each is drawn anew a few times a second, one at a time, so that no
// frame of the map waits for all of them.
import uPlot from "uplot";
import { create, say } from "./elements.ts";
import type { History, Line } from "./history.ts";
import type { ColourName, Theme } from "./theme.ts";

const HEIGHT = 124;
/** Seconds that are shown. */
const SPAN_S = 30;
/** Between two drawings of the same plot, ms. */
const PAUSE_MS = 400;

const PHASE_COLOURS = ["phase-0", "phase-1", "phase-2", "phase-3", "phase-4", "phase-5"] as const;

interface Series {
  readonly label: string;
  readonly colour: ColourName;
  readonly line: Line;
  /** Filled down to the axis; what is drawn later covers it. */
  readonly isArea?: boolean;
  readonly digits: number;
  /** Of a stack: what of it belongs to the series before. */
  readonly below?: Line;
}

interface PlotOptions {
  readonly at: HTMLElement;
  /** The largest comes first where areas are stacked. */
  readonly series: readonly Series[];
  /** The least that the axis shows. */
  readonly least: number;
  /** Of the ticks: changes of the kernel, and what a tick may take. */
  readonly isOfTicks?: boolean;
}

class Plot {
  readonly #options: PlotOptions;
  readonly #theme: Theme;
  readonly #history: History;
  readonly #values: HTMLElement[] = [];
  readonly #frame = create("div");
  #plot: uPlot;

  constructor(options: PlotOptions, theme: Theme, history: History) {
    this.#options = options;
    this.#theme = theme;
    this.#history = history;
    const keys = create("ul", "keys inline");
    const items: HTMLElement[] = [];
    for (const series of options.series) {
      const mark = create("i");
      mark.style.background = `var(--${series.colour})`;
      const value = create("b", "", "–");
      const item = create("li");
      item.append(mark, series.label, value);
      items.push(item);
      this.#values.push(value);
    }
    // A stack is drawn from its top, and told from its bottom.
    const stacked = options.series.filter((series) => series.isArea).length;
    keys.append(...items.slice(0, stacked).reverse(), ...items.slice(stacked));
    options.at.replaceChildren(this.#frame, keys);
    this.#plot = this.#make();
    new ResizeObserver(() => {
      this.#plot.setSize({ width: this.#width, height: HEIGHT });
    }).observe(options.at);
  }

  repaint(): void {
    this.#plot.destroy();
    this.#plot = this.#make();
  }

  draw(nowS: number): void {
    this.#plot.setData(this.#data(), false);
    this.#plot.setScale("x", { min: nowS - SPAN_S, max: nowS });
    this.#options.series.forEach(({ below, digits, line }, i) => {
      const last = line.at(-1) ?? null;
      const value = last === null ? null : last - (below?.at(-1) ?? 0);
      const element = this.#values[i];
      if (element !== undefined) say(element, value === null ? "–" : value.toFixed(digits));
    });
  }

  get #width(): number {
    return Math.max(120, this.#options.at.clientWidth);
  }

  #data(): uPlot.AlignedData {
    return [this.#history.times, ...this.#options.series.map(({ line }) => line)];
  }

  #make(): uPlot {
    const theme = this.#theme;
    const { isOfTicks, least, series } = this.#options;
    const grid = { stroke: theme.colour("map-line"), width: 1 };
    const axis = {
      stroke: theme.colour("faint"),
      grid,
      ticks: { show: false },
      font: "11px system-ui",
    };
    return new uPlot(
      {
        width: this.#width,
        height: HEIGHT,
        padding: [8, 6, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, auto: false },
          y: { range: (_plot, _min, max) => [0, Math.max(least, (max || 0) * 1.1)] },
        },
        axes: [
          {
            ...axis,
            size: 22,
            space: 60,
            values: (plot, splits) =>
              splits.map((at) => `${Math.round(at - (plot.scales["x"]?.max ?? 0))} s`),
            splits: (_plot, _axis, _min, max) => [max - 25, max - 20, max - 15, max - 10, max - 5],
          },
          { ...axis, size: 42, space: 26 },
        ],
        series: [
          {},
          ...series.map(({ colour, isArea }) => ({
            stroke: theme.colour(colour),
            width: isArea === true ? 0 : 1.5,
            ...(isArea === true ? { fill: theme.colour(colour) } : {}),
            points: { show: false },
          })),
        ],
        hooks: isOfTicks === true ? { draw: [(plot) => this.#markTicks(plot)] } : {},
      },
      this.#data(),
      this.#frame,
    );
  }

  /** A line where the world changed its kernel, and to which; one at the budget, if in sight. */
  #markTicks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = this.#theme.colour("ink");
    ctx.lineWidth = ratio;
    ctx.font = `600 ${11 * ratio}px system-ui`;
    // The axes leave theirs behind.
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    for (const { atS, engine } of this.#history.changes) {
      const x = Math.round(plot.valToPos(atS, "x", true));
      if (x < bbox.left) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const name = engine.toUpperCase();
      const room = bbox.left + bbox.width - x - ctx.measureText(name).width;
      ctx.fillText(name, x + Math.min(4 * ratio, room), bbox.top + 10 * ratio);
    }
    const { budgetMs } = this.#history;
    if (budgetMs < (plot.scales["y"]?.max ?? 0)) {
      const y = Math.round(plot.valToPos(budgetMs, "y", true));
      ctx.strokeStyle = ctx.fillStyle = this.#theme.colour("bad");
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.fillText("budget", bbox.left + 4 * ratio, y - 3 * ratio);
    }
    ctx.restore();
  }
}

export class Plots {
  readonly #plots: Plot[];
  #next = 0;
  #drawnMs = 0;

  /** @param phases names of the tick's */
  constructor(
    at: (id: string) => HTMLElement,
    history: History,
    phases: readonly string[],
    theme: Theme,
  ) {
    const make = (options: PlotOptions): Plot => new Plot(options, theme, history);
    const stack = phases.map((label, i): Series => {
      const below = history.phases[i - 1];
      const line = history.phases[i] ?? [];
      const colour = PHASE_COLOURS[i % PHASE_COLOURS.length] ?? "ink";
      return {
        label,
        colour,
        line,
        isArea: true,
        digits: 2,
        ...(below === undefined ? {} : { below }),
      };
    });
    const series = (label: string, colour: ColourName, line: Line, digits = 0): Series => {
      return { label, colour, line, digits };
    };
    this.#plots = [
      make({
        at: at("plot-ticks"),
        series: [...stack.reverse(), series("worst tick", "ink", history.worst, 2)],
        least: 1,
        isOfTicks: true,
      }),
      make({
        at: at("plot-latency"),
        series: [
          series("half of all", "series-a", history.trip50, 1),
          series("99 of 100", "series-b", history.trip99, 1),
          series("chosen", "series-c", history.tripChosen, 1),
        ],
        least: 5,
      }),
      make({
        at: at("plot-bytes"),
        series: [
          series("to clients", "series-a", history.sent),
          series("from clients", "series-b", history.received),
        ],
        least: 10,
      }),
      make({
        at: at("plot-window"),
        series: [series("of the chosen client", "series-c", history.outstanding)],
        least: 1000,
      }),
    ];
    theme.onChange(() => {
      for (const plot of this.#plots) plot.repaint();
    });
  }

  /** Draws one of them, when its time has come. */
  draw(nowMs: number): void {
    if (nowMs - this.#drawnMs < PAUSE_MS / this.#plots.length) return;
    this.#drawnMs = nowMs;
    this.#plots[this.#next]?.draw(nowMs / 1000);
    this.#next = (this.#next + 1) % this.#plots.length;
  }
}
