// What a client is made from, and what it says about itself.
import type { TokenSource } from "./fetch-token.ts";
import type { ClientHandlers } from "./handlers.ts";
import type { Dial } from "./socket.ts";

export interface AetherClientOptions {
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
  readonly handlers?: Partial<ClientHandlers>;
}

/**
 * idle, until connect(); connecting, until the socket opens; greeting, until there is an entity;
 * joined; closed, from where connect() starts anew.
 */
export type ClientState = "idle" | "connecting" | "greeting" | "joined" | "closed";

/** Counted since the client was made, over all its connections. */
export interface ClientCounters {
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
