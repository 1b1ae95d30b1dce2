// What slow clients amount to: each must come back to a view that is the server's, or have been
// told why not; what they cost, and what they cost the others, is bounded.
import { CLOSES } from "../../src/protocol/codes.ts";
import { median, type MedianWithin, medianWithin } from "../statistic.ts";
import { EXIT_CODES, SPREAD_MAX, type Verdict } from "../verdict.ts";
import type { Times } from "./slices.ts";
import type { Played, Stall } from "./stage.ts";

/** Bytes of updates that may be unacknowledged, and of what else the kernel holds of a client. */
const WINDOW_BYTES = 16_384;
const HELD_EXTRA_BYTES = 1024; // WebSocket headers, pings, the words of a Close
export const HELD_MAX_BYTES = WINDOW_BYTES + HELD_EXTRA_BYTES;
export const MEMORY_MAX_BYTES = 65_536;
/** A view must be the server's again so soon, ms. */
export const EQUAL_MAX_MS = 1000;
/** Without a window the kernel swallows this of a client, the median of all. */
export const SWALLOWED_MIN_BYTES = 3_900_000;
/** What the others wait may grow by this factor. */
const OTHERS_MAX = SPREAD_MAX;

export interface Judgement {
  readonly verdict: Verdict;
  readonly exitCode: number;
  /** What was wrong, whatever it cost. */
  readonly faults: readonly string[];
  /** Which goals were missed. */
  readonly missed: readonly string[];
  /** Why nothing can be said of the rest. */
  readonly unclear: readonly string[];
  /** Clients that came back right or were closed with the code, of all that stalled. */
  readonly right: number;
  readonly all: number;
  /**
   * p99 of the others while some stall, by what it was beside it while nobody did: of the turns;
   * null where too few of them count.
   */
  readonly others: MedianWithin | null;
  /** The same of each of the long stalls, by all calm halves of turns. */
  readonly othersLong: readonly number[];
}

export function judge(window: Played, control: Played, slowCloseMs: number): Judgement {
  const outcomes = window.stalls.flatMap((stall) =>
    stall.returns.map((_, i) => outcomeOf(stall, i, slowCloseMs)),
  );
  const faults = [...window.faults, ...outcomes.filter((outcome) => outcome !== "")];
  const missed = costsOf(window);
  const unclear: string[] = [];
  const others = judgeTurns(window, missed, unclear);
  const othersLong = window.stalls.map((stall) => judgeLong(stall, window.calm, missed, unclear));
  const swallowed = Math.max(...control.stalls.map(({ heldBytes }) => median(heldBytes)));
  if (swallowed < SWALLOWED_MIN_BYTES)
    unclear.push(`of half of the control's clients ${swallowed} bytes were held: stall for longer`);
  const verdict = verdictOf(faults, missed, unclear);
  return {
    verdict,
    exitCode: EXIT_CODES[verdict],
    faults,
    missed,
    unclear,
    right: outcomes.filter((outcome) => outcome === "").length,
    all: outcomes.length,
    others,
    othersLong,
  };
}

/** What turns say of the others: the interval must be on one side of the limit. */
function judgeTurns({ turns }: Played, missed: string[], unclear: string[]): MedianWithin | null {
  const ratios = turns.flatMap((turn) => (turn === null ? [] : [turn.stalled / turn.calm]));
  const others = medianWithin(ratios);
  if (others === null) {
    unclear.push(
      `the load was punctual in ${ratios.length} of ${turns.length} turns; 6 are needed`,
    );
    return null;
  }
  const words = `the others waited ${wordsOf(others)} times as long`;
  if (others.low > OTHERS_MAX) missed.push(words);
  else if (others.high > OTHERS_MAX) unclear.push(words);
  return others;
}

/** What happens once in a long stall, such as fifty that are closed, no turn shows. */
function judgeLong(
  { seconds, times }: Stall,
  calm: Times,
  missed: string[],
  unclear: string[],
): number {
  const ratio = times.p99 / calm.p99;
  if (times.counted <= times.late)
    unclear.push(`the load was late for ${times.late} pieces of the ${seconds} s`);
  else if (ratio > OTHERS_MAX)
    missed.push(`the others waited ${ratio.toFixed(2)} times as long in the ${seconds} s`);
  return ratio;
}

export function wordsOf({ median, low, high }: MedianWithin): string {
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

/** @returns what is wrong with how a client came back, "" if nothing */
function outcomeOf({ seconds, returns }: Stall, i: number, slowCloseMs: number): string {
  const where = `client ${i} after ${seconds} s`;
  const returned = returns[i] ?? null;
  if (returned === null) return `${where}: neither equal nor closed`;
  const { closeCode } = returned;
  if (seconds * 1000 > slowCloseMs) {
    const isTold = closeCode === CLOSES.TOO_SLOW.code;
    return isTold ? "" : `${where}: closed with ${closeCode ?? "nothing"}`;
  }
  return closeCode === null ? "" : `${where}: closed with ${closeCode}, and too soon`;
}

/** What stalled clients cost more than they may. */
function costsOf({ stalls }: Played): string[] {
  const missed: string[] = [];
  const held = Math.max(...stalls.flatMap(({ heldBytes }) => heldBytes));
  if (held > HELD_MAX_BYTES) missed.push(`${held} bytes were held of a client`);
  const memory = Math.max(...stalls.map(({ memoryBytes }) => memoryBytes));
  if (memory > MEMORY_MAX_BYTES) missed.push(`${memory.toFixed(0)} bytes of memory for a client`);
  const returns = stalls.flatMap((stall) => stall.returns);
  const slowest = Math.max(0, ...returns.map((one) => one?.equalAfterMs ?? 0));
  if (slowest > EQUAL_MAX_MS) missed.push(`equal only after ${slowest.toFixed(0)} ms`);
  return missed;
}

function verdictOf(
  faults: readonly string[],
  missed: readonly string[],
  unclear: readonly string[],
): Verdict {
  if (faults.length > 0) return "wrong";
  if (unclear.length > 0) return "inconclusive";
  return missed.length > 0 ? "missed" : "met";
}
