// What a client is made from, and what it says about itself.
import type { TokenSource } from "./fetch-token.ts";
import type { SessionHandlers } from "./session-handlers.ts";
import type { Dial } from "./socket.ts";

export interface SessionOptions {
  /** `ws://host:port/` or `wss://…`. */
  readonly url: string;
  /** Default: the global WebSocket. */
  readonly dial?: Dial;
  /** x, y in world units, honoured where the server lets clients choose; null: no entity. */
  readonly spawn?: { readonly kind?: number; readonly x?: number; readonly y?: number } | null;
  /** Name and version of the application, for the server's log. */
  readonly name?: string;
  /** Identity, where the server asks for it; a function is asked before each connection. */
  readonly token?: string | TokenSource;
  /** Of a session of an earlier process: the first connection goes on with it. */
  readonly resumeToken?: Uint8Array;
  /** Monotonic milliseconds. Default: performance.now. */
  readonly now?: () => number;
  readonly handlers?: Partial<SessionHandlers>;
}

/**
 * idle, until connect(); connecting, until the socket opens; greeting, until there is an entity;
 * joined; closed, from where connect() starts anew.
 */
export type SessionState = "idle" | "connecting" | "greeting" | "joined" | "closed";

export function newCounters(): SessionCounters {
  return {
    received: 0,
    bytesReceived: 0,
    sent: 0,
    corrections: 0,
    digestsOk: 0,
    digestsBad: 0,
    incompleteTicks: 0,
    protocolFaults: 0,
  };
}

/** Counted since the client was made, over all its connections. */
export interface SessionCounters {
  /** Messages and their bytes. */
  received: number;
  bytesReceived: number;
  sent: number;
  corrections: number;
  digestsOk: number;
  digestsBad: number;
  /** Ticks whose update said that something was left out. */
  incompleteTicks: number;
  /** Messages that are none, and records that contradict the view. */
  protocolFaults: number;
}
