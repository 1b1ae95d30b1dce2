// The protocol's side of a client, without a clock or a mind of its own: says hello, moves, keeps a
// replica of what it is shown, acknowledges it, and proves it against the server's digest.
// Thousands may live in one process; client.ts makes of it what an application wants.
import {
  encodeAck,
  encodeHeartbeat,
  encodeLeave,
  encodeMove,
  encodeProbe,
  CLIENT_FRAME,
} from "../protocol/client-encode.ts";
import {
  SERVER_AOI,
  SERVER_BAD,
  SERVER_CORRECTION,
  SERVER_DIGEST,
  SERVER_HEARTBEAT_ACK,
  ServerDecoder,
} from "../protocol/client-decode.ts";
import type { AppMessage, RareMessage, WelcomeMessage } from "../protocol/client-decode-rare.ts";
import { CLOSE_LEFT } from "../protocol/code-numbers.ts";
import { AOI_INCOMPLETE, AOI_LAST, AOI_RESET } from "../protocol/encode.ts";
import { UNITS_PER_POSITION } from "../protocol/position.ts";
import { MAX_SEQUENCE } from "../protocol/version.ts";
import { Acknowledging } from "./acknowledging.ts";
import { dialWebSocket } from "./dial-websocket.ts";
import { Greeting } from "./greeting.ts";
import { Mail } from "./mail.ts";
import type { SessionHandlers } from "./session-handlers.ts";
import { newCounters } from "./session-options.ts";
import type { SessionOptions, SessionState } from "./session-options.ts";
import { Replica } from "./replica.ts";
import type { ClientSocket } from "./socket.ts";
import { Steering } from "./steering.ts";
import { rulesOf } from "./welcome.ts";
import type { WelcomeRules } from "./welcome.ts";

/** A view known to be wrong is asked for again at most this often, unless a reset came. */
const RESET_PATIENCE_TICKS = 80;

// One decoder and one outgoing frame serve all clients of the process: both are used up before any
// handler runs, so nothing that a handler does can change them under our feet.
const frame = new ServerDecoder();
const out = new Uint8Array(CLIENT_FRAME);
// A view for each length, so that sending makes none.
const outViews = Array.from({ length: CLIENT_FRAME + 1 }, (_, length) => out.subarray(0, length));

export class Session {
  readonly replica = new Replica();
  readonly counters = newCounters();
  state: SessionState = "idle";
  /** 0 = none yet. */
  entityId = 0;
  /** The session's public id, as in the server's log. */
  session = "";
  rules: WelcomeRules | null = null;
  /** The newest tick applied whole, and the one before it. */
  tick = 0;
  lastTick = 0;
  /** The flags of all parts of that tick. */
  lastFlags = 0;
  /** Own position at `ackSequence`, 1/256 unit. */
  selfX = 0;
  selfY = 0;
  /** The last intent sent, and the last one that the server has processed. */
  sequence = 0;
  ackSequence = 0;
  /** That intent's delta as it was sent, 1/256 unit: what a prediction has to add. */
  sentX = 0;
  sentY = 0;
  /** The tick of the Welcome with the entity, and that in which it came into the world. */
  joinTick = 0;
  enteredTick = 0;

  readonly #options: SessionOptions;
  readonly #greeting: Greeting;
  readonly #handlers: Partial<SessionHandlers>;
  readonly #now: () => number;
  #socket: ClientSocket | null = null;
  /** Counts connections, so that the last words of an old one are not taken for the new one's. */
  #connection = 0;
  /** Some but not all parts of this tick have come; 0 = none. */
  #partTick = 0;
  #partFlags = 0;
  readonly #acks = new Acknowledging();
  #resetAskedTick = -1;
  #heartbeatSent = 0;
  readonly #steering = new Steering();
  readonly #mail = new Mail();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#greeting = new Greeting(options);
    this.#handlers = options.handlers ?? {};
    this.#now = options.now ?? (() => performance.now());
  }

  /** Opens this session again, also in another process; changes with each connection. */
  get resumeToken(): Uint8Array {
    return this.#greeting.token;
  }

  /**
   * Connects and says Hello. A session that lost its connection goes on, with its entity; otherwise
   * a new one asks for an entity. Does nothing while connected.
   */
  connect(): void {
    if (this.state !== "idle" && this.state !== "closed") return;
    this.#forget();
    const connection = ++this.#connection;
    const isCurrent = () => connection === this.#connection;
    const dial = this.#greeting.dial(this.#options.dial ?? dialWebSocket);
    this.#socket = dial(this.#options.url, {
      open: () => {
        if (isCurrent()) this.#greet(this.#greeting.frames(this.#mail.has));
      },
      message: (bytes) => {
        if (isCurrent()) this.#receive(bytes);
      },
      close: (code, reason) => {
        if (isCurrent()) this.#closed(code, reason);
      },
    });
    this.state = "connecting";
  }

  /**
   * Sends an intent to move, as a multiple of 1/256 unit. What rounding leaves goes into the next
   * intent, so that steps finer than that add up; an intent may thus be up to 1/256 unit longer
   * along an axis than was asked for. A Correction and a new entity drop what is left.
   * @param dx world units; the server clamps it to ±64
   * @returns the intent's sequence; 0 when nothing was sent: there is no entity, a number is not
   * finite, or the sequences are used up
   */
  move(dx: number, dy: number): number {
    if (this.state !== "joined" || this.sequence >= MAX_SEQUENCE) return 0;
    if (!Number.isFinite(dx) || !Number.isFinite(dy)) return 0;
    this.#steering.add(dx, dy);
    this.#steering.take(Infinity);
    return this.intend(this.#steering.dx, this.#steering.dy);
  }

  /**
   * Sends an intent to move.
   * @param dx 1/256 unit
   * @returns the intent's sequence; 0 when there is no entity, or the sequences are used up
   */
  intend(dx: number, dy: number): number {
    if (this.state !== "joined" || this.sequence >= MAX_SEQUENCE) return 0;
    const sequence = ++this.sequence;
    this.sentX = dx;
    this.sentY = dy;
    const [x, y] = [dx / UNITS_PER_POSITION, dy / UNITS_PER_POSITION];
    const timestamp = Math.floor(this.#now());
    this.#send(encodeMove(out, this.entityId, sequence, x, y, timestamp, this.tick));
    return sequence;
  }

  /** Asks for a digest of the view; with `reset`, for the whole view again. */
  probe(reset = false): void {
    if (!this.#isOpen()) return;
    if (reset) this.#resetAskedTick = this.tick;
    this.#send(encodeProbe(out, reset, this.tick));
  }

  /** Measures the round trip; the answer comes to the `heartbeat` handler. */
  heartbeat(): void {
    if (!this.#isOpen()) return;
    this.#heartbeatSent = this.#now();
    this.#send(encodeHeartbeat(out, Math.floor(this.#heartbeatSent), this.tick));
  }

  /**
   * Sends a message of the application: once, in order, also on a later connection of the session.
   * @param request chosen by the caller; an answer carries the same
   * @returns false when there is no session with an entity, or too much waits already
   * @throws RangeError when the payload has more than 400 bytes
   */
  sendApp(channel: number, request: number, payload: Uint8Array): boolean {
    if (this.state !== "joined" && this.resumeToken.length === 0) return false;
    const isAdded = this.#mail.add(channel, request, payload);
    this.#post();
    return isAdded;
  }

  /** Asks for the entity again: after an error UNAVAILABLE, when the time that it named is over. */
  spawn(): void {
    if (this.state === "greeting") this.#greet(this.#greeting.spawn());
  }

  /** Gives the entity back; the server then closes with 1000. */
  leave(): void {
    this.#greeting.forget();
    if (this.#isOpen()) this.#send(encodeLeave(out, this.tick));
  }

  /** Closes the connection with 1000, which gives the entity back; `closed` is called then. */
  close(): void {
    this.#greeting.forget();
    this.#socket?.close();
  }

  /** Closes the connection and hears nothing more of it: `closed` is called before this returns. */
  drop(code: number, reason: string): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#connection++;
    if (code === CLOSE_LEFT) this.#greeting.forget();
    this.#closed(code, reason);
    socket.close(code, reason);
  }

  #isOpen(): boolean {
    return this.state === "greeting" || this.state === "joined";
  }

  #forget(): void {
    this.replica.reset();
    this.entityId = 0;
    this.session = "";
    this.rules = null;
    this.tick = this.lastTick = this.lastFlags = 0;
    this.selfX = this.selfY = 0;
    this.sequence = this.ackSequence = this.sentX = this.sentY = 0;
    this.joinTick = this.enteredTick = 0;
    this.#steering.clear();
    this.#partTick = this.#partFlags = 0;
    this.#acks.reset();
    this.#resetAskedTick = -1;
  }

  #greet(frames: readonly Uint8Array[]): void {
    this.state = "greeting";
    for (const bytes of frames) this.#sendBytes(bytes);
  }

  #send(length: number): void {
    this.#sendBytes(outViews[length] as Uint8Array);
  }

  #sendBytes(bytes: Uint8Array): void {
    this.counters.sent++;
    this.#acks.said(this.tick);
    this.#socket?.send(bytes);
  }

  #receive(bytes: Uint8Array): void {
    if (!this.#isOpen()) return;
    this.counters.received++;
    this.counters.bytesReceived += bytes.length;
    this.#acks.heard(bytes.length);
    switch (frame.decode(bytes)) {
      case SERVER_AOI:
        this.#update(bytes);
        return;
      case SERVER_CORRECTION:
        this.#correct();
        return;
      case SERVER_DIGEST:
        this.#compare();
        return;
      case SERVER_HEARTBEAT_ACK:
        this.#heartbeatAnswered();
        return;
      case SERVER_BAD:
        this.#fault(1);
        return;
    }
    const message = frame.message;
    if (message !== null) this.#hear(message);
  }

  /** One part of a tick: applied at once, acknowledged when the tick is whole. */
  #update(bytes: Uint8Array): void {
    const { tick, flags } = frame;
    // The parts of a tick come together; another tick in between means that one was lost.
    const isTorn = this.#partTick !== 0 && this.#partTick !== tick;
    if ((flags & AOI_RESET) !== 0) this.#resetAskedTick = -1;
    const faults = this.replica.apply(frame, bytes);
    this.selfX = frame.selfX;
    this.selfY = frame.selfY;
    this.ackSequence = frame.ackSequence;
    this.#partFlags = this.#partTick === tick ? this.#partFlags | flags : flags;
    this.#partTick = tick;
    if (faults > 0 || (isTorn && (flags & AOI_RESET) === 0)) this.#fault(Math.max(faults, 1));
    if ((flags & AOI_LAST) === 0) return;

    this.lastTick = this.tick;
    this.tick = tick;
    this.lastFlags = this.#partFlags;
    this.#partTick = 0;
    if ((this.lastFlags & AOI_INCOMPLETE) !== 0) this.counters.incompleteTicks++;
    this.#handlers.tick?.(this, tick, this.lastFlags);
    this.#post();
    // Says what was applied, unless a message of the last ticks has said it.
    if (this.#isOpen() && this.#acks.isDue(this.tick)) this.#send(encodeAck(out, this.tick));
  }

  /** Sends what waits for the application, as much as may go now. */
  #post(): void {
    if (this.state !== "joined") return;
    const nowMs = this.#now();
    for (let next = this.#mail.next(nowMs, this.tick); next !== null;) {
      this.#sendBytes(next);
      next = this.#mail.next(nowMs, this.tick);
    }
  }

  #heardApp(app: AppMessage): void {
    const { channel, request, payload, missed } = app;
    if (this.#mail.heard(app, this.#now())) this.#handlers.app?.(this, channel, request, payload);
    else if (missed > 0) this.#handlers.missed?.(this, missed);
  }

  #correct(): void {
    this.counters.corrections++;
    this.#steering.clear();
    // The update of the same tick has come before it, and is exact where a float is not.
    if (frame.correctionSequence !== this.ackSequence) {
      this.selfX = Math.round(frame.correctionX * UNITS_PER_POSITION);
      this.selfY = Math.round(frame.correctionY * UNITS_PER_POSITION);
      this.ackSequence = frame.correctionSequence;
    }
    this.#handlers.correction?.(this, this.selfX, this.selfY, this.ackSequence);
  }

  /** A digest is of the tick at hand, or of a later one in which nothing changed. */
  #compare(): void {
    const { digestTick, digestCount, digestHash, digestPositions } = frame;
    if (digestTick < this.tick || this.#partTick !== 0) {
      this.#fault(1);
      return;
    }
    const { replica } = this;
    const ok = replica.size === digestCount && replica.digest(digestPositions) === digestHash;
    if (ok) this.counters.digestsOk++;
    else {
      this.counters.digestsBad++;
      this.probe(true);
    }
    this.#handlers.digest?.(this, ok, digestTick);
  }

  #heartbeatAnswered(): void {
    const isLatest = frame.heartbeatTimestamp === Math.floor(this.#heartbeatSent);
    const sent = isLatest ? this.#heartbeatSent : frame.heartbeatTimestamp;
    this.#handlers.heartbeat?.(this, this.#now() - sent, frame.heartbeatTick);
  }

  #fault(count: number): void {
    this.counters.protocolFaults += count;
    const isAsked =
      this.#resetAskedTick >= 0 && this.tick - this.#resetAskedTick < RESET_PATIENCE_TICKS;
    if (this.state === "joined" && !isAsked) this.probe(true);
  }

  /** The messages that come seldom. */
  #hear({ welcome, error, goodbye, app }: RareMessage): void {
    if (welcome) this.#welcomed(welcome);
    else if (error) {
      const { code, message, sequence, retry_after_ms: retryAfterMs } = error;
      this.#handlers.error?.(this, code, message, sequence, retryAfterMs);
    } else if (goodbye) {
      const { code, message, retry_after_ms: retryAfterMs } = goodbye;
      this.#handlers.goodbye?.(this, code, message, retryAfterMs);
    } else if (app) this.#heardApp(app);
  }

  /** Comes twice: after Hello without an entity, after Spawn with one; once when resumed. */
  #welcomed(welcome: WelcomeMessage): void {
    const isFirst = this.rules === null;
    this.session = welcome.session;
    this.#greeting.keep(welcome.resume_token);
    this.rules = rulesOf(welcome);
    this.#acks.within(this.rules.windowTicks);
    if (isFirst) this.#handlers.welcome?.(this);
    if (welcome.entity_id === 0 || !this.#isOpen()) return;
    this.entityId = welcome.entity_id;
    this.replica.begin(this.entityId, this.rules.componentBytes);
    this.selfX = welcome.x;
    this.selfY = welcome.y;
    this.sequence = this.ackSequence = welcome.sequence;
    this.joinTick = welcome.tick;
    this.enteredTick = welcome.entered_tick || this.joinTick;
    this.sentX = this.sentY = 0;
    this.#steering.clear();
    this.state = "joined";
    this.#mail.begin(this.session, welcome.app_received, this.#now());
    this.#handlers.spawned?.(this);
    this.#post();
  }

  #closed(code: number, reason: string): void {
    this.state = "closed";
    this.#socket = null;
    this.#greeting.closed(code);
    this.#handlers.closed?.(this, code, reason);
  }
}
