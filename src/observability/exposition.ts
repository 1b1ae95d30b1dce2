// Prometheus text from the board, rendered in the admin thread. prom-client knows the format and
// what the system tells of the process; our own numbers are read once for each answer, so that one
// never mixes two moments.
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";

import type { BoardReader } from "./board.ts";
import { METRICS, PROCESS, TICK } from "./catalogue.ts";
import type { Metric } from "./layout.ts";

/** What runs: labels of aether_build_info. */
export interface BuildInfo {
  readonly version: string;
  readonly node: string;
  readonly kernel: string;
  readonly protocol: string;
}

export interface ExpositionOptions {
  readonly board: BoardReader;
  readonly info: BuildInfo;
  /** Of the application, in their order; those that it has not are not shown. */
  readonly systems: readonly string[];
  /** Milliseconds of the clock that the tick's end was told by. */
  now(): number;
}

/** Those of this thread: the tick's are on the board, under the same names. */
const OF_THREAD = /^nodejs_(?!version_info$)/;

export class Exposition {
  readonly #registry = new Registry();
  readonly #cells: Float64Array;
  readonly #options: ExpositionOptions;
  /** Of the admin thread itself. */
  refused = 0;
  #scrapes = 0;
  #seconds = 0;

  constructor(options: ExpositionOptions) {
    this.#options = options;
    this.#cells = new Float64Array(options.board.length);
    collectDefaultMetrics({ register: this.#registry });
    for (const { name } of this.#registry.getMetricsAsArray())
      if (OF_THREAD.test(name)) this.#registry.removeSingleMetric(name);
    for (const metric of METRICS) register(this.#registry, metric, this.#cells, options.systems);
    registerInfo(this.#registry, options.info);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** @returns all metrics in Prometheus's text format, the numbers of the last tick */
  async render(): Promise<string> {
    const began = performance.now();
    const cells = this.#cells;
    this.#options.board.read(cells);
    const endedMs = cells[TICK.age.at] ?? 0;
    cells[TICK.age.at] = endedMs === 0 ? 0 : (this.#options.now() - endedMs) / 1000;
    cells[PROCESS.adminRefused.at] = this.refused;
    cells[PROCESS.scrapes.at] = this.#scrapes;
    cells[PROCESS.scrapeSeconds.at] = this.#seconds;
    const plain = await this.#registry.metrics();
    const histograms = METRICS.filter(({ kind }) => kind === "histogram");
    const texts = histograms.map((metric) => histogramText(metric, cells));
    const text = [`${plain.trimEnd()}\n`, ...texts].join("\n");
    this.#scrapes++;
    this.#seconds += (performance.now() - began) / 1000;
    return text;
  }
}

type Labelled = Readonly<Record<string, string>>[];

function register(
  to: Registry,
  metric: Metric,
  cells: Float64Array,
  systems: readonly string[],
): void {
  const labels = labelsOf(metric, systems);
  if (metric.kind === "counter") registerCounter(to, metric, labels, cells);
  if (metric.kind === "gauge") registerGauge(to, metric, labels, cells);
}

/** Labels of a metric's values, in the order of its cells. */
function labelsOf({ label, values }: Metric, systems: readonly string[]): Labelled {
  if (label === "system") return [values[0] ?? "", ...systems].map((system) => ({ system }));
  return values.map((value) => (label === "" ? {} : { [label]: value }));
}

function namesOf({ label }: Metric): string[] {
  return label === "" ? [] : [label];
}

function registerCounter(
  to: Registry,
  metric: Metric,
  labels: Labelled,
  cells: Float64Array,
): void {
  const { name, help, at } = metric;
  const counter = new Counter({
    ...{ name, help, labelNames: namesOf(metric), registers: [to] },
    collect: () => {
      counter.reset();
      for (const [i, label] of labels.entries()) counter.inc(label, cells[at + i] ?? 0);
    },
  });
}

function registerGauge(to: Registry, metric: Metric, labels: Labelled, cells: Float64Array): void {
  const { name, help, at } = metric;
  const gauge = new Gauge({
    ...{ name, help, labelNames: namesOf(metric), registers: [to] },
    collect: () => {
      for (const [i, label] of labels.entries()) gauge.set(label, cells[at + i] ?? 0);
    },
  });
}

function registerInfo(to: Registry, info: BuildInfo): void {
  const labels = { ...info };
  const gauge = new Gauge({
    ...{ name: "aether_build_info", help: "What runs.", registers: [to] },
    labelNames: Object.keys(labels),
  });
  gauge.set(labels, 1);
}

/** By hand: prom-client's histogram wants to observe each value; ours are counted already. */
function histogramText(metric: Metric, cells: Float64Array): string {
  const { name, help, label, values, edges, at, stride } = metric;
  const lines = [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`];
  for (const [i, value] of values.entries()) {
    const own = label === "" ? "" : `${label}="${value}"`;
    const counts = cells.subarray(at + i * stride, at + (i + 1) * stride);
    let below = 0;
    for (const [bucket, edge] of [...edges, "+Inf"].entries()) {
      below += counts[bucket] ?? 0;
      lines.push(`${name}_bucket{${own === "" ? "" : `${own},`}le="${edge}"} ${below}`);
    }
    const labels = own === "" ? "" : `{${own}}`;
    lines.push(`${name}_sum${labels} ${counts[edges.length + 1] ?? 0}`);
    lines.push(`${name}_count${labels} ${below}`);
  }
  return `${lines.join("\n")}\n`;
}
