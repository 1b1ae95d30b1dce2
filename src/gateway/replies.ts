// What a session is answered outside the flow of ticks: Welcome, Error, HeartbeatAck, Goodbye.
// Answers are limited, so that a client cannot make the server talk more than it listens.
import type { Ending, Refusal } from "../protocol/codes.ts";
import { CLOSES, ERRORS } from "../protocol/codes.ts";
import { encodeError, encodeGoodbye, encodeWelcome } from "../protocol/encode-rare.ts";
import type { WelcomeFields } from "../protocol/encode-rare.ts";
import { SMALL_FRAME, writeHeartbeatAck } from "../protocol/encode.ts";
import type { Counters } from "./counters.ts";
import type { Outlet } from "./outlet.ts";
import type { Pacing } from "./pacing.ts";
import type { Rate } from "./rate.ts";
import type { Rates } from "./rates.ts";
import type { Sessions } from "./session.ts";
import type { Transport } from "./transport.ts";

/** Errors and heartbeats answered to one client between two ticks. */
const REPLIES_PER_TICK = 8;

export interface RepliesParts {
  readonly transport: Transport;
  readonly outlet: Outlet;
  readonly sessions: Sessions;
  readonly pacing: Pacing;
  readonly rates: Rates;
  readonly counters: Counters;
}

export class Replies {
  readonly #parts: RepliesParts;
  readonly #small = new Uint8Array(SMALL_FRAME);

  constructor(parts: RepliesParts) {
    this.#parts = parts;
  }

  /** @param detail the value at fault, a sentence of its own; "" for none */
  error(slot: number, refusal: Refusal, detail: string, sequence = 0, retryAfterMs = 0): void {
    if (this.takes(slot, refusal)) this.tell(slot, refusal, detail, sequence, retryAfterMs);
  }

  /**
   * Counts a refusal.
   * @returns whether to `tell` it: a detail made of values is put into words only then
   */
  takes(slot: number, refusal: Refusal): boolean {
    this.#count(refusal);
    if (isTheirs(refusal) && !this.#isWithinErrors(slot)) return false;
    return this.#mayReply(slot);
  }

  /** Refuses a message, ping or pong, unheard, for what its connection sends over time. */
  overMessages(slot: number): void {
    const { counters, rates } = this.#parts;
    counters.overMessages++;
    this.#limit(slot, rates.messages, "messages a second");
  }

  overBytes(slot: number): void {
    const { counters, rates } = this.#parts;
    counters.overBytes++;
    this.#limit(slot, rates.bytes, "bytes a second");
  }

  overResets(slot: number): void {
    const { counters, rates } = this.#parts;
    counters.overResets++;
    this.#limit(slot, rates.resets, "whole view a second");
  }

  /** An Error that `takes` has allowed. */
  tell(slot: number, refusal: Refusal, detail: string, sequence = 0, retryAfterMs = 0): void {
    const words = detail === "" ? refusal.sentence : `${refusal.sentence} ${detail}`;
    this.#parts.outlet.send(slot, encodeError(refusal.code, words, sequence, retryAfterMs), false);
  }

  /** An Error, then the end of the connection. */
  refuse(slot: number, refusal: Refusal, detail: string): void {
    this.error(slot, refusal, detail);
    this.end(slot, { code: refusal.close ?? CLOSES.INTERNAL.code, sentence: refusal.sentence }, 0);
  }

  /** Goodbye and a close frame with the same code; calls back into `close` before it returns. */
  end(slot: number, ending: Ending, retryAfterMs: number): void {
    this.goodbye(slot, ending, retryAfterMs);
    this.#parts.transport.end(slot, ending.code, ending.sentence);
  }

  goodbye(slot: number, ending: Ending, retryAfterMs: number): void {
    const bytes = encodeGoodbye(ending.code, ending.sentence, retryAfterMs);
    this.#parts.outlet.send(slot, bytes, false);
  }

  /** @returns false when it could not be sent */
  welcome(slot: number, fields: WelcomeFields): boolean {
    return this.#parts.outlet.send(slot, encodeWelcome(fields), false);
  }

  heartbeat(slot: number, timestampLow: number, timestampHigh: number, tick: number): void {
    if (!this.#mayReply(slot)) return;
    const length = writeHeartbeatAck(this.#small, timestampLow, timestampHigh, tick);
    this.#parts.outlet.send(slot, this.#small.subarray(0, length), false);
  }

  #isWithinErrors(slot: number): boolean {
    const { counters, rates } = this.#parts;
    if (rates.takes(rates.errors, slot, 1)) return true;
    counters.overErrors++;
    this.#limit(slot, rates.errors, "errors a second");
    return false;
  }

  /** Something is over a rate. @param what completes "The limit is 5 ..." */
  #limit(slot: number, rate: Rate, what: string): void {
    const { rates } = this.#parts;
    if (!rates.strikes(slot)) return;
    const waitMs = rate.waitMs(slot);
    this.error(slot, ERRORS.RATE_LIMITED, `The limit is ${rate.perSecond} ${what}.`, 0, waitMs);
  }

  #mayReply(slot: number): boolean {
    const { sessions, pacing, counters } = this.#parts;
    const replies = sessions.replies[slot] ?? 0;
    if (replies >= REPLIES_PER_TICK || pacing.isClosed(slot)) {
      counters.repliesDropped++;
      return false;
    }
    sessions.replies[slot] = replies + 1;
    return true;
  }

  #count(refusal: Refusal): void {
    const errors = this.#parts.counters.errors;
    errors[refusal.code] = (errors[refusal.code] ?? 0) + 1;
  }
}

/** Whether an Error is about what a client sent, and not about how the server is. */
function isTheirs(refusal: Refusal): boolean {
  return refusal.close === undefined && refusal.code !== ERRORS.UNAVAILABLE.code;
}
