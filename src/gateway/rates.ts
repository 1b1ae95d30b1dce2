// What one connection may send over time, beside what it may send between two ticks
// (frame-budget.ts). What is over a rate is refused, and told once a second. Such a second is a
// strike; a connection with too many of them is ended by the next tick.
import type { FrameBudget } from "./frame-budget.ts";
import { Rate } from "./rate.ts";

/** How far ahead of a rate a connection may be: what a stalled network delivers at once, ms. */
const AHEAD_MS = 2000;
/** Views that may be asked for again: each costs what a newcomer's does. */
const RESETS_PER_SECOND = 1;
const RESETS_AT_ONCE = 4;
/** In each second one refusal is told; in each minute strikes are counted from zero. */
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

export interface RatesOptions {
  /** Messages, pings and pongs of one connection. */
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Errors that its own messages lead to. */
  readonly errorsPerSecond: number;
  /** Seconds of a minute in which something was refused; that many end the connection. */
  readonly maxStrikes: number;
}

/** Bytes per session: four rates 4 x 4, time 4, second 2, minute and strikes 2 x 1 = 24. */
export class Rates {
  readonly messages: Rate;
  readonly bytes: Rate;
  readonly errors: Rate;
  readonly resets: Rate;
  readonly #maxStrikes: number;
  readonly #budget: FrameBudget;
  /** When something of it was last judged, whole ms, modulo 2^32. */
  readonly #judgedAt: Uint32Array;
  /** The second in which it was last told of a refusal, the minute of its strikes: low bits. */
  readonly #second: Uint16Array;
  readonly #minute: Uint8Array;
  readonly #strikes: Uint8Array;

  /** @param budget knows the time, and whether the process stood still */
  constructor(capacity: number, options: RatesOptions, budget: FrameBudget) {
    this.messages = new Rate(capacity, options.messagesPerSecond, AHEAD_MS);
    this.bytes = new Rate(capacity, options.bytesPerSecond, AHEAD_MS);
    this.errors = new Rate(capacity, options.errorsPerSecond, AHEAD_MS);
    const resetsAheadMs = ((RESETS_AT_ONCE - 1) * SECOND_MS) / RESETS_PER_SECOND;
    this.resets = new Rate(capacity, RESETS_PER_SECOND, resetsAheadMs);
    this.#maxStrikes = options.maxStrikes;
    this.#budget = budget;
    this.#judgedAt = new Uint32Array(capacity);
    this.#second = new Uint16Array(capacity);
    this.#minute = new Uint8Array(capacity);
    this.#strikes = new Uint8Array(capacity);
  }

  open(slot: number): void {
    const { now } = this.#budget;
    this.messages.open(slot);
    this.bytes.open(slot);
    this.errors.open(slot);
    this.resets.open(slot);
    this.#judgedAt[slot] = now;
    this.#second[slot] = ((now / SECOND_MS) & 0xffff) - 1;
    this.#minute[slot] = now / MINUTE_MS;
    this.#strikes[slot] = 0;
  }

  /** @returns whether it is within `rate`; what comes after a stall of the process is */
  takes(rate: Rate, slot: number, count: number): boolean {
    const { now, stalledMs } = this.#budget;
    const passed = ((now >>> 0) - (this.#judgedAt[slot] ?? 0)) >>> 0;
    if (passed > 0) this.#pass(slot, passed, now);
    return rate.takes(slot, count, stalledMs);
  }

  /** Something was refused. @returns whether to tell it: the first of its second, and a strike */
  strikes(slot: number): boolean {
    const { now } = this.#budget;
    const second = (now / SECOND_MS) & 0xffff;
    const minute = (now / MINUTE_MS) & 0xff;
    if (this.#second[slot] === second) return false;
    const strikes = this.#minute[slot] === minute ? (this.#strikes[slot] ?? 0) : 0;
    this.#second[slot] = second;
    this.#minute[slot] = minute;
    this.#strikes[slot] = strikes + 1;
    return true;
  }

  /** Whether the connection is to end for its strikes. */
  isOut(slot: number): boolean {
    return (this.#strikes[slot] ?? 0) >= this.#maxStrikes;
  }

  #pass(slot: number, ms: number, now: number): void {
    this.#judgedAt[slot] = now;
    this.messages.pass(slot, ms);
    this.bytes.pass(slot, ms);
    this.errors.pass(slot, ms);
    this.resets.pass(slot, ms);
  }
}
