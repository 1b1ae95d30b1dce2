// Where each metric's numbers lie: cells of one array, in the order in which metrics are declared.
// All threads load the same catalogue, and so agree without a word.
import { histogramCells } from "../numbers/histogram.ts";

export type Kind = "counter" | "gauge" | "histogram";

/** A metric whose numbers lie in cells. */
export interface Metric {
  readonly kind: Kind;
  readonly name: string;
  readonly help: string;
  /** Name of its label; "": it has none. */
  readonly label: string;
  /** The label's values, all of them; [""] without a label. */
  readonly values: readonly string[];
  /** Upper edges of a histogram. */
  readonly edges: readonly number[];
  /** Its first cell; those of each value follow each other. */
  readonly at: number;
  /** Cells of each value. */
  readonly stride: number;
}

/** One label, with every value that it will ever have: none is made of what strangers send. */
export type Labels = Readonly<Record<string, readonly string[]>>;

export class Layout {
  readonly metrics: Metric[] = [];
  /** Cells in use. */
  cells = 0;

  counter(name: string, help: string, labels: Labels = {}): Metric {
    return this.#place("counter", name, help, labels, []);
  }

  gauge(name: string, help: string, labels: Labels = {}): Metric {
    return this.#place("gauge", name, help, labels, []);
  }

  histogram(name: string, help: string, edges: readonly number[], labels: Labels = {}): Metric {
    return this.#place("histogram", name, help, labels, edges);
  }

  #place(kind: Kind, name: string, help: string, labels: Labels, edges: readonly number[]): Metric {
    const [label, values] = Object.entries(labels)[0] ?? ["", [""]];
    const stride = kind === "histogram" ? histogramCells(edges) : 1;
    const metric = { kind, name, help, label, values, edges, at: this.cells, stride };
    this.metrics.push(metric);
    this.cells += stride * values.length;
    return metric;
  }
}

/** The first cell of a label's value. @throws Error when the metric has no such value */
export function cellOf(metric: Metric, value: string): number {
  const index = metric.values.indexOf(value);
  if (index < 0) throw new Error(`${metric.name} has no ${metric.label} ${value}`);
  return metric.at + index * metric.stride;
}
