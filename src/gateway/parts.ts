// The gateway's rooms, as they know each other: made once in gateway.ts and handed to all.
import type { World } from "../engine/world.ts";
import type { Accounts } from "./accounts.ts";
import type { Admission } from "./admission.ts";
import type { AppPort } from "./app-port.ts";
import type { Counters } from "./counters.ts";
import type { FloodWatch } from "./flood-watch.ts";
import type { FrameBudget } from "./frame-budget.ts";
import type { JoinQueue, LeaveQueue } from "./entrance.ts";
import type { Ledger, Tokens } from "./ledger.ts";
import type { Messages } from "./messages.ts";
import type { OriginOptions, Origins } from "./origins.ts";
import type { Outlet } from "./outlet.ts";
import type { Owners } from "./owners.ts";
import type { Pacing } from "./pacing.ts";
import type { Publisher } from "./publish.ts";
import type { Rates } from "./rates.ts";
import type { Replies } from "./replies.ts";
import type { Seal } from "./seal.ts";
import type { Sessions } from "./session.ts";
import type { Tracer } from "./tracer.ts";
import type { Transport } from "./transport.ts";
import type { Verifier } from "./verifier.ts";

export interface GatewayOptions {
  /** Sessions at a time. */
  readonly maxConnections: number;
  /**
   * Of one address; of IPv6 all that share their first 64 bits are one. Beyond: 429. While as many
   * sessions that joined from it wait for their clients, no other begins: UNAVAILABLE.
   */
  readonly maxConnectionsPerAddress: number;
  /** Whether addresses of this machine may have any number. */
  readonly exemptsLoopback: boolean;
  /** Entities that may come into the world, and sessions that may wait for theirs. */
  readonly joinsPerSecond: number;
  readonly joinQueue: number;
  /** Bytes of a message, 64..512; a frame with the first Hello may have 4,096. */
  readonly maxMessageSize: number;
  readonly helloTimeoutMs: number;
  /** How long after Hello a session may stay without an entity, ms; 0: for ever. */
  readonly spawnTimeoutMs: number;
  /** Updates that may be unacknowledged before the window closes. */
  readonly windowTicks: number;
  /** Bytes likewise. */
  readonly windowBytes: number;
  /** How long a window may stay closed before the connection ends with 4009, ms. */
  readonly slowCloseMs: number;
  /** Messages, pings and pongs of one connection between two ticks; beyond: 4008. */
  readonly maxFramesPerTick: number;
  /** Handshakes between two ticks; beyond: 503. */
  readonly maxHandshakesPerTick: number;
  /** Of those, what one address may take; beyond: 429. */
  readonly maxHandshakesPerAddress: number;
  /** TLS handshakes likewise; beyond: cut, for nothing can be said before it. */
  readonly maxTlsPerTick: number;
  readonly maxTlsPerAddress: number;
  /** Messages, pings and pongs of one connection over time; beyond: refused. */
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  /** Errors of one connection over time that are answered. */
  readonly errorsPerSecond: number;
  /** Seconds of a minute in which something was refused, that a connection has before 4008. */
  readonly maxStrikes: number;
  /** Whether the transport negotiated compression at all. */
  readonly compression: boolean;
  /** Round trip above which updates are compressed, ms. */
  readonly compressRttMs: number;
  /** Whether Spawn.x and Spawn.y are honoured; otherwise the world places. */
  readonly clientSpawn: boolean;
  readonly tickMs: number;
  /** How long an entity waits for its session to come back, ms; 0: it goes with the connection. */
  readonly graceMs: number;
  /** How long a drain may take, ms. */
  readonly drainMs: number;
  /** Web pages that may connect. */
  readonly origins: OriginOptions;
  /** Sessions of one account at a time; 0: any number. */
  readonly maxSessionsPerAccount: number;
}

/** Hears of sessions; names are made of letters, digits and "-", `client` is the client's text. */
export interface GatewayLog {
  /** `account` is "" where nobody is asked who he is. */
  opened(session: string, address: string, client: string, account: string): void;
  spawned(session: string, entityId: number): void;
  /** `connection` is the name that its present connection would have given a session. */
  resumed(session: string, connection: string, address: string, client: string): void;
  /** A token that opened this session before was shown again. */
  tokenReused(session: string): void;
  /** Its bytes held up the ticks; so many connections were cut. */
  shutOut(address: string, connections: number): void;
  /** A token was not believed; `fault` is one of protocol/token-faults.ts. */
  tokenRefused(connection: string, address: string, fault: string): void;
  /** A fault of ours that the server survived; `session`: whose, "" where it is nobody's. */
  fault(where: string, error: unknown, session?: string): void;
  /** Only of sessions that were `opened`; `reason` may be the client's text. */
  closed(session: string, code: number, reason: string): void;
}

export interface GatewayDeps {
  readonly world: World;
  readonly transport: Transport;
  /** Monotonic ms. */
  now(): number;
  /** [0, 1): session names and jitter. */
  random(): number;
  /** Waits; only a drain does. */
  sleep(ms: number): Promise<void>;
  readonly log: GatewayLog;
  readonly ledger: Ledger;
  readonly tokens: Tokens;
  /** null: nobody is asked who he is. */
  readonly verifier: Verifier | null;
  /** The newest tick that no crash takes back; Infinity: nobody is to wait for any. */
  settledTick(): number;
  /** null: there is none. Everybody may join then, and clients' messages are refused. */
  readonly app: AppPort | null;
}

export interface Parts {
  readonly options: GatewayOptions;
  readonly deps: GatewayDeps;
  readonly counters: Counters;
  readonly sessions: Sessions;
  readonly owners: Owners;
  readonly accounts: Accounts;
  readonly origins: Origins;
  readonly pacing: Pacing;
  readonly seal: Seal;
  readonly outlet: Outlet;
  readonly replies: Replies;
  readonly publisher: Publisher;
  readonly admission: Admission;
  readonly budget: FrameBudget;
  readonly floodWatch: FloodWatch;
  readonly rates: Rates;
  readonly joins: JoinQueue;
  readonly leaves: LeaveQueue;
  readonly messages: Messages;
  readonly tracer: Tracer;
}
