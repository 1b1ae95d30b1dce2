// What all bots of a worker share.
import type { ClientSocket, SocketEvents } from "../client/socket.ts";
import type { WelcomeRules } from "../client/welcome.ts";
import type { Bot } from "./bot.ts";
import { Histogram } from "./histogram.ts";
import { emptyModelFigures } from "./model.ts";
import type { Movement, Step } from "./movement.ts";
import type { SocketTap } from "./socket.ts";
import { emptyCounts, FINDINGS_MAX, type Tally } from "./tally.ts";
import type { WitnessLog } from "./witness-log.ts";

/** What a worker is told before it starts. */
export interface TeamOptions {
  url: string;
  rules: WelcomeRules;
  movement: Movement;
  /** Opens a connection whose binary messages go to `tap` first. */
  dial: (url: string, events: SocketEvents, tap: SocketTap) => ClientSocket;
  /** Monotonic ms. */
  now: () => number;
  /** null: nothing is checked. */
  log: WitnessLog | null;
  /** A bot's view is handed to the oracle every so many ticks; 0 = never. */
  sampleTicks: number;
  /** Flip one record of one view. */
  corrupt: boolean;
}

/** Milliseconds between two dials of one worker. */
const DIAL_GAP_MS = 2;

export class Team {
  readonly options: TeamOptions;
  /** Bots in the world, by entity id. */
  readonly byId = new Map<number, Bot>();
  readonly step: Step = { dx: 0, dy: 0 };
  readonly place = { x: 0, y: 0 };
  readonly counts = emptyCounts();
  readonly model = emptyModelFigures();
  readonly lateness = new Histogram();
  readonly acknowledged = new Histogram();
  readonly neighbour = new Histogram();
  readonly findings: string[] = [];
  /** The newest tick that any bot has heard of. */
  maxTick = 0;
  /** Up to here the oracle has been told that all is said. */
  saidTick = 0;
  /** When the movement's time began, ms; null = it stands still at 0, and nobody moves. */
  beganMs: number | null = null;
  /** No bot comes back any more. */
  isEnding = false;
  corruptionIsDue: boolean;
  private nextDialMs = 0;

  constructor(options: TeamOptions) {
    this.options = options;
    this.corruptionIsDue = options.corrupt;
  }

  /** The movement's time at `ms` of the clock. */
  playedMs(ms: number): number {
    return this.beganMs === null ? 0 : Math.max(0, ms - this.beganMs);
  }

  /** Whether one more connection may be opened now: they come one by one, not as a storm. */
  mayDial(nowMs: number): boolean {
    if (this.isEnding || nowMs < this.nextDialMs) return false;
    this.nextDialMs = nowMs + DIAL_GAP_MS;
    return true;
  }

  readonly find = (sentence: string): void => {
    if (this.findings.length < FINDINGS_MAX) this.findings.push(sentence);
  };

  tally(): Tally {
    const { counts, model, findings } = this;
    return {
      counts,
      model,
      findings,
      lateness: this.lateness.cells,
      acknowledged: this.acknowledged.cells,
      neighbour: this.neighbour.cells,
    };
  }
}
