// What a tick writes down: numbers that gateway and world have counted by themselves are copied to
// the board's cells, and the board is shown to its readers. Plain loads and stores; what takes
// longer is looked at once a second, in survey.ts.
import * as layout from "#layout";
import type { World } from "./engine/world.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { Board } from "./observability/board.ts";
import { MESSAGES, SESSIONS, SIGHT, WINDOWS, WORLD } from "./observability/catalogue.ts";
import { ERRORS } from "./protocol/codes.ts";
import type { Survey } from "./survey.ts";

/** The kernel's totals, which count modulo 2^32, and the cells to which what came is added. */
const TOTALS = [
  [layout.APPLIED_TOTAL, WORLD.applied.at],
  [layout.STALE_TOTAL, WORLD.stale.at],
  [layout.GONE_TOTAL, WORLD.stale.at + 1],
  [layout.LOOKS_TOTAL, SIGHT.queries.at],
  [layout.ENTERED_TOTAL, SIGHT.changes.at],
  [layout.LEFT_TOTAL, SIGHT.changes.at + 1],
  [layout.SENT_TOTAL, SIGHT.changes.at + 2],
  [layout.RECALLS_TOTAL, SIGHT.recalls.at],
  [layout.INCOMPLETE_TOTAL, SIGHT.incomplete.at],
  [layout.REBUILDS_TOTAL, SIGHT.rebuilds.at],
  [layout.NODES_VISITED_TOTAL, SIGHT.nodes.at],
  [layout.FRAMES_SHORT_TOTAL, SIGHT.framesShort.at],
  [layout.RESTS_TOTAL, SIGHT.rested.at],
] as const;
const TOTAL_WORDS = Int32Array.from(TOTALS, ([word]) => word);
const TOTAL_CELLS = Int32Array.from(TOTALS, ([, cell]) => cell);
const WRAP = 2 ** 32;
/** Error codes follow each other; so do the cells of their label. */
const FIRST_ERROR = ERRORS.BAD_FRAME.code;

export interface TallyParts {
  readonly board: Board;
  readonly world: World;
  readonly gateway: Gateway;
  readonly survey: Survey;
}

export class Tally {
  readonly #parts: TallyParts;
  readonly #cells: Float64Array;
  /** The kernel's totals when they were last looked at. */
  readonly #before = new Uint32Array(TOTALS.length);
  /** How often each has begun anew. */
  readonly #wraps = new Uint16Array(TOTALS.length);
  #frames = 0;
  /** Views made once, so that copying them makes none. */
  readonly #errors: Float64Array;

  constructor(parts: TallyParts) {
    this.#parts = parts;
    const { errors } = parts.gateway.counters;
    this.#errors = errors.subarray(FIRST_ERROR, FIRST_ERROR + MESSAGES.errors.values.length);
    this.#cells = parts.board.cells;
  }

  /** Writes down what the tick that is about to end has done. @param nowMs monotonic */
  take(nowMs: number): void {
    this.#takeWorld();
    this.#takeMessages();
    this.#takeSessions();
    this.#parts.survey.afterTick(nowMs);
  }

  /** Shows what is written down. */
  publish(): void {
    this.#parts.board.publish();
  }

  #takeWorld(): void {
    const cells = this.#cells;
    const { world, gateway } = this.#parts;
    const { counters } = gateway;
    for (let i = 0; i < TOTAL_WORDS.length; i++) {
      const total = world.total(TOTAL_WORDS[i]!);
      if (total < this.#before[i]!) this.#wraps[i]!++;
      this.#before[i] = total;
      // Written, not added to: what is read from cells is a number on the heap until all of this
      // is compiled.
      const wraps = this.#wraps[i]!;
      cells[TOTAL_CELLS[i]!] = wraps === 0 ? total : wraps * WRAP + total;
    }
    cells[WORLD.entities.at] = world.liveCount;
    cells[WORLD.rows.at] = world.total(layout.ROW_END);
    cells[WORLD.spawned.at] = counters.spawned;
    cells[WORLD.despawned.at] = counters.left;
    cells[WORLD.refused.at] = counters.intentsRefused;
    cells[WORLD.dropped.at] = counters.intentsDropped;
    cells[WORLD.corrections.at] = counters.corrections;
    cells[WORLD.verdicts.at] = counters.correctionsOverBank;
    cells[WORLD.verdicts.at + 1] = counters.correctionsOverRate;
    cells[WORLD.verdicts.at + 2] = counters.correctionsClipped;
    cells[WORLD.held.at] = counters.correctionsHeld;
    const isBrute = world.total(layout.INDEX_IS_BRUTE);
    cells[SIGHT.inUse.at] = 1 - isBrute;
    cells[SIGHT.inUse.at + 1] = isBrute;
    cells[SIGHT.loose.at] = world.total(layout.SLOT_END) - world.total(layout.SORTED);
    this.#frames += world.total(layout.FRAMES_USED);
    cells[SIGHT.frames.at] = this.#frames;
    cells[SIGHT.resets.at] = counters.resets;
  }

  #takeMessages(): void {
    const cells = this.#cells;
    const { counters, roundTrips } = this.#parts.gateway;
    cells[MESSAGES.sent.at] = counters.sent;
    cells[MESSAGES.sentBytes.at] = counters.sentBytes;
    cells[MESSAGES.compressed.at] = counters.compressed;
    cells[MESSAGES.sends.at] = counters.sent - counters.sendsHeld;
    cells[MESSAGES.sends.at + 1] = counters.sendsHeld;
    cells[MESSAGES.sends.at + 2] = counters.sendsDropped;
    cells[MESSAGES.buffered.at] = counters.sendsBuffered;
    cells[MESSAGES.dropped.at] = counters.sendsDropped;
    cells.set(counters.receivedBy, MESSAGES.received.at);
    cells[MESSAGES.receivedBytes.at] = counters.receivedBytes;
    cells[MESSAGES.control.at] = counters.pings;
    cells[MESSAGES.control.at + 1] = counters.pongs;
    cells[MESSAGES.acksIgnored.at] = counters.badAcks;
    cells[MESSAGES.acksUnread.at] = counters.unreadAcks;
    cells[MESSAGES.repliesDropped.at] = counters.repliesDropped;
    cells[MESSAGES.framesIgnored.at] = counters.framesIgnored;
    cells[MESSAGES.overRate.at] = counters.overMessages;
    cells[MESSAGES.overRate.at + 1] = counters.overBytes;
    cells[MESSAGES.overRate.at + 2] = counters.overErrors;
    cells[MESSAGES.overRate.at + 3] = counters.overResets;
    cells[MESSAGES.appReceived.at] = counters.appReceived;
    cells.set(counters.appRefused, MESSAGES.appRefused.at);
    cells[MESSAGES.appSent.at] = counters.appSent;
    cells[MESSAGES.appSent.at + 1] = counters.appSentAgain;
    cells[MESSAGES.appDropped.at] = counters.appMissed;
    cells[MESSAGES.appDropped.at + 1] = counters.appUnaddressed;
    cells.set(this.#errors, MESSAGES.errors.at);
    cells.set(roundTrips.cells, WINDOWS.roundTrip.at);
    cells[WINDOWS.closed.at] = counters.windowsClosed;
    cells[WINDOWS.merged.at] = counters.merges;
    cells[WINDOWS.slowClosed.at] = counters.slowClosed;
  }

  #takeSessions(): void {
    const cells = this.#cells;
    const { gateway } = this.#parts;
    const { counters } = gateway;
    cells[SESSIONS.connections.at] = gateway.connections;
    cells[SESSIONS.opened.at] = counters.opened;
    cells.set(counters.closes, SESSIONS.closes.at);
    const handshakes = SESSIONS.handshakes.at;
    cells[handshakes] = counters.refusedFull;
    cells[handshakes + 1] = counters.refusedVersion;
    cells[handshakes + 2] = counters.refusedSubprotocol;
    cells[handshakes + 3] = counters.refusedHandshakes;
    cells[handshakes + 4] = counters.refusedDraining;
    cells[handshakes + 5] = counters.refusedAddress;
    cells[handshakes + 6] = counters.refusedAddressRate;
    cells[handshakes + 7] = counters.refusedOrigin;
    cells[handshakes + 8] = counters.refusedUrlToken;
    cells[handshakes + 9] = counters.refusedShutOut;
    cells[handshakes + 10] = counters.refusedTls;
    cells[SESSIONS.http.at] = counters.httpAnswered;
    cells[SESSIONS.http.at + 1] = counters.httpCut;
    cells[SESSIONS.shutOut.at] = counters.shutOut;
    cells[SESSIONS.floods.at] = counters.floods + counters.floodDrops;
    cells[SESSIONS.struckOut.at] = counters.struckOut;
    cells[SESSIONS.suspended.at] = counters.suspended;
    cells[SESSIONS.resumed.at] = counters.resumed;
    cells[SESSIONS.expired.at] = counters.expired;
    cells[SESSIONS.resumesRefused.at] = counters.resumesRefused;
    cells[SESSIONS.resumesForeign.at] = counters.resumesForeign;
    cells[SESSIONS.tokensReused.at] = counters.tokensReused;
    cells[SESSIONS.tokensVerified.at] = counters.tokensVerified;
    cells[SESSIONS.accountsFull.at] = counters.refusedAccount;
    cells[SESSIONS.joinsWaiting.at] = gateway.joining;
    cells[SESSIONS.joinsWaited.at] = counters.joinsWaited;
    cells[SESSIONS.joinsRefused.at] = counters.joinsRefused;
    cells[SESSIONS.joinsUnavailable.at] = counters.joinsUnavailable;
    cells[SESSIONS.joinsCrowded.at] = counters.joinsCrowded;
    cells[SESSIONS.joinsShed.at] = counters.joinsShed;
    cells[SESSIONS.joinsNotLetIn.at] = counters.joinsNotLetIn;
    cells[SESSIONS.spawnsMissed.at] = counters.spawnsMissed;
  }
}
