// When a client measures the round trip, and when it asks for a proof of its view.
import type { Session } from "./session.ts";

/** Between two heartbeats; the first ones follow each other sooner. */
const HEARTBEAT_MS = 1000;
const FIRST_HEARTBEATS = 5;
const FIRST_HEARTBEAT_MS = 100;
/** Between two proofs of the view. */
const PROBE_MS = 5000;

export class Checks {
  #heartbeats = 0;
  #heartbeatMs = 0;
  #probeMs = 0;

  /** A connection has its entity. */
  start(nowMs: number): void {
    this.#heartbeats = 0;
    this.#heartbeatMs = nowMs;
    this.#probeMs = nowMs + PROBE_MS;
  }

  /** Asks for what is due. */
  turn(nowMs: number, session: Session): void {
    if (nowMs >= this.#heartbeatMs) {
      this.#heartbeats++;
      const pauseMs = this.#heartbeats < FIRST_HEARTBEATS ? FIRST_HEARTBEAT_MS : HEARTBEAT_MS;
      this.#heartbeatMs = nowMs + pauseMs;
      session.heartbeat();
    }
    if (nowMs >= this.#probeMs) {
      this.#probeMs = nowMs + PROBE_MS;
      session.probe();
    }
  }
}
