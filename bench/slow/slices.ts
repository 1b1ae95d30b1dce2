// Pieces of time in which the latency of clients is taken, each with how punctual the load itself
// was: a piece in which it came late says nothing of the server.
import { Histogram } from "../../src/swarm/histogram.ts";
import type { Reader } from "./reader.ts";

/** A piece counts if the load was so punctual in it, p99, ms. */
export const LATENESS_MAX_MS = 5;

/** ms. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
  /** Pieces that they are of, and those that did not count. */
  readonly counted: number;
  readonly late: number;
}

export interface Slice {
  readonly latency: Histogram;
  readonly latenessP99: number;
}

/** Where a load notes how late it comes. */
export interface Timed {
  readonly lateness: Histogram;
  /** Clients that always read. */
  readonly punctual: readonly Reader[];
}

/** What these clients wait while something happens. */
export async function sliceOf(
  { lateness, punctual }: Timed,
  during: () => Promise<void>,
): Promise<Slice> {
  const latency = new Histogram();
  lateness.clear();
  for (const reader of punctual) reader.latency = latency;
  await during();
  for (const reader of punctual) reader.latency = null;
  return { latency, latenessP99: lateness.quantileMs(0.99) };
}

export function isPunctual({ latenessP99 }: Slice): boolean {
  return latenessP99 <= LATENESS_MAX_MS;
}

/** Of all pieces that count, together. */
export function timesOf(slices: readonly Slice[]): Times {
  const counted = slices.filter(isPunctual);
  const all = new Histogram();
  for (const { latency } of counted) all.merge(latency);
  return {
    ...{ p50: all.quantileMs(0.5), p99: all.quantileMs(0.99) },
    ...{ counted: counted.length, late: slices.length - counted.length },
  };
}
