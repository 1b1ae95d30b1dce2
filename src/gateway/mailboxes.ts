// Messages of the application that wait for their clients. Each row has a box: a ring of whole
// frames, numbered one after the other, that stay until the client has shown that it read past
// them, also over connections. What finds no room is counted, and the client is told so in that
// place.
import { appSize, SMALL_FRAME, writeApp, writeMissed } from "../protocol/encode.ts";

/** Messages that may wait in a box, and the bytes of their frames. */
export const BOX_MESSAGES = 64;
export const BOX_BYTES = 16384;
/** `tick` of a message that no connection has been sent. */
const NEVER = 0;
/** Where numbers begin in a session of an earlier process: what its client has is no guide. */
const AGAIN_MIN = 2 ** 30;

/**
 * Bytes per box: its ring 16,384; offset 2, length 2 and tick 4 of 64 messages; first number,
 * missed, received, settled, said, pending and its tick 7 x 4; place of the first, count, sent
 * 3 x 1; end of the ring's use 2 = 16,929. A ring that no message touched costs no RAM.
 */
export class Mailboxes {
  /**
   * Of each box, the client's last numbered message that was taken, that no crash takes back, and
   * that the client was told of.
   */
  readonly received: Uint32Array;
  readonly settled: Uint32Array;
  readonly said: Uint32Array;
  /** Between the first two: the one that is waited for, and the tick that it was taken in. */
  readonly #pending: Uint32Array;
  readonly #pendingTick: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #offset: Uint16Array;
  readonly #length: Uint16Array;
  /** In which a message was sent last. */
  readonly #tick: Uint32Array;
  /** Number of the first message that is kept. */
  readonly #number: Uint32Array;
  readonly #missed: Uint32Array;
  /** Where in its ring of places the first one stands. */
  readonly #first: Uint8Array;
  readonly #count: Uint8Array;
  /** Of those kept, how many the present connection was sent. */
  readonly #sent: Uint8Array;
  /** Where the next frame goes. */
  readonly #end: Uint16Array;
  readonly #random: () => number;

  /** @param random [0, 1) */
  constructor(boxes: number, random: () => number) {
    this.received = new Uint32Array(boxes);
    this.settled = new Uint32Array(boxes);
    this.said = new Uint32Array(boxes);
    this.#pending = new Uint32Array(boxes);
    this.#pendingTick = new Uint32Array(boxes);
    this.#bytes = new Uint8Array(boxes * BOX_BYTES);
    this.#offset = new Uint16Array(boxes * BOX_MESSAGES);
    this.#length = new Uint16Array(boxes * BOX_MESSAGES);
    this.#tick = new Uint32Array(boxes * BOX_MESSAGES);
    this.#number = new Uint32Array(boxes);
    this.#missed = new Uint32Array(boxes);
    this.#first = new Uint8Array(boxes);
    this.#count = new Uint8Array(boxes);
    this.#sent = new Uint8Array(boxes);
    this.#end = new Uint16Array(boxes);
    this.#random = random;
  }

  /**
   * A session begins with its entity; what was in the box was another's.
   * @param box the entity's row
   * @param isRestored whether the session is of an earlier process
   */
  open(box: number, isRestored: boolean): void {
    this.received[box] = this.settled[box] = this.said[box] = this.#missed[box] = 0;
    this.#pending[box] = 0;
    this.#first[box] = this.#count[box] = this.#sent[box] = this.#end[box] = 0;
    this.#number[box] = isRestored ? AGAIN_MIN + Math.floor(this.#random() * AGAIN_MIN) : 1;
  }

  /**
   * Puts a message behind the others.
   * @param payload at most MAX_PAYLOAD bytes; copied
   * @returns false when there is no room: its client is told that it missed one
   */
  put(box: number, channel: number, request: number, payload: Uint8Array): boolean {
    if (!this.#tellMissed(box)) {
      this.#missed[box]!++;
      return false;
    }
    const number = this.#nextNumber(box);
    const size = appSize(channel, request, payload.length, number);
    const at = this.#place(box, size);
    if (at < 0) {
      this.#missed[box]!++;
      return false;
    }
    writeApp(this.#bytes, box * BOX_BYTES + at, channel, request, payload, number);
    this.#add(box, at, size);
    return true;
  }

  /** Whether its client is to be sent something. */
  isDue(box: number): boolean {
    return this.#sent[box]! < this.#count[box]! || this.#missed[box]! > 0;
  }

  /** The frame that is to be sent next; null: all are sent. Valid until something is put. */
  next(box: number): Uint8Array | null {
    if (this.#sent[box] === this.#count[box] && !this.#tellMissed(box)) return null;
    const sent = this.#sent[box]!;
    if (sent === this.#count[box]) return null;
    const at = this.#entry(box, sent);
    const start = box * BOX_BYTES + this.#offset[at]!;
    return this.#bytes.subarray(start, start + this.#length[at]!);
  }

  /**
   * That frame was sent, behind the update of this tick.
   * @returns whether it was for the first time
   */
  sent(box: number, tick: number): boolean {
    const at = this.#entry(box, this.#sent[box]!);
    const isFirst = this.#tick[at] === NEVER;
    this.#tick[at] = tick;
    this.#sent[box]!++;
    return isFirst;
  }

  /** Its client has read the update of this tick: what was sent before it has arrived. */
  acknowledge(box: number, tick: number): void {
    while (this.#sent[box]! > 0 && this.#tick[this.#entry(box, 0)]! < tick) this.#dropFirst(box);
  }

  /**
   * Its session goes on on another connection.
   * @param has the number of the last message that the client has, 0 = it does not say; a number
   * that is none of these is of another process's, and means the same
   */
  resume(box: number, has: number): void {
    const read = (has - this.#number[box]! + 1) >>> 0;
    if (read <= this.#count[box]!) for (let i = 0; i < read; i++) this.#dropFirst(box);
    this.#sent[box] = 0;
    // Welcome says it.
    this.said[box] = this.settled[box]!;
  }

  /**
   * Moves on what its client may be told was taken.
   * @param tick the last one
   * @param settledTick the newest one that no crash takes back
   */
  settle(box: number, tick: number, settledTick: number): void {
    const received = this.received[box]!;
    if (this.settled[box] === received) return;
    if (this.#pending[box] === this.settled[box]) {
      this.#pending[box] = received;
      this.#pendingTick[box] = tick;
    }
    if (this.#pendingTick[box]! <= settledTick) this.settled[box] = this.#pending[box]!;
  }

  /** What was missed takes the next number as soon as there is room. @returns whether there was */
  #tellMissed(box: number): boolean {
    const missed = this.#missed[box]!;
    if (missed === 0) return true;
    const at = this.#place(box, SMALL_FRAME);
    if (at < 0) return false;
    const start = box * BOX_BYTES + at;
    const size = writeMissed(this.#bytes, start, this.#nextNumber(box), missed) - start;
    this.#add(box, at, size);
    this.#missed[box] = 0;
    return true;
  }

  #nextNumber(box: number): number {
    return (this.#number[box]! + this.#count[box]!) >>> 0;
  }

  /** @returns where in the box's ring so many bytes are free in one piece, -1: nowhere */
  #place(box: number, size: number): number {
    const count = this.#count[box]!;
    if (count === BOX_MESSAGES) return -1;
    if (count === 0) return 0;
    const head = this.#offset[this.#entry(box, 0)]!;
    const end = this.#end[box]!;
    // Never filled to the brim: an end that meets the head would look like an empty ring.
    if (end <= head) return head - end > size ? end : -1;
    if (BOX_BYTES - end >= size) return end;
    return head > size ? 0 : -1;
  }

  #add(box: number, offset: number, size: number): void {
    const at = this.#entry(box, this.#count[box]!);
    this.#offset[at] = offset;
    this.#length[at] = size;
    this.#tick[at] = NEVER;
    this.#end[box] = offset + size;
    this.#count[box]!++;
  }

  #dropFirst(box: number): void {
    this.#first[box] = (this.#first[box]! + 1) % BOX_MESSAGES;
    this.#number[box]!++;
    this.#count[box]!--;
    if (this.#sent[box]! > 0) this.#sent[box]!--;
  }

  #entry(box: number, index: number): number {
    return box * BOX_MESSAGES + ((this.#first[box]! + index) % BOX_MESSAGES);
  }
}
