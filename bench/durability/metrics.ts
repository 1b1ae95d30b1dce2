// What a server says about itself: its metrics, and what ticks cost between two looks at them.

/** Values by name; those with labels by name and labels as written. */
export type Metrics = ReadonlyMap<string, number>;

const DURATION = "aether_tick_duration_seconds";

/** @throws Error when nobody answers */
export async function readMetrics(url: string): Promise<Metrics> {
  const text = await (await fetch(url)).text();
  const pairs = text.split("\n").flatMap((line): [string, number][] => {
    const at = line.lastIndexOf(" ");
    return line.startsWith("#") || at < 0 ? [] : [[line.slice(0, at), Number(line.slice(at + 1))]];
  });
  return new Map(pairs);
}

export interface TickCost {
  readonly ticks: number;
  readonly skipped: number;
  /** Upper edge of the histogram's bucket that holds the 99th percentile, ms. */
  readonly p99Ms: number;
  readonly meanMs: number;
}

export function tickCost(before: Metrics, after: Metrics): TickCost {
  const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  const ticks = grown(`${DURATION}_count`);
  let p99Ms = Infinity;
  for (const name of after.keys()) {
    const edge = name.startsWith(`${DURATION}_bucket`)
      ? /le="([\d.]+)"/.exec(name)?.[1]
      : undefined;
    if (edge === undefined || grown(name) < 0.99 * ticks) continue;
    p99Ms = Math.min(p99Ms, Number(edge) * 1000);
  }
  return {
    ticks,
    skipped: grown("aether_ticks_skipped_total"),
    p99Ms,
    meanMs: (grown(`${DURATION}_sum`) / ticks) * 1000,
  };
}
