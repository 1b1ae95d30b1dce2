// What a server says about itself: its metrics, and what ticks cost between two looks at them.
import { get } from "node:http";

/** Values by name; those with labels by name and labels as written. */
export type Metrics = ReadonlyMap<string, number>;

const DURATION = "aether_tick_duration_seconds";

/** @throws Error when nobody answers */
export async function readMetrics(url: string): Promise<Metrics> {
  const text = await textOf(url);
  const pairs = text.split("\n").flatMap((line): [string, number][] => {
    const at = line.lastIndexOf(" ");
    return line.startsWith("#") || at < 0 ? [] : [[line.slice(0, at), Number(line.slice(at + 1))]];
  });
  return new Map(pairs);
}

/** By a connection of its own: one that is kept would stand among the server's open files. */
function textOf(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
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

/**
 * The longest that a histogram of seconds was told between two looks, all labels together: the
 * upper edge of its bucket, ms; 0 where it was told nothing, Infinity beyond the last edge.
 */
export function longestMs(before: Metrics, after: Metrics, name: string): number {
  const counts = new Map<number, number>();
  for (const [key, value] of after) {
    const edge = key.startsWith(`${name}_bucket{`) ? /\ble="([^"]+)"/.exec(key)?.[1] : undefined;
    if (edge === undefined) continue;
    const ms = edge === "+Inf" ? Infinity : Number(edge) * 1000;
    counts.set(ms, (counts.get(ms) ?? 0) + value - (before.get(key) ?? 0));
  }
  const all = counts.get(Infinity) ?? 0;
  if (all === 0) return 0;
  return Math.min(...[...counts].filter(([, count]) => count === all).map(([ms]) => ms));
}
