// What stands beside a trace: only what changes how it is played.
import { isRecord, numberIn } from "./json.ts";

/**
 * Absence longer than this splits the presence of an entity, unless the description says
 * otherwise.
 */
const PRESENCE_GAP_MS = 500;

export interface TraceDescription {
  presenceGapMs: number;
  /** In the trace's own units; null = those of the rows. */
  bounds: { minX: number; minY: number; maxX: number; maxY: number } | null;
}

/** Reads the parsed JSON of a description. Throws an Error with a sentence that names the key. */
export function parseDescription(json: unknown, name: string): TraceDescription {
  if (!isRecord(json)) throw new Error(`${name} is no JSON object`);
  const presenceGapMs = numberIn(json, "presence_gap_ms", PRESENCE_GAP_MS, name);
  const bounds = json["bounds"];
  if (bounds === undefined) return { presenceGapMs, bounds: null };
  if (!isRecord(bounds)) throw new Error(`${name}: bounds is no object of four numbers`);
  const edge = (key: string): number => numberIn(bounds, key, NaN, `${name}: bounds`);
  return {
    presenceGapMs,
    bounds: { minX: edge("min_x"), minY: edge("min_y"), maxX: edge("max_x"), maxY: edge("max_y") },
  };
}
