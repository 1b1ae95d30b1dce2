// What the last ticks took, phase by phase, until the next frame takes them along.
import { TICKS_MAX } from "../feed/format.ts";
import { NUMBER } from "../feed/frame-board.ts";
import type { FrameBoard } from "../feed/frame-board.ts";

export class LastTicks {
  readonly #phases: number;
  readonly #ms: Float32Array;
  #count = 0;

  constructor(phases: number) {
    this.#phases = phases;
    this.#ms = new Float32Array(TICKS_MAX * phases);
  }

  /** A tick is over. Of more than a frame has room for, the oldest are kept. */
  begin(): void {
    if (this.#count < TICKS_MAX) this.#count++;
  }

  /** @param ms of a phase of the tick that was begun last */
  note(phase: number, ms: number): void {
    this.#ms[(this.#count - 1) * this.#phases + phase] = ms;
  }

  /** Hands them to a frame, and begins again. */
  moveTo({ numbers, ticks }: FrameBoard): void {
    numbers[NUMBER.ticks] = this.#count;
    ticks.set(this.#ms);
    this.#count = 0;
  }
}
