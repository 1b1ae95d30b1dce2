// What one page is sent of the entity that it has chosen: the entity, its client, what the client
// was told, and where the time of its intents goes.
import type { FeedReader, FeedWriter } from "./bytes.ts";

/** The way of one intent, in milliseconds each; the server's clock but for `socket`. */
export interface Waterfall {
  readonly sequence: number;
  /** Under way to the server: an estimate, see the gateway's tracer. */
  readonly socket: number;
  /** From its arrival to the start of the tick that took it. */
  readonly wait: number;
  /** Until that tick's step was done. */
  readonly tick: number;
  /** Until the client's frames were handed to the socket. */
  readonly send: number;
  /** Until the client said that it has them. */
  readonly acknowledgement: number;
  /** How long ago that was. */
  readonly age: number;
}

/** The chosen entity's client. */
export interface FocusClient {
  /** Public name of its session. */
  readonly session: string;
  /** What it calls itself. */
  readonly client: string;
  /** Smoothed round trip, ms; 0 = not known. */
  readonly roundTrip: number;
  /** Bytes sent and not acknowledged. */
  readonly outstanding: number;
  readonly isWindowClosed: boolean;
  readonly sent: number;
  readonly received: number;
  readonly corrections: number;
  /** The last intent that was traced, and the one that took longest in the last minute. */
  readonly last: Waterfall | null;
  readonly worst: Waterfall | null;
}

export interface Focus {
  /** Handle; 0: nobody is chosen, or who was is gone. */
  readonly entity: number;
  readonly kind: number;
  /** 1/256 unit. */
  readonly x: number;
  readonly y: number;
  /** Last sequence applied or refused. */
  readonly sequence: number;
  /** World units. */
  readonly enterRadius: number;
  readonly leaveRadius: number;
  /** Not everything visible could be told. */
  readonly isIncomplete: boolean;
  /** How many rows its client was told of; `told` lists as many as a page shows. */
  readonly toldCount: number;
  readonly told: Uint16Array;
  /** null: no client is connected to it. */
  readonly client: FocusClient | null;
}

const NOTHING = 0;
const ENTITY = 1;
const WITH_CLIENT = 2;

/** @param told rows; the first `count` of them are written */
export function writeFocus(to: FeedWriter, focus: Focus | null, told: Uint16Array): void {
  if (focus === null) {
    to.u8(NOTHING);
    return;
  }
  to.u8(focus.client === null ? ENTITY : WITH_CLIENT);
  to.u32(focus.entity);
  to.u16(focus.kind);
  to.i32(focus.x);
  to.i32(focus.y);
  to.u32(focus.sequence);
  to.f32(focus.enterRadius);
  to.f32(focus.leaveRadius);
  to.u8(focus.isIncomplete ? 1 : 0);
  to.u32(focus.toldCount);
  const listed = Math.min(focus.toldCount, told.length);
  to.u16(listed);
  to.halves(told, listed);
  if (focus.client !== null) writeClient(to, focus.client);
}

/** @returns null when nobody is chosen */
export function readFocus(from: FeedReader): Focus | null {
  const form = from.u8();
  if (form === NOTHING) return null;
  const entity = from.u32();
  const kind = from.u16();
  const [x, y] = [from.i32(), from.i32()];
  const sequence = from.u32();
  const [enterRadius, leaveRadius] = [from.f32(), from.f32()];
  const isIncomplete = from.u8() === 1;
  const toldCount = from.u32();
  const told = from.halves(from.u16());
  const client = form === WITH_CLIENT ? readClient(from) : null;
  return {
    ...{ entity, kind, x, y, sequence, enterRadius, leaveRadius },
    ...{ isIncomplete, toldCount, told, client },
  };
}

function writeClient(to: FeedWriter, client: FocusClient): void {
  to.text(client.session);
  to.text(client.client);
  to.f32(client.roundTrip);
  to.u32(client.outstanding);
  to.u8(client.isWindowClosed ? 1 : 0);
  to.u32(client.sent);
  to.u32(client.received);
  to.u32(client.corrections);
  writeWaterfall(to, client.last);
  writeWaterfall(to, client.worst);
}

function readClient(from: FeedReader): FocusClient {
  return {
    session: from.text(),
    client: from.text(),
    roundTrip: from.f32(),
    outstanding: from.u32(),
    isWindowClosed: from.u8() === 1,
    sent: from.u32(),
    received: from.u32(),
    corrections: from.u32(),
    last: readWaterfall(from),
    worst: readWaterfall(from),
  };
}

function writeWaterfall(to: FeedWriter, waterfall: Waterfall | null): void {
  to.u8(waterfall === null ? 0 : 1);
  if (waterfall === null) return;
  to.u32(waterfall.sequence);
  to.f32(waterfall.socket);
  to.f32(waterfall.wait);
  to.f32(waterfall.tick);
  to.f32(waterfall.send);
  to.f32(waterfall.acknowledgement);
  to.f32(waterfall.age);
}

function readWaterfall(from: FeedReader): Waterfall | null {
  if (from.u8() === 0) return null;
  return {
    sequence: from.u32(),
    socket: from.f32(),
    wait: from.f32(),
    tick: from.f32(),
    send: from.f32(),
    acknowledgement: from.f32(),
    age: from.f32(),
  };
}
