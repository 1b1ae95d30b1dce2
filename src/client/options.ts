// What the application hands to its client.
import type { TokenSource } from "./fetch-token.ts";
import type { MotionRule } from "./motion.ts";
import type { Dial } from "./socket.ts";
import type { Timers } from "./timers.ts";

/** What an `AetherClient` is made from; only `url` is needed. */
export interface ClientOptions {
  /** `ws://host:port/` or `wss://…`. */
  readonly url: string;
  /**
   * The entity that is asked for: kind is up to 65,535 and the application's; x, y in world units
   * are honoured where the server lets clients choose.
   */
  readonly spawn?: { readonly kind?: number; readonly x?: number; readonly y?: number };
  /** Name and version of the application, for the server's log. */
  readonly name?: string;
  /** Identity, where the server asks for it; a function is asked before each connection. */
  readonly token?: string | TokenSource;
  /** `client.resumeToken` of an earlier client: the first connection goes on with its session. */
  readonly resumeToken?: Uint8Array;
  /** How to connect. Default: the global WebSocket. */
  readonly dial?: Dial;
  /** Default: the host's. */
  readonly timers?: Timers;
  /** [0, 1), spreads the attempts to connect. Default: Math.random. */
  readonly random?: () => number;
  /** The kernel's movement rule. Default: its JavaScript twin; see `motionOf` for WebAssembly. */
  readonly motion?: MotionRule;
}
