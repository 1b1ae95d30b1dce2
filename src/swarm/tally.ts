// What a worker counts; plain data, so that it can be sent and added up.
import { Histogram } from "./histogram.ts";
import { emptyModelFigures, type ModelFigures } from "./model.ts";

/** Counts since the worker started, unless a line says otherwise. */
export interface Counts {
  dials: number;
  /** Connections that ended before the bot had an entity. */
  refusals: number;
  /** Times a bot was told to ask for its entity later. */
  putOffs: number;
  joins: number;
  leaves: number;
  /** Connections that ended while the bot was in the world and had not asked for it. */
  losses: number;
  /** Bots that heard nothing for seconds while others did. */
  silences: number;
  intents: number;
  /** Rounds in which a bot did not send because too many intents awaited their acknowledgement. */
  held: number;
  frames: number;
  frameMax: number;
  oversize: number;
  /**
   * While the run is measured: bytes received with their headers, and the time all bots listened.
   */
  bytes: number;
  listenedMs: number;
  corrections: number;
  /**
   * Of all bots, from the first after they joined: ticks, those after which the view was
   * incomplete, and the most of one session in a row.
   */
  ticks: number;
  incompleteTicks: number;
  incompleteRun: number;
  /** Records handed in with a bit flipped, on purpose. */
  corrupted: number;
  digestsOk: number;
  digestsBad: number;
  protocolFaults: number;
  /** Error messages of the server, but for those that put a bot off. */
  errors: number;
  /** Rounds that the wheel dropped. */
  droppedRounds: number;
  /** Over the sessions that were long enough to measure. */
  rateSessions: number;
  rateSum: number;
  rateMin: number;
  longestSilenceMs: number;
  cpuMs: number;
}

/** All that a worker found out. */
export interface Tally {
  counts: Counts;
  model: ModelFigures;
  /** Cells of {@link Histogram}. */
  lateness: Float64Array;
  acknowledged: Float64Array;
  neighbour: Float64Array;
  /** Sentences about the first differences, losses and refusals. */
  findings: string[];
}

/** Findings that are kept. */
export const FINDINGS_MAX = 12;

export function emptyCounts(): Counts {
  return {
    dials: 0,
    refusals: 0,
    putOffs: 0,
    joins: 0,
    leaves: 0,
    losses: 0,
    silences: 0,
    intents: 0,
    held: 0,
    frames: 0,
    frameMax: 0,
    oversize: 0,
    bytes: 0,
    listenedMs: 0,
    corrections: 0,
    ticks: 0,
    incompleteTicks: 0,
    incompleteRun: 0,
    corrupted: 0,
    digestsOk: 0,
    digestsBad: 0,
    protocolFaults: 0,
    errors: 0,
    droppedRounds: 0,
    rateSessions: 0,
    rateSum: 0,
    rateMin: Infinity,
    longestSilenceMs: 0,
    cpuMs: 0,
  };
}

const LARGEST: readonly (keyof Counts)[] = ["frameMax", "incompleteRun", "longestSilenceMs"];

/** Adds up what several workers found. */
export function mergeTallies(tallies: readonly Tally[]): Tally {
  const merged: Tally = {
    counts: emptyCounts(),
    model: emptyModelFigures(),
    lateness: mergeCells(tallies.map((tally) => tally.lateness)),
    acknowledged: mergeCells(tallies.map((tally) => tally.acknowledged)),
    neighbour: mergeCells(tallies.map((tally) => tally.neighbour)),
    findings: tallies.flatMap((tally) => tally.findings).slice(0, FINDINGS_MAX),
  };
  const { counts, model } = merged;
  for (const tally of tallies) {
    for (const key of Object.keys(counts) as (keyof Counts)[]) {
      const value = tally.counts[key];
      if (key === "rateMin") counts.rateMin = Math.min(counts.rateMin, value);
      else if (LARGEST.includes(key)) counts[key] = Math.max(counts[key], value);
      else counts[key] += value;
    }
    for (const key of Object.keys(model) as (keyof ModelFigures)[]) model[key] += tally.model[key];
  }
  return merged;
}

function mergeCells(cells: readonly Float64Array[]): Float64Array {
  const merged = new Histogram();
  for (const each of cells) merged.merge(new Histogram(each));
  return merged.cells;
}
