// What reaches an application from outside of the world: with the world's commands all that its
// systems depend on. It is journaled, so that a replay can hand it over again.
import type { Player } from "../engine/arrival.ts";
import type { EndReason } from "../engine/facts.ts";

export type Input =
  | readonly ["enter", Player]
  | readonly ["leave", entity: number, reason: EndReason]
  /** So many of the events that waited longest are in the store. */
  | readonly ["committed", count: number]
  | readonly ["join", Asked]
  | MessageInput;

/** Of a client, and such as a system can read. */
export type MessageInput = readonly [
  what: "message",
  entity: number,
  type: number,
  request: number,
  base64: string,
];

/** A join as it was asked for; position units. */
export interface Asked {
  readonly session: string;
  readonly account: string;
  readonly name: string;
  readonly kind: number;
  readonly x: number;
  readonly y: number;
}

/** What the journal has of an application's tick, where there is anything to say. */
export interface AppRecord {
  /** The tick before it. */
  readonly tick: number;
  /** Of its first tick in a server: who begins. */
  readonly begin?: { readonly app: string; readonly layout: number };
  readonly inputs: readonly Input[];
  /** Intents that it stopped: place, and where they would have gone; position units. */
  readonly stopped: readonly (readonly [at: number, dx: number, dy: number])[];
  /** Of the events that it wanted to emit in this tick, the places of those refused. */
  readonly refused?: readonly number[];
  /** What it said in this tick, where it did: events, messages to clients, their fingerprint. */
  readonly said?: readonly [events: number, messages: number, fingerprint: number];
  /** What is kept with the world from this tick on, where that has changed. */
  readonly kept?: string;
}
