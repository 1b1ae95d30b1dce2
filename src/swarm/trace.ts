// A recorded movement: rows of t_ms,entity_id,x,y, plain or gzip, with a description beside them
// (NAME.json for NAME.csv or NAME.csv.gz) that may give the bounds and the gap that means absence.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { parseDescription, type TraceDescription } from "./trace-description.ts";

/** A run of samples of one entity; times are ms since the trace began. */
export interface Trace {
  /** Ids as in the file, ascending; an entity is its index here. */
  readonly entityIds: readonly number[];
  /** Samples of entity e: firstSample[e] .. firstSample[e + 1] - 1, in the order of time. */
  readonly firstSample: Int32Array;
  readonly ms: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Number of the presence run that a sample belongs to, unique over all entities. */
  readonly run: Int32Array;
  readonly runs: number;
  readonly durationMs: number;
  readonly middleX: number;
  readonly middleY: number;
}

/** Reads a trace. Throws an Error with a sentence that names the file and what is wrong. */
export function readTrace(file: string): Trace {
  const bytes = readFileSync(file);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (isGzip ? gunzipSync(bytes) : bytes).toString("utf8");
  const description = readDescription(file.replace(/(\.csv)?(\.gz)?$/, ".json"));
  return parseTrace(text, description, file);
}

/** As {@link readTrace}, from text. `name` stands in the sentences of errors. */
export function parseTrace(text: string, description: TraceDescription, name: string): Trace {
  const rows = parseRows(text, name);
  const begin = rows.reduce((min, row) => Math.min(min, row.ms), Infinity);
  const end = rows.reduce((max, row) => Math.max(max, row.ms), -Infinity);
  rows.sort((a, b) => a.entity - b.entity || a.ms - b.ms);
  const entityIds = [...new Set(rows.map((row) => row.entity))];
  const firstSample = new Int32Array(entityIds.length + 1).fill(rows.length);
  const run = new Int32Array(rows.length);
  let entity = -1;
  let runs = 0;
  rows.forEach((row, i) => {
    const previous = rows[i - 1];
    if (previous?.entity !== row.entity) firstSample[++entity] = i;
    if (previous?.entity !== row.entity || row.ms - previous.ms > description.presenceGapMs)
      runs += 1;
    run[i] = runs - 1;
  });
  const bounds = description.bounds ?? boundsOf(rows);
  return {
    entityIds,
    firstSample,
    run,
    runs,
    ms: Float64Array.from(rows, (row) => row.ms - begin),
    x: Float64Array.from(rows, (row) => row.x),
    y: Float64Array.from(rows, (row) => row.y),
    durationMs: end - begin,
    middleX: (bounds.minX + bounds.maxX) / 2,
    middleY: (bounds.minY + bounds.maxY) / 2,
  };
}

interface Row {
  ms: number;
  entity: number;
  x: number;
  y: number;
}

function parseRows(text: string, name: string): Row[] {
  const rows: Row[] = [];
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "" || (i === 0 && /^\s*t_ms\b/.test(line))) return;
    const cells = line.split(",");
    const [ms = NaN, entity = NaN, x = NaN, y = NaN] = cells.map(Number);
    if (cells.length !== 4 || !Number.isFinite(ms + x + y) || !Number.isInteger(entity))
      throw new Error(
        `${name} line ${i + 1}: "${line.trim()}" is no t_ms,entity_id,x,y with four numbers`,
      );
    rows.push({ ms, entity, x, y });
  });
  if (rows.length === 0) throw new Error(`${name} has no rows`);
  return rows;
}

function boundsOf(rows: readonly Row[]): NonNullable<TraceDescription["bounds"]> {
  const bounds = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const { x, y } of rows) {
    bounds.minX = Math.min(bounds.minX, x);
    bounds.minY = Math.min(bounds.minY, y);
    bounds.maxX = Math.max(bounds.maxX, x);
    bounds.maxY = Math.max(bounds.maxY, y);
  }
  return bounds;
}

function readDescription(file: string): TraceDescription {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return parseDescription({}, file); // a trace need not have one
  }
  return parseDescription(JSON.parse(text), file);
}
