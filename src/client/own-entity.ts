// The entity that the client steers: what the server last said of it, what was sent since, and
// where it will be, by the kernel's own rule, once that has been applied. Whole numbers only, so
// that the prediction equals the server's state to the bit.
import type { MotionRule } from "./motion.ts";
import type { WelcomeRules } from "./welcome.ts";

/** Intents that may await their acknowledgement; a power of two. */
const PENDING_MAX = 256;
const MASK = PENDING_MAX - 1;
/** Of one entity the server applies no more of them in a tick. */
const INTENTS_PER_TICK = 16;
/** Ticks beside the round trip that intents may be under way where that exceeds the bank. */
const MARGIN_TICKS = 4;
const UNITS = 256;

/** The client's own entity: `client.self`. To be read. */
export class OwnEntity {
  /** 0: none. */
  id = 0;
  /** Where it is shown, world units: brought up to date by `client.frame()`. */
  x = 0;
  y = 0;
  /** Where it will be once all that was sent is applied, 1/256 unit. */
  predictedX = 0;
  predictedY = 0;
  /** What the server said last: its position after the intent `ackSequence`, 1/256 unit. */
  trueX = 0;
  trueY = 0;
  ackSequence = 0;
  /** Intents sent and not acknowledged. */
  pending = 0;
  readonly #motion: MotionRule;
  #rules: WelcomeRules | null = null;
  /** Of the intent with this sequence: its delta, and the position predicted after it. */
  readonly #dx = new Int32Array(PENDING_MAX);
  readonly #dy = new Int32Array(PENDING_MAX);
  readonly #afterX = new Int32Array(PENDING_MAX);
  readonly #afterY = new Int32Array(PENDING_MAX);
  /** Where it was shown before the last intent, and when that was sent. */
  #fromX = 0;
  #fromY = 0;
  #sentMs = -Infinity;

  constructor(motion: MotionRule) {
    this.#motion = motion;
  }

  /** The server has named it. Nothing is pending. */
  begin(id: number, x: number, y: number, sequence: number, rules: WelcomeRules): void {
    this.id = id;
    this.#rules = rules;
    this.trueX = x;
    this.trueY = y;
    this.ackSequence = sequence;
    this.pending = 0;
    this.#put(x, y);
  }

  /** It is gone. */
  end(): void {
    this.id = 0;
    this.pending = 0;
  }

  /** What a delta comes to within the bounds: more would be cut by the server, and corrected. */
  withinX(dx: number): number {
    const { minX = 0, maxX = 0 } = this.#rules ?? {};
    return this.#motion.clampTo(this.predictedX + dx, minX, maxX) - this.predictedX;
  }

  /** Likewise. */
  withinY(dy: number): number {
    const { minY = 0, maxY = 0 } = this.#rules ?? {};
    return this.#motion.clampTo(this.predictedY + dy, minY, maxY) - this.predictedY;
  }

  /**
   * Whether an intent may be sent: whether the bank would cover it if all that is under way arrived
   * at once, as it does when the network has stood still.
   */
  covers(dx: number, dy: number, roundTripMs: number): boolean {
    const { maxSpeed = 0, moveBurstTicks = 0, tickMs = 1 } = this.#rules ?? {};
    const underWay = Math.ceil(roundTripMs / tickMs) + MARGIN_TICKS;
    if (this.pending >= Math.min(PENDING_MAX, Math.max(INTENTS_PER_TICK, underWay))) return false;
    let bank = maxSpeed * Math.max(moveBurstTicks, underWay);
    const last = this.ackSequence + this.pending;
    for (let sequence = this.ackSequence + 1; sequence <= last; sequence++) {
      bank = this.#motion.applyMove(bank, this.#dx[sequence & MASK]!, this.#dy[sequence & MASK]!);
      if (bank < 0) return false;
    }
    return this.#motion.applyMove(bank, dx, dy) >= 0;
  }

  /** An intent was sent; its sequence follows the last one's. */
  sent(dx: number, dy: number, nowMs: number): void {
    this.#fromX = this.predictedX;
    this.#fromY = this.predictedY;
    this.#sentMs = nowMs;
    this.pending++;
    this.#apply(this.ackSequence + this.pending, dx, dy);
  }

  /**
   * The server says: with everything up to `sequence` processed it is at x, y.
   * @returns whether that is where it was predicted to be
   */
  confirm(sequence: number, x: number, y: number): boolean {
    const at = sequence & MASK;
    const isKnown = sequence > this.ackSequence && sequence <= this.ackSequence + this.pending;
    const expectedX = isKnown ? this.#afterX[at]! : this.trueX;
    const expectedY = isKnown ? this.#afterY[at]! : this.trueY;
    this.pending = Math.max(0, this.ackSequence + this.pending - sequence);
    this.ackSequence = sequence;
    this.trueX = x;
    this.trueY = y;
    if (x === expectedX && y === expectedY) return true;
    this.#put(x, y);
    const { pending } = this;
    for (let i = 1; i <= pending; i++)
      this.#apply(sequence + i, this.#dx[(sequence + i) & MASK]!, this.#dy[(sequence + i) & MASK]!);
    this.#settle();
    return false;
  }

  /**
   * Takes back what was sent and is not applied, for a connection that goes on after a loss.
   * @param sequence the last one that was applied
   */
  takePending(sequence: number): { readonly dx: number; readonly dy: number }[] {
    const last = this.ackSequence + this.pending;
    const deltas = [];
    for (let i = Math.max(sequence, this.ackSequence) + 1; i <= last; i++)
      deltas.push({ dx: this.#dx[i & MASK]!, dy: this.#dy[i & MASK]! });
    this.pending = 0;
    return deltas;
  }

  /** Brings `x` and `y` to this moment: from one prediction to the next within a tick. */
  show(nowMs: number): void {
    const { tickMs = 1 } = this.#rules ?? {};
    const share = Math.min(1, Math.max(0, (nowMs - this.#sentMs) / tickMs));
    this.x = (this.#fromX + (this.predictedX - this.#fromX) * share) / UNITS;
    this.y = (this.#fromY + (this.predictedY - this.#fromY) * share) / UNITS;
  }

  #apply(sequence: number, dx: number, dy: number): void {
    const at = sequence & MASK;
    this.#dx[at] = dx;
    this.#dy[at] = dy;
    this.predictedX += this.withinX(dx);
    this.predictedY += this.withinY(dy);
    this.#afterX[at] = this.predictedX;
    this.#afterY[at] = this.predictedY;
  }

  #put(x: number, y: number): void {
    this.predictedX = x;
    this.predictedY = y;
    this.#settle();
  }

  /** It is shown where it is predicted to be, at once. */
  #settle(): void {
    this.#fromX = this.predictedX;
    this.#fromY = this.predictedY;
    this.x = this.#fromX / UNITS;
    this.y = this.#fromY / UNITS;
  }
}
