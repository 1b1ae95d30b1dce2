// What the application shows of others: the replica's rows, each where its entity was a moment ago,
// moving without jumps. Tells who comes, moves and goes.
import { AOI_INCOMPLETE, AOI_MERGED } from "../protocol/encode.ts";
import type { ServerClock } from "./clock.ts";
import type { Listeners } from "./events.ts";
import { Playback } from "./playback.ts";
import type { Replica, ReplicaWatcher } from "./replica.ts";
import { Trails } from "./trails.ts";
import type { WelcomeRules } from "./welcome.ts";

/**
 * Nobody is shown to move faster than this many times max_speed. Who is further behind than that, a
 * neighbour whose network delivered many intents at once, catches up within some ticks.
 */
export const SHOWN_SPEED_MAX = 3;
/** In a crowd a position may be so old before it is told anew: nothing is known in between. */
const TURN_TICKS = 10;
const SIGHT_UNITS = 32;
const POSITION_UNITS = 256;
const FIRST_CAPACITY = 16;

/** Everybody else in sight, and where to show them: `client.view`. To be read. */
export class View implements ReplicaWatcher {
  /** What the server said last: size, ids, kinds, and the newest positions in 1/32 unit. */
  readonly replica: Replica;
  /**
   * Where to show the entity of each row of the replica, world units; brought up to date by
   * `client.frame()`. Replaced when they grow: read them again in each frame.
   */
  x = new Float64Array(FIRST_CAPACITY);
  y = new Float64Array(FIRST_CAPACITY);
  readonly #playback: Playback;
  readonly #listeners: Listeners;
  #trails = new Trails();
  /** How far somebody may be shown to go, world units. */
  #reachPerMs = 0;
  /** When `show` was called last: nobody has been shown before. */
  #shownMs = -Infinity;
  /** The update at hand: its tick, its flags, and up to when who moves now has stood. */
  #tick = 0;
  #flags = 0;
  #stoodUntil = 0;
  /** Who was in view before it was told anew: id to row, until that is whole; and their trails. */
  readonly #before = new Map<number, number>();
  #beforeTrails = this.#trails;
  #beforeX = this.x;
  #beforeY = this.y;

  constructor(replica: Replica, clock: ServerClock, listeners: Listeners) {
    this.replica = replica;
    this.#playback = new Playback(clock);
    this.#listeners = listeners;
    replica.watcher = this;
  }

  /** How many are shown: rows 0 .. size - 1. */
  get size(): number {
    return this.replica.size;
  }

  /** The tick that is shown, with its fraction; and how far that is behind, ticks. */
  get shownTick(): number {
    return this.#playback.tick;
  }

  get delayTicks(): number {
    return this.#playback.delayTicks;
  }

  /** A connection has its entity. */
  begin(rules: WelcomeRules): void {
    this.#reachPerMs = ((rules.maxSpeed / POSITION_UNITS) * SHOWN_SPEED_MAX) / rules.tickMs;
    this.#playback.reset(rules.tickMs);
    this.#tick = this.#flags = 0;
  }

  /** No connection follows: everybody is gone. */
  end(): void {
    this.replica.reset();
    this.#forgetBefore();
  }

  /** Brings `x` and `y` to this moment. */
  show(nowMs: number): void {
    this.#playback.advance(nowMs);
    const reach = this.#reachPerMs * (nowMs - this.#shownMs);
    this.#shownMs = nowMs;
    const { tick } = this.#playback;
    const { x, y } = this;
    const { size } = this.replica;
    for (let row = 0; row < size; row++) {
      this.#trails.locate(row, tick);
      const dx = this.#trails.x / SIGHT_UNITS - x[row]!;
      const dy = this.#trails.y / SIGHT_UNITS - y[row]!;
      const square = dx * dx + dy * dy;
      const share = square > reach * reach ? reach / Math.sqrt(square) : 1;
      x[row] = x[row]! + dx * share;
      y[row] = y[row]! + dy * share;
    }
  }

  /** A tick has been applied whole. */
  whole(nowMs: number, lastTick: number): void {
    if (this.#before.size > 0) this.#forgetBefore();
    if ((this.#flags & AOI_MERGED) === 0) this.#playback.pass(lastTick, this.#tick - 1, nowMs);
  }

  // ------------------------------------------------------------------ what the replica tells

  updating(tick: number, flags: number): void {
    if (tick === this.#tick) return;
    if (((flags | this.#flags) & AOI_INCOMPLETE) !== 0) this.#stoodUntil = tick - TURN_TICKS;
    else this.#stoodUntil = (flags & AOI_MERGED) !== 0 ? this.#tick : tick - 1;
    this.#tick = tick;
    this.#flags = flags;
  }

  entered(row: number): void {
    const { replica } = this;
    const id = replica.ids[row]!;
    const [x, y] = [replica.x[row]!, replica.y[row]!];
    if (row >= this.x.length) this.#grow();
    const before = this.#before.get(id);
    if (before === undefined) {
      this.#trails.begin(row, this.#tick, x, y);
      this.x[row] = x / SIGHT_UNITS;
      this.y[row] = y / SIGHT_UNITS;
      const { handlers } = this.#listeners.enter;
      for (let i = 0; i < handlers.length; i++) handlers[i]!(id, row);
      return;
    }
    this.#before.delete(id);
    this.#trails.move(before, row, this.#beforeTrails);
    this.x[row] = this.#beforeX[before]!;
    this.y[row] = this.#beforeY[before]!;
    this.moved(row);
    if (replica.componentBytes > 0) this.changed(row);
  }

  moved(row: number): void {
    const { replica } = this;
    this.#trails.add(row, this.#tick, this.#stoodUntil, replica.x[row]!, replica.y[row]!);
    const { handlers } = this.#listeners.update;
    for (let i = 0; i < handlers.length; i++) handlers[i]!(replica.ids[row]!, row);
  }

  changed(row: number): void {
    const { handlers } = this.#listeners.change;
    for (let i = 0; i < handlers.length; i++) handlers[i]!(this.replica.ids[row]!, row);
  }

  changedOwn(): void {
    const { handlers } = this.#listeners.changeOwn;
    for (let i = 0; i < handlers.length; i++) handlers[i]!();
  }

  leaving(row: number, last: number): void {
    this.#left(this.replica.ids[row]!);
    if (row === last) return;
    this.#trails.move(last, row);
    this.x[row] = this.x[last]!;
    this.y[row] = this.y[last]!;
  }

  clearing(): void {
    const { replica } = this;
    if (replica.size === 0) return;
    this.#forgetBefore();
    for (let row = 0; row < replica.size; row++) this.#before.set(replica.ids[row]!, row);
    this.#beforeTrails = this.#trails;
    this.#trails = new Trails();
    this.#beforeX = this.x;
    this.#beforeY = this.y;
    this.x = new Float64Array(this.x.length);
    this.y = new Float64Array(this.y.length);
  }

  // ------------------------------------------------------------------ parts

  /** Who was in view and is no more when it has been told anew. */
  #forgetBefore(): void {
    for (const id of this.#before.keys()) this.#left(id);
    this.#before.clear();
  }

  #left(id: number): void {
    const { handlers } = this.#listeners.leave;
    for (let i = 0; i < handlers.length; i++) handlers[i]!(id);
  }

  #grow(): void {
    const [x, y] = [new Float64Array(this.x.length * 2), new Float64Array(this.y.length * 2)];
    x.set(this.x);
    y.set(this.y);
    this.x = x;
    this.y = y;
  }
}
