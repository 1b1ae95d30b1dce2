// Watches one session of one bot: hands to the oracle where the bot stands and, now and then, its
// whole view; times intents; counts frames and ticks.
import type { Session } from "../client/session.ts";
import type { Replica } from "../client/replica.ts";
import { AOI_INCOMPLETE, AOI_MERGED, AOI_RESET } from "../protocol/encode.ts";
import { MAX_FRAME } from "../protocol/version.ts";
import type { MovementModel } from "./model.ts";
import { updateTick } from "./peek.ts";
import { Stopwatch } from "./stopwatch.ts";
import type { Team } from "./team.ts";
import { SIGHT_SHIFT } from "./units.ts";

/** A neighbour's record is timed every so many ticks. */
const PROBE_TICKS = 16;
/** A view is corrupted only when the session is this many ticks old, so that all are known. */
const CORRUPT_AGE_TICKS = 40;
/** A shorter session's tick rate says nothing. */
const RATE_MIN_MS = 2000;
const BLUR = AOI_RESET | AOI_INCOMPLETE | AOI_MERGED;

export class Examiner {
  readonly stopwatch = new Stopwatch();
  /** The newest tick that the client has applied; at first the one in which it joined. */
  tick: number;
  private readonly team: Team;
  private readonly bot: number;
  private readonly client: Session;
  private readonly model: MovementModel;
  private readonly joinTick: number;
  /** The oracle was told that nobody knows where the bot is, for it fell behind the others. */
  private behind = false;
  private saidX: number;
  private saidY: number;
  private saidFlags = -1;
  private acknowledged: number;
  private sampleTick: number;
  /** The view of this tick was handed in before it was known whether the server skipped it. */
  private openSampleTick = 0;
  private neighbourId = 0;
  private neighbourTick = 0;
  private neighbourMs = 0;
  private nextNeighbourTick: number;
  /** The view of `tick` was incomplete, for so many ticks in a row. */
  private incompleteRun = 0;
  private heardMs: number;
  private rateTick = 0;
  private rateMs = 0;

  /** `client` has just got its entity. */
  constructor(team: Team, bot: number, client: Session, model: MovementModel) {
    const { joinTick } = client;
    this.team = team;
    this.bot = bot;
    this.client = client;
    this.model = model;
    this.joinTick = joinTick;
    this.tick = joinTick;
    this.saidX = client.selfX;
    this.saidY = client.selfY;
    this.acknowledged = client.ackSequence;
    this.heardMs = team.options.now();
    this.nextNeighbourTick = joinTick + PROBE_TICKS + (bot % PROBE_TICKS);
    const { sampleTicks, log } = team.options;
    this.sampleTick = sampleTicks > 0 ? joinTick + 1 + (bot % sampleTicks) : Infinity;
    // Until it was told, it stood where it came in.
    log?.joined(bot, client.enteredTick, client.entityId, client.selfX, client.selfY);
  }

  /** Up to this tick the oracle has heard all: a view is handed in when the next tick begins. */
  get saidTick(): number {
    return Math.min(this.tick, this.sampleTick - 1);
  }

  /** Whether the oracle has stopped waiting for this bot. */
  get isBehind(): boolean {
    return this.behind;
  }

  /** The others are far ahead: the oracle shall not wait. */
  fallBehind(): void {
    this.behind = true;
    this.team.counts.silences += 1;
    this.team.options.log?.unseen(this.bot, this.tick + 1);
    this.team.find(
      `bot ${this.bot}: nothing heard since tick ${this.tick}, the newest is ${this.team.maxTick}`,
    );
  }

  /** A frame came and is not applied yet. */
  frame(bytes: Uint8Array): void {
    const { counts } = this.team;
    counts.frames += 1;
    if (bytes.length > counts.frameMax) counts.frameMax = bytes.length;
    if (bytes.length > MAX_FRAME) counts.oversize += 1;
    if (this.team.beganMs !== null) counts.bytes += bytes.length + (bytes.length < 126 ? 2 : 4);
    const tick = updateTick(bytes);
    // All ticks before the one that begins now have their final view.
    if (tick > this.sampleTick && this.tick > this.joinTick) this.sample(tick);
  }

  /** The client has applied a tick whole. */
  ticked(tick: number, flags: number): void {
    const { team, client } = this;
    const nowMs = team.options.now();
    const previousTick = this.tick;
    this.tick = tick;
    if (tick > team.maxTick) team.maxTick = tick;
    this.listen(tick, nowMs);
    this.countTicks(tick - previousTick, (flags & AOI_INCOMPLETE) !== 0);
    const isSkipped = tick > previousTick + 1 && (flags & (AOI_MERGED | AOI_RESET)) !== 0;
    this.stopwatch.acknowledged(tick, this.acknowledged + 1, client.ackSequence);
    this.acknowledged = client.ackSequence;
    if (team.beganMs !== null) this.stopwatch.measure(tick, nowMs, team.acknowledged);
    this.model.settle(tick, client.ackSequence, client.selfX, client.selfY, isSkipped);
    this.testify(tick, flags, isSkipped ? previousTick : tick);
    if (tick >= this.nextNeighbourTick) this.timeNeighbour(tick, nowMs);
  }

  /** The session is over: what is to be said of it as a whole. */
  close(): void {
    const { counts } = this.team;
    const spanMs = this.heardMs - this.rateMs;
    if (this.rateTick > 0 && spanMs >= RATE_MIN_MS) {
      const rate = ((this.tick - this.rateTick) / spanMs) * 1000;
      counts.rateSessions += 1;
      counts.rateSum += rate;
      counts.rateMin = Math.min(counts.rateMin, rate);
    }
  }

  private listen(tick: number, nowMs: number): void {
    const { counts, beganMs } = this.team;
    const silenceMs = nowMs - this.heardMs;
    this.heardMs = nowMs;
    if (beganMs === null) return;
    counts.listenedMs += silenceMs;
    if (silenceMs > counts.longestSilenceMs) counts.longestSilenceMs = silenceMs;
    if (this.rateTick === 0) {
      this.rateTick = tick;
      this.rateMs = nowMs;
    }
  }

  /** The ticks since the last update; one without an update leaves the view as it was. */
  private countTicks(passed: number, isIncomplete: boolean): void {
    const { counts } = this.team;
    counts.ticks += passed;
    if (this.incompleteRun > 0) this.addIncomplete(passed - 1);
    if (isIncomplete) this.addIncomplete(1);
    else this.incompleteRun = 0;
  }

  private addIncomplete(ticks: number): void {
    const { counts } = this.team;
    this.incompleteRun += ticks;
    counts.incompleteTicks += ticks;
    counts.incompleteRun = Math.max(counts.incompleteRun, this.incompleteRun);
  }

  /** Tells the oracle what changed. `lastSeen` < tick: the server skipped the ticks between. */
  private testify(tick: number, flags: number, lastSeen: number): void {
    const { log } = this.team.options;
    if (log === null) return;
    const { bot, client } = this;
    if (this.openSampleTick > 0) {
      if (lastSeen < tick) log.voided(bot, this.openSampleTick);
      this.openSampleTick = 0;
    }
    if (this.behind) {
      if (tick <= this.team.saidTick) return;
      this.behind = false;
      this.saidFlags = -1;
      flags |= AOI_MERGED;
    } else if (lastSeen < tick) log.unseen(bot, lastSeen + 1);
    const blur = flags & BLUR;
    if (blur === this.saidFlags && client.selfX === this.saidX && client.selfY === this.saidY)
      return;
    log.stood(bot, tick, blur, client.selfX, client.selfY);
    this.saidX = client.selfX;
    this.saidY = client.selfY;
    // Reset and merged are of one tick; only incomplete lasts until it is taken back.
    this.saidFlags = blur & ~AOI_INCOMPLETE ? -1 : blur;
  }

  /** Hands in the view of the last tick before `nextTick` that is due for it. */
  private sample(nextTick: number): void {
    const { team, client, bot } = this;
    const { log, sampleTicks } = team.options;
    const behind = nextTick - 1 - this.sampleTick;
    const tick = this.sampleTick + behind - (behind % sampleTicks);
    this.sampleTick = tick + sampleTicks;
    if (log === null || tick < this.tick || this.behind) return;
    const isOwn = tick === this.tick;
    if (!isOwn) this.openSampleTick = tick;
    const flags = client.lastFlags & (isOwn ? BLUR : AOI_INCOMPLETE);
    log.view(bot, tick, flags, client.replica, flags === 0 ? this.corruptRow(tick) : -1);
  }

  /** @returns the row to flip in this view, once in the run; -1 = none */
  private corruptRow(tick: number): number {
    const { team, client } = this;
    if (!team.corruptionIsDue || tick < this.joinTick + CORRUPT_AGE_TICKS) return -1;
    const row = nearestRow(
      client.replica,
      client.selfX >> SIGHT_SHIFT,
      client.selfY >> SIGHT_SHIFT,
    );
    if (row < 0 || !team.byId.has(client.replica.ids[row]!)) return -1;
    team.corruptionIsDue = false;
    team.counts.corrupted += 1;
    return row;
  }

  /** Times one record of the view, once its owner must know when its intents were applied. */
  private timeNeighbour(tick: number, nowMs: number): void {
    const { team, client } = this;
    this.nextNeighbourTick = tick + PROBE_TICKS;
    if (this.neighbourTick > 0 && team.beganMs !== null)
      team.byId
        .get(this.neighbourId)
        ?.examiner?.stopwatch.measure(this.neighbourTick, this.neighbourMs, team.neighbour);
    this.neighbourTick = 0;
    const { size, ids, updatedTick } = client.replica;
    if (size === 0) return;
    const row = (tick + this.bot) % size;
    if (updatedTick[row] !== tick) return;
    this.neighbourId = ids[row]!;
    this.neighbourTick = tick;
    this.neighbourMs = nowMs;
  }
}

function nearestRow(view: Replica, x: number, y: number): number {
  let nearest = -1;
  let best = Infinity;
  for (let row = 0; row < view.size; row++) {
    const distance = Math.abs(view.x[row]! - x) + Math.abs(view.y[row]! - y);
    if (distance < best) {
      best = distance;
      nearest = row;
    }
  }
  return nearest;
}
