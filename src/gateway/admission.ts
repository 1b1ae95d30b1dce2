// The door: which handshakes are let in, which Hello is understood, where a Spawn may stand.
import type { WorldRules } from "../engine/rules.ts";
import { CLOSES, ERRORS } from "../protocol/codes.ts";
import { PROTOCOL_MIN, PROTOCOL_VERSION, SUBPROTOCOL } from "../protocol/version.ts";
import type { Counters } from "./counters.ts";
import { isLoopback, networkOf } from "./network.ts";
import { NO_NETWORK as EXEMPT, SHARE_TAKEN, SHARE_USED, Shares } from "./shares.ts";

/** Position units in a world unit. */
const UNIT = 256;
/** RFC 6455; uWebSockets.js itself would take any version of its drafts. */
const WEBSOCKET_VERSION = "13";
/** Kinds are kept in 16 bits. */
const KIND_MAX = 65535;

export interface AdmissionOptions {
  readonly maxConnections: number;
  /** Of one address; of IPv6 all that share their first 64 bits are one. */
  readonly maxConnectionsPerAddress: number;
  /** Handshakes between two ticks; each costs tens of microseconds. */
  readonly maxHandshakesPerTick: number;
  /** Of those, what one address may take: a storm of its own refuses nobody else. */
  readonly maxHandshakesPerAddress: number;
  /** TLS handshakes likewise, which come before: each costs up to a millisecond. */
  readonly maxTlsPerTick: number;
  readonly maxTlsPerAddress: number;
  readonly tickMs: number;
  /** Whether addresses of this machine may have any number: they are tests, proxies, bots. */
  readonly exemptsLoopback: boolean;
}

/**
 * How long an address is shut out that has flooded. Shorter than a session waits for its client:
 * whoever shares the address is back in time.
 */
const SHUT_OUT_MS = 10_000;

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #counters: Counters;
  /** Open connections by network; at most one entry a connection. */
  readonly #open = new Map<string, number>();
  /** Of WebSocket, and of TLS. */
  readonly #handshakes: Shares;
  readonly #tls: Shares;
  /** Ticks that flooding networks are shut out for; in all but bad times there is none. */
  readonly #shutOut = new Map<string, number>();
  #draining = false;
  /** While true, nobody who is not known already gets an entity. */
  isShedding = false;

  constructor(options: AdmissionOptions, counters: Counters) {
    this.#options = options;
    this.#handshakes = new Shares(options.maxHandshakesPerTick, options.maxHandshakesPerAddress);
    this.#tls = new Shares(options.maxTlsPerTick, options.maxTlsPerAddress);
    this.#counters = counters;
  }

  beginTick(): void {
    this.#handshakes.beginTick();
    this.#tls.beginTick();
    if (this.#shutOut.size === 0) return;
    for (const [network, ticks] of this.#shutOut) {
      if (ticks > 1) this.#shutOut.set(network, ticks - 1);
      else this.#shutOut.delete(network);
    }
  }

  /** For a while nobody is let in from a network. @param network as `countedAs` names it */
  shutOut(network: string): void {
    this.#shutOut.set(network, Math.ceil(SHUT_OUT_MS / this.#options.tickMs));
  }

  /** From now on nobody is let in. */
  drain(): void {
    this.#draining = true;
  }

  /**
   * Judges a connection before its TLS handshake, when nothing can be said to it yet.
   * @param isProxy whether a trusted proxy makes it, for clients whose addresses come later
   * @returns false: it is to be cut
   */
  arrives(address: string, isProxy: boolean): boolean {
    const network = isProxy ? EXEMPT : this.countedAs(address);
    if (!this.#shutOut.has(network) && this.#tls.take(network) === SHARE_TAKEN) return true;
    this.#counters.refusedTls++;
    return false;
  }

  /**
   * @param connections those open now
   * @param version the header Sec-WebSocket-Version, "" when the handshake has none
   * @returns 0, or the HTTP status of the refusal
   */
  accept(
    address: string,
    subprotocol: string,
    connections: number,
    version = WEBSOCKET_VERSION,
  ): number {
    const { maxConnections, maxConnectionsPerAddress } = this.#options;
    const counters = this.#counters;
    if (this.#draining) {
      counters.refusedDraining++;
      return 503;
    }
    const network = this.countedAs(address);
    if (this.#shutOut.has(network)) {
      counters.refusedShutOut++;
      return 429;
    }
    const busy = this.#handshake(network);
    if (busy !== 0) return busy;
    if (version !== WEBSOCKET_VERSION) {
      counters.refusedVersion++;
      return 426;
    }
    if (!offers(subprotocol)) {
      counters.refusedSubprotocol++;
      return 426;
    }
    if (connections >= maxConnections) {
      counters.refusedFull++;
      return 503;
    }
    if (network !== EXEMPT && (this.#open.get(network) ?? 0) >= maxConnectionsPerAddress) {
      counters.refusedAddress++;
      return 429;
    }
    return 0;
  }

  /** @returns the name under which an address is limited, "" for those that are not */
  countedAs(address: string): string {
    const network = networkOf(address);
    return this.#options.exemptsLoopback && isLoopback(network) ? EXEMPT : network;
  }

  /** A connection is open, until `closed` is called with the same address. */
  opened(address: string): void {
    const network = this.countedAs(address);
    if (network !== EXEMPT) this.#open.set(network, (this.#open.get(network) ?? 0) + 1);
  }

  closed(address: string): void {
    const network = this.countedAs(address);
    const left = (this.#open.get(network) ?? 0) - 1;
    if (left > 0) this.#open.set(network, left);
    else this.#open.delete(network);
  }

  /** The sentence that goes with a status of `accept`. */
  refusal(status: number): string {
    if (status === 426)
      return (
        `Speak WebSocket version 13 and sub-protocol ${SUBPROTOCOL} (or name none); ` +
        `protocol versions ${PROTOCOL_MIN} to ${PROTOCOL_VERSION} are supported.`
      );
    if (status === 429)
      return (
        `One address may have ${this.#options.maxConnectionsPerAddress} connections, and make ` +
        `${this.#options.maxHandshakesPerAddress} in a tick, and one that floods is shut out for ` +
        `${SHUT_OUT_MS / 1000} s; close some, or try again later.`
      );
    return this.#draining ? CLOSES.RESTART.sentence : ERRORS.SERVER_FULL.sentence;
  }

  #handshake(network: string): number {
    const taken = this.#handshakes.take(network);
    if (taken === SHARE_TAKEN) return 0;
    if (taken === SHARE_USED) {
      this.#counters.refusedAddressRate++;
      return 429;
    }
    this.#counters.refusedHandshakes++;
    return 503;
  }
}

/** Whether the header Sec-WebSocket-Protocol is absent or has ours in its list. */
function offers(header: string): boolean {
  if (header === "") return true;
  return header.split(",").some((name) => name.trim() === SUBPROTOCOL);
}

/** Whether this server speaks the version that a Hello names. */
export function speaks(version: number): boolean {
  return version >= PROTOCOL_MIN && version <= PROTOCOL_VERSION;
}

/** A position of Spawn in position units; NaN for one that is not finite. */
export function placeOf(units: number): number {
  return Number.isFinite(units) ? Math.floor(units * UNIT + 0.5) : NaN;
}

/** Whether a place (position units) is inside the world; NaN never is. */
export function isInside(rules: WorldRules, x: number, y: number): boolean {
  return x >= rules.minX && x <= rules.maxX && y >= rules.minY && y <= rules.maxY;
}

export function isKind(kind: number): boolean {
  return kind <= KIND_MAX;
}
