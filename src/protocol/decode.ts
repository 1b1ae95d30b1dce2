// The server's reading of a client's message. Intents, heartbeats and probes arrive thousands of
// times a second and are read by hand into fields that are used again, and so are messages of the
// application; Hello and Spawn are rare and go through the generated codec.
import { WireReader } from "./read.ts";
import { aether } from "./schema.ts";

/** What `decode()` found: the message's body. Where two bodies came, the last one counts. */
export const BODY_BAD = -1;
/** No body: an acknowledgement alone, or nothing. */
export const BODY_NONE = 0;
export const BODY_HELLO = 1;
export const BODY_SPAWN = 2;
export const BODY_MOVE = 3;
export const BODY_HEARTBEAT = 4;
export const BODY_PROBE = 5;
export const BODY_APP = 6;
export const BODY_LEAVE = 7;

/** `moveSequence` when the sequence is above 2^53 - 1, where a number would silently be rounded. */
export const SEQUENCE_UNREPRESENTABLE = -1;

const NO_BYTES = new Uint8Array(0);

/**
 * Decodes client messages, one at a time; one decoder serves all connections. The fields of the
 * body found are valid until the next `decode()`, and byte fields are views into its argument.
 */
export class ClientDecoder {
  /** The newest tick whose AoiUpdate the client has applied whole; 0 = none said. */
  ackTick = 0;

  moveEntity = 0;
  /** 0 .. 2^53 - 1, or SEQUENCE_UNREPRESENTABLE. */
  moveSequence = 0;
  /** The client's milliseconds, as two u32 halves. */
  moveTimestampLow = 0;
  moveTimestampHigh = 0;

  heartbeatLow = 0;
  heartbeatHigh = 0;

  probeReset = false;

  helloVersion = 0;
  helloToken = "";
  helloResumeToken: Uint8Array = NO_BYTES;
  helloClient = "";
  helloAppReceived = 0;

  spawnKind = 0;
  /** World units; NaN and the infinities come through. */
  spawnX = 0;
  spawnY = 0;

  appChannel = 0;
  appRequest = 0;
  appSequence = 0;
  /** Byte range of the payload. */
  appStart = 0;
  appEnd = 0;

  readonly #reader = new WireReader();
  // Two cells seen as bits and as floats: a float returned from a function would be a heap number.
  readonly #deltaBits = new Int32Array(2);
  readonly #deltas = new Float32Array(this.#deltaBits.buffer);

  /** World units; NaN and the infinities come through, for the caller to refuse. */
  get moveDeltaX(): number {
    return this.#deltas[0] as number;
  }

  get moveDeltaY(): number {
    return this.#deltas[1] as number;
  }

  /**
   * Decodes one message. Never throws. The length is not looked at: the limits of a frame
   * (`MAX_FRAME`, `MAX_HELLO_FRAME`) are the gateway's to enforce.
   * @returns a BODY_ constant; after BODY_BAD the fields mean nothing.
   */
  decode(bytes: Uint8Array): number {
    const reader = this.#reader;
    reader.open(bytes);
    this.ackTick = 0;
    let body = BODY_NONE;
    let isRare = false;
    while (reader.more()) {
      const tag = reader.tag();
      switch (tag) {
        case 10: // hello = 1
        case 18: // spawn = 2
          body = tag >>> 3;
          isRare = true;
          reader.skip(tag, 0);
          break;
        case 26:
          // Another body puts an earlier one away; the same again is merged into it.
          if (body !== BODY_MOVE) this.#clearMove();
          body = BODY_MOVE;
          this.#readMove(reader);
          break;
        case 34:
          if (body !== BODY_HEARTBEAT) this.heartbeatLow = this.heartbeatHigh = 0;
          body = BODY_HEARTBEAT;
          this.#readHeartbeat(reader);
          break;
        case 42:
          if (body !== BODY_PROBE) this.probeReset = false;
          body = BODY_PROBE;
          this.#readProbe(reader);
          break;
        case 50:
          if (body !== BODY_APP) this.#clearApp();
          body = BODY_APP;
          this.#readApp(reader);
          break;
        case 58:
          body = BODY_LEAVE;
          this.#readLeave(reader);
          break;
        case 120:
          this.ackTick = reader.uint32();
          break;
        default:
          reader.skip(tag, 0);
      }
    }
    if (reader.bad) return BODY_BAD;
    return isRare && !this.#readRare(bytes) ? BODY_BAD : body;
  }

  #clearMove(): void {
    this.moveEntity = 0;
    this.moveSequence = 0;
    this.#deltaBits[0] = this.#deltaBits[1] = 0;
    this.moveTimestampLow = 0;
    this.moveTimestampHigh = 0;
  }

  #readMove(reader: WireReader): void {
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      switch (tag) {
        case 8:
          this.moveEntity = reader.uint32();
          break;
        case 16:
          this.moveSequence = reader.uint64();
          break;
        case 29:
          this.#deltaBits[0] = reader.fixed32();
          break;
        case 37:
          this.#deltaBits[1] = reader.fixed32();
          break;
        case 40:
          reader.wide();
          this.moveTimestampLow = reader.low;
          this.moveTimestampHigh = reader.high;
          break;
        default:
          reader.skip(tag, 1);
      }
    }
    reader.leave(outer);
  }

  #readHeartbeat(reader: WireReader): void {
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 8) {
        reader.wide();
        this.heartbeatLow = reader.low;
        this.heartbeatHigh = reader.high;
      } else reader.skip(tag, 1);
    }
    reader.leave(outer);
  }

  #readProbe(reader: WireReader): void {
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      if (tag === 8) this.probeReset = reader.bool();
      else reader.skip(tag, 1);
    }
    reader.leave(outer);
  }

  #clearApp(): void {
    this.appChannel = this.appRequest = this.appSequence = 0;
    this.appStart = this.appEnd = 0;
  }

  #readApp(reader: WireReader): void {
    const outer = reader.enter();
    while (reader.more()) {
      const tag = reader.tag();
      switch (tag) {
        case 8:
          this.appChannel = reader.uint32();
          break;
        case 16:
          this.appRequest = reader.uint32();
          break;
        case 26:
          this.appEnd = reader.size();
          this.appStart = reader.pos;
          this.appEnd += reader.pos;
          reader.pos = this.appEnd;
          break;
        case 32:
          this.appSequence = reader.uint32();
          break;
        case 40: // received and missed are the server's to say
        case 48:
          reader.uint32();
          break;
        default:
          reader.skip(tag, 1);
      }
    }
    reader.leave(outer);
  }

  #readLeave(reader: WireReader): void {
    const outer = reader.enter();
    while (reader.more()) reader.skip(reader.tag(), 1);
    reader.leave(outer);
  }

  /** The generated codec throws on malformed input, at 13 us a throw; callers count and close. */
  #readRare(bytes: Uint8Array): boolean {
    let message: aether.ClientMessage;
    try {
      message = aether.ClientMessage.decode(bytes);
    } catch {
      return false;
    }
    const { hello, spawn } = message;
    this.helloVersion = hello?.protocol_version ?? 0;
    this.helloToken = hello?.token ?? "";
    this.helloResumeToken = hello?.resume_token ?? NO_BYTES;
    this.helloClient = hello?.client ?? "";
    this.helloAppReceived = hello?.app_received ?? 0;
    this.spawnKind = spawn?.kind ?? 0;
    this.spawnX = spawn?.x ?? 0;
    this.spawnY = spawn?.y ?? 0;
    return true;
  }
}
