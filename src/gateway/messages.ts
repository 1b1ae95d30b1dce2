// Messages of the application, both ways: what clients send waits for the next tick (inbox.ts),
// what the application sends waits for its client (mailboxes.ts). Numbered messages are taken once
// each and in order; whom a message is for is decided when it is sent, by the last tick's state.
import { leaveRadiusOf } from "../engine/rules.ts";
import type { World } from "../engine/world.ts";
import { MESSAGE_TAKEN, MESSAGE_UNKNOWN } from "../messages/verdict.ts";
import { ERRORS } from "../protocol/codes.ts";
import type { ClientDecoder } from "../protocol/decode.ts";
import { SMALL_FRAME, writeReceived } from "../protocol/encode.ts";
import { UNITS_PER_POSITION, UNITS_PER_SIGHT } from "../protocol/position.ts";
import { MAX_PAYLOAD } from "../protocol/version.ts";
import type { AppPort } from "./app-port.ts";
import type { Counters } from "./counters.ts";
import { INBOX_MESSAGES, Inbox } from "./inbox.ts";
import { Mailboxes } from "./mailboxes.ts";
import type { Outlet } from "./outlet.ts";
import type { Owner, Owners } from "./owners.ts";
import type { Replies } from "./replies.ts";
import { rowOf } from "./session.ts";
import type { Sessions } from "./session.ts";

const POSITIONS_PER_SIGHT = UNITS_PER_POSITION / UNITS_PER_SIGHT;
const NO_BOX = -1;
/** Types of messages are 1 to this. */
const TYPE_MAX = 65535;
/** Bytes that one client is sent in a tick; the rest follows in the next. */
export const MAIL_BYTES = 2048;
// Places in APP_REFUSALS.
const AGAIN = 0;
const GAP = 1;
const FULL = 2;
const GONE = 3;
const TOO_LONG = 4;
const UNKNOWN = 5;
const MALFORMED = 6;

export interface MessagesParts {
  readonly world: World;
  readonly outlet: Pick<Outlet, "send">;
  readonly sessions: Pick<Sessions, "handleOf">;
  readonly owners: Owners;
  readonly replies: Pick<Replies, "takes" | "tell" | "error">;
  readonly counters: Counters;
  /** null: there is no application. */
  readonly app: AppPort | null;
  readonly tickMs: number;
  /** The newest tick that no crash takes back; Infinity: nobody is to wait for any. */
  settledTick(): number;
  /** [0, 1) */
  random(): number;
}

export class Messages {
  readonly #boxes: Mailboxes;
  readonly #parts: MessagesParts;
  readonly #inbox: Inbox;
  readonly #small = new Uint8Array(SMALL_FRAME);
  #settledTick = Infinity;

  constructor(parts: MessagesParts) {
    this.#parts = parts;
    const isUsed = parts.app !== null;
    // One a row.
    this.#boxes = new Mailboxes(isUsed ? parts.world.rules.maxEntities : 0, () => parts.random());
    this.#inbox = new Inbox(isUsed ? INBOX_MESSAGES : 0);
  }

  // ---------------------------------------------------------------- to clients, before the step

  /**
   * Sends a message to the client of an entity, which gets it after the step; also when it comes
   * back to its session only later.
   * @param type 1 to 65,535
   * @param payload at most MAX_PAYLOAD bytes; copied
   * @param request that of the message which it answers, 0 = none
   * @returns false when the entity has no client, or its box no room; then the client is told how
   * many it has missed
   * @throws RangeError for a type or a length that no message has
   */
  sendTo(handle: number, type: number, payload: Uint8Array, request = 0): boolean {
    check(type, payload);
    const { counters, owners, world } = this.#parts;
    const owner = owners.of(handle);
    if (owner !== undefined && world.isLive(handle))
      return this.#put(owner, type, payload, request);
    counters.appUnaddressed++;
    return false;
  }

  /**
   * Sends to everybody whose client shows an entity; its own client does not.
   * @returns to how many; @throws as sendTo
   */
  sendToObserversOf(handle: number, type: number, payload: Uint8Array): number {
    check(type, payload);
    const { owners, world } = this.#parts;
    if (!world.isLive(handle)) return 0;
    const row = rowOf(handle);
    const x = world.posX(row);
    const y = world.posY(row);
    let count = 0;
    for (const owner of owners) {
      const observer = rowOf(owner.entity);
      if (!this.#isWithin(owner, x, y, this.#reachOf(observer))) continue;
      if (this.#isTold(observer, row) && this.#put(owner, type, payload, 0)) count++;
    }
    return count;
  }

  /**
   * Sends to everybody whose entity is near a place.
   * @param x position units (1/256), as is the radius, which is part of it
   * @returns to how many; @throws as sendTo
   */
  sendToRadius(x: number, y: number, radius: number, type: number, payload: Uint8Array): number {
    check(type, payload);
    let count = 0;
    for (const owner of this.#parts.owners)
      if (this.#isWithin(owner, x, y, radius) && this.#put(owner, type, payload, 0)) count++;
    return count;
  }

  /** Sends to everybody who has an entity. @returns to how many; @throws as sendTo */
  sendToAll(type: number, payload: Uint8Array): number {
    check(type, payload);
    let count = 0;
    const { owners, world } = this.#parts;
    for (const owner of owners)
      if (world.isLive(owner.entity) && this.#put(owner, type, payload, 0)) count++;
    return count;
  }

  // ---------------------------------------------------------------- called by the gateway

  /** A client that has an entity sent a message. */
  take(slot: number, from: ClientDecoder, bytes: Uint8Array): void {
    const { counters, replies, sessions, tickMs } = this.#parts;
    const { appChannel: type, appRequest: request, appSequence: sequence } = from;
    const box = this.#boxOf(slot);
    const last = this.#boxes.received[box] ?? 0;
    if (sequence !== 0 && sequence !== last + 1) {
      // It sends again what was not acknowledged, from the first on.
      counters.appRefused[sequence <= last ? AGAIN : GAP]!++;
      return;
    }
    const length = from.appEnd - from.appStart;
    if (length > MAX_PAYLOAD) {
      counters.appRefused[TOO_LONG]!++;
      if (replies.takes(slot, ERRORS.BAD_MESSAGE))
        this.#refuse(slot, `It has ${length} bytes; ${MAX_PAYLOAD} are the most.`);
    } else if (type === 0 || type > TYPE_MAX) {
      counters.appRefused[UNKNOWN]!++;
      if (replies.takes(slot, ERRORS.BAD_MESSAGE))
        this.#refuse(slot, `Its type is ${type}; 1 to ${TYPE_MAX} are possible.`);
    } else {
      const payload = bytes.subarray(from.appStart, from.appEnd);
      if (!this.#inbox.put(sessions.handleOf(slot), type, request, payload)) {
        counters.appRefused[FULL]!++;
        if (sequence === 0) replies.error(slot, ERRORS.UNAVAILABLE, "", 0, tickMs);
        return;
      }
      counters.appReceived++;
    }
    if (sequence !== 0) this.#boxes.received[box] = sequence;
  }

  /** Hands over what came since the last tick; once, whatever becomes of it. */
  deliver(): void {
    try {
      this.#handOver();
    } finally {
      this.#inbox.clear();
    }
  }

  #handOver(): void {
    const { app, counters, owners, replies, world } = this.#parts;
    const inbox = this.#inbox;
    for (let i = 0; i < inbox.count; i++) {
      const handle = inbox.handle(i);
      const type = inbox.type(i);
      if (app === null || !world.isLive(handle)) {
        counters.appRefused[GONE]!++;
        continue;
      }
      const verdict = app.onAppMessage(handle, type, inbox.bytes(i), inbox.request(i));
      if (verdict === MESSAGE_TAKEN) continue;
      const isUnknown = verdict === MESSAGE_UNKNOWN;
      counters.appRefused[isUnknown ? UNKNOWN : MALFORMED]!++;
      const slot = owners.of(handle)?.slot ?? -1;
      if (slot < 0 || !replies.takes(slot, ERRORS.BAD_MESSAGE)) continue;
      const fault = isUnknown ? "It has no type" : "Its bytes are none of type";
      this.#refuse(slot, `${fault} ${type}.`);
    }
  }

  /** After the step, before anything is sent. */
  beginSending(): void {
    if (this.#parts.app !== null) this.#settledTick = this.#parts.settledTick();
  }

  /** Whether there is something to be sent. */
  isDue(slot: number): boolean {
    const box = this.#boxOf(slot);
    const boxes = this.#boxes;
    if (box === NO_BOX) return false;
    boxes.settle(box, this.#parts.world.tick, this.#settledTick);
    return boxes.isDue(box) || boxes.settled[box] !== boxes.said[box];
  }

  /** Sends what waits, as much as a tick may; behind the update, if there is one. */
  flush(slot: number): void {
    const { counters, outlet, world } = this.#parts;
    const box = this.#boxOf(slot);
    if (box === NO_BOX) return;
    const boxes = this.#boxes;
    for (let bytes = 0; bytes < MAIL_BYTES;) {
      const frame = boxes.next(box);
      if (frame === null) break;
      // Otherwise it stays, and is tried again.
      if (!outlet.send(slot, frame, false)) return;
      bytes += frame.length;
      if (boxes.sent(box, world.tick)) counters.appSent++;
      else counters.appSentAgain++;
    }
    // A client forgets what it is told was taken: it may not be while a crash could take it back.
    boxes.settle(box, world.tick, this.#settledTick);
    const settled = boxes.settled[box] ?? 0;
    if (settled === boxes.said[box]) return;
    const length = writeReceived(this.#small, settled);
    if (outlet.send(slot, this.#small.subarray(0, length), false)) boxes.said[box] = settled;
  }

  /** A client has the update of this tick, and so all that was sent before it. */
  acknowledged(slot: number, tick: number): void {
    const box = this.#boxOf(slot);
    if (box !== NO_BOX) this.#boxes.acknowledge(box, tick);
  }

  /** A session has its entity. @param isRestored whether it is of an earlier process */
  begin(entity: number, isRestored: boolean): void {
    if (this.#parts.app !== null) this.#boxes.open(rowOf(entity), isRestored);
  }

  /** A session goes on. @param has the number of the last message that its client has */
  resume(entity: number, has: number): void {
    if (this.#parts.app !== null) this.#boxes.resume(rowOf(entity), has);
  }

  /** The number of the last message of its client that was taken for good; 0: none. */
  receivedOf(entity: number): number {
    return entity === 0 ? 0 : (this.#boxes.settled[rowOf(entity)] ?? 0);
  }

  // ----------------------------------------------------------------

  /** The row of its entity; NO_BOX without an entity, or an application. */
  #boxOf(slot: number): number {
    const { app, sessions } = this.#parts;
    const handle = sessions.handleOf(slot);
    return app === null || handle === 0 ? NO_BOX : rowOf(handle);
  }

  #put(owner: Owner, type: number, payload: Uint8Array, request: number): boolean {
    const hasBox = this.#parts.app !== null;
    if (hasBox && this.#boxes.put(rowOf(owner.entity), type, request, payload)) return true;
    this.#parts.counters.appMissed++;
    return false;
  }

  #isWithin({ entity }: Owner, x: number, y: number, radius: number): boolean {
    const { world } = this.#parts;
    const row = rowOf(entity);
    const dx = world.posX(row) - x;
    const dy = world.posY(row) - y;
    return dx * dx + dy * dy <= radius * radius && world.isLive(entity);
  }

  /** How far a row shows others at most, position units. */
  #reachOf(observer: number): number {
    const { world } = this.#parts;
    // In sight units positions are rounded down, so one may be so much further away.
    const reach = leaveRadiusOf(world.aoiRadius(observer), world.rules) + 2;
    return reach * POSITIONS_PER_SIGHT;
  }

  #isTold(observer: number, row: number): boolean {
    const { world } = this.#parts;
    if (world.toldCount(observer) === 0) return false;
    const count = world.listTold(observer);
    for (let i = 0; i < count; i++) if (world.told(i) === row) return true;
    return false;
  }

  #refuse(slot: number, detail: string): void {
    this.#parts.replies.tell(slot, ERRORS.BAD_MESSAGE, detail);
  }
}

function check(type: number, payload: Uint8Array): void {
  if (!Number.isInteger(type) || type < 1 || type > TYPE_MAX)
    throw new RangeError(`a message of type ${type} was to be sent; types are 1 to ${TYPE_MAX}`);
  if (payload.length > MAX_PAYLOAD)
    throw new RangeError(
      `a message of ${payload.length} bytes was to be sent; at most ${MAX_PAYLOAD}`,
    );
}
