// The movement rule (docs/protocol.md, "Movement") as a server in JavaScript would write it, on
// typed arrays: what every peer runs before its index. Each intent moves at once.
import { INTENT_WORDS, type Opening } from "./contender.ts";

/** An intent's delta is clamped to this along each axis: 64 units. */
const DELTA_MAX = 16384;

export class Movement {
  readonly n: number;
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** What row i may still go, 1/256 unit, as of the tick in #bankTick. */
  readonly #bank: Int32Array;
  readonly #bankTick: Int32Array;
  readonly #sequence: Int32Array;
  readonly #min: number;
  readonly #max: number;
  readonly #speed: number;
  readonly #full: number;
  #tick = 0;

  constructor({ n, x, y, min, max, maxSpeed, burstTicks }: Opening) {
    this.n = n;
    this.x = x.slice();
    this.y = y.slice();
    this.#min = min;
    this.#max = max;
    this.#speed = maxSpeed;
    this.#full = maxSpeed * burstTicks;
    this.#bank = new Int32Array(n).fill(this.#full);
    this.#bankTick = new Int32Array(n);
    this.#sequence = new Int32Array(n);
  }

  /** Judges and applies a tick's intents, in order of arrival. */
  apply(intents: Int32Array, count: number): void {
    const tick = ++this.#tick;
    const { x, y } = this;
    const bank = this.#bank;
    const bankTick = this.#bankTick;
    const sequence = this.#sequence;
    const min = this.#min;
    const max = this.#max;
    for (let i = 0; i < count; i++) {
      const at = i * INTENT_WORDS;
      const row = intents[at]!;
      if (intents[at + 1]! <= sequence[row]!) continue;
      sequence[row] = intents[at + 1]!;
      const refilled = bank[row]! + (tick - bankTick[row]!) * this.#speed;
      const held = refilled < this.#full ? refilled : this.#full;
      const dx = clamp(intents[at + 2]!, -DELTA_MAX, DELTA_MAX);
      const dy = clamp(intents[at + 3]!, -DELTA_MAX, DELTA_MAX);
      const length = Math.ceil(Math.sqrt(dx * dx + dy * dy));
      bankTick[row] = tick;
      bank[row] = length > held ? held : held - length;
      if (length > held) continue;
      x[row] = clamp(x[row]! + dx, min, max);
      y[row] = clamp(y[row]! + dy, min, max);
    }
  }
}

function clamp(v: number, min: number, max: number): number {
  return v < min ? min : v > max ? max : v;
}
