// What all contenders are given: where n entities begin, and tick by tick what each of them asks
// for. The same case gives the same intents, word by word, in every process and every engine.
import { RandomStream } from "../src/swarm/random.ts";
import { INTENT_WORDS, type Opening } from "./contenders/contender.ts";

/** Position units (1/256) and sight units (1/32) in a world unit. */
export const UNIT = 256;
const SIGHT_UNIT = 32;
/** The rules that all cases share, in world units: those of the default configuration. */
export const RADIUS = 200;
export const HYSTERESIS_PERMILLE = 100;
const SPEED = 5;
const BURST_TICKS = 16;
/**
 * Of so many intents about one has a stale sequence, and one asks for more than the bank can hold.
 */
const SLIP = 1024;
/** Further than any bank reaches: 64 units along both axes. */
const TOO_FAR = 64 * UNIT;

/** Who moves, and how. Positions in 1/256 unit. */
export interface Crowd {
  readonly n: number;
  /** Half the width of the square world, units. */
  readonly half: number;
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** Intents of one tick, at most; absent = n. */
  readonly intentsMax?: number;
  /** How many intents of row i arrive in a tick (from 1); absent = one in each. */
  readonly arrivals?: (row: number, tick: number) => number;
  /** What row i asks for in an intent when it stands at x, y: at most SPEED units long. */
  step(row: number, tick: number, x: number, y: number, step: Step): void;
}

/** An answer; reused. 1/256 unit. */
export interface Step {
  dx: number;
  dy: number;
}

export class Workload implements Opening {
  readonly n: number;
  readonly intentsMax: number;
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly min: number;
  readonly max: number;
  readonly maxSpeed = SPEED * UNIT;
  readonly burstTicks = BURST_TICKS;
  readonly radius = RADIUS * SIGHT_UNIT;
  readonly leave = (RADIUS * SIGHT_UNIT * (1000 + HYSTERESIS_PERMILLE)) / 1000;
  readonly #crowd: Crowd;
  readonly #random: RandomStream;
  /** The order in which intents arrive: not that of the rows. */
  readonly #order: Int32Array;
  readonly #sequence: Int32Array;
  readonly #step: Step = { dx: 0, dy: 0 };
  #tick = 0;

  constructor(crowd: Crowd, seed = 1) {
    this.n = crowd.n;
    this.intentsMax = crowd.intentsMax ?? crowd.n;
    this.x = crowd.x.slice();
    this.y = crowd.y.slice();
    this.max = crowd.half * UNIT;
    this.min = -this.max;
    this.#crowd = crowd;
    this.#random = new RandomStream(seed);
    this.#sequence = new Int32Array(crowd.n);
    this.#order = shuffled(crowd.n, this.#random);
  }

  /**
   * Writes the next tick's intents.
   * @param into room for intentsMax of them
   * @returns the part of it that they fill
   */
  next(into = new Int32Array(this.intentsMax * INTENT_WORDS)): Int32Array<ArrayBuffer> {
    const tick = ++this.#tick;
    let at = 0;
    for (const row of this.#order) {
      for (let k = this.#crowd.arrivals?.(row, tick) ?? 1; k > 0; k--) {
        this.#ask(row, into, at);
        at += INTENT_WORDS;
      }
    }
    return into.subarray(0, at);
  }

  #ask(row: number, into: Int32Array, at: number): void {
    const { x, y } = this;
    const step = this.#step;
    const slip = Math.floor(this.#random.next() * SLIP);
    const sequence = (this.#sequence[row] = this.#sequence[row]! + 1);
    into[at] = row;
    into[at + 1] = slip === 0 ? sequence - 1 : sequence;
    this.#crowd.step(row, this.#tick, x[row]!, y[row]!, step);
    if (slip === 1) step.dx = step.dy = TOO_FAR;
    into[at + 2] = step.dx;
    into[at + 3] = step.dy;
    // What is refused moves nobody. All else is accepted: no bank is ever spent.
    if (slip < 2) return;
    x[row] = this.#held(x[row]! + step.dx);
    y[row] = this.#held(y[row]! + step.dy);
  }

  #held(v: number): number {
    return v < this.min ? this.min : v > this.max ? this.max : v;
  }
}

/** 0 .. n-1 in an order of chance (Fisher and Yates). */
function shuffled(n: number, random: RandomStream): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    const row = order[i]!;
    order[i] = order[j]!;
    order[j] = row;
  }
  return order;
}

/** Of a world in which n spread evenly have k neighbours each within the radius, half the width. */
export function halfFor(n: number, k: number): number {
  return k === 0 ? 1000 : Math.ceil(Math.sqrt((n * Math.PI * RADIUS ** 2) / k) / 2);
}

/** The longest step, 1/256 unit. */
export const STEP_MAX = SPEED * UNIT;

/** A step of chance: any vector of at most STEP_MAX is as likely as any other. */
export function wander(random: RandomStream, step: Step): void {
  do {
    step.dx = Math.floor(random.next() * (2 * STEP_MAX + 1)) - STEP_MAX;
    step.dy = Math.floor(random.next() * (2 * STEP_MAX + 1)) - STEP_MAX;
  } while (step.dx * step.dx + step.dy * step.dy > STEP_MAX * STEP_MAX);
}
