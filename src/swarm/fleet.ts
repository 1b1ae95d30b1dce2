// The bots of one worker, their pace, and what is handed to the main process.
import { Bot } from "./bot.ts";
import { Team, type TeamOptions } from "./team.ts";
import type { Counts, Tally } from "./tally.ts";
import { SEND_PERIOD_MS } from "./units.ts";
import { Wheel } from "./wheel.ts";

/** How far a bot may fall behind before the oracle stops waiting for it. */
const BEHIND_TICKS = 120;
/** The part of a turn that the golden ratio leaves: it spreads any subset of agents evenly. */
const GOLDEN_SHARE = 0.618033988749895;

const NO_WORDS = new Int32Array(0);

/** What a worker hands in. */
export interface Testimony {
  words: Int32Array;
  tick: number;
  /** The newest tick that any of its bots has heard of. */
  maxTick: number;
}

export interface FleetOptions extends TeamOptions {
  /** The numbers of the agents that this worker plays. */
  agents: readonly number[];
}

export class Fleet {
  private readonly team: Team;
  private readonly bots: readonly Bot[];
  private readonly wheel: Wheel;
  private readonly now: () => number;
  private readonly fire = (index: number, dueMs: number): void => this.bots[index]!.turn(dueMs);

  constructor(options: FleetOptions) {
    this.now = options.now;
    this.team = new Team(options);
    this.bots = options.agents.map((agent) => new Bot(agent, this.team));
    const phases = options.agents.map((agent) => ((agent * GOLDEN_SHARE) % 1) * SEND_PERIOD_MS);
    this.wheel = new Wheel(SEND_PERIOD_MS, Float64Array.from(phases), this.team.lateness);
  }

  /** Bots begin to come; they stand until {@link begin}. */
  gather(): void {
    this.wheel.start(this.now());
  }

  /** The movement's time is 0 at `ms` of the clock. */
  begin(ms: number): void {
    this.team.beganMs = ms;
  }

  /** Times that were taken before do not count. */
  warmedUp(): void {
    const { lateness, acknowledged, neighbour } = this.team;
    for (const times of [lateness, acknowledged, neighbour]) times.clear();
  }

  /** All bots leave, and none comes back. */
  end(): void {
    this.team.isEnding = true;
  }

  /** Does what is due. @returns whether it gave way before all was done */
  advance(): boolean {
    return this.wheel.advance(this.now, this.fire);
  }

  get playing(): number {
    return this.bots.reduce((sum, bot) => sum + (bot.isPlaying ? 1 : 0), 0);
  }

  get areAway(): boolean {
    return this.bots.every((bot) => bot.isAway);
  }

  /** Whether everybody who shall be there from the start is there; true once it has begun. */
  get areGathered(): boolean {
    return this.team.beganMs !== null || this.bots.every((bot) => bot.isSettled(0));
  }

  /**
   * What the bots have witnessed since the last call, and the tick up to which that is all;
   * Infinity while nobody is there, who could hold a tick open. The words are valid until the
   * next turn.
   */
  testify(): Testimony {
    const { team } = this;
    let tick = Infinity;
    for (const bot of this.bots) {
      if (bot.examiner !== null && bot.saidTick < team.maxTick - BEHIND_TICKS)
        bot.examiner.fallBehind();
      if (!bot.isAway) tick = Math.min(tick, team.maxTick, bot.saidTick);
    }
    // A bot that dials may hold the tick back, but nothing that was said is taken back.
    team.saidTick = Math.max(team.saidTick, Math.min(tick, team.maxTick));
    const words = team.options.log?.take() ?? NO_WORDS;
    return { words, tick, maxTick: team.maxTick };
  }

  get counts(): Counts {
    return this.team.counts;
  }

  /** What was counted so far; `cpuMs` is this process's. */
  tally(cpuMs: number): Tally {
    const tally = this.team.tally();
    tally.counts.cpuMs = cpuMs;
    tally.counts.droppedRounds = this.wheel.dropped;
    return tally;
  }
}
