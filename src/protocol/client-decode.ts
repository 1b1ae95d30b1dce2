// The client's reading of a server message. AoiUpdates, corrections, heartbeats and digests are
// read into fields that are used again; the rest is rare and makes an object. A whole AoiUpdate is
// read and checked before any of it is applied.
import {
  AppMessage,
  ErrorMessage,
  GoodbyeMessage,
  PaceMessage,
  WelcomeMessage,
} from "./client-decode-rare.ts";
import type { RareMessage } from "./client-decode-rare.ts";
import { WireReader } from "./read.ts";
import { MAX_FRAME } from "./version.ts";

/** What `decode()` found: the message's body. Where two bodies came, the last one counts. */
export const SERVER_BAD = -1;
/** No body, or one of a later protocol: to be passed over. */
export const SERVER_NONE = 0;
export const SERVER_WELCOME = 1;
export const SERVER_AOI = 2;
export const SERVER_CORRECTION = 3;
export const SERVER_HEARTBEAT_ACK = 4;
export const SERVER_DIGEST = 5;
export const SERVER_PACE = 6;
export const SERVER_APP = 7;
export const SERVER_ERROR = 8;
export const SERVER_GOODBYE = 9;

/** Bytes of one record of `moved`: u16 alias, u16 x, u16 y. */
export const MOVED_RECORD = 6;
/** Bytes of one record of `left`: u16 alias. */
export const LEFT_RECORD = 2;

// An Entity takes two bytes at least (42 00), so a frame holds no more than this.
const MAX_ENTERED = MAX_FRAME / 2;

/**
 * Decodes server messages, one at a time. The fields of the body found are valid until the next
 * `decode()`; offsets count from the start of its argument.
 */
export class ServerDecoder {
  // AoiUpdate
  tick = 0;
  /** 0 .. 2^53 - 1, or -1 above. */
  ackSequence = 0;
  /** Own position in 1/256 unit. */
  selfX = 0;
  selfY = 0;
  flags = 0;
  /** Byte ranges of whole records, LEFT_RECORD and MOVED_RECORD bytes each. */
  leftStart = 0;
  leftEnd = 0;
  movedStart = 0;
  movedEnd = 0;
  /** Byte range of records of `changed`; what they hold depends on Welcome.component_bytes. */
  changedStart = 0;
  changedEnd = 0;
  /** Entities [0, enteredCount) of the columns below. */
  enteredCount = 0;
  readonly enteredAlias = new Uint32Array(MAX_ENTERED);
  readonly enteredId = new Uint32Array(MAX_ENTERED);
  readonly enteredKind = new Uint32Array(MAX_ENTERED);
  /** 1/32 unit. */
  readonly enteredX = new Int32Array(MAX_ENTERED);
  readonly enteredY = new Int32Array(MAX_ENTERED);
  /** Byte range of its components; empty where all are 0. */
  readonly enteredStart = new Uint16Array(MAX_ENTERED);
  readonly enteredEnd = new Uint16Array(MAX_ENTERED);

  // Correction
  correctionEntity = 0;
  correctionSequence = 0;

  // HeartbeatAck
  heartbeatTimestamp = 0;
  heartbeatTick = 0;

  // ViewDigest
  digestTick = 0;
  digestCount = 0;
  digestHash = 0;
  digestPositions = false;

  /** Welcome, Pace, AppMessage, Error or Goodbye; null after any other. */
  message: RareMessage | null = null;

  readonly #reader = new WireReader();
  // Two cells seen as bits and as floats: a float returned from a function would be a heap number.
  readonly #correctBits = new Int32Array(2);
  readonly #correct = new Float32Array(this.#correctBits.buffer);

  /** World units. */
  get correctionX(): number {
    return this.#correct[0] as number;
  }

  get correctionY(): number {
    return this.#correct[1] as number;
  }

  /**
   * Decodes one message. Never throws.
   * @returns a SERVER_ constant. SERVER_BAD: not a ServerMessage, larger than MAX_FRAME, or an
   * AoiUpdate whose records are not whole or whose aliases exceed 16 bits.
   */
  decode(bytes: Uint8Array): number {
    if (bytes.length > MAX_FRAME) return SERVER_BAD;
    const reader = this.#reader;
    reader.open(bytes);
    this.message = null;
    let body = SERVER_NONE;
    while (reader.more()) {
      const tag = reader.tag();
      switch (tag) {
        case 18:
          // Another body puts an earlier one away; the same again is merged into it.
          if (body !== SERVER_AOI) this.#clearAoi();
          body = SERVER_AOI;
          this.#readAoi(reader);
          break;
        case 26:
          if (body !== SERVER_CORRECTION) this.#clearCorrection();
          body = SERVER_CORRECTION;
          this.#readCorrection(reader);
          break;
        case 34:
          if (body !== SERVER_HEARTBEAT_ACK) this.heartbeatTimestamp = this.heartbeatTick = 0;
          body = SERVER_HEARTBEAT_ACK;
          this.#readHeartbeatAck(reader);
          break;
        case 42:
          if (body !== SERVER_DIGEST) this.#clearDigest();
          body = SERVER_DIGEST;
          this.#readDigest(reader);
          break;
        case 10: // welcome = 1
        case 50: // pace = 6
        case 58: // app = 7
        case 66: // error = 8
        case 74: // goodbye = 9
          body = this.#readRare(reader, tag >>> 3, body);
          break;
        default:
          reader.skip(tag, 0);
      }
    }
    if (reader.bad) return SERVER_BAD;
    if (body < SERVER_PACE && body !== SERVER_WELCOME) this.message = null;
    return body === SERVER_AOI && !this.#isAoiSound() ? SERVER_BAD : body;
  }

  #clearAoi(): void {
    this.tick = 0;
    this.ackSequence = 0;
    this.selfX = 0;
    this.selfY = 0;
    this.flags = 0;
    this.leftStart = this.leftEnd = 0;
    this.movedStart = this.movedEnd = 0;
    this.changedStart = this.changedEnd = 0;
    this.enteredCount = 0;
  }

  #clearCorrection(): void {
    this.correctionEntity = 0;
    this.#correctBits[0] = this.#correctBits[1] = 0;
    this.correctionSequence = 0;
  }

  #clearDigest(): void {
    this.digestTick = 0;
    this.digestCount = 0;
    this.digestHash = 0;
    this.digestPositions = false;
  }

  #readAoi(reader: WireReader): void {
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      switch (tag) {
        case 8:
          this.tick = reader.uint32();
          break;
        case 16:
          this.ackSequence = reader.uint64();
          break;
        case 24:
          this.selfX = reader.sint32();
          break;
        case 32:
          this.selfY = reader.sint32();
          break;
        case 40:
          this.flags = reader.uint32();
          break;
        case 50:
          this.movedEnd = reader.size();
          this.movedStart = reader.pos;
          this.movedEnd += reader.pos;
          reader.pos = this.movedEnd;
          break;
        case 58:
          this.leftEnd = reader.size();
          this.leftStart = reader.pos;
          this.leftEnd += reader.pos;
          reader.pos = this.leftEnd;
          break;
        case 66:
          this.#readEntity(reader);
          break;
        case 74:
          this.changedEnd = reader.size();
          this.changedStart = reader.pos;
          this.changedEnd += reader.pos;
          reader.pos = this.changedEnd;
          break;
        default:
          reader.skip(tag, 1);
      }
    }
    reader.leave(outer);
  }

  #isAoiSound(): boolean {
    for (let i = 0; i < this.enteredCount; i++)
      if ((this.enteredAlias[i] as number) > 0xffff) return false;
    return (
      (this.movedEnd - this.movedStart) % MOVED_RECORD === 0 &&
      (this.leftEnd - this.leftStart) % LEFT_RECORD === 0
    );
  }

  #readEntity(reader: WireReader): void {
    const outer = reader.enter();
    let alias = 0;
    let id = 0;
    let kind = 0;
    let x = 0;
    let y = 0;
    let start = 0;
    let end = 0;
    while (reader.more()) {
      const tag = reader.tag();
      switch (tag) {
        case 8:
          alias = reader.uint32();
          break;
        case 16:
          id = reader.uint32();
          break;
        case 24:
          kind = reader.uint32();
          break;
        case 32:
          x = reader.sint32();
          break;
        case 40:
          y = reader.sint32();
          break;
        case 50:
          end = reader.size();
          start = reader.pos;
          end += reader.pos;
          reader.pos = end;
          break;
        default:
          reader.skip(tag, 2);
      }
    }
    reader.leave(outer);
    const i = this.enteredCount++;
    this.enteredAlias[i] = alias;
    this.enteredId[i] = id;
    this.enteredKind[i] = kind;
    this.enteredX[i] = x;
    this.enteredY[i] = y;
    this.enteredStart[i] = start;
    this.enteredEnd[i] = end;
  }

  #readCorrection(reader: WireReader): void {
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      switch (tag) {
        case 8:
          this.correctionEntity = reader.uint32();
          break;
        case 21:
          this.#correctBits[0] = reader.fixed32();
          break;
        case 29:
          this.#correctBits[1] = reader.fixed32();
          break;
        case 48:
          this.correctionSequence = reader.uint64();
          break;
        default:
          reader.skip(tag, 1);
      }
    }
    reader.leave(outer);
  }

  #readHeartbeatAck(reader: WireReader): void {
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 8) this.heartbeatTimestamp = reader.uint64();
      else if (tag === 16) this.heartbeatTick = reader.uint32();
      else reader.skip(tag, 1);
    }
    reader.leave(outer);
  }

  #readDigest(reader: WireReader): void {
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      switch (tag) {
        case 8:
          this.digestTick = reader.uint32();
          break;
        case 16:
          this.digestCount = reader.uint32();
          break;
        case 29:
          this.digestHash = reader.fixed32() >>> 0;
          break;
        case 32:
          this.digestPositions = reader.bool();
          break;
        default:
          reader.skip(tag, 1);
      }
    }
    reader.leave(outer);
  }

  /** Reads `body` into `message`: a new one, or that of `last` where it is the same. */
  #readRare(reader: WireReader, body: number, last: number): number {
    const message: RareMessage = body === last ? (this.message ?? {}) : {};
    this.message = message;
    switch (body) {
      case SERVER_WELCOME:
        readInto((message.welcome ??= new WelcomeMessage()), reader);
        break;
      case SERVER_PACE:
        readInto((message.pace ??= new PaceMessage()), reader);
        break;
      case SERVER_APP:
        readInto((message.app ??= new AppMessage()), reader);
        break;
      case SERVER_ERROR:
        readInto((message.error ??= new ErrorMessage()), reader);
        break;
      default:
        readInto((message.goodbye ??= new GoodbyeMessage()), reader);
    }
    return body;
  }
}

function readInto(
  message: { read(reader: WireReader, tag: number): void },
  reader: WireReader,
): void {
  const outer = reader.enter();
  while (reader.more()) message.read(reader, reader.tag());
  reader.leave(outer);
}
