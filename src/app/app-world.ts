// The world as systems and hooks see it: what they read is the state after the last step, what they
// do are commands of the step that follows. Units are the world's own: positions in world units,
// speeds in world units a tick.
import * as layout from "#layout";
import type { Component, FieldKind, FieldValue } from "../components/component.ts";
import type { World } from "../engine/world.ts";
import type { Draft, Message } from "../messages/message.ts";
import type { Calls } from "./calls.ts";
import { kindIn } from "./definition.ts";
import type { Kind } from "./definition.ts";
import { SENDS_MAX, SENT_BYTES_MAX, TO_ALL, TO_OBSERVERS, TO_ONE, TO_RADIUS } from "./mail.ts";
import type { Mail } from "./mail.ts";
import { NoRoom } from "./no-room.ts";
import type { Outbox } from "./outbox.ts";
import type { Randomness } from "./randomness.ts";
import type { StateKeeper } from "./state.ts";
import type { Timers } from "./timers.ts";

const { COMPONENTS, LIVE, NONE, OBSERVER, SIGHT_UNIT, UNIT } = layout;
const FULL_BANK = -1;
const NO_KIND = -1;
/** Most and least of what a command holds, position units. */
const FARTHEST = 0x7fffffff;

type Fields = Readonly<Record<string, FieldKind>>;
/** Some of a component's fields with their values. */
export type Values<F extends Fields> = { readonly [Name in keyof F]?: FieldValue<F[Name]> };

export interface AppWorldParts<State> {
  readonly world: World;
  readonly tickMs: number;
  readonly randomness: Randomness;
  readonly timers: Timers;
  readonly outbox: Outbox;
  readonly mail: Mail;
  readonly state: StateKeeper<State>;
  readonly names: ReadonlyMap<number, string>;
  readonly kindOf: ReadonlyMap<number, Kind>;
  readonly calls: Pick<Calls, "isUnderWay">;
}

/**
 * Entities are handles: numbers, never 0, that are not used again for long. What is done to one
 * that is not there any more has no effect, and what is read of it is nobody's: see isThere.
 * Outside of a call of the application's code (in what goes on behind an await, in setTimeout) all
 * may be read, and whatever changes anything throws.
 */
export class AppWorld<State = unknown> {
  /** Emits events to the store's outbox. */
  readonly events: Pick<Outbox, "emit">;
  /** What the last query found, nearest first where it was asked for the nearest. */
  readonly found = new Uint32Array(layout.ROWS);
  readonly #parts: AppWorldParts<State>;
  readonly #words = new Int32Array(2 * COMPONENTS);

  constructor(parts: AppWorldParts<State>) {
    this.#parts = parts;
    this.events = {
      emit: (stream, type, payload) => this.#open.outbox.emit(stream, type, payload),
    };
  }

  // ---------------------------------------------------------------- the world now

  /** The last step's tick. */
  get tick(): number {
    return this.#parts.world.tick;
  }
  /** From tick to tick, ms. */
  get tickMs(): number {
    return this.#parts.tickMs;
  }
  /** Entities of all kinds. */
  get count(): number {
    return this.#parts.world.liveCount;
  }
  /** JSON that is kept with the world: change it in place. Outside of a call it is a copy. */
  get state(): State {
    const { calls, state } = this.#parts;
    return calls.isUnderWay ? state.value : structuredClone(state.value);
  }

  /** Ask it first of one that you have kept: of who is gone x and y are NaN, and kind is -1. */
  isThere(entity: number): boolean {
    return this.#parts.world.isLive(entity);
  }
  /** Whether a client steers it, or is expected back; false of who is gone. */
  isPlayer(entity: number): boolean {
    return this.isThere(entity) && ((this.#views.flags[entity & NONE] ?? 0) & OBSERVER) !== 0;
  }
  /** The id of its kind; -1: it is gone. */
  kind(entity: number): number {
    return this.isThere(entity) ? this.#parts.world.kind(entity & NONE) : NO_KIND;
  }
  /** World units; NaN: it is gone. */
  x(entity: number): number {
    return this.isThere(entity) ? this.#parts.world.posX(entity & NONE) / UNIT : NaN;
  }
  /** World units; NaN: it is gone. */
  y(entity: number): number {
    return this.isThere(entity) ? this.#parts.world.posY(entity & NONE) / UNIT : NaN;
  }
  /** What a player is called; "" of all others. */
  name(entity: number): string {
    return this.#parts.names.get(entity) ?? "";
  }

  /**
   * A field of an entity's component; 0, false or zeros of one that is gone. Of bytes a part of the
   * state: copy what is to be kept.
   */
  get<F extends Fields, Name extends keyof F>(
    entity: number,
    component: Component<F>,
    field: Name,
  ): FieldValue<F[Name]> {
    if (!this.isThere(entity)) return component.get(new Uint8Array(COMPONENTS * 4), 0, field);
    const at = layout.COMPONENT + (entity & NONE) * COMPONENTS * 4;
    return component.get(this.#views.bytes, at, field);
  }

  /** Calls for each entity of a kind, or of all, in the order of their rows. */
  each(kind: Kind | null, visit: (entity: number) => void): void {
    const { world } = this.#parts;
    const rows = world.total(layout.ROW_END);
    for (let row = 0; row < rows; row++) {
      if (((this.#views.flags[row] ?? 0) & LIVE) === 0) continue;
      if (kind === null || world.kind(row) === kind.id) visit(world.handle(row));
    }
  }

  // ---------------------------------------------------------------- commands

  /**
   * @param kind one of the definition's
   * @returns a ticket, for spawned() in the next tick
   * @throws RangeError for a kind that the definition has not
   */
  spawn(kind: Kind, x: number, y: number): number {
    const { rules } = this.#parts.world;
    const { id, maxSpeed, aoiRadius } = kindIn(this.#parts.kindOf, kind);
    const ticket = this.#open.world.join({
      kind: id,
      x: units(x),
      y: units(y),
      maxSpeed: maxSpeed === undefined ? rules.maxSpeed : units(maxSpeed),
      aoiRadius: aoiRadius === undefined ? rules.aoiRadius : sight(aoiRadius),
      layer: 0,
      observer: false,
      visible: true,
      bank: FULL_BANK,
      sequence: 0,
    });
    taken(ticket >= 0);
    return ticket;
  }

  /** The entity of a ticket of the tick before; 0: the world was full. */
  spawned(ticket: number): number {
    return this.#parts.world.joined(ticket);
  }

  /** Of a player it ends the session as well, with the code REMOVED. */
  despawn(entity: number): void {
    taken(this.#open.world.leave(entity));
  }

  teleport(entity: number, x: number, y: number): void {
    taken(this.#open.world.teleport(entity, units(x), units(y)));
  }

  /**
   * Moves what is no player's, as far as its speed allows; farther is cut to that, in the same
   * direction.
   * @throws Error for a player's: clients move by intents
   */
  steer(entity: number, dx: number, dy: number): void {
    if (this.isPlayer(entity)) throw new Error(`${entity} is a player's: teleport it instead.`);
    const part = Math.min(1, FARTHEST / UNIT / Math.max(Math.abs(dx), Math.abs(dy)));
    taken(this.#open.world.steer(entity, units(dx, part), units(dy, part)));
  }

  /** Speed, world units a tick; radius, world units. Its client is not told. */
  setTraits(entity: number, maxSpeed: number, aoiRadius: number): void {
    taken(this.#open.world.setTraits(entity, units(maxSpeed), sight(aoiRadius)));
  }

  /** Writes some of a component's fields. @throws RangeError for a value that one cannot hold */
  set<F extends Fields>(entity: number, component: Component<F>, values: Values<F>): void {
    const words = this.#words.fill(0);
    for (const name in values)
      component.set(words, name, values[name] as FieldValue<F[typeof name]>);
    taken(this.#open.world.writeComponents(entity, words, 0));
  }

  // ---------------------------------------------------------------- messages
  // They are kept for their clients, once each and in order, also over a lost connection; what
  // finds no room any more is counted, and its client told how many. Who is meant is decided by the
  // state after the last step, when all systems have run. None says who got it: that depends on
  // networks, and a world must not.

  /**
   * Sends a message to the client of a player; of others it is counted, and goes nowhere.
   * @param request of the message that it answers; 0: of none
   * @throws RangeError for a message of over 400 bytes or a value that a field cannot hold
   * @throws NoRoom when the tick has 4,096 messages, or 262,144 bytes of them
   */
  send<Value>(to: number, message: Message<Value>, value: Draft<Value>, request = 0): void {
    this.#send(TO_ONE, to, request >>> 0, 0, message, value);
  }

  /** To all whose clients show an entity; its own client does not. @throws as send */
  sendToObservers<Value>(entity: number, message: Message<Value>, value: Draft<Value>): void {
    this.#send(TO_OBSERVERS, entity, 0, 0, message, value);
  }

  /**
   * To all players within a radius, those who are just as far included.
   * @throws as send, and RangeError for a radius below 0
   */
  sendToRadius<Value>(
    x: number,
    y: number,
    radius: number,
    message: Message<Value>,
    value: Draft<Value>,
  ): void {
    if (radius < 0) throw new RangeError(`a radius is ${radius}: 0 or more is wanted.`);
    this.#send(TO_RADIUS, units(x), units(y), units(radius), message, value);
  }

  /** To all players. @throws as send */
  sendToAll<Value>(message: Message<Value>, value: Draft<Value>): void {
    this.#send(TO_ALL, 0, 0, 0, message, value);
  }

  #send<Value>(
    to: number,
    a: number,
    b: number,
    c: number,
    message: Message<Value>,
    value: Draft<Value>,
  ): void {
    if (this.#open.mail.put(to, a, b, c, message.type, message.encode(value))) return;
    const bytes = `${SENT_BYTES_MAX} bytes of them`;
    throw new NoRoom(`a tick sends ${SENDS_MAX} messages, or ${bytes}, and has them.`);
  }

  // ---------------------------------------------------------------- queries
  // Each puts all that live there, of any kind, into `found`, until the next one.

  /**
   * Who is within a radius, in the order of their rows.
   * @param radius at most 1,000
   * @returns how many
   */
  near(x: number, y: number, radius: number): number {
    const { queries } = this.#parts.world;
    return this.#take(queries.circle(units(x), units(y), units(radius)));
  }

  /** Who is within a rectangle, its borders included, in the order of their rows. */
  within(minX: number, minY: number, maxX: number, maxY: number): number {
    const { queries } = this.#parts.world;
    return this.#take(queries.rectangle(units(minX), units(minY), units(maxX), units(maxY)));
  }

  /** The nearest within a radius (1,000 at most), nearest first; who stands there is one. */
  nearest(x: number, y: number, most: number, radius: number): number {
    const { queries } = this.#parts.world;
    return this.#take(queries.nearest(units(x), units(y), most, units(radius)));
  }

  #take(count: number): number {
    const { world } = this.#parts;
    for (let i = 0; i < count; i++) this.found[i] = world.handle(world.queries.row(i));
    return count;
  }

  // ---------------------------------------------------------------- time and chance

  /** A random number, [0, 1): the same in each run of the same world. */
  random(): number {
    return this.#parts.randomness.next();
  }

  /** Calls one of the definition's timers after so many ticks, at least 1. */
  after(ticks: number, timer: string, value = 0): void {
    if (!Number.isFinite(ticks))
      throw new RangeError(`a timer is to be over after ${ticks} ticks.`);
    this.#open.timers.start(timer, this.tick + Math.max(1, Math.ceil(ticks)), value);
  }

  /** For what changes anything. @throws Error outside of a call: between ticks, it is no tick's */
  get #open(): AppWorldParts<State> {
    if (this.#parts.calls.isUnderWay) return this.#parts;
    throw new Error(
      "the world is changed by code in its call only: not later, as behind an await.",
    );
  }

  get #views(): World["kernel"]["views"] {
    return this.#parts.world.kernel.views;
  }
}

/**
 * World units, or a part of them, to position units; those beyond 32 bits are the farthest that
 * there are, on their own side. @throws RangeError for what is no number
 */
function units(value: number, part = 1): number {
  return whole("coordinate or speed", value, part * UNIT);
}

/** World units to sight units. @throws RangeError for what is no number */
function sight(radius: number): number {
  return whole("radius of sight", radius, SIGHT_UNIT);
}

function whole(what: string, value: number, unit: number): number {
  if (!Number.isFinite(value))
    throw new RangeError(`a ${what} is ${value}: write a finite number of world units.`);
  return Math.max(-FARTHEST, Math.min(FARTHEST, Math.round(value * unit)));
}

/** @throws NoRoom when the tick takes no more commands */
function taken(isTaken: boolean): void {
  if (!isTaken) throw new NoRoom(`a tick takes ${layout.COMMANDS} commands, and has them.`);
}
