// What an application may want to hear of its client. Every handler is optional; one that throws
// throws into the socket's event.
import type { Session } from "./session.ts";

export interface SessionHandlers {
  /** The server answered Hello: `session` and `rules` are set. */
  welcome(client: Session): void;
  /** The client has its entity: `entityId`, `selfX` and `selfY` are set, `move` works. */
  spawned(client: Session): void;
  /**
   * A tick has been applied whole.
   * @param flags the AOI_ flags of all its parts together
   */
  tick(client: Session, tick: number, flags: number): void;
  /**
   * An intent was refused or cut short; this is the true position.
   * @param x 1/256 unit
   * @param sequence the last intent processed
   */
  correction(client: Session, x: number, y: number, sequence: number): void;
  /**
   * @param code of the ERRORS catalogue
   * @param sequence of the intent it is about, 0 = none
   */
  error(
    client: Session,
    code: number,
    message: string,
    sequence: number,
    retryAfterMs: number,
  ): void;
  /** @param code the close code that follows */
  goodbye(client: Session, code: number, message: string, retryAfterMs: number): void;
  /** A ViewDigest was compared with the replica. Where it disagrees the view is asked for again. */
  digest(client: Session, ok: boolean, tick: number): void;
  /** The answer to `heartbeat()`. */
  heartbeat(client: Session, roundTripMs: number, tick: number): void;
  /** @param payload valid only during the call */
  app(client: Session, channel: number, request: number, payload: Uint8Array): void;
  /** So many messages of the application found no room on the server, and will not come. */
  missed(client: Session, count: number): void;
  /** The connection is gone; `connect()` may be called again. */
  closed(client: Session, code: number, reason: string): void;
}
