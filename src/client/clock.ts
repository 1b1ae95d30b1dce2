// What the client makes of the server's time: which tick it is there, how long a message takes, how
// late updates come. From two things only: when an update arrived, and how long a heartbeat took.

/** Half of the time over which the fastest arrival is sought, ms. */
const WINDOW_MS = 5000;
/** Of a hundred updates this many are to have arrived when they are shown. */
const ON_TIME = 0.95;
/** How far one update moves the lateness that is reckoned with, ms. */
const STEP_MS = 4;
/** Weight of a new round trip in the smoothed one, as in RFC 6298. */
const ROUND_TRIP_WEIGHT = 1 / 8;

/** The server's time as the client knows it: `client.clock`. To be read. */
export class ServerClock {
  /** Smoothed, ms; 0 before the first heartbeat was answered. */
  roundTripMs = 0;
  /** The shortest of late, ms. */
  roundTripMinMs = 0;
  /** By how much later than the fastest an update comes, but for one in twenty; ms. */
  latenessMs = 0;
  /** The newest tick heard of. */
  tick = 0;
  #tickMs = 25;
  #isSet = false;
  /** When tick 0 would have arrived on the fastest way, of the half at hand and the one before. */
  #originMs = Infinity;
  #lastOriginMs = Infinity;
  #windowStartMs = 0;
  #windowMinMs = Infinity;

  /** Of a connection that begins. */
  reset(tickMs: number): void {
    this.#tickMs = tickMs;
    this.#isSet = false;
    this.#originMs = this.#lastOriginMs = Infinity;
    this.roundTripMs = this.roundTripMinMs = this.latenessMs = 0;
    this.#windowMinMs = Infinity;
    this.tick = 0;
  }

  /** Whether it knows what time it is at the server. */
  get isSet(): boolean {
    return this.#isSet;
  }

  /** When tick 0 would have arrived, on the clock of this machine, ms. */
  get originMs(): number {
    return Math.min(this.#originMs, this.#lastOriginMs);
  }

  /** An update of `tick` has arrived. */
  heard(tick: number, nowMs: number): void {
    const originMs = nowMs - tick * this.#tickMs;
    if (!this.#isSet || nowMs - this.#windowStartMs >= WINDOW_MS) this.#turn(nowMs);
    if (originMs < this.#originMs) this.#originMs = originMs;
    this.#isSet = true;
    this.tick = tick;
    const lateMs = originMs - this.originMs;
    // Up by nineteen steps or down by one: it rests where one in twenty is above.
    if (lateMs > this.latenessMs)
      this.latenessMs = Math.min(lateMs, this.latenessMs + STEP_MS * ON_TIME);
    else this.latenessMs = Math.max(lateMs, this.latenessMs - STEP_MS * (1 - ON_TIME));
  }

  /** A heartbeat was answered. */
  answered(roundTripMs: number): void {
    const isFirst = this.roundTripMs === 0;
    const change = (roundTripMs - this.roundTripMs) * ROUND_TRIP_WEIGHT;
    this.roundTripMs = isFirst ? roundTripMs : this.roundTripMs + change;
    this.#windowMinMs = Math.min(this.#windowMinMs, roundTripMs);
    this.roundTripMinMs = isFirst ? roundTripMs : Math.min(this.roundTripMinMs, roundTripMs);
  }

  /** The tick, with its fraction, whose update would arrive now on the fastest way. */
  arrivingTick(nowMs: number): number {
    return this.#isSet ? (nowMs - this.originMs) / this.#tickMs : 0;
  }

  /** The tick, with its fraction, that it is at the server now: half a round trip further on. */
  serverTick(nowMs: number): number {
    return this.#isSet ? this.arrivingTick(nowMs + this.roundTripMinMs / 2) : 0;
  }

  /** Another half of the window begins. */
  #turn(nowMs: number): void {
    this.#lastOriginMs = this.#isSet ? this.#originMs : Infinity;
    this.#originMs = Infinity;
    this.#windowStartMs = nowMs;
    if (this.#windowMinMs < Infinity) this.roundTripMinMs = this.#windowMinMs;
    this.#windowMinMs = Infinity;
  }
}
