// What the gateway counts: plain numbers that only rise. Nothing is dropped, refused or cut off
// without one of them.
import { CLOSE_NAMES, closeName } from "../protocol/codes.ts";
import { APP_REFUSALS, MESSAGE_TYPES, TYPE_MALFORMED } from "../protocol/message-types.ts";
import { TOKEN_FAULTS } from "../protocol/token-faults.ts";
import type { TokenFault } from "../protocol/token-faults.ts";

/** Error codes are below this. */
const ERROR_CODES = 64;

export class Counters {
  // ---- what came
  /** Messages, whole; pings and pongs apart. */
  received = 0;
  receivedBytes = 0;
  /** The same by type, in the order of MESSAGE_TYPES. */
  readonly receivedBy = new Float64Array(MESSAGE_TYPES.length);
  pings = 0;
  pongs = 0;
  /** Messages, pings and pongs ignored because their connection is over the budget of the tick. */
  framesIgnored = 0;
  /** Refused because their connection is over a rate: messages, pings and pongs; their bytes. */
  overMessages = 0;
  overBytes = 0;
  /** Errors not told, and views not begun anew, for the same reason. */
  overErrors = 0;
  overResets = 0;
  /** Connections ended because that went on. */
  struckOut = 0;
  /** Acknowledgements of ticks that were never sent: ignored. */
  badAcks = 0;
  /** Acknowledgements of more than a client has shown to have read: ignored. */
  unreadAcks = 0;

  // ---- intents
  /** Handed to the world. */
  intents = 0;
  /** Refused at the door: not the owner's, not finite, sequence out of order, no entity. */
  intentsRefused = 0;
  /** The world's queue of this tick was full. */
  intentsDropped = 0;

  // ---- messages of the application
  /** Taken for the application; of others what kept them from it, in the order of APP_REFUSALS. */
  appReceived = 0;
  readonly appRefused = new Float64Array(APP_REFUSALS.length);
  /** Sent to clients for the first time; again, on another connection. */
  appSent = 0;
  appSentAgain = 0;
  /** Not sent: their client's box was full, and it is told; they were for nobody. */
  appMissed = 0;
  appUnaddressed = 0;

  // ---- what went
  /** Messages; bytes before compression. */
  sent = 0;
  sentBytes = 0;
  compressed = 0;
  /** Sends that the transport took, and could not pass on at once. */
  sendsHeld = 0;
  /** A client's bytes were found waiting in user space. */
  sendsBuffered = 0;
  /** The transport dropped a message: the view starts again. */
  sendsDropped = 0;
  /** Errors and heartbeats not answered: more than 8 in a tick, or the window is closed. */
  repliesDropped = 0;

  // ---- corrections, by what led to them (one may have several reasons)
  corrections = 0;
  correctionsOverBank = 0;
  correctionsOverRate = 0;
  correctionsClipped = 0;
  /** Put off because the client's window was closed. */
  correctionsHeld = 0;

  // ---- pacing
  windowsClosed = 0;
  /** Windows that opened again: what happened in between was sent as one state. */
  merges = 0;
  /** Views that started again, whatever the reason. */
  resets = 0;
  slowClosed = 0;

  // ---- sessions
  opened = 0;
  spawned = 0;
  /** Entities that went out of the world with their session. */
  left = 0;
  /** Sessions that lost their connection and may come back; did; did not in time. */
  suspended = 0;
  resumed = 0;
  expired = 0;
  /** Of those resumed, whose connection was still open: it was closed. */
  replaced = 0;
  /** Resume tokens refused; of those, tokens that had been used already. */
  resumesRefused = 0;
  tokensReused = 0;
  /** Joins refused because the store's queue was full, or that of those who wait to enter. */
  joinsUnavailable = 0;
  joinsRefused = 0;
  /** Likewise because too many sessions of their address wait for their clients. */
  joinsCrowded = 0;
  /** Likewise because the heap is nearly full. */
  joinsShed = 0;
  /** The application said no. */
  joinsNotLetIn = 0;
  /** Ticks that a join waited for its turn, summed over joins. */
  joinsWaited = 0;
  /** Ticks that a leave waited for the same reason. */
  leavesWaited = 0;
  /** Sessions ended because they never asked for an entity. */
  spawnsMissed = 0;
  /** Handshakes refused: no room, wrong WebSocket version or sub-protocol, too many, draining. */
  refusedFull = 0;
  refusedVersion = 0;
  refusedSubprotocol = 0;
  refusedHandshakes = 0;
  refusedDraining = 0;
  /** Likewise, for their address: too many connections, too many handshakes. */
  refusedAddress = 0;
  refusedAddressRate = 0;
  /** Connections cut before their TLS handshake, for their address or for all. */
  refusedTls = 0;
  /** Likewise: it has flooded, and is shut out for a while. */
  refusedShutOut = 0;
  /** Plain HTTP requests and refused handshakes: answered; cut off over the budget of a tick. */
  httpAnswered = 0;
  httpCut = 0;
  floods = 0;
  /** Floods past twice the budget: cut without a word. */
  floodDrops = 0;
  /** Addresses that were shut out, because unread bytes of theirs held up the ticks. */
  shutOut = 0;

  // ---- identity
  /** Handshakes refused: of a page that may not, with a token in the address. */
  refusedOrigin = 0;
  refusedUrlToken = 0;
  /** Tokens that were believed; of sessions refused, whose account had too many. */
  tokensVerified = 0;
  refusedAccount = 0;
  /** Resume tokens that another account's client showed: refused. */
  resumesForeign = 0;
  /** Tokens refused, by reason. */
  readonly tokenFaults = Object.fromEntries(
    Object.keys(TOKEN_FAULTS).map((fault) => [fault, 0]),
  ) as Record<TokenFault, number>;

  /** Errors by code, told to the client or not. */
  readonly errors = new Float64Array(ERROR_CODES);
  /** Connections by what ended them, in the order of CLOSE_NAMES. */
  readonly closes = new Float64Array(CLOSE_NAMES.length);

  /** Codes of clients' own invention are summed as the last. */
  countClose(code: number): void {
    this.closes[placeOfClose(code)]!++;
  }

  get malformed(): number {
    return this.receivedBy[TYPE_MALFORMED] ?? 0;
  }

  /** @returns connections that ended with a code of the catalogue */
  closesWith(code: number): number {
    return this.closes[placeOfClose(code)] ?? 0;
  }
}

function placeOfClose(code: number): number {
  const place = CLOSE_NAMES.indexOf(closeName(code));
  return place < 0 ? CLOSE_NAMES.length - 1 : place;
}
