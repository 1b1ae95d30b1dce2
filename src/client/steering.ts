// What the application wants of its entity, as the multiples of 1/256 unit that an intent may have.
// What rounding leaves goes into the next one, so that steps finer than that add up.
import { TWIN } from "./motion.ts";
import type { MotionRule } from "./motion.ts";

const UNITS = 256;

export class Steering {
  /** What `take` took, 1/256 unit. */
  dx = 0;
  dy = 0;
  readonly #motion: MotionRule;
  /** Wanted and not yet taken, world units. */
  #wantedX = 0;
  #wantedY = 0;

  constructor(motion: MotionRule = TWIN) {
    this.#motion = motion;
  }

  /** @param dx world units, finite */
  add(dx: number, dy: number): void {
    this.#wantedX += dx;
    this.#wantedY += dy;
  }

  /** Forgets what is wanted. */
  clear(): void {
    this.#wantedX = this.#wantedY = 0;
  }

  /**
   * Takes what is wanted into `dx` and `dy`. What is longer than `limit` is cut to it, in the same
   * direction, and of a step that was cut nothing is left.
   * @param limit 1/256 unit
   */
  take(limit: number): void {
    const motion = this.#motion;
    const wanted = Math.hypot(this.#wantedX, this.#wantedY) * UNITS;
    // Far above the limit: shortened before it is rounded, since the rule's numbers end somewhere.
    const share = wanted > 2 * limit ? (2 * limit) / wanted : 1;
    this.dx = motion.quantizeDelta(this.#wantedX * share);
    this.dy = motion.quantizeDelta(this.#wantedY * share);
    if (motion.moveLength(this.dx, this.dy) <= limit) {
      this.#wantedX = restOf(this.#wantedX - this.dx / UNITS);
      this.#wantedY = restOf(this.#wantedY - this.dy / UNITS);
      return;
    }
    this.clear();
    do {
      // Towards zero, so that each turn is shorter than the one before.
      const length = Math.hypot(this.dx, this.dy);
      this.dx = Math.trunc((this.dx * limit) / length);
      this.dy = Math.trunc((this.dy * limit) / length);
    } while (motion.moveLength(this.dx, this.dy) > limit);
  }
}

/** Of a step that was cut, and not only rounded, nothing is left. */
function restOf(left: number): number {
  return Math.abs(left) * UNITS <= 0.5 ? left : 0;
}
