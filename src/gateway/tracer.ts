// Where the time of an intent goes. A few entities are watched; of the intents of each, one at a
// time is followed: its arrival, the tick that took it, the frames that told of it, and the
// acknowledgement of those. Costs a comparison where nobody is watched.
//
// How long an intent was under way to the server cannot be measured: two clocks do not agree. But a
// client stamps its intents, so it is known how much later than the quickest one of the last minute
// it came; to that, half of the quickest acknowledgement of that minute is added.
import { PAGES_MAX } from "../feed/format.ts";

/** Entities at a time; each page of the feed chooses one. */
export const WATCHED_MAX = PAGES_MAX;
/** An intent that nothing came of is given up after this, ms. */
const GIVEN_UP_MS = 10_000;
/** The last minute in seconds, of each of which the best and the worst are kept. */
const SECONDS = 60;

const IDLE = 0;
const ARRIVED = 1;
const STEPPED = 2;
const SENT = 3;

/** One intent's way, ms; `at` is when it was acknowledged, on the injected clock. */
export interface Trace {
  readonly sequence: number;
  readonly at: number;
  readonly socket: number;
  readonly wait: number;
  readonly tick: number;
  readonly send: number;
  readonly acknowledgement: number;
}

export class Tracer {
  readonly #now: () => number;
  readonly #watches: Watch[] = [];
  #tickStart = 0;

  /** @param now monotonic ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether anybody is watched: the calls below are worth making. */
  get isOn(): boolean {
    return this.#watches.length > 0;
  }

  /** Each call needs one of unwatch. @returns false when too many are watched */
  watch(entity: number): boolean {
    const watch = this.#find(entity);
    if (watch === null && this.#watches.length === WATCHED_MAX) return false;
    if (watch === null) this.#watches.push(new Watch(entity));
    else watch.users++;
    return true;
  }

  unwatch(entity: number): void {
    const watch = this.#find(entity);
    if (watch === null) return;
    watch.users--;
    if (watch.users === 0) this.#watches.splice(this.#watches.indexOf(watch), 1);
  }

  /** The last intent of an entity that was followed to its end. */
  last(entity: number): Trace | null {
    return this.#find(entity)?.last ?? null;
  }

  /** That of the last minute which took longest. */
  worst(entity: number): Trace | null {
    return this.#find(entity)?.worst(this.#now()) ?? null;
  }

  // ---------------------------------------------------------------- told by the gateway, in order

  /** @param stampMs the client's own milliseconds, 0 = unknown */
  arrived(entity: number, sequence: number, stampMs: number): void {
    this.#find(entity)?.arrived(sequence, stampMs, this.#now());
  }

  tickBegins(now: number): void {
    this.#tickStart = now;
  }

  /** The step is done. @param sequenceOf an entity's last sequence applied or refused */
  stepped(sequenceOf: (entity: number) => number): void {
    const now = this.#now();
    for (const watch of this.#watches)
      watch.stepped(sequenceOf(watch.entity), this.#tickStart, now);
  }

  /** The entity's client was sent its frames. */
  sent(entity: number, tick: number): void {
    this.#find(entity)?.sent(tick, this.#now());
  }

  /** The entity's client has everything up to `tick`. */
  acknowledged(entity: number, tick: number): void {
    this.#find(entity)?.acknowledged(tick, this.#now());
  }

  #find(entity: number): Watch | null {
    for (const watch of this.#watches) if (watch.entity === entity) return watch;
    return null;
  }
}

class Watch {
  readonly entity: number;
  users = 1;
  last: Trace | null = null;
  readonly #worst: (Trace | null)[] = new Array<Trace | null>(SECONDS).fill(null);
  /** Arrival less stamp: of two clocks, so that only differences mean something. */
  readonly #quickestWay = new LeastOfMinute();
  readonly #quickestAnswer = new LeastOfMinute();
  #state = IDLE;
  #sequence = 0;
  #way = 0;
  #arrivedAt = 0;
  #tickAt = 0;
  #steppedAt = 0;
  #sentAt = 0;
  #sentTick = 0;

  constructor(entity: number) {
    this.entity = entity;
  }

  arrived(sequence: number, stampMs: number, now: number): void {
    // Without a stamp each is taken to be as quick as the quickest.
    const way = stampMs === 0 ? 0 : now - stampMs;
    this.#quickestWay.note(way, now);
    if (this.#state !== IDLE && now - this.#arrivedAt < GIVEN_UP_MS) return;
    this.#state = ARRIVED;
    this.#sequence = sequence;
    this.#way = way;
    this.#arrivedAt = now;
  }

  stepped(sequence: number, tickAt: number, now: number): void {
    if (this.#state !== ARRIVED || sequence < this.#sequence) return;
    this.#state = STEPPED;
    this.#tickAt = tickAt;
    this.#steppedAt = now;
  }

  sent(tick: number, now: number): void {
    if (this.#state !== STEPPED) return;
    this.#state = SENT;
    this.#sentAt = now;
    this.#sentTick = tick;
  }

  acknowledged(tick: number, now: number): void {
    if (this.#state !== SENT || tick < this.#sentTick) return;
    this.#state = IDLE;
    this.#quickestAnswer.note(now - this.#sentAt, now);
    const trace: Trace = {
      sequence: this.#sequence,
      at: now,
      socket: this.#way - this.#quickestWay.of(now) + this.#quickestAnswer.of(now) / 2,
      wait: this.#tickAt - this.#arrivedAt,
      tick: this.#steppedAt - this.#tickAt,
      send: this.#sentAt - this.#steppedAt,
      acknowledgement: now - this.#sentAt,
    };
    this.last = trace;
    const second = Math.floor(now / 1000) % SECONDS;
    const known = this.#worst[second] ?? null;
    if (known === null || now - known.at > 1000 || totalOf(trace) > totalOf(known))
      this.#worst[second] = trace;
  }

  worst(now: number): Trace | null {
    let worst: Trace | null = null;
    for (const trace of this.#worst) {
      if (trace === null || now - trace.at > SECONDS * 1000) continue;
      if (worst === null || totalOf(trace) > totalOf(worst)) worst = trace;
    }
    return worst;
  }
}

function totalOf({ socket, wait, tick, send, acknowledgement }: Trace): number {
  return socket + wait + tick + send + acknowledgement;
}

/** The least of what was noted in the last minute, second by second. */
class LeastOfMinute {
  readonly #least = new Float64Array(SECONDS).fill(Infinity);
  readonly #second = new Float64Array(SECONDS).fill(-1);

  note(value: number, now: number): void {
    const second = Math.floor(now / 1000);
    const at = second % SECONDS;
    const known = this.#second[at] === second ? (this.#least[at] ?? Infinity) : Infinity;
    this.#second[at] = second;
    this.#least[at] = Math.min(known, value);
  }

  of(now: number): number {
    const first = Math.floor(now / 1000) - SECONDS;
    let least = Infinity;
    for (let i = 0; i < SECONDS; i++) {
      if ((this.#second[i] ?? -1) > first) least = Math.min(least, this.#least[i] ?? Infinity);
    }
    return least;
  }
}
