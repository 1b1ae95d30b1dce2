// Queries of the dashboard in Prometheus's language: of the world that is chosen at its top, over
// as long as Grafana thinks right for what is on the screen.

export interface Query {
  readonly expr: string;
  /** What a line is called; {{label}} is the label's value. */
  readonly legend: string;
}

const WINDOW = "$__rate_interval";

export function here(name: string, more = ""): string {
  return `${name}{instance="$instance"${more === "" ? "" : `, ${more}`}}`;
}

/** A second's worth of a counter. */
export function rate(name: string, more = ""): string {
  return `rate(${here(name, more)}[${WINDOW}])`;
}

export function quantile(share: number, histogram: string): string {
  return `histogram_quantile(${share}, ${rate(`${histogram}_bucket`)})`;
}

/** The mean of what a histogram was told. */
export function mean(histogram: string): string {
  return `${rate(`${histogram}_sum`)} / ${rate(`${histogram}_count`)}`;
}

export function quantiles(histogram: string): Query[] {
  return [0.5, 0.9, 0.99].map((share) => ({
    expr: quantile(share, histogram),
    legend: `p${share * 100}`,
  }));
}

/** Each counter a second, called by `legends`. */
export function rates(legends: Readonly<Record<string, string>>): Query[] {
  return Object.entries(legends).map(([name, legend]) => ({ expr: rate(name), legend }));
}

/** Each gauge, called by `legends`. */
export function gauges(legends: Readonly<Record<string, string>>): Query[] {
  return Object.entries(legends).map(([name, legend]) => ({ expr: here(name), legend }));
}
