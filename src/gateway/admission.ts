// The door: which handshakes are let in, which Hello is understood, where a Spawn may stand.
import type { WorldRules } from "../engine/rules.ts";
import { CLOSES, ERRORS } from "../protocol/codes.ts";
import { PROTOCOL_MIN, PROTOCOL_VERSION, SUBPROTOCOL } from "../protocol/version.ts";
import type { Counters } from "./counters.ts";

/** Position units in a world unit. */
const UNIT = 256;
/** RFC 6455; uWebSockets.js itself would take any version of its drafts. */
const WEBSOCKET_VERSION = "13";
/** Kinds are kept in 16 bits. */
const KIND_MAX = 65535;

export interface AdmissionOptions {
  readonly maxConnections: number;
  /** Handshakes between two ticks; each costs tens of microseconds. */
  readonly maxHandshakesPerTick: number;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #counters: Counters;
  #handshakes = 0;
  #draining = false;

  constructor(options: AdmissionOptions, counters: Counters) {
    this.#options = options;
    this.#counters = counters;
  }

  beginTick(): void {
    this.#handshakes = 0;
  }

  /** From now on nobody is let in. */
  drain(): void {
    this.#draining = true;
  }

  /**
   * @param connections those open now
   * @param version the header Sec-WebSocket-Version, "" when the handshake has none
   * @returns 0, or the HTTP status of the refusal
   */
  accept(subprotocol: string, connections: number, version = WEBSOCKET_VERSION): number {
    this.#handshakes++;
    if (this.#draining) {
      this.#counters.refusedDraining++;
      return 503;
    }
    if (this.#handshakes > this.#options.maxHandshakesPerTick) {
      this.#counters.refusedHandshakes++;
      return 503;
    }
    if (version !== WEBSOCKET_VERSION) {
      this.#counters.refusedVersion++;
      return 426;
    }
    if (!offers(subprotocol)) {
      this.#counters.refusedSubprotocol++;
      return 426;
    }
    if (connections >= this.#options.maxConnections) {
      this.#counters.refusedFull++;
      return 503;
    }
    return 0;
  }

  /** The sentence that goes with a status of `accept`. */
  refusal(status: number): string {
    if (status === 426)
      return (
        `Speak WebSocket version 13 and sub-protocol ${SUBPROTOCOL} (or name none); ` +
        `protocol versions ${PROTOCOL_MIN} to ${PROTOCOL_VERSION} are supported.`
      );
    return this.#draining ? CLOSES.RESTART.sentence : ERRORS.SERVER_FULL.sentence;
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
