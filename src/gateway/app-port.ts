// What the gateway tells an application and asks of it; nothing more is needed of it.
import type { Arrival, Player } from "../engine/arrival.ts";
import type { EndReason } from "../engine/facts.ts";
import type { MessageVerdict } from "../messages/verdict.ts";

/** None of these may throw. */
export interface AppPort {
  /**
   * A message of a client, right before its part of a tick begins; in the order of arrival.
   * @param handle of the client's entity, which is live
   * @param type 1 to 65,535
   * @param bytes at most MAX_PAYLOAD; valid only during the call
   * @param request chosen by the client, for an answer to carry; 0 = none
   */
  onAppMessage(handle: number, type: number, bytes: Uint8Array, request: number): MessageVerdict;
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
