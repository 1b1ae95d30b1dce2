// How fast each client reads, told by its acknowledgements and not by the socket: the kernel
// swallows megabytes before a stalled reader shows there. What was sent is a ring of marks
// (tick, bytes); an acknowledgement of a tick takes away all marks up to it. With 40 marks or 16 KB
// outstanding the window is closed: the client is sent nothing until it acknowledges.
import { ROUND_TRIP_EDGES } from "../numbers/edges.ts";
import { Histogram } from "../numbers/histogram.ts";

/** Send times are kept for this many ticks, a power of two. */
const TIMES = 1024;
/** Share of a new sample in the round-trip estimate. */
const RTT_GAIN = 0.125;
const MARK_BYTES_MAX = 65535;
/** Every client is asked to show that it reads at least every so many ticks; see seal.ts. */
export const PROOF_TICKS = 80;
/** An acknowledgement counts up to so many ticks past what was shown. */
const UNPROVEN_TICKS = 2 * PROOF_TICKS;
/** Differences of two ticks' low halves that mean an older one. */
const BEHIND = 0x8000;
/** `closedSince` of a window that is open. */
const OPEN = Infinity;

export interface PacingOptions {
  /** Marks that may be outstanding. */
  readonly windowTicks: number;
  /** Bytes that may be outstanding. */
  readonly windowBytes: number;
  /** Bytes that one tick may add at most; the window closes before it could be overrun. */
  readonly tickBytes: number;
  /** Ticks past its last word for which a pong may still speak for a client; see `takesPong`. */
  readonly pongReach: number;
  /** Monotonic ms. */
  now(): number;
}

/**
 * Bytes per session: marks 6 x (windowTicks + 1), 246 for 40 ticks; first, count 2 x 2; bytes in
 * flight, pending, last ping, last said 4 x 4; closed since 8; round trip 4; proven 2; flags 2 x 1
 * = 282.
 */
export class Pacing {
  /** When the window closed, ms; OPEN while it is open. */
  readonly closedSince: Float64Array;
  /** Smoothed round trip, ms; 0 = not known. */
  readonly roundTrip: Float32Array;
  /** The newest tick that it acknowledged in a message; 0: none, and pongs speak for it. */
  readonly saidTick: Uint32Array;
  /** 1: the next AoiUpdate says that looks were skipped. */
  readonly merged: Uint8Array;
  /** 1: bytes of it waited in user space when last looked at. */
  readonly stuck: Uint8Array;
  readonly lastPing: Uint32Array;
  /** Of all clients: from the sending of a tick to its acknowledgement, seconds. */
  readonly roundTrips = new Histogram(ROUND_TRIP_EDGES);

  readonly #windowTicks: number;
  readonly #windowBytes: number;
  readonly #tickBytes: number;
  readonly #pongReach: number;
  /** Marks a slot has room for. */
  readonly #room: number;
  readonly #markTick: Uint32Array;
  readonly #markBytes: Uint16Array;
  readonly #first: Uint16Array;
  readonly #count: Uint16Array;
  /** Bytes of all marks, and those sent since the last one. */
  readonly #inFlight: Uint32Array;
  readonly #pending: Uint32Array;
  /** Low half of the newest tick up to which it has shown that it reads. */
  readonly #proven: Uint16Array;
  readonly #now: () => number;
  readonly #sentAt = new Float64Array(TIMES);

  constructor(capacity: number, options: PacingOptions) {
    this.#windowTicks = options.windowTicks;
    this.#windowBytes = options.windowBytes;
    this.#tickBytes = options.tickBytes;
    this.#pongReach = options.pongReach;
    this.#now = () => options.now();
    // One more than the window: a ping may mark a tick when the last update closed it.
    this.#room = options.windowTicks + 1;
    this.closedSince = new Float64Array(capacity).fill(OPEN);
    this.roundTrip = new Float32Array(capacity);
    this.saidTick = new Uint32Array(capacity);
    this.merged = new Uint8Array(capacity);
    this.stuck = new Uint8Array(capacity);
    this.lastPing = new Uint32Array(capacity);
    this.#markTick = new Uint32Array(capacity * this.#room);
    this.#markBytes = new Uint16Array(capacity * this.#room);
    this.#first = new Uint16Array(capacity);
    this.#count = new Uint16Array(capacity);
    this.#inFlight = new Uint32Array(capacity);
    this.#pending = new Uint32Array(capacity);
    this.#proven = new Uint16Array(capacity);
  }

  open(slot: number, tick: number): void {
    this.closedSince[slot] = OPEN;
    this.roundTrip[slot] = 0;
    this.saidTick[slot] = 0;
    this.merged[slot] = 0;
    this.stuck[slot] = 0;
    this.lastPing[slot] = tick;
    this.#first[slot] = 0;
    this.#count[slot] = 0;
    this.#inFlight[slot] = 0;
    this.#pending[slot] = 0;
    this.trust(slot, tick);
  }

  /** From now on it has to show that it reads; what was sent before is little. */
  trust(slot: number, tick: number): void {
    this.#proven[slot] = tick;
  }

  /** It has sent back what only a reader of everything up to `tick` can know. */
  prove(slot: number, tick: number): void {
    if (this.#aheadOf(slot, tick) < BEHIND) this.#proven[slot] = tick;
  }

  /**
   * Whether it may have read up to `tick`, for all that it has shown. Who does not read could claim
   * it all the same, and the kernel would hold megabytes for it.
   */
  mayHaveRead(slot: number, tick: number): boolean {
    const ahead = this.#aheadOf(slot, tick);
    return ahead <= UNPROVEN_TICKS || ahead >= BEHIND;
  }

  /** Notes when a tick's frames go out, for the round trip. */
  beginSending(tick: number): void {
    this.#sentAt[tick & (TIMES - 1)] = this.#now();
  }

  /** Bytes were sent to a client; the next mark stands for them. */
  charge(slot: number, bytes: number): void {
    this.#pending[slot] = (this.#pending[slot] ?? 0) + bytes;
  }

  /** What was charged since the last mark can be acknowledged by `tick`. */
  mark(slot: number, tick: number): void {
    const count = this.#count[slot] ?? 0;
    // Never more than the window's own: a closed window sends no updates.
    if (count >= this.#room) return;
    const bytes = Math.min(this.#pending[slot] ?? 0, MARK_BYTES_MAX);
    const at = this.#place(slot, count);
    this.#markTick[at] = tick;
    this.#markBytes[at] = bytes;
    this.#count[slot] = count + 1;
    this.#inFlight[slot] = (this.#inFlight[slot] ?? 0) + bytes;
    this.#pending[slot] = 0;
  }

  /**
   * The client has everything up to `tick`.
   * @returns false when no such tick was sent to it: ignored
   */
  acknowledge(slot: number, tick: number, currentTick: number): boolean {
    let count = this.#count[slot] ?? 0;
    if (tick > currentTick) return false;
    if (count === 0) return true;
    if (tick > this.newestMark(slot)) return false;
    let first = this.#first[slot] ?? 0;
    let inFlight = this.#inFlight[slot] ?? 0;
    let last = 0;
    while (count > 0) {
      const at = slot * this.#room + first;
      const marked = this.#markTick[at] ?? 0;
      if (marked > tick) break;
      inFlight -= this.#markBytes[at] ?? 0;
      first = first + 1 === this.#room ? 0 : first + 1;
      count--;
      last = marked;
    }
    this.#first[slot] = first;
    this.#count[slot] = count;
    this.#inFlight[slot] = inFlight;
    if (last === tick && currentTick - tick < TIMES)
      this.#sample(slot, this.#now() - (this.#sentAt[tick & (TIMES - 1)] ?? 0));
    return true;
  }

  /** The client has said in a message that it has everything up to `tick`; else as above. */
  said(slot: number, tick: number, currentTick: number): boolean {
    if (!this.acknowledge(slot, tick, currentTick)) return false;
    if (tick > (this.saidTick[slot] ?? 0)) this.saidTick[slot] = tick;
    return true;
  }

  /**
   * Whether a pong for `tick` may acknowledge. A browser answers pings while its page stands still,
   * so of who acknowledges in messages it is taken only while the window is closed, and only for
   * `pongReach` ticks past its last word: a client that reads has spoken again by then.
   */
  takesPong(slot: number, tick: number): boolean {
    if (!this.acksInMessages(slot)) return true;
    return this.isClosed(slot) && tick - (this.saidTick[slot] ?? 0) < this.#pongReach;
  }

  /** Whether this client acknowledges in its messages, so that pongs count for little. */
  acksInMessages(slot: number): boolean {
    return this.saidTick[slot] !== 0;
  }

  /** The tick that acknowledges everything marked; 0 when nothing is. */
  newestMark(slot: number): number {
    const count = this.#count[slot] ?? 0;
    return count === 0 ? 0 : (this.#markTick[this.#place(slot, count - 1)] ?? 0);
  }

  /** Whether another tick's frames fit into the window. */
  hasRoom(slot: number): boolean {
    if (this.stuck[slot] === 1) return false;
    const count = this.#count[slot] ?? 0;
    // Nothing is there to be acknowledged: one tick may always pass, whose mark stands for all.
    if (count === 0) return true;
    if (count >= this.#windowTicks) return false;
    return this.outstanding(slot) + this.#tickBytes <= this.#windowBytes;
  }

  /** Bytes sent and not acknowledged. */
  outstanding(slot: number): number {
    return (this.#inFlight[slot] ?? 0) + (this.#pending[slot] ?? 0);
  }

  /** Bytes sent since the last mark. */
  unmarked(slot: number): number {
    return this.#pending[slot] ?? 0;
  }

  isClosed(slot: number): boolean {
    return this.closedSince[slot] !== OPEN;
  }

  close(slot: number, now: number): void {
    this.closedSince[slot] = now;
  }

  reopen(slot: number): void {
    this.closedSince[slot] = OPEN;
    this.merged[slot] = 1;
  }

  /** Modulo 2^16: no client is kept that has shown nothing for so many ticks. */
  #aheadOf(slot: number, tick: number): number {
    return (tick - (this.#proven[slot] ?? 0)) & 0xffff;
  }

  #place(slot: number, index: number): number {
    const at = (this.#first[slot] ?? 0) + index;
    return slot * this.#room + (at >= this.#room ? at - this.#room : at);
  }

  #sample(slot: number, roundTrip: number): void {
    const known = this.roundTrip[slot] ?? 0;
    // Kept above zero, which means "not known".
    const sample = Math.max(roundTrip, 0.001);
    this.roundTrips.observe(sample / 1000);
    this.roundTrip[slot] = known === 0 ? sample : known + (sample - known) * RTT_GAIN;
  }
}
