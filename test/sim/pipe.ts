// One direction of a connection: frames arrive late, by different delays, and in the order in which
// they were sent, as TCP has it.
import type { Schedule } from "./schedule.ts";

export const HANDSHAKE = 0;
export const ACCEPTED = 1;
export const BINARY = 2;
export const TEXT = 3;
export const PING = 4;
export const PONG = 5;
/** A close frame with code and reason. */
export const CLOSE = 6;
/** The end without a word: RST, or a handshake refused. */
export const RESET = 7;

export interface Frame {
  readonly kind: number;
  readonly bytes: Uint8Array;
  readonly code: number;
  readonly reason: string;
}

const NO_BYTES = new Uint8Array(0);

export function dataFrame(kind: number, bytes: Uint8Array): Frame {
  return { kind, bytes, code: 0, reason: "" };
}
export function plainFrame(kind: number, code = 0, reason = ""): Frame {
  return { kind, bytes: NO_BYTES, code, reason };
}

/** Arrivals fall on this grid, ms: many at one moment, as a poll of the sockets finds them. */
const GRID_MS = 0.5;

export interface Receiver {
  take(frame: Frame): void;
  /** Until when the receiving process does nothing, virtual ms. */
  busyUntil(): number;
}

export class Pipe {
  /** Bytes under way or unread. */
  bytes = 0;
  readonly #schedule: Schedule;
  readonly #delay: () => number;
  readonly #receiver: Receiver;
  #frames: Frame[] = [];
  #due: number[] = [];
  #head = 0;
  #lastDue = 0;
  #isHeld = false;
  #isArmed = false;
  /** Counts clearings, so that an old wake-up finds nothing to do. */
  #era = 0;

  constructor(schedule: Schedule, delay: () => number, receiver: Receiver) {
    this.#schedule = schedule;
    this.#delay = delay;
    this.#receiver = receiver;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  get isEmpty(): boolean {
    return this.#head === this.#frames.length;
  }

  /** @param lateMs beside the delay of the network */
  send(frame: Frame, lateMs = 0): void {
    const due = this.#schedule.now + this.#delay() + lateMs;
    this.#lastDue = Math.max(this.#lastDue, Math.ceil(due / GRID_MS) * GRID_MS);
    this.#frames.push(frame);
    this.#due.push(this.#lastDue);
    this.bytes += frame.bytes.length;
    this.#arm();
  }

  /** The receiver stops reading. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#arm();
  }

  /** What is under way is lost. */
  clear(): void {
    this.#frames = [];
    this.#due = [];
    this.#head = 0;
    this.bytes = 0;
    this.#lastDue = this.#schedule.now;
    this.#isArmed = false;
    this.#isHeld = false;
    this.#era++;
  }

  /** Everything under way arrives now. */
  hasten(): void {
    const { now } = this.#schedule;
    for (let i = this.#head; i < this.#due.length; i++) {
      this.#due[i] = Math.min(this.#due[i] ?? now, now);
    }
    this.#lastDue = Math.min(this.#lastDue, now);
    this.#isArmed = false;
    this.#era++;
    this.#arm();
  }

  #arm(): void {
    const due = this.#due[this.#head];
    if (this.#isArmed || this.#isHeld || due === undefined) return;
    this.#isArmed = true;
    const era = this.#era;
    this.#schedule.at(due, () => {
      if (era === this.#era) this.#arrive();
    });
  }

  /** Hands over what is due; stays armed meanwhile, since what arrives may lead to sends. */
  #arrive(): void {
    const { now } = this.#schedule;
    const era = this.#era;
    const busy = this.#receiver.busyUntil();
    if (busy > now) {
      this.#schedule.at(busy, () => {
        if (era === this.#era) this.#arrive();
      });
      return;
    }
    while (!this.#isHeld && era === this.#era) {
      const frame = this.#frames[this.#head];
      if (frame === undefined || (this.#due[this.#head] ?? now) > now) break;
      this.#head++;
      this.bytes -= frame.bytes.length;
      this.#receiver.take(frame);
    }
    if (era !== this.#era) return;
    this.#isArmed = false;
    this.#compact();
    this.#arm();
  }

  #compact(): void {
    if (this.#head < 64 && !this.isEmpty) return;
    this.#frames = this.#frames.slice(this.#head);
    this.#due = this.#due.slice(this.#head);
    this.#head = 0;
  }
}
