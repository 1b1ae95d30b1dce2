// One message of a client: looked at from outside in (size, kind, state of the session, then its
// values), and either handed to the world or refused with a code. Nothing here waits for a tick.
import { isFiniteDelta, quantizeDelta } from "#motion";
import { placeNewcomer } from "../engine/places.ts";
import { CLOSES, ERRORS } from "../protocol/codes.ts";
import {
  BODY_APP,
  BODY_BAD,
  BODY_HEARTBEAT,
  BODY_HELLO,
  BODY_LEAVE,
  BODY_MOVE,
  BODY_PROBE,
  BODY_SPAWN,
  ClientDecoder,
} from "../protocol/decode.ts";
import { TYPE_MALFORMED, TYPE_OVERSIZE, TYPE_TEXT } from "../protocol/message-types.ts";
import {
  MAX_HELLO_FRAME,
  MAX_SEQUENCE,
  MAX_SEQUENCE_JUMP,
  PROTOCOL_MIN,
  PROTOCOL_VERSION,
} from "../protocol/version.ts";
import { isInside, isKind, placeOf, speaks } from "./admission.ts";
import { Identification } from "./identification.ts";
import type { Parts } from "./parts.ts";
import { printable } from "./printable.ts";
import type { Resumption } from "./resumption.ts";
import { FACTS_OF_JOIN, FACTS_OF_RESUMPTION } from "./resumption.ts";
import { GREETED, JOINING, OPEN, PLAYING, VERIFYING } from "./session.ts";
import { sendWelcome } from "./welcome.ts";

/** Malformed messages that a connection survives, less one. */
const MALFORMED_MAX = 8;
/** Those who wait for one place are told times this far apart, ms. */
const SPREAD_MS = 1000;
/** Characters of a client's name and version that reach the log. */
const CLIENT_NAME_MAX = 64;
/** While joins are shed, one is asked to come back after so long, and as much again by lot, ms. */
const SHED_RETRY_MS = 2000;

export class Intake {
  readonly identification: Identification;
  readonly #parts: Parts;
  readonly #resumption: Resumption;
  readonly #decoder = new ClientDecoder();
  /** Where a Spawn is put, position units; reused. */
  readonly #place = { x: 0, y: 0 };
  /** Newcomers that the server has placed. */
  #placed = 0;

  constructor(parts: Parts, resumption: Resumption) {
    this.#parts = parts;
    this.#resumption = resumption;
    this.identification = new Identification(parts, (slot, resumeToken, spawn) => {
      this.#admit(slot, resumeToken);
      if (spawn !== null && parts.sessions.stateOf(slot) === GREETED)
        this.#dispatch(slot, GREETED, this.#decoder.decode(spawn), spawn);
    });
  }

  take(slot: number, bytes: Uint8Array, isBinary: boolean): void {
    const { counters, replies, sessions } = this.#parts;
    counters.received++;
    counters.receivedBytes += bytes.length;
    sessions.received[slot] = (sessions.received[slot] ?? 0) + 1;
    if (!isBinary) {
      counters.receivedBy[TYPE_TEXT]!++;
      replies.refuse(slot, ERRORS.TEXT_FRAME, "");
      return;
    }
    const state = sessions.stateOf(slot);
    const oversize = bytes.length > this.#parts.options.maxMessageSize;
    if (oversize && (state !== OPEN || bytes.length > MAX_HELLO_FRAME)) {
      counters.receivedBy[TYPE_OVERSIZE]!++;
      this.#refuseSize(slot, bytes.length);
      return;
    }
    const kind = this.#decoder.decode(bytes);
    if (kind === BODY_BAD) {
      this.#malformed(slot);
      return;
    }
    // In this state a frame may be larger, for a Hello alone.
    counters.receivedBy[oversize && kind !== BODY_HELLO ? TYPE_OVERSIZE : kind]!++;
    if (state === OPEN) {
      if (kind === BODY_HELLO) this.#hello(slot);
      else if (oversize) this.#refuseSize(slot, bytes.length);
      else replies.refuse(slot, ERRORS.NO_HELLO, "");
      return;
    }
    if (state === VERIFYING && kind === BODY_SPAWN) {
      if (!this.identification.hold(slot, bytes))
        replies.error(slot, ERRORS.ALREADY_DONE, "Spawn came twice.");
      return;
    }
    if (state === PLAYING && this.#decoder.ackTick !== 0) this.#acknowledge(slot);
    this.#dispatch(slot, state, kind, bytes);
  }

  #dispatch(slot: number, state: number, kind: number, bytes: Uint8Array): void {
    switch (kind) {
      case BODY_MOVE:
        this.#move(slot, state);
        break;
      case BODY_HEARTBEAT:
        this.#heartbeat(slot);
        break;
      case BODY_PROBE:
        this.#probe(slot, state);
        break;
      case BODY_SPAWN:
        this.#spawn(slot, state);
        break;
      case BODY_HELLO:
        this.#parts.replies.error(slot, ERRORS.ALREADY_DONE, "Hello came twice.");
        break;
      case BODY_APP:
        this.#app(slot, state, bytes);
        break;
      case BODY_LEAVE:
        this.#parts.sessions.leaving[slot] = 1;
        this.#parts.replies.end(slot, CLOSES.LEFT, 0);
        break;
      default:
      // BODY_NONE: it only carried ack_tick.
    }
  }

  #move(slot: number, state: number): void {
    const { counters, replies, sessions } = this.#parts;
    const move = this.#decoder;
    const sequence = move.moveSequence;
    const entity = sessions.handleOf(slot);
    const last = sessions.sequence[slot] ?? 0;
    // A sequence that a number cannot hold is not repeated: it would be another one.
    const told = Math.max(sequence, 0);
    if (state !== PLAYING) {
      counters.intentsRefused++;
      replies.error(slot, ERRORS.NO_ENTITY, "", told);
    } else if (move.moveEntity !== entity) {
      counters.intentsRefused++;
      if (!replies.takes(slot, ERRORS.NOT_OWNER)) return;
      const detail = `It is ${move.moveEntity}; this session's is ${entity}.`;
      replies.tell(slot, ERRORS.NOT_OWNER, detail, told);
    } else if (!isFiniteDelta(move.moveDeltaX) || !isFiniteDelta(move.moveDeltaY)) {
      counters.intentsRefused++;
      replies.error(slot, ERRORS.BAD_INTENT, "", told);
    } else if (sequence <= last || sequence > MAX_SEQUENCE || sequence - last > MAX_SEQUENCE_JUMP) {
      counters.intentsRefused++;
      if (!replies.takes(slot, ERRORS.BAD_SEQUENCE)) return;
      replies.tell(slot, ERRORS.BAD_SEQUENCE, `The last one was ${last}.`, told);
    } else {
      this.#deposit(slot, entity, sequence);
    }
  }

  #deposit(slot: number, entity: number, sequence: number): void {
    const { counters, deps, options, replies, sessions, tracer } = this.#parts;
    const dx = quantizeDelta(this.#decoder.moveDeltaX);
    const dy = quantizeDelta(this.#decoder.moveDeltaY);
    if (!deps.world.intent(entity, sequence, dx, dy)) {
      // The sequence is not used up: the client may send the same intent again.
      counters.intentsDropped++;
      replies.error(slot, ERRORS.UNAVAILABLE, "", sequence, options.tickMs);
      return;
    }
    counters.intents++;
    sessions.sequence[slot] = sequence;
    if (tracer.isOn) tracer.arrived(entity, sequence, stampOf(this.#decoder));
  }

  #hello(slot: number): void {
    const { deps, replies, sessions } = this.#parts;
    const hello = this.#decoder;
    if (!speaks(hello.helloVersion)) {
      const range = `${PROTOCOL_MIN} to ${PROTOCOL_VERSION}`;
      const detail = `Hello names version ${hello.helloVersion}; ${range} are spoken.`;
      replies.refuse(slot, ERRORS.BAD_VERSION, detail);
      return;
    }
    sessions.client[slot] = printable(hello.helloClient.slice(0, CLIENT_NAME_MAX));
    sessions.sequence[slot] = hello.helloAppReceived;
    const resumeToken = hello.helloResumeToken;
    if (deps.verifier === null) this.#admit(slot, resumeToken);
    else this.identification.begin(slot, hello.helloToken, resumeToken.slice());
  }

  /** It is who it says, or nobody was asked: it comes back to a session, or begins one. */
  #admit(slot: number, resumeToken: Uint8Array): void {
    const { deps, sessions } = this.#parts;
    const address = sessions.address[slot] ?? "";
    const client = sessions.client[slot] ?? "";
    if (resumeToken.length > 0) {
      if (this.#resumption.resume(slot, resumeToken))
        deps.log.resumed(sessions.nameOf(slot), sessions.connectionOf(slot), address, client);
      return;
    }
    sessions.state[slot] = GREETED;
    this.#awaitSpawn(slot);
    deps.log.opened(sessions.nameOf(slot), address, client, sessions.account[slot] ?? "");
    sendWelcome(this.#parts, slot);
  }

  #spawn(slot: number, state: number): void {
    const { admission, counters, deps, joins, options, owners, replies, sessions } = this.#parts;
    const spawn = this.#decoder;
    if (state !== GREETED) {
      replies.error(slot, ERRORS.ALREADY_DONE, "Spawn came twice.");
      return;
    }
    if (!isKind(spawn.spawnKind)) {
      if (!replies.takes(slot, ERRORS.BAD_SPAWN)) return;
      const detail = `kind is ${spawn.spawnKind}; it must be 65,535 or less.`;
      replies.tell(slot, ERRORS.BAD_SPAWN, detail);
      return;
    }
    const place = this.#place;
    if (options.clientSpawn) {
      place.x = placeOf(spawn.spawnX);
      place.y = placeOf(spawn.spawnY);
    } else placeNewcomer(deps.world.rules, ++this.#placed, place);
    if (!isInside(deps.world.rules, place.x, place.y)) {
      if (!replies.takes(slot, ERRORS.BAD_SPAWN)) return;
      replies.tell(slot, ERRORS.BAD_SPAWN, `x is ${spawn.spawnX}, y is ${spawn.spawnY}.`);
      return;
    }
    if (this.#isCrowded(slot)) return;
    if (admission.isShedding) {
      counters.joinsShed++;
      this.#putOff(slot, SHED_RETRY_MS + Math.ceil(SHED_RETRY_MS * deps.random()));
      return;
    }
    // Those who are known must be able to come back, however many strangers want to come in; and
    // who waits for an entity has been promised one.
    const kept = FACTS_OF_RESUMPTION * owners.count + FACTS_OF_JOIN * joins.waiting;
    if (deps.ledger.isBehind || !deps.ledger.hasRoom(FACTS_OF_JOIN + kept)) {
      counters.joinsUnavailable++;
      this.#putOff(slot, deps.ledger.retryAfterMs);
      return;
    }
    if (joins.isFull) {
      counters.joinsRefused++;
      // Spread: those who are refused together would come back together.
      this.#putOff(slot, Math.ceil(joins.waitMs * (1 + deps.random())));
      return;
    }
    sessions.state[slot] = JOINING;
    sessions.kind[slot] = spawn.spawnKind;
    sessions.spawnX[slot] = place.x;
    sessions.spawnY[slot] = place.y;
    joins.add(slot);
  }

  /**
   * Whether so many sessions of its address wait for their clients that another may not begin: who
   * joins and drops again and again would fill the world with entities of nobody.
   */
  #isCrowded(slot: number): boolean {
    const { admission, counters, deps, options, owners, sessions } = this.#parts;
    const network = admission.countedAs(sessions.address[slot] ?? "");
    const waiting = owners.waitingOf(network);
    if (waiting < options.maxConnectionsPerAddress) return false;
    counters.joinsCrowded++;
    const untilNextMs = owners.nextDeadline(network) - deps.now();
    const detail = `${waiting} sessions that joined from this address wait for their clients.`;
    this.#putOff(slot, Math.ceil(untilNextMs + SPREAD_MS * deps.random()), detail);
    return true;
  }

  /** A Spawn that the server cannot take now: its session has as long as ever to ask again. */
  #putOff(slot: number, retryAfterMs: number, detail = ""): void {
    this.#parts.replies.error(slot, ERRORS.UNAVAILABLE, detail, 0, retryAfterMs);
    this.#awaitSpawn(slot, retryAfterMs);
  }

  /** From now on a Spawn has to come in time. */
  #awaitSpawn(slot: number, moreMs = 0): void {
    const { deps, options, sessions } = this.#parts;
    const { spawnTimeoutMs } = options;
    const until = spawnTimeoutMs === 0 ? Infinity : deps.now() + spawnTimeoutMs + moreMs;
    sessions.deadline[slot] = until;
  }

  #probe(slot: number, state: number): void {
    const { rates, replies, sessions } = this.#parts;
    if (state !== PLAYING) {
      replies.error(slot, ERRORS.NO_ENTITY, "");
      return;
    }
    if (this.#decoder.probeReset) {
      if (!rates.takes(rates.resets, slot, 1)) {
        replies.overResets(slot);
        return;
      }
      sessions.wantsReset[slot] = 1;
    }
    sessions.wantsDigest[slot] = 1;
  }

  #app(slot: number, state: number, bytes: Uint8Array): void {
    const { deps, messages, replies } = this.#parts;
    if (deps.app === null) replies.error(slot, ERRORS.UNSUPPORTED, "No application is installed.");
    else if (state !== PLAYING) replies.error(slot, ERRORS.NO_ENTITY, "");
    else messages.take(slot, this.#decoder, bytes);
  }

  #heartbeat(slot: number): void {
    const { deps, replies } = this.#parts;
    const { heartbeatLow, heartbeatHigh } = this.#decoder;
    replies.heartbeat(slot, heartbeatLow, heartbeatHigh, deps.world.tick);
  }

  #acknowledge(slot: number): void {
    const { counters, deps, pacing, sessions, tracer } = this.#parts;
    const tick = this.#decoder.ackTick;
    if (!pacing.mayHaveRead(slot, tick)) {
      counters.unreadAcks++;
      return;
    }
    if (!pacing.said(slot, tick, deps.world.tick)) {
      counters.badAcks++;
      return;
    }
    this.#resumption.acknowledged(slot, tick);
    if (tracer.isOn) tracer.acknowledged(sessions.handleOf(slot), tick);
  }

  #malformed(slot: number): void {
    const { counters, replies, sessions } = this.#parts;
    counters.receivedBy[TYPE_MALFORMED]!++;
    const malformed = (sessions.malformed[slot] ?? 0) + 1;
    sessions.malformed[slot] = malformed;
    if (malformed >= MALFORMED_MAX) replies.refuse(slot, ERRORS.BAD_FRAME, "");
    else replies.error(slot, ERRORS.BAD_FRAME, "");
  }

  #refuseSize(slot: number, size: number): void {
    this.#parts.replies.refuse(slot, ERRORS.TOO_BIG, `It has ${size} bytes.`);
  }
}

/** The client's milliseconds, as it stamped its intent; 0: it did not. */
function stampOf({ moveTimestampLow, moveTimestampHigh }: ClientDecoder): number {
  return (moveTimestampHigh >>> 0) * 2 ** 32 + (moveTimestampLow >>> 0);
}
