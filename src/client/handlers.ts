// What an application may want to hear of its client. Every handler is optional; one that throws
// throws into the socket's event.
import type { AetherClient } from "./client.ts";

export interface ClientHandlers {
  /** The server answered Hello: `session` and `rules` are set. */
  welcome(client: AetherClient): void;
  /** The client has its entity: `entityId`, `selfX` and `selfY` are set, `move` works. */
  spawned(client: AetherClient): void;
  /**
   * A tick has been applied whole.
   * @param flags the AOI_ flags of all its parts together
   */
  tick(client: AetherClient, tick: number, flags: number): void;
  /**
   * An intent was refused or cut short; this is the true position.
   * @param x 1/256 unit
   * @param sequence the last intent processed
   */
  correction(client: AetherClient, x: number, y: number, sequence: number): void;
  /**
   * @param code of the ERRORS catalogue
   * @param sequence of the intent it is about, 0 = none
   */
  error(
    client: AetherClient,
    code: number,
    message: string,
    sequence: number,
    retryAfterMs: number,
  ): void;
  /** @param code the close code that follows */
  goodbye(client: AetherClient, code: number, message: string, retryAfterMs: number): void;
  /** A ViewDigest was compared with the replica. Where it disagrees the view is asked for again. */
  digest(client: AetherClient, ok: boolean, tick: number): void;
  /** The answer to `heartbeat()`. */
  heartbeat(client: AetherClient, roundTripMs: number, tick: number): void;
  /** @param payload valid only during the call */
  app(client: AetherClient, channel: number, request: number, payload: Uint8Array): void;
  /** The connection is gone; `connect()` may be called again. */
  closed(client: AetherClient, code: number, reason: string): void;
}
