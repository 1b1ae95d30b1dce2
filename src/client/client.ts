// The client of Aether for browsers and Node, whole: connects and comes back by itself, sends the
// application's moves in step with the server, predicts the own entity by the kernel's own rule,
// and shows others moving without jumps. docs/client.md tells it by examples.
import type { Draft, Message } from "../messages/message.ts";
import { CLOSE_LEFT, ERROR_NO_HELLO, ERROR_UNAVAILABLE } from "../protocol/code-numbers.ts";
import { UNITS_PER_POSITION } from "../protocol/position.ts";
import { Backoff, isFinal } from "./backoff.ts";
import { Checks } from "./checks.ts";
import { ServerClock } from "./clock.ts";
import { createListeners } from "./events.ts";
import type { ClientEvents, ClientState, Listeners, StateChange } from "./events.ts";
import { TWIN } from "./motion.ts";
import type { MotionRule } from "./motion.ts";
import type { ClientOptions } from "./options.ts";
import { OwnEntity } from "./own-entity.ts";
import { Pacer } from "./pacer.ts";
import { Session } from "./session.ts";
import type { SessionCounters } from "./session-options.ts";
import { Steering } from "./steering.ts";
import { HOST_TIMERS } from "./timers.ts";
import type { Timers } from "./timers.ts";
import { View } from "./view.ts";
import type { WelcomeRules } from "./welcome.ts";

/** A server says something four times a second: after so long a silence the link is broken. */
const SILENCE_MS = 5000;
/** From connect() until there is an entity, unless the server has said to wait longer. */
const JOIN_MS = 30_000;
/** Closes a link without giving the entity back, as 1000 would. */
const BROKEN_LINK = 4900;
/** How often it looks whether the server has answered while it waits for that. */
const WATCH_MS = 500;
const NO_WORD = { message: "", retryAfterMs: 0 };

type Change = Omit<StateChange, "from">;
const NO_CHANGE: Change = { code: 0, reason: "", retryMs: 0, isResumed: false };

/**
 * One player: joins, moves, sees, and comes back after every loss. `connect()` begins, `on()`
 * tells, `frame()` goes before each picture. docs/client.md has it by examples.
 */
export class AetherClient {
  /** The entity that is steered. */
  readonly self: OwnEntity;
  /** Everybody else in sight. */
  readonly view: View;
  /** The server's time, and how far away it is. */
  readonly clock = new ServerClock();
  readonly #options: ClientOptions;
  readonly #session: Session;
  readonly #listeners = createListeners();
  readonly #timers: Timers;
  readonly #motion: MotionRule;
  readonly #pacer = new Pacer(this.clock);
  readonly #steering: Steering;
  readonly #backoff: Backoff;
  #state: ClientState = "idle";
  /** World units a second. */
  #velocityX = 0;
  #velocityY = 0;
  /** Slots in which something was wanted and not sent, because too much was under way. */
  #held = 0;
  #callOff: () => void = () => undefined;
  /** Wakes the turn; bound once. */
  readonly #wake = (): void => this.#turn();
  #wakeMs = 0;
  #heardMs = 0;
  readonly #checks = new Checks();
  /** Until when there has to be an entity; when it is asked for again. */
  #joinMs = 0;
  #spawnMs = Infinity;
  #isLeaving = false;
  /** What the server said on parting. */
  #parting = NO_WORD;
  /** Code of the server's last Error on this connection. */
  #refusal = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#timers = options.timers ?? HOST_TIMERS;
    this.#motion = options.motion ?? TWIN;
    this.#steering = new Steering(this.#motion);
    this.#backoff = new Backoff(options.random ?? Math.random);
    this.self = new OwnEntity(this.#motion);
    this.#session = new Session({
      ...options,
      now: () => this.#timers.now(),
      handlers: {
        spawned: () => this.#joined(),
        tick: (session, tick) => this.#ticked(session.lastTick, tick),
        correction: () => this.#confirm(),
        welcome: () => this.#enter("joining", NO_CHANGE),
        error: (_session, ...error) => this.#refused(...error),
        goodbye: (_session, _code, message, retryAfterMs) => {
          this.#parting = { message, retryAfterMs };
        },
        heartbeat: (_session, roundTripMs) => this.clock.answered(roundTripMs),
        app: (_session, ...message) => this.#message(...message),
        missed: (_session, count) => {
          for (const handler of this.#listeners.missed.handlers) handler(count);
        },
        closed: (_session, code, reason) => this.#closed(code, reason),
      },
    });
    this.view = new View(this.#session.replica, this.clock, this.#listeners);
  }

  get state(): ClientState {
    return this.#state;
  }

  /** The world's rules; null before the server has said them. */
  get rules(): WelcomeRules | null {
    return this.#session.rules;
  }

  /** The session's public name, as in the server's log. */
  get session(): string {
    return this.#session.session;
  }

  /** Opens the session again, also in another process; another one after each connection. */
  get resumeToken(): Uint8Array {
    return this.#session.resumeToken;
  }

  /** Counted over all connections. */
  get counters(): Readonly<SessionCounters> {
    return this.#session.counters;
  }

  /** Ticks in which a move was dropped because what is under way would empty the bank. */
  get held(): number {
    return this.#held;
  }

  /**
   * Calls `handler` at each such event.
   * @returns a function that ends it
   */
  on<Name extends keyof ClientEvents>(name: Name, handler: ClientEvents[Name]): () => void {
    const list: Listeners[Name] = this.#listeners[name];
    return list.add(handler);
  }

  /**
   * Calls `handler` with each message of one kind; bytes that are none go to "message" alone.
   * @returns a function that ends it
   */
  onMessage<Value>(
    message: Message<Value>,
    handler: (value: Value, request: number) => void,
  ): () => void {
    return this.on("message", (channel, request, payload) => {
      const value = channel === message.type ? message.decode(payload) : null;
      if (value !== null) handler(value, request);
    });
  }

  /**
   * Connects, joins, and comes back after each loss until `leave()`, `close()` or a refusal that
   * another attempt would meet again. Does nothing unless idle or closed.
   * @throws SyntaxError when the address is not one of a WebSocket
   */
  connect(): void {
    if (this.#state === "idle" || this.#state === "closed") this.#dial();
  }

  /**
   * Asks to move within the server's next tick. Several moves before it add up; what is longer than
   * max_speed is cut to it, what would leave the world is cut at its bounds.
   * @param dx world units
   * @returns false when there is no entity or a number is not finite
   */
  move(dx: number, dy: number): boolean {
    if (this.#state !== "joined" || !Number.isFinite(dx) || !Number.isFinite(dy)) return false;
    this.#steering.add(dx, dy);
    return true;
  }

  /**
   * Moves on at this velocity, tick by tick, until told otherwise; 0, 0 stops. Kept over losses of
   * the connection.
   * @param vx world units a second; more than max_speed a tick is cut to it
   */
  steer(vx: number, vy: number): void {
    this.#velocityX = Number.isFinite(vx) ? vx : 0;
    this.#velocityY = Number.isFinite(vy) ? vy : 0;
  }

  /** Brings `self.x`, `self.y`, `view.x` and `view.y` to this moment: before each picture. */
  frame(): void {
    const nowMs = this.#timers.now();
    this.self.show(nowMs);
    this.view.show(nowMs);
  }

  /**
   * Sends a message to the application on the server: once and in order, also over a lost
   * connection that the session comes back from. What an ended session has not sent is gone.
   * @param request of the caller's choice; an answer carries the same
   * @returns false when there is no session, or 64 messages or 16 KB wait already
   * @throws RangeError when the message is longer than 400 bytes
   */
  send(channel: number, payload: Uint8Array, request?: number): boolean;
  send<Value>(message: Message<Value>, value: Draft<Value>, request?: number): boolean;
  send<Value>(
    what: number | Message<Value>,
    value: Uint8Array | Draft<Value>,
    request = 0,
  ): boolean {
    if (typeof what === "number") return this.#session.sendApp(what, request, value as Uint8Array);
    return this.#session.sendApp(what.type, request, what.encode(value as Draft<Value>));
  }

  /** Gives the entity back and ends the session: "closed" follows when the server has answered. */
  leave(): void {
    this.#isLeaving = true;
    if (this.#state === "joined" || this.#state === "joining") this.#session.leave();
    else this.close();
  }

  /** Closes at once, and gives the entity back. */
  close(): void {
    this.#isLeaving = true;
    if (this.#state === "waiting") this.#over(NO_CHANGE);
    else this.#session.drop(CLOSE_LEFT, "");
  }

  // ------------------------------------------------------------------ the connection's life

  #dial(): void {
    this.#isLeaving = false;
    this.#parting = NO_WORD;
    this.#refusal = 0;
    this.#heardMs = this.#timers.now();
    this.#joinMs = this.#heardMs + JOIN_MS;
    this.#spawnMs = Infinity;
    this.#session.connect();
    this.#sleep(this.#heardMs + WATCH_MS);
    this.#enter("connecting", NO_CHANGE);
  }

  #joined(): void {
    const { rules, entityId, joinTick, selfX, selfY, sequence } = this.#session;
    if (rules === null) return;
    const { self } = this;
    const nowMs = this.#timers.now();
    const isResumed = entityId === self.id;
    const lost = isResumed ? self.takePending(sequence) : [];
    const wasX = self.predictedX;
    const wasY = self.predictedY;
    self.begin(entityId, selfX, selfY, sequence, rules);
    this.clock.reset(rules.tickMs);
    this.clock.heard(joinTick, nowMs);
    this.view.begin(rules);
    this.#pacer.start(nowMs, rules.tickMs);
    this.#backoff.succeeded();
    this.#steering.clear();
    this.#heardMs = nowMs;
    this.#checks.start(nowMs);
    for (const { dx, dy } of lost) this.#intend(dx, dy, nowMs);
    this.#callOff();
    this.#sleep(nowMs);
    this.#enter("joined", { ...NO_CHANGE, isResumed });
    if (isResumed && (wasX !== self.predictedX || wasY !== self.predictedY))
      this.#corrected(wasX, wasY);
  }

  #closed(code: number, reason: string): void {
    this.#callOff();
    const { message, retryAfterMs } = this.#parting;
    const change = { ...NO_CHANGE, code, reason: message === "" ? reason : message };
    // Hello is the first that it says: a network that stood still brought it too late.
    const mayDo = this.#refusal === ERROR_NO_HELLO || typeof this.#options.token === "function";
    if (this.#isLeaving || isFinal(code, mayDo)) this.#over(change);
    else {
      const retryMs = this.#backoff.next(retryAfterMs);
      this.#callOff = this.#timers.after(retryMs, () => this.#dial());
      this.#enter("waiting", { ...change, retryMs });
    }
  }

  #over(change: Change): void {
    this.#callOff();
    this.self.end();
    this.view.end();
    this.#enter("closed", change);
  }

  #enter(state: ClientState, change: Change): void {
    const from = this.#state;
    this.#state = state;
    for (const handler of this.#listeners.state.handlers) handler(state, { from, ...change });
  }

  // ------------------------------------------------------------------ turns

  #sleep(untilMs: number): void {
    this.#wakeMs = untilMs;
    this.#callOff = this.#timers.after(Math.max(0, untilMs - this.#timers.now()), this.#wake);
  }

  /** What is due: an intent, a heartbeat, a probe, a look at whether the link still lives. */
  #turn(): void {
    if (this.#state === "waiting" || this.#state === "closed") return;
    const nowMs = this.#timers.now();
    // A process that stood still has not listened either.
    if (nowMs - this.#wakeMs > SILENCE_MS / 2) this.#heardMs = nowMs;
    if (this.#state === "joined") this.#play(nowMs);
    else if (nowMs >= this.#spawnMs) {
      this.#spawnMs = Infinity;
      this.#session.spawn();
    }
    const isSilent = this.#state === "joined" && nowMs - this.#heardMs > SILENCE_MS;
    const isLate = this.#state !== "joined" && nowMs > this.#joinMs;
    if (isSilent) this.#session.drop(BROKEN_LINK, "The server was silent for 5 s.");
    else if (isLate) this.#session.drop(BROKEN_LINK, "There was no entity within 30 s.");
    else this.#sleep(this.#state === "joined" ? this.#pacer.dueMs : nowMs + WATCH_MS);
  }

  #play(nowMs: number): void {
    const slots = this.#pacer.take(nowMs);
    if (slots > 0) this.#steer(slots, nowMs);
    this.#checks.turn(nowMs, this.#session);
  }

  /** Sends what is wanted of so many ticks, as one intent. */
  #steer(slots: number, nowMs: number): void {
    const { rules } = this.#session;
    if (rules === null) return;
    const seconds = (slots * rules.tickMs) / 1000;
    const steering = this.#steering;
    steering.add(this.#velocityX * seconds, this.#velocityY * seconds);
    const ticks = Math.min(slots, rules.moveBurstTicks);
    steering.take(this.#motion.clampDelta(ticks * rules.maxSpeed));
    this.#intend(steering.dx, steering.dy, nowMs);
  }

  /** Sends an intent if the server would apply it whole. */
  #intend(wantedX: number, wantedY: number, nowMs: number): void {
    const { self } = this;
    const dx = self.withinX(wantedX);
    const dy = self.withinY(wantedY);
    if (dx === 0 && dy === 0) return;
    if (!self.covers(dx, dy, this.clock.roundTripMinMs)) this.#held++;
    else if (this.#session.intend(dx, dy) !== 0) self.sent(dx, dy, nowMs);
  }

  // ------------------------------------------------------------------ what the server says

  #ticked(lastTick: number, tick: number): void {
    const nowMs = this.#timers.now();
    this.#heardMs = nowMs;
    this.clock.heard(tick, nowMs);
    this.view.whole(nowMs, lastTick);
    this.#confirm();
    const { handlers } = this.#listeners.tick;
    for (let i = 0; i < handlers.length; i++) handlers[i]!(tick);
  }

  #confirm(): void {
    const { self } = this;
    const { ackSequence, selfX, selfY } = this.#session;
    const fromX = self.predictedX;
    const fromY = self.predictedY;
    if (!self.confirm(ackSequence, selfX, selfY)) this.#corrected(fromX, fromY);
  }

  #corrected(fromX: number, fromY: number): void {
    const { self } = this;
    const correction = {
      fromX: fromX / UNITS_PER_POSITION,
      fromY: fromY / UNITS_PER_POSITION,
      x: self.predictedX / UNITS_PER_POSITION,
      y: self.predictedY / UNITS_PER_POSITION,
      sequence: self.ackSequence,
      tick: this.clock.tick,
    };
    // What rounding has left belongs to a way that was not gone.
    this.#steering.clear();
    for (const handler of this.#listeners.correction.handlers) handler(correction);
  }

  #refused(code: number, message: string, sequence: number, retryAfterMs: number): void {
    this.#refusal = code;
    const nowMs = this.#timers.now();
    const mayRetry = code === ERROR_UNAVAILABLE && retryAfterMs > 0;
    if (this.#state === "joining" && mayRetry) {
      this.#spawnMs = nowMs + retryAfterMs;
      this.#joinMs = this.#spawnMs + JOIN_MS;
    }
    for (const handler of this.#listeners.error.handlers)
      handler(code, message, sequence, retryAfterMs);
  }

  #message(channel: number, request: number, payload: Uint8Array): void {
    for (const handler of this.#listeners.message.handlers) handler(channel, request, payload);
  }
}
