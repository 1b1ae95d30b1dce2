// How fast each client reads, told by its acknowledgements and not by the socket: the kernel
// swallows megabytes before a stalled reader shows there. What was sent is a ring of marks
// (tick, bytes); an acknowledgement of a tick takes away all marks up to it. With 40 marks or 16 KB
// outstanding the window is closed: the client is sent nothing until it acknowledges.

/** Send times are kept for this many ticks, a power of two. */
const TIMES = 1024;
/** Share of a new sample in the round-trip estimate. */
const RTT_GAIN = 0.125;
const MARK_BYTES_MAX = 65535;

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
 * flight, pending, last ping, last said 4 x 4; closed since 8; round trip 4; flags 4 x 1 = 282.
 */
export class Pacing {
  /** When the window closed, ms; meaningful while `isClosed`. */
  readonly closedSince: Float64Array;
  /** Smoothed round trip, ms; 0 = not known. */
  readonly roundTrip: Float32Array;
  /** 1: this client acknowledges in its messages, so pongs count for little. */
  readonly acksInMessages: Uint8Array;
  /** The newest tick that it acknowledged in a message. */
  readonly saidTick: Uint32Array;
  /** 1: the next AoiUpdate says that looks were skipped. */
  readonly merged: Uint8Array;
  /** 1: bytes of it waited in user space when last looked at. */
  readonly stuck: Uint8Array;
  readonly lastPing: Uint32Array;

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
  readonly #closed: Uint8Array;
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
    this.closedSince = new Float64Array(capacity);
    this.roundTrip = new Float32Array(capacity);
    this.acksInMessages = new Uint8Array(capacity);
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
    this.#closed = new Uint8Array(capacity);
  }

  open(slot: number, tick: number): void {
    this.closedSince[slot] = 0;
    this.roundTrip[slot] = 0;
    this.acksInMessages[slot] = 0;
    this.saidTick[slot] = 0;
    this.merged[slot] = 0;
    this.stuck[slot] = 0;
    this.lastPing[slot] = tick;
    this.#first[slot] = 0;
    this.#count[slot] = 0;
    this.#inFlight[slot] = 0;
    this.#pending[slot] = 0;
    this.#closed[slot] = 0;
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
    this.acksInMessages[slot] = 1;
    if (tick > (this.saidTick[slot] ?? 0)) this.saidTick[slot] = tick;
    return true;
  }

  /**
   * Whether a pong for `tick` may acknowledge. A browser answers pings while its page stands still,
   * so of who acknowledges in messages it is taken only while the window is closed, and only for
   * `pongReach` ticks past its last word: a client that reads has spoken again by then.
   */
  takesPong(slot: number, tick: number): boolean {
    if (this.acksInMessages[slot] === 0) return true;
    return this.isClosed(slot) && tick - (this.saidTick[slot] ?? 0) < this.#pongReach;
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
    return this.#closed[slot] === 1;
  }

  close(slot: number, now: number): void {
    this.#closed[slot] = 1;
    this.closedSince[slot] = now;
  }

  reopen(slot: number): void {
    this.#closed[slot] = 0;
    this.merged[slot] = 1;
  }

  #place(slot: number, index: number): number {
    const at = (this.#first[slot] ?? 0) + index;
    return slot * this.#room + (at >= this.#room ? at - this.#room : at);
  }

  #sample(slot: number, roundTrip: number): void {
    const known = this.roundTrip[slot] ?? 0;
    // Kept above zero, which means "not known".
    const sample = Math.max(roundTrip, 0.001);
    this.roundTrip[slot] = known === 0 ? sample : known + (sample - known) * RTT_GAIN;
  }
}
