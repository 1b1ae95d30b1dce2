// A contest on the page: answers compared first, then windows by turns, round after round.
import type { Job } from "../contenders/contender.ts";
import { warmWindows, WINDOW_TICKS } from "../plan.ts";
import { median, quantile, type Timing, windowsOf } from "../statistic.ts";
import type { PageCase } from "./lineup.ts";
import type { Player } from "./player.ts";

export const ROUNDS = 30;
const COMPARED_TICKS = 12;
/** Frames have a limit: a crowded view needs some ticks until all are told. */
const SETTLE_TICKS = 16;

export interface Entrant {
  readonly name: string;
  readonly status: "waiting" | "right" | "wrong" | "failed";
  /** Of one that failed. */
  readonly why: string;
  /** Us a tick; null before there is a window. */
  readonly numbers: Numbers | null;
}

export interface Numbers {
  readonly rounds: number;
  readonly p10: number;
  readonly median: number;
  /** The slowest tick of all. */
  readonly worst: number;
  /** Median of the rounds' ratios to the first contender; 1 for itself, null without it. */
  readonly ratio: number | null;
}

export interface Watcher {
  /** What is being done now, a sentence. */
  say(text: string): void;
  show(entrants: readonly Entrant[]): void;
  /** True when nothing more is wanted. */
  isStopped(): boolean;
}

interface Seat {
  readonly player: Player;
  status: Entrant["status"];
  why: string;
  readonly timings: Timing[];
}

/**
 * Plays until all rounds are over, or the watcher stops it.
 * @param players the first is the reference
 */
export async function play(
  players: readonly Player[],
  job: Job,
  played: PageCase,
  watcher: Watcher,
  rounds = ROUNDS,
): Promise<void> {
  const seats = players.map((player): Seat => ({
    player,
    status: "waiting",
    why: "",
    timings: [],
  }));
  const show = (): void => watcher.show(seats.map((seat) => entrantOf(seat, seats[0])));
  show();
  let expected: string | null = null;
  for (const seat of seats) {
    if (watcher.isStopped()) return;
    watcher.say(`Comparing answers: ${seat.player.name}`);
    const answers = await attempt(seat, () => answersOf(seat.player, job, played));
    if (answers === null) continue;
    expected ??= answers;
    seat.status = answers === expected ? "right" : "wrong";
  }
  show();
  const right = (): Seat[] => seats.filter(({ status }) => status === "right");
  for (const seat of right()) {
    if (watcher.isStopped()) return;
    watcher.say(`Warming up: ${seat.player.name}`);
    await attempt(seat, () => warm(seat.player, job, played));
  }
  for (let round = 0; round < rounds; round++) {
    const order = right();
    const first = round % Math.max(1, order.length);
    for (const seat of [...order.slice(first), ...order.slice(0, first)]) {
      if (watcher.isStopped()) return;
      watcher.say(`Round ${round + 1} of ${rounds}: ${seat.player.name}`);
      const us = await attempt(seat, () => seat.player.run(WINDOW_TICKS, true));
      if (us !== null) seat.timings.push({ round, us });
    }
    show();
  }
}

/** All answers of a contender's first ticks, as one text. */
async function answersOf(player: Player, job: Job, played: PageCase): Promise<string> {
  await player.open(job, played);
  for (let tick = 0; tick < SETTLE_TICKS; tick++) await player.compare(false);
  const answers: string[] = [];
  for (let tick = 0; tick < COMPARED_TICKS; tick++) answers.push(await player.compare(true));
  return answers.join("\n");
}

/** Opens a contender anew, so that nothing of the comparison is left, and lets it be compiled. */
async function warm(player: Player, job: Job, played: PageCase): Promise<void> {
  await player.open(job, played);
  await player.run(SETTLE_TICKS, false);
  for (let i = warmWindows(played.n); i > 0; i--) await player.run(WINDOW_TICKS, true);
}

async function attempt<T>(seat: Seat, task: () => Promise<T>): Promise<T | null> {
  try {
    return await task();
  } catch (error) {
    seat.status = "failed";
    seat.why = error instanceof Error ? error.message : String(error);
    return null;
  }
}

function entrantOf(seat: Seat, first: Seat | undefined): Entrant {
  const { player, status, why, timings } = seat;
  return { name: player.name, status, why, numbers: numbersOf(timings, first?.timings ?? []) };
}

function numbersOf(timings: readonly Timing[], first: readonly Timing[]): Numbers | null {
  if (timings.length === 0) return null;
  const windows = windowsOf(timings, first);
  const means = windows.map(({ mean }) => mean);
  const ratios = windows.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
  return {
    rounds: windows.length,
    p10: quantile(means, 0.1),
    median: median(means),
    worst: Math.max(...windows.map(({ max }) => max)),
    ratio: ratios.length === 0 ? null : median(ratios),
  };
}
