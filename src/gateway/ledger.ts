// What the gateway needs of a store, and nothing more: src/persistence keeps facts in production,
// a simulation in the simulator, and a server that keeps nothing has UNWRITTEN.
import type { Fact } from "../engine/facts.ts";

export interface Ledger {
  /**
   * Whether so many facts may be noted beyond those that open sessions are sure to bring; when not,
   * what would cause them is refused, never dropped.
   */
  hasRoom(facts: number): boolean;
  /** Whether too much waits for others to hear of it: what would bring more is refused likewise. */
  readonly isBehind: boolean;
  /** What a refused client is told to wait, ms. */
  readonly retryAfterMs: number;
  /** Keeps a fact. @returns its serial number, which only rises */
  note(fact: Fact): number;
  /**
   * Whether a client may be told of a fact: it outlives a crash, or the store has been away for so
   * long that nobody is to wait for it.
   */
  isSettled(serial: number): boolean;
}

/** Nothing outlives the process, and nobody waits for it. */
export const UNWRITTEN: Ledger = {
  hasRoom: () => true,
  isBehind: false,
  retryAfterMs: 0,
  note: () => 0,
  isSettled: () => true,
};

/** Makes resume tokens; injected, so that a simulation's are repeatable. */
export interface Tokens {
  /** @returns 32 bytes that nobody can guess */
  make(): Uint8Array;
  /** @returns SHA-256, hexadecimal */
  hash(token: Uint8Array): string;
}
