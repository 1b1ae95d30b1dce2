// Between the network and the world. Sockets deposit, the tick takes: messages become orders to
// the world (intake.ts), and after each step every session is sent what changed around its entity
// (rounds.ts, publish.ts). A session lives like this:
//
//   open -> Hello -> Welcome -> Spawn -> [step] -> Welcome with entity, AoiUpdate …
//
// One tick is beforeStep(), world.step(), afterStep(), without an await in between.
import type { StoredSession } from "../engine/facts.ts";
import type { Histogram } from "../numbers/histogram.ts";
import { Accounts } from "./accounts.ts";
import { Admission } from "./admission.ts";
import { Census } from "./census.ts";
import { Counters } from "./counters.ts";
import { drainSessions } from "./drain.ts";
import { JoinQueue, LeaveQueue } from "./entrance.ts";
import { FloodWatch } from "./flood-watch.ts";
import { FrameBudget } from "./frame-budget.ts";
import { Intake } from "./intake.ts";
import { MAIL_BYTES, Messages } from "./messages.ts";
import { Origins } from "./origins.ts";
import { Outlet } from "./outlet.ts";
import { Owners } from "./owners.ts";
import { Pacing } from "./pacing.ts";
import type { GatewayDeps, GatewayOptions, Parts } from "./parts.ts";
import { printable } from "./printable.ts";
import { keepaliveTicks, PING_BYTES, Publisher } from "./publish.ts";
import { Rates } from "./rates.ts";
import { Replies } from "./replies.ts";
import { LOST_CODE, Resumption } from "./resumption.ts";
import { Rounds } from "./rounds.ts";
import { Seal } from "./seal.ts";
import { FREE, GREETED, JOINING, OPEN, Sessions, VERIFYING } from "./session.ts";
import { Tracer } from "./tracer.ts";
import type { HandshakePage, TransportHandler } from "./transport.ts";

/** Bytes of a part of an AoiUpdate, and of what else a tick may send to a client. */
const PART_BYTES = 512;
const EXTRAS_BYTES = 128;
/** With these, or without a code, a client that closes says that it does not come back. */
const LEAVING_CODES = [1000, 1005];
/** What a browser of a page, or whoever writes addresses, has to be told. */
const PAGE_REFUSALS: ReadonlyMap<number, string> = new Map([
  [
    400,
    "A token stood in the address, where logs keep it: send it in Hello.token, or in the header " +
      "Authorization, and get a new one.",
  ],
  [
    403,
    "Pages of this origin may not connect; whoever runs the server can list it in " +
      "gateway.allowed_origins.",
  ],
]);
const TOKEN_IN_QUERY = /(?:^|[&;])(?:access_)?token=/i;
/** Of a transport without handshakes. */
const NO_PAGE: HandshakePage = { host: "", query: "" };

export class Gateway implements TransportHandler {
  readonly counters: Counters;
  /** What an application sends to clients, before the step. */
  readonly messages: Messages;
  readonly #parts: Parts;
  readonly #intake: Intake;
  readonly #rounds: Rounds;
  readonly #resumption: Resumption;
  readonly #census = new Census();
  #draining = false;

  constructor(options: GatewayOptions, deps: GatewayDeps) {
    const prefix = Math.floor(deps.random() * 2 ** 32).toString(36);
    const { transport, world } = deps;
    const counters = new Counters();
    const sessions = new Sessions(options.maxConnections, prefix);
    const { app } = deps;
    const mailBytes = app === null ? 0 : MAIL_BYTES;
    const pacing = new Pacing(options.maxConnections, {
      windowTicks: options.windowTicks,
      windowBytes: options.windowBytes,
      tickBytes: world.rules.framesPerTick * PART_BYTES + EXTRAS_BYTES + mailBytes,
      // A client that reads says so within a quarter of its window, or with the next update.
      pongReach: Math.max(options.windowTicks, 2 * keepaliveTicks(options.tickMs)),
      now: () => deps.now(),
    });
    const outlet = new Outlet(transport, sessions, pacing, counters);
    const budget = new FrameBudget(options.maxFramesPerTick, options.tickMs, () => deps.now());
    const rates = new Rates(options.maxConnections, options, budget);
    const seal = new Seal(deps.tokens.make());
    const tracer = new Tracer(() => deps.now());
    const shared = { world, transport, outlet, sessions, pacing, rates, counters, tracer };
    const replies = new Replies(shared);
    const owners = new Owners();
    const { tickMs } = options;
    const messages = new Messages({
      ...{ ...shared, replies, owners, app, tickMs },
      settledTick: () => deps.settledTick(),
      random: () => deps.random(),
    });
    this.counters = counters;
    this.messages = messages;
    this.#parts = {
      options,
      deps,
      counters,
      sessions,
      owners,
      messages,
      accounts: new Accounts(),
      origins: new Origins(options.origins),
      pacing,
      seal,
      outlet,
      replies,
      publisher: new Publisher({
        ...shared,
        seal,
        messages,
        tickMs,
        compressRttMs: options.compression ? options.compressRttMs : Infinity,
      }),
      admission: new Admission(options, counters),
      budget,
      floodWatch: new FloodWatch({ ...options, transport }),
      rates,
      joins: new JoinQueue({
        capacity: options.maxConnections,
        joinsPerSecond: options.joinsPerSecond,
        waitingMax: options.joinQueue,
        tickMs: options.tickMs,
      }),
      leaves: new LeaveQueue(),
      tracer,
    };
    this.#resumption = new Resumption(this.#parts);
    this.#intake = new Intake(this.#parts, this.#resumption);
    this.#rounds = new Rounds(this.#parts, this.#resumption, this.#intake.identification);
  }

  /** Who is connected, how fast each reads, and where the time of intents goes: to be looked at. */
  get sight(): Pick<Parts, "sessions" | "pacing" | "tracer"> {
    return this.#parts;
  }

  /** Connections that are open, with or without an entity. */
  get connections(): number {
    return this.#parts.sessions.count;
  }

  /** Sessions that have an entity, connected or expected back. */
  get playing(): number {
    return this.#parts.owners.count;
  }

  /** Of those, sessions that wait for their client to come back. */
  get waiting(): number {
    return this.#parts.owners.waitingCount;
  }

  /** Sessions that wait for their turn to enter the world. */
  get joining(): number {
    return this.#parts.joins.waiting;
  }

  /** From the sending of a tick to its acknowledgement, seconds. */
  get roundTrips(): Histogram {
    return this.#parts.pacing.roundTrips;
  }

  /** The name of the session on a slot, "" where there is none. */
  nameOf(slot = -1): string {
    const { sessions } = this.#parts;
    return sessions.stateOf(slot) === FREE ? "" : sessions.nameOf(slot);
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** @returns the port; rejects with a sentence when the address cannot be had */
  listen(host: string, port: number): Promise<number> {
    return this.#parts.deps.transport.listen(host, port, this);
  }

  /**
   * Takes over the sessions of a restored world, before it listens: see resumption.ts.
   * @param live handles of all its entities
   */
  adopt(sessions: readonly StoredSession[], live: Iterable<number>): void {
    this.#resumption.adopt(sessions, live);
  }

  /** An intent of this entity was stopped: its client must be told where it is. */
  correct(entity: number): void {
    const slot = this.#parts.owners.of(entity)?.slot ?? -1;
    if (slot >= 0) this.#parts.sessions.correction[slot] = 1;
  }

  /** Counts who is there, and how they are served: one look at every session. */
  takeCensus(): Census {
    this.#census.take(this.#parts);
    return this.#census;
  }

  /** While it sheds, nobody new enters the world: who plays goes on, and may come back. */
  shed(isShedding: boolean): void {
    this.#parts.admission.isShedding = isShedding;
  }

  /** Call right before `world.step()`. */
  beforeStep(): void {
    this.#rounds.before();
  }

  /** Call right after `world.step()`. */
  afterStep(): void {
    this.#rounds.after();
  }

  /**
   * Takes nobody new, sends Goodbye and 1012 to all, waits for full buffers at most `drainMs`,
   * then shuts the transport down. The tick may go on meanwhile.
   * @returns how many sessions were told; 0 when a drain is under way already
   */
  async drain(): Promise<number> {
    if (this.#draining) return 0;
    this.#draining = true;
    this.#intake.identification.stop();
    return drainSessions(this.#parts);
  }

  // ------------------------------------------------------------------ called by the transport

  arrives(address: string, isProxy: boolean): boolean {
    return this.#parts.admission.arrives(address, isProxy);
  }

  accept(
    address: string,
    origin: string,
    subprotocol: string,
    version?: string,
    page: HandshakePage = NO_PAGE,
  ): number {
    const { admission } = this.#parts;
    const status = admission.accept(address, subprotocol, this.connections, version);
    return status !== 0 ? status : this.#judgePage(origin, page);
  }

  refusal(status: number): string {
    return PAGE_REFUSALS.get(status) ?? this.#parts.admission.refusal(status);
  }

  request(isAnswered: boolean): void {
    if (isAnswered) this.counters.httpAnswered++;
    else this.counters.httpCut++;
  }

  open(slot: number, address: string, bearer = ""): void {
    const { admission, deps, options, pacing, rates, sessions } = this.#parts;
    // Only if the close of the slot's last connection failed half-way.
    if (sessions.stateOf(slot) !== FREE) this.#release(slot, LOST_CODE);
    this.counters.opened++;
    sessions.open(slot, address, deps.now() + options.helloTimeoutMs);
    pacing.open(slot, deps.world.tick);
    rates.open(slot);
    admission.opened(address);
    if (deps.verifier !== null) sessions.bearer[slot] = bearer;
  }

  message(slot: number, bytes: Uint8Array, isBinary: boolean): void {
    if (this.#isWithin(slot, bytes.length)) this.#intake.take(slot, bytes, isBinary);
  }

  ping(slot: number): void {
    this.counters.pings++;
    this.#isWithin(slot, 0);
  }

  pong(slot: number, bytes: Uint8Array): void {
    const { deps, pacing, seal, sessions, tracer } = this.#parts;
    this.counters.pongs++;
    if (!this.#isWithin(slot, bytes.length) || bytes.length !== PING_BYTES) return;
    const tick = wordOf(bytes, 0) >>> 0;
    if (wordOf(bytes, 4) !== seal.of(sessions.serial[slot] ?? 0, tick)) {
      this.counters.badAcks++;
      return;
    }
    pacing.prove(slot, tick);
    if (!pacing.takesPong(slot, tick)) return;
    if (!pacing.acknowledge(slot, tick, deps.world.tick)) {
      this.counters.badAcks++;
      return;
    }
    this.#resumption.acknowledged(slot, tick);
    if (tracer.isOn) tracer.acknowledged(sessions.handleOf(slot), tick);
  }

  close(slot: number, code: number, reason: string): void {
    const { deps, sessions } = this.#parts;
    const state = sessions.stateOf(slot);
    if (state === FREE) return;
    this.counters.countClose(code);
    if (state !== OPEN && state !== VERIFYING)
      deps.log.closed(sessions.nameOf(slot), code, printable(reason));
    this.#release(slot, code);
  }

  #release(slot: number, code: number): void {
    const { accounts, admission, joins, sessions } = this.#parts;
    admission.closed(sessions.address[slot] ?? "");
    this.#intake.identification.forget(slot);
    const state = sessions.stateOf(slot);
    if (state === JOINING) joins.remove(slot);
    // With an entity it is its owner's, who may come back.
    if (state === GREETED || state === JOINING) accounts.remove(sessions.account[slot] ?? "");
    if (sessions.handleOf(slot) !== 0) {
      const leaves = sessions.leaving[slot] === 1 || LEAVING_CODES.includes(code);
      this.#resumption.part(slot, code, !leaves);
    }
    sessions.release(slot);
  }

  #judgePage(origin: string, { host, query }: HandshakePage): number {
    if (TOKEN_IN_QUERY.test(query)) {
      this.counters.refusedUrlToken++;
      return 400;
    }
    if (this.#parts.origins.allows(origin, host)) return 0;
    this.counters.refusedOrigin++;
    return 403;
  }

  /** Counts a message, ping or pong; what is over the budget or a rate is not heard. */
  #isWithin(slot: number, bytes: number): boolean {
    if (!this.#isWithinBudget(slot)) return false;
    const { rates, replies } = this.#parts;
    if (!rates.takes(rates.messages, slot, 1)) replies.overMessages(slot);
    else if (!rates.takes(rates.bytes, slot, bytes)) replies.overBytes(slot);
    else return true;
    return false;
  }

  /**
   * Counts a message, ping or pong against the connection's budget of this tick. Over it they are
   * ignored and the next tick ends the connection; past twice the budget it is cut off at once.
   */
  #isWithinBudget(slot: number): boolean {
    const { budget, deps, sessions } = this.#parts;
    budget.count();
    const frames = (sessions.frames[slot] ?? 0) + 1;
    sessions.frames[slot] = frames;
    if (frames <= budget.most && !this.#draining) return true;
    this.counters.framesIgnored++;
    if (frames > budget.most * 2) {
      this.counters.floodDrops++;
      deps.transport.drop(slot);
    }
    return false;
  }
}

/** Four bytes, little-endian, signed. */
function wordOf(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  return low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
