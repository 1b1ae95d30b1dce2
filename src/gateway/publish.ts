// What a session is sent after a tick, all in one cork and so in one write: the parts of its
// AoiUpdate, a Correction, a ViewDigest, messages of the application, a ping. The kernel has laid
// the bodies; the header goes in front of each, into the room left there, and the transport gets a
// view: no byte is copied.
import type { World } from "../engine/world.ts";
import {
  AOI_HEADER_MAX,
  AOI_INCOMPLETE,
  AOI_LAST,
  AOI_MERGED,
  AOI_RESET,
  SMALL_FRAME,
  writeAoiHeader,
  writeCorrection,
  writeDigest,
} from "../protocol/encode.ts";
import type { Counters } from "./counters.ts";
import type { Messages } from "./messages.ts";
import type { Outlet } from "./outlet.ts";
import { PROOF_TICKS } from "./pacing.ts";
import type { Pacing } from "./pacing.ts";
import type { Seal } from "./seal.ts";
import { rowOf } from "./session.ts";
import type { Sessions } from "./session.ts";
import type { Tracer } from "./tracer.ts";
import type { Transport } from "./transport.ts";

/** An update goes out at least this often, also when nothing changed. */
const KEEPALIVE_MS = 250;
/** Ticks between the pings of a client that does not acknowledge in its messages, at least. */
const PING_TICKS = 10;
/** Payload of a ping: the tick that its pong acknowledges, and its seal; little-endian. */
export const PING_BYTES = 8;
/** Bytes of errors and heartbeats that call for an update or a ping, to be acknowledged by. */
const UNMARKED_BYTES = 1024;
/** Buffered bytes are looked at this often, in ticks, a power of two. */
const INSPECT_TICKS = 8;

export interface PublisherParts {
  readonly world: World;
  readonly transport: Transport;
  readonly outlet: Outlet;
  readonly sessions: Sessions;
  readonly pacing: Pacing;
  readonly counters: Counters;
  readonly tracer: Tracer;
  readonly seal: Seal;
  readonly messages: Messages;
  readonly tickMs: number;
  /** Round trip from which on updates are compressed, ms; Infinity = never. */
  readonly compressRttMs: number;
}

/** Ticks without a change after which an update goes out all the same. */
export function keepaliveTicks(tickMs: number): number {
  return Math.max(1, Math.floor(KEEPALIVE_MS / tickMs));
}

/** Bytes per session: what it was told last: tick, sequence, x, y 4 x 4; two flags 2 x 1 = 18. */
export class Publisher {
  readonly #world: World;
  readonly #transport: Transport;
  readonly #outlet: Outlet;
  readonly #sessions: Sessions;
  readonly #pacing: Pacing;
  readonly #counters: Counters;
  readonly #tracer: Tracer;
  readonly #seal: Seal;
  readonly #messages: Messages;
  readonly #keepaliveTicks: number;
  readonly #compressRttMs: number;

  readonly #toldTick: Uint32Array;
  readonly #toldSequence: Int32Array;
  readonly #toldX: Int32Array;
  readonly #toldY: Int32Array;
  readonly #toldIncomplete: Uint8Array;
  /** 1: looks were left out since its last update. That alone is no reason for another. */
  readonly #rested: Uint8Array;

  /** A header without a body; other small messages; the payload of a ping. */
  readonly #header = new Uint8Array(AOI_HEADER_MAX);
  readonly #small = new Uint8Array(SMALL_FRAME);
  readonly #ping = new Uint8Array(PING_BYTES);
  readonly #pingWords = new DataView(this.#ping.buffer);
  // Bound once: a closure per client and tick would be garbage.
  readonly #flushBound = (slot: number): void => this.#flush(slot);
  readonly #mailBound = (slot: number): void => this.#messages.flush(slot);
  readonly #pingBound = (slot: number): void => this.#markAndPing(slot);

  constructor(parts: PublisherParts) {
    this.#world = parts.world;
    this.#transport = parts.transport;
    this.#outlet = parts.outlet;
    this.#sessions = parts.sessions;
    this.#pacing = parts.pacing;
    this.#counters = parts.counters;
    this.#tracer = parts.tracer;
    this.#seal = parts.seal;
    this.#messages = parts.messages;
    this.#keepaliveTicks = keepaliveTicks(parts.tickMs);
    this.#compressRttMs = parts.compressRttMs;
    const capacity = parts.sessions.capacity;
    this.#toldTick = new Uint32Array(capacity);
    this.#toldSequence = new Int32Array(capacity);
    this.#toldX = new Int32Array(capacity);
    this.#toldY = new Int32Array(capacity);
    this.#toldIncomplete = new Uint8Array(capacity);
    this.#rested = new Uint8Array(capacity);
  }

  /** A session got its entity in this tick's step: its view starts, even if it shows nothing. */
  open(slot: number): void {
    this.#toldTick[slot] = 0;
    this.#toldSequence[slot] = 0;
    this.#toldIncomplete[slot] = 0;
    this.#pacing.merged[slot] = 0;
    this.#pacing.trust(slot, this.#world.tick);
    this.#rested[slot] = 0;
    this.#transport.cork(slot, this.#flushBound);
  }

  /** Sends what this tick has for a session with an entity, if its window is open. */
  publish(slot: number): void {
    // Spread over ticks: one look costs a call into the transport.
    if (this.#isTurn(slot)) this.#outlet.inspect(slot);
    if (this.#pacing.isClosed(slot)) return;
    if (this.#world.isResting(rowOf(this.#sessions.handleOf(slot)))) {
      this.#rested[slot] = 1;
      this.#sendMail(slot);
      return;
    }
    if (!this.#isDue(slot)) {
      this.#sendMail(slot);
      return;
    }
    this.#transport.cork(slot, this.#flushBound);
    const { tick } = this.#world;
    if (this.#tracer.isOn && this.#toldTick[slot] === tick)
      this.#tracer.sent(this.#sessions.handleOf(slot), tick);
  }

  /** Messages of the application wait for no update. */
  #sendMail(slot: number): void {
    if (this.#messages.isDue(slot)) this.#transport.cork(slot, this.#mailBound);
  }

  /** A session without an entity gets no updates: pings acknowledge what it was sent. */
  pingIfDue(slot: number): void {
    if (this.#pacing.outstanding(slot) === 0 || this.#pacing.isClosed(slot)) return;
    if (this.#isPingDue(slot) || this.#pacing.unmarked(slot) >= UNMARKED_BYTES) this.ping(slot);
  }

  /** Marks what was sent so far and asks for a pong that acknowledges it. */
  ping(slot: number): void {
    this.#transport.cork(slot, this.#pingBound);
  }

  #isDue(slot: number): boolean {
    const world = this.#world;
    const row = rowOf(this.#sessions.handleOf(slot));
    if (world.frameCount(row) > 0) return true;
    if (world.sequence(row) !== this.#toldSequence[slot]) return true;
    if (world.posX(row) !== this.#toldX[slot] || world.posY(row) !== this.#toldY[slot]) return true;
    const flags = world.viewFlags(row);
    if ((flags & AOI_RESET) !== 0) return true;
    if ((flags & AOI_INCOMPLETE) !== this.#toldIncomplete[slot]) return true;
    if (this.#pacing.merged[slot] === 1 || this.#sessions.correction[slot] === 1) return true;
    if (this.#sessions.wantsDigest[slot] === 1) return true;
    if (this.#pacing.unmarked(slot) >= UNMARKED_BYTES) return true;
    return world.tick - (this.#toldTick[slot] ?? 0) >= this.#keepaliveTicks;
  }

  #flush(slot: number): void {
    const world = this.#world;
    const row = rowOf(this.#sessions.handleOf(slot));
    if (!this.#sendUpdate(slot, row)) {
      // The client cannot know what it missed; nothing that speaks of this tick may follow.
      this.#sessions.wantsReset[slot] = 1;
      return;
    }
    this.#toldTick[slot] = world.tick;
    this.#toldSequence[slot] = world.sequence(row);
    this.#toldX[slot] = world.posX(row);
    this.#toldY[slot] = world.posY(row);
    this.#toldIncomplete[slot] = world.viewFlags(row) & AOI_INCOMPLETE;
    this.#pacing.merged[slot] = 0;
    this.#rested[slot] = 0;
    if (this.#sessions.correction[slot] === 1) this.#sendCorrection(slot, row);
    if (this.#sessions.wantsDigest[slot] === 1) this.#sendDigest(slot, row);
    this.#messages.flush(slot);
    if (this.#isPingDue(slot)) this.#markAndPing(slot);
    else this.#pacing.mark(slot, world.tick);
  }

  /** @returns false when a part was dropped */
  #sendUpdate(slot: number, row: number): boolean {
    const world = this.#world;
    const view = world.viewFlags(row);
    const isMerged = this.#pacing.merged[slot] === 1 || this.#rested[slot] === 1;
    const merged = isMerged ? AOI_MERGED : 0;
    const flags = (view & AOI_INCOMPLETE) | merged;
    const reset = view & AOI_RESET;
    const compress = (this.#pacing.roundTrip[slot] ?? 0) > this.#compressRttMs;
    const parts = world.frameCount(row);
    if (reset !== 0) this.#counters.resets++;
    if (parts === 0) {
      const end = AOI_HEADER_MAX;
      return this.#sendPart(slot, row, this.#header, end, end, flags | reset | AOI_LAST, compress);
    }
    for (let part = 0; part < parts; part++) {
      const first = part === 0 ? reset : 0;
      const last = part === parts - 1 ? AOI_LAST : 0;
      const start = world.frameStart(row, part);
      const end = world.frameEnd(row, part);
      const partFlags = flags | first | last;
      if (!this.#sendPart(slot, row, world.memory, start, end, partFlags, compress)) return false;
    }
    return true;
  }

  #sendPart(
    slot: number,
    row: number,
    memory: Uint8Array,
    bodyStart: number,
    bodyEnd: number,
    flags: number,
    compress: boolean,
  ): boolean {
    const world = this.#world;
    const start = writeAoiHeader(
      memory,
      bodyStart,
      bodyEnd - bodyStart,
      world.tick,
      world.sequence(row),
      world.posX(row),
      world.posY(row),
      flags,
    );
    return this.#outlet.send(slot, memory.subarray(start, bodyEnd), compress);
  }

  #sendCorrection(slot: number, row: number): void {
    const world = this.#world;
    const length = writeCorrection(
      this.#small,
      this.#sessions.handleOf(slot),
      world.posX(row),
      world.posY(row),
      world.sequence(row),
    );
    if (!this.#outlet.send(slot, this.#small.subarray(0, length), false)) return;
    this.#counters.corrections++;
    this.#sessions.corrections[slot] = (this.#sessions.corrections[slot] ?? 0) + 1;
    this.#sessions.correction[slot] = 0;
  }

  #sendDigest(slot: number, row: number): void {
    const world = this.#world;
    world.digests.take(row);
    const length = writeDigest(
      this.#small,
      world.tick,
      world.digests.count,
      world.digests.hash,
      world.digests.hasPositions,
    );
    if (!this.#outlet.send(slot, this.#small.subarray(0, length), false)) return;
    this.#sessions.wantsDigest[slot] = 0;
  }

  /**
   * While a window is closed, asks again for what its last ping asked: one may have been lost. Each
   * time after twice as long, or who reads again after half a minute would answer a hundred pings
   * at once, and be taken for a flood.
   */
  pingAgain(slot: number): void {
    const since = this.#world.tick - (this.#pacing.lastPing[slot] ?? 0);
    const waits = since / PING_TICKS;
    const isPowerOfTwo = waits >= 1 && Number.isInteger(waits) && (waits & (waits - 1)) === 0;
    if (isPowerOfTwo) this.#sendPing(slot, this.#pacing.newestMark(slot));
  }

  #isPingDue(slot: number): boolean {
    const every = this.#pacing.acksInMessages(slot) ? PROOF_TICKS : PING_TICKS;
    return this.#world.tick - (this.#pacing.lastPing[slot] ?? 0) >= every;
  }

  #markAndPing(slot: number): void {
    if (this.#pacing.unmarked(slot) > 0) this.#pacing.mark(slot, this.#world.tick);
    this.#pacing.lastPing[slot] = this.#world.tick;
    const tick = this.#pacing.newestMark(slot);
    this.#sendPing(slot, tick);
  }

  #sendPing(slot: number, tick: number): void {
    const seal = this.#seal.of(this.#sessions.serial[slot] ?? 0, tick);
    this.#pingWords.setUint32(0, tick, true);
    this.#pingWords.setInt32(4, seal, true);
    this.#transport.ping(slot, this.#ping);
  }

  #isTurn(slot: number): boolean {
    return ((this.#world.tick + slot) & (INSPECT_TICKS - 1)) === 0;
  }
}
