// What open pages cost the tick, and what a frame costs the page: verdicts by the goals.
import type { Verdict } from "../verdict.ts";

/** Of what a tick takes without them. */
export const SHARE_MAX = 0.02;
/** Of the page's script, 95 frames of 100, ms. */
export const FRAME_MS_MAX = 4;
/** Of the frames that were due, a page has at least so many; the machine may be late. */
const FRAMES_MIN = 0.8;

/** One round: so long without pages, and so long with them. */
export interface Round {
  /** Means, ms a tick. */
  readonly without: number;
  readonly with: number;
  /** Of the latter, what the pages took. */
  readonly pages: number;
  /** Frames that the viewers had, and that they were to have. */
  readonly frames: number;
  readonly due: number;
  readonly backwards: number;
  readonly dropped: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Median of the rounds. */
  readonly share: number;
  readonly faults: readonly string[];
}

/** @param frameMs of the page in a browser; null: there was none */
export function judge(rounds: readonly Round[], frameMs: number | null): Judgement {
  const shares = rounds.map((round) => round.pages / (round.with - round.pages));
  const share = shares.sort((a, b) => a - b)[Math.floor(shares.length / 2)] ?? NaN;
  const faults = rounds.flatMap(({ backwards, dropped, due, frames }, i) => {
    const found: string[] = [];
    if (frames < due * FRAMES_MIN) found.push(`round ${i + 1}: ${frames} frames of ${due}`);
    if (backwards > 0) found.push(`round ${i + 1}: ${backwards} frames went back in time`);
    if (dropped > 0) found.push(`round ${i + 1}: ${dropped} frames were dropped`);
    return found;
  });
  const isMet = share <= SHARE_MAX && (frameMs === null || frameMs <= FRAME_MS_MAX);
  const verdict = faults.length > 0 ? "wrong" : isMet ? "met" : "missed";
  return { verdict, share, faults };
}
