// When a bot's intents left, and in which tick each was acknowledged: enough to say how long one
// took to come back to its sender, and to reach the client of a neighbour.
import type { Histogram } from "./histogram.ts";

/** Intents whose time of sending is kept, and ticks that are kept; powers of two. */
const SENT_KEPT = 256;
const TICKS_KEPT = 64;

export class Stopwatch {
  private readonly sentMs = new Float64Array(SENT_KEPT);
  private readonly sentSequence = new Int32Array(SENT_KEPT);
  private readonly tick = new Int32Array(TICKS_KEPT);
  private readonly first = new Int32Array(TICKS_KEPT);
  private readonly last = new Int32Array(TICKS_KEPT);

  sent(sequence: number, ms: number): void {
    const slot = sequence & (SENT_KEPT - 1);
    this.sentSequence[slot] = sequence;
    this.sentMs[slot] = ms;
  }

  /** In `tick` the intents `first` .. `last` were acknowledged; first > last = none. */
  acknowledged(tick: number, first: number, last: number): void {
    const slot = tick & (TICKS_KEPT - 1);
    this.tick[slot] = tick;
    this.first[slot] = first;
    this.last[slot] = last;
  }

  /** Adds, for each intent that was acknowledged in `tick`, the time from sending until `ms`. */
  measure(tick: number, ms: number, histogram: Histogram): void {
    const slot = tick & (TICKS_KEPT - 1);
    if (this.tick[slot] !== tick) return;
    for (let sequence = this.first[slot]!; sequence <= this.last[slot]!; sequence++) {
      const at = sequence & (SENT_KEPT - 1);
      if (this.sentSequence[at] === sequence) histogram.add(ms - this.sentMs[at]!);
    }
  }
}
