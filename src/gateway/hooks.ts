// What an application hears of sessions, and is asked about them; nothing more is needed of it.
import type { Arrival, Player } from "../engine/arrival.ts";
import type { EndReason } from "../engine/facts.ts";

/** None of these may throw. */
export interface GatewayHooks {
  /** Its part of a tick begins: leaves are with the world, nobody has entered yet. */
  beginTick(): void;
  /**
   * Somebody wants to enter: it may change kind, place, name, speed and radius.
   * @returns "", or a sentence why he may not
   */
  join(arrival: Arrival): string;
  /** He is in the world, since the last step or since before the server began. */
  entered(player: Player): void;
  /** His session is over. His entity is in the world until the next step, if it was still there. */
  left(entity: number, session: string, reason: EndReason): void;
}
