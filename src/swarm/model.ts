// The documented movement rule (docs/protocol.md), written a second time from the document alone:
// from what one bot sent and from what was acknowledged when, it predicts the bot's position, which
// intents are refused or clipped, and the Corrections. It shares no code with the engine.
import { POSITION_UNITS } from "./units.ts";

/** As in Welcome: bounds in 1/256 unit, speed in 1/256 unit a tick. */
export interface ModelRules {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
  maxSpeed: number;
  moveBurstTicks: number;
}

/** What the rule says of an intent; a Correction follows a tick with any of them but STALE. */
export const OVER_BANK = 1;
export const OVER_RATE = 4;
export const CLIPPED = 8;

/** Intents of one entity that a tick applies. */
const RATE_MAX = 16;
/** Largest step along an axis, world units. */
const DELTA_MAX = 64;
/** Intents that may await their acknowledgement; a power of two. */
const PENDING_MAX = 256;
const PENDING_MASK = PENDING_MAX - 1;
/** A Correction that has not come this many ticks after it was due is missing. */
const OVERDUE_TICKS = 40;
const KEPT_CORRECTIONS = 16;

/** What the model counted. */
export interface ModelFigures {
  applied: number;
  overBank: number;
  overRate: number;
  clipped: number;
  /** Corrections received that the model had predicted, with the same position. */
  corrections: number;
  /**
   * Merged ticks after which the model took the server's word: when each intent came is unknown.
   */
  resyncs: number;
  /** Intents whose outcome was open, because the bank was not known exactly after a resync. */
  open: number;
  /** Corrections that were not compared: too many waited for their counterpart. */
  unchecked: number;
  differences: number;
}

export function emptyModelFigures(): ModelFigures {
  return {
    applied: 0,
    overBank: 0,
    overRate: 0,
    clipped: 0,
    corrections: 0,
    resyncs: 0,
    open: 0,
    unchecked: 0,
    differences: 0,
  };
}

/** One session of one bot. */
export class MovementModel {
  /** Position that the server last confirmed, 1/256 unit. */
  x: number;
  y: number;
  private pendingX = 0;
  private pendingY = 0;
  private readonly rules: ModelRules;
  private readonly figures: ModelFigures;
  private readonly report: (difference: string) => void;
  private readonly full: number;
  /** The bank lies between the two; they are the same except after a resync. */
  private bankLow: number;
  private bankHigh: number;
  private tick: number;
  private acknowledged: number;
  private lastSent: number;
  /** Corrections up to this sequence are not held against the server. */
  private trustedUpTo: number;
  private readonly deltaX = new Int32Array(PENDING_MAX);
  private readonly deltaY = new Int32Array(PENDING_MAX);
  private readonly wasClamped = new Uint8Array(PENDING_MAX);
  private readonly expected = new CorrectionList();
  private readonly received = new CorrectionList();

  /** @param report called with a sentence for each difference between model and server */
  constructor(
    rules: ModelRules,
    joined: { x: number; y: number; tick: number; sequence: number },
    figures: ModelFigures,
    report: (difference: string) => void,
  ) {
    this.rules = rules;
    this.figures = figures;
    this.report = report;
    this.x = joined.x;
    this.y = joined.y;
    this.tick = joined.tick;
    this.acknowledged = joined.sequence;
    this.lastSent = joined.sequence;
    this.trustedUpTo = joined.sequence - 1;
    this.full = rules.maxSpeed * rules.moveBurstTicks;
    this.bankLow = this.full;
    this.bankHigh = this.full;
  }

  /** Where the entity will be when everything sent has been applied, 1/256 unit. */
  get predictedX(): number {
    return clamp(this.x + this.pendingX, this.rules.minX, this.rules.maxX);
  }

  get predictedY(): number {
    return clamp(this.y + this.pendingY, this.rules.minY, this.rules.maxY);
  }

  /** Whether one more intent may be sent: the ring of those that await an answer has room. */
  get hasRoom(): boolean {
    return this.lastSent - this.acknowledged < PENDING_MAX;
  }

  /** An intent went out: `dx`, `dy` in world units, as the client sent them. */
  sent(sequence: number, dx: number, dy: number): void {
    const slot = sequence & PENDING_MASK;
    const x = quantise(dx);
    const y = quantise(dy);
    this.deltaX[slot] = x;
    this.deltaY[slot] = y;
    this.wasClamped[slot] = isBeyond(dx) || isBeyond(dy) ? 1 : 0;
    this.pendingX += x;
    this.pendingY += y;
    this.lastSent = sequence;
  }

  /** The server says: after `tick`, with everything up to `sequence` processed, you are at x, y. */
  settle(tick: number, sequence: number, x: number, y: number, isMerged: boolean): void {
    if (sequence > this.lastSent) {
      this.differ(
        `tick ${tick}: sequence ${sequence} acknowledged, ${this.lastSent} was the last sent`,
      );
      return;
    }
    if (isMerged && sequence > this.acknowledged) this.resync(tick, sequence, x, y);
    else this.replay(tick, sequence, x, y);
    this.collectOverdue(tick);
  }

  /** A Correction came: x, y in 1/256 unit. */
  correction(x: number, y: number, sequence: number): void {
    const at = this.expected.find(sequence);
    if (at < 0) {
      if (sequence > this.trustedUpTo) this.keep(this.received, sequence, x, y);
      return;
    }
    this.compareCorrection(sequence, this.expected.x[at]!, this.expected.y[at]!, x, y);
    this.expected.remove(at);
  }

  private replay(tick: number, sequence: number, x: number, y: number): void {
    const { rules, figures } = this;
    const refill = rules.maxSpeed * (tick - this.tick);
    this.bankLow = Math.min(this.full, this.bankLow + refill);
    this.bankHigh = Math.min(this.full, this.bankHigh + refill);
    this.tick = tick;
    let isCorrected = false;
    let isOpen = false;
    for (let taken = 1; this.acknowledged < sequence; taken++) {
      const slot = this.take();
      const dx = this.deltaX[slot]!;
      const dy = this.deltaY[slot]!;
      const length = Math.ceil(Math.sqrt(dx * dx + dy * dy));
      if (taken > RATE_MAX) {
        figures.overRate += 1;
        isCorrected = true;
      } else if (length > this.bankHigh) {
        figures.overBank += 1;
        isCorrected = true;
      } else if (length > this.bankLow) isOpen = true;
      else isCorrected = this.apply(dx, dy, length, this.wasClamped[slot] === 1) || isCorrected;
    }
    if (isOpen) {
      figures.open += 1;
      this.trust(sequence, x, y);
    } else {
      if (x !== this.x || y !== this.y) {
        this.differ(
          `tick ${tick}, sequence ${sequence}: the server says ${x},${y}, ` +
            `the rule ${this.x},${this.y} (1/256 unit)`,
        );
        this.trust(sequence, x, y);
      }
      if (isCorrected) this.expectCorrection(sequence);
    }
  }

  private apply(dx: number, dy: number, length: number, wasClamped: boolean): boolean {
    const { rules } = this;
    this.bankLow -= length;
    this.bankHigh -= length;
    const x = clamp(this.x + dx, rules.minX, rules.maxX);
    const y = clamp(this.y + dy, rules.minY, rules.maxY);
    const isClipped = wasClamped || x !== this.x + dx || y !== this.y + dy;
    this.x = x;
    this.y = y;
    this.figures.applied += 1;
    if (isClipped) this.figures.clipped += 1;
    return isClipped;
  }

  private resync(tick: number, sequence: number, x: number, y: number): void {
    while (this.acknowledged < sequence) this.take();
    this.tick = tick;
    this.figures.resyncs += 1;
    this.trust(sequence, x, y);
  }

  /** Takes the server's position; what is left in the bank is unknown until it is full again. */
  private trust(sequence: number, x: number, y: number): void {
    this.x = x;
    this.y = y;
    this.bankLow = 0;
    this.bankHigh = this.full;
    this.trustedUpTo = sequence;
    this.expected.clear();
    this.received.clear();
  }

  private take(): number {
    this.acknowledged += 1;
    const slot = this.acknowledged & PENDING_MASK;
    this.pendingX -= this.deltaX[slot]!;
    this.pendingY -= this.deltaY[slot]!;
    return slot;
  }

  private expectCorrection(sequence: number): void {
    const at = this.received.find(sequence);
    if (at < 0) {
      if (sequence > this.trustedUpTo) this.keep(this.expected, sequence, this.x, this.y);
      return;
    }
    this.compareCorrection(sequence, this.x, this.y, this.received.x[at]!, this.received.y[at]!);
    this.received.remove(at);
  }

  /** Puts a Correction aside until its counterpart comes. */
  private keep(list: CorrectionList, sequence: number, x: number, y: number): void {
    if (!list.add(sequence, x, y, this.tick)) this.figures.unchecked += 1;
  }

  private compareCorrection(
    sequence: number,
    x: number,
    y: number,
    gotX: number,
    gotY: number,
  ): void {
    if (x === gotX && y === gotY) this.figures.corrections += 1;
    else
      this.differ(
        `sequence ${sequence}: the Correction says ${gotX},${gotY}, ` +
          `the rule ${x},${y} (1/256 unit)`,
      );
  }

  private collectOverdue(tick: number): void {
    for (let i = this.expected.count - 1; i >= 0; i--)
      if (tick - this.expected.tick[i]! > OVERDUE_TICKS) {
        this.differ(
          `sequence ${this.expected.sequence[i]}: the rule asks for a Correction, none came`,
        );
        this.expected.remove(i);
      }
    for (let i = this.received.count - 1; i >= 0; i--)
      if (this.received.sequence[i]! <= this.acknowledged) {
        this.differ(
          `sequence ${this.received.sequence[i]}: a Correction that the rule does not explain`,
        );
        this.received.remove(i);
      }
  }

  private differ(sentence: string): void {
    this.figures.differences += 1;
    this.report(sentence);
  }
}

/** A few Corrections that wait for their counterpart. */
class CorrectionList {
  count = 0;
  readonly sequence = new Float64Array(KEPT_CORRECTIONS);
  readonly x = new Int32Array(KEPT_CORRECTIONS);
  readonly y = new Int32Array(KEPT_CORRECTIONS);
  readonly tick = new Float64Array(KEPT_CORRECTIONS);

  /** @returns whether there was room */
  add(sequence: number, x: number, y: number, tick: number): boolean {
    if (this.count === KEPT_CORRECTIONS) return false;
    this.sequence[this.count] = sequence;
    this.x[this.count] = x;
    this.y[this.count] = y;
    this.tick[this.count] = tick;
    this.count += 1;
    return true;
  }

  find(sequence: number): number {
    for (let i = 0; i < this.count; i++) if (this.sequence[i] === sequence) return i;
    return -1;
  }

  remove(at: number): void {
    const last = --this.count;
    this.sequence[at] = this.sequence[last]!;
    this.x[at] = this.x[last]!;
    this.y[at] = this.y[last]!;
    this.tick[at] = this.tick[last]!;
  }

  clear(): void {
    this.count = 0;
  }
}

function clamp(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : value;
}

/** The wire carries a float of 32 bits; the rule clamps it before it rounds to 1/256. */
function quantise(delta: number): number {
  const clamped = clamp(Math.fround(delta), -DELTA_MAX, DELTA_MAX);
  return Math.floor(clamped * POSITION_UNITS + 0.5);
}

function isBeyond(delta: number): boolean {
  return Math.abs(Math.fround(delta)) > DELTA_MAX;
}
