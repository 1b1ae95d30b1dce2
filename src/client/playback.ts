// Which tick of the past is shown: late enough that the updates around it have arrived, but for one
// in twenty. It follows the server's time by going faster or slower, and stands where updates fail.
import type { ServerClock } from "./clock.ts";

/** Behind the fastest arrival: least and most, ticks. */
const DELAY_MIN = 1.5;
const DELAY_MAX = 12;
/** Faster or slower than the server by this share at most. */
export const RATE_SLACK = 0.25;
/** Of what it is off, the share that it makes up in a tick. */
const EAGERNESS = 0.1;
/** Further off than this, ticks, it jumps: the page was hidden, or the connection is another. */
const JUMP_TICKS = 40;

export class Playback {
  /** The tick that is shown, with its fraction. */
  tick = 0;
  /** How far behind the fastest arrival it aims to be, ticks. */
  delayTicks = DELAY_MIN;
  readonly #clock: ServerClock;
  #tickMs = 25;
  #lastMs = 0;
  #isSet = false;

  constructor(clock: ServerClock) {
    this.#clock = clock;
  }

  /** Of a connection that begins. */
  reset(tickMs: number): void {
    this.#tickMs = tickMs;
    this.#isSet = false;
  }

  /**
   * Nothing happened in the ticks up to `quietTick`: what is shown of the last update before may go
   * on from there.
   */
  pass(lastTick: number, quietTick: number, nowMs: number): void {
    if (this.tick < lastTick) return;
    const aim = this.#clock.arrivingTick(nowMs) - this.delayTicks;
    this.tick = Math.max(this.tick, Math.min(aim, quietTick));
  }

  /** Goes on to this moment. */
  advance(nowMs: number): void {
    const clock = this.#clock;
    if (!clock.isSet) return;
    const wanted = 1 + clock.latenessMs / this.#tickMs;
    this.delayTicks = Math.min(DELAY_MAX, Math.max(DELAY_MIN, wanted));
    const aim = clock.arrivingTick(nowMs) - this.delayTicks;
    const ticks = this.#isSet ? (nowMs - this.#lastMs) / this.#tickMs : 0;
    this.#lastMs = nowMs;
    const off = aim - this.tick - ticks;
    // Never past the newest update: what comes next is not known.
    if (!this.#isSet || Math.abs(off) > JUMP_TICKS) this.tick = Math.min(aim, clock.tick);
    else {
      const rate = 1 + Math.min(RATE_SLACK, Math.max(-RATE_SLACK, off * EAGERNESS));
      this.tick = Math.max(this.tick, Math.min(this.tick + ticks * rate, clock.tick));
    }
    this.#isSet = true;
  }
}
