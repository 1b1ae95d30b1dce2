// The gateway's part of a tick: what must be settled before the step, and what goes out after it.
import type { Arrival } from "../engine/arrival.ts";
import type { JoinSpec } from "../engine/rules.ts";
import type { Poison } from "../engine/step-input.ts";
import {
  CLIPPED,
  LOOK,
  LOOK_NOT,
  LOOK_RESET,
  OP_LEAVE,
  OVER_BANK,
  OVER_RATE,
} from "../engine/world.ts";
import { CLOSES, ERRORS } from "../protocol/codes.ts";
import type { AppPort } from "./app-port.ts";
import type { Identification } from "./identification.ts";
import type { Parts } from "./parts.ts";
import type { Resumption } from "./resumption.ts";
import { ARRIVING, GREETED, LANDING, OPEN, PLAYING, rowOf, VERIFYING } from "./session.ts";
import { sendWelcome } from "./welcome.ts";

const FULL_BANK = -1;
/** Ticks in which a session may send what the kernel traps with; the last ends its connection. */
const POISONED_MAX = 3;

type Order = { -readonly [K in keyof JoinSpec]: JoinSpec[K] };
type Asked = { -readonly [K in keyof Arrival]: Arrival[K] };

export class Rounds {
  readonly #parts: Parts;
  readonly #resumption: Resumption;
  readonly #identification: Identification;
  /** One object serves every join. */
  readonly #order: Order;
  /** One object serves every question to the application. */
  readonly #asked: Asked;
  // Bound once, not per tick.
  readonly #writeOrder = (slot: number): boolean => this.#fillOrder(slot);
  readonly #enterBound = (slot: number, handle: number): void => this.#enter(slot, handle);

  readonly #sequenceOf = (entity: number): number => this.#parts.deps.world.sequence(rowOf(entity));

  constructor(parts: Parts, resumption: Resumption, identification: Identification) {
    this.#parts = parts;
    this.#resumption = resumption;
    this.#identification = identification;
    const { rules } = parts.deps.world;
    this.#order = {
      kind: 0,
      x: 0,
      y: 0,
      maxSpeed: rules.maxSpeed,
      aoiRadius: rules.aoiRadius,
      layer: 0,
      observer: true,
      visible: true,
      bank: FULL_BANK,
      sequence: 0,
    };
    const { maxSpeed, aoiRadius } = rules;
    this.#asked = { session: "", account: "", name: "", kind: 0, x: 0, y: 0, maxSpeed, aoiRadius };
  }

  /** Deadlines, floods and windows; then who leaves and who enters in the step that follows. */
  before(): void {
    const { admission, budget, counters, deps, floodWatch } = this.#parts;
    const { joins, leaves, messages, sessions, tracer } = this.#parts;
    deps.transport.beginTick();
    admission.beginTick();
    const now = deps.now();
    tracer.tickBegins(now);
    const flooding = floodWatch.beginTick(now);
    for (let i = 0; i < flooding.length; i++) this.#shutOut(flooding[i] ?? "");
    // From the end: a session that ends here is replaced by one that was visited already.
    for (let i = sessions.count - 1; i >= 0; i--) this.#review(sessions.at(i), now);
    budget.beginTick(now);
    this.#resumption.beforeStep(now);
    sessions.beginTick();
    counters.leavesWaited += leaves.deposit(deps.world);
    messages.deliver();
    deps.app?.beginTick();
    counters.joinsWaited += joins.deposit(deps.world, this.#order, this.#writeOrder);
  }

  /** Frames, corrections, digests and pings to all; then Welcome and first view to newcomers. */
  after(): void {
    const { deps, joins, messages, pacing, publisher } = this.#parts;
    const { replies, sessions, tracer } = this.#parts;
    const { world } = deps;
    pacing.beginSending(world.tick);
    messages.beginSending();
    if (tracer.isOn) tracer.stepped(this.#sequenceOf);
    this.#noteCorrections();
    if (world.poisons.length > 0) this.#notePoisons(world.poisons);
    for (let i = sessions.count - 1; i >= 0; i--) {
      const slot = sessions.at(i);
      const state = sessions.stateOf(slot);
      if (state !== PLAYING && state !== LANDING) publisher.pingIfDue(slot);
      else if (!world.isLive(sessions.handleOf(slot))) replies.refuse(slot, ERRORS.REMOVED, "");
      else if (state === PLAYING) publisher.publish(slot);
      else this.#land(slot);
    }
    joins.settle(world, this.#enterBound);
  }

  /** Ends every connection of an address: which of them it is that floods, nobody can say. */
  #shutOut(address: string): void {
    const { admission, counters, deps, sessions } = this.#parts;
    const network = admission.countedAs(address);
    // Of this machine, which limits leave alone: it may be everybody's proxy.
    if (network === "") return;
    admission.shutOut(network);
    counters.shutOut++;
    let cut = 0;
    for (let i = sessions.count - 1; i >= 0; i--) {
      const slot = sessions.at(i);
      if (admission.countedAs(sessions.address[slot] ?? "") !== network) continue;
      deps.transport.drop(slot);
      cut++;
    }
    counters.floodDrops += cut;
    deps.log.shutOut(address, cut);
  }

  #review(slot: number, now: number): void {
    const { budget, counters, deps, options, rates, replies, sessions } = this.#parts;
    if ((sessions.frames[slot] ?? 0) > budget.most) {
      counters.floods++;
      replies.refuse(slot, ERRORS.RATE_LIMITED, "");
      return;
    }
    if (rates.isOut(slot)) {
      counters.struckOut++;
      replies.refuse(slot, ERRORS.RATE_LIMITED, "");
      return;
    }
    const isLate = now >= (sessions.deadline[slot] ?? 0);
    if (sessions.stateOf(slot) === OPEN) {
      if (!isLate) return;
      const detail = `None came within ${options.helloTimeoutMs} ms.`;
      replies.refuse(slot, ERRORS.NO_HELLO, detail);
      return;
    }
    if (sessions.stateOf(slot) === VERIFYING) {
      if (isLate) this.#identification.late(slot);
      return;
    }
    if (isLate && sessions.stateOf(slot) === GREETED) {
      counters.spawnsMissed++;
      replies.end(slot, CLOSES.NO_SPAWN, 0);
      return;
    }
    this.#pace(slot, now);
    if (sessions.stateOf(slot) === ARRIVING && deps.ledger.isSettled(sessions.fact[slot] ?? 0)) {
      sessions.state[slot] = LANDING;
      deps.world.setLook(rowOf(sessions.handleOf(slot)), LOOK_RESET);
    }
  }

  /** Opens and closes the window of a session, and says what the world is to look at for it. */
  #pace(slot: number, now: number): void {
    const { counters, deps, options, outlet, pacing, publisher, replies, sessions } = this.#parts;
    if (pacing.stuck[slot] === 1) outlet.inspect(slot);
    const playing = sessions.stateOf(slot) === PLAYING;
    const row = rowOf(sessions.handleOf(slot));
    const room = pacing.hasRoom(slot);
    const closed = pacing.isClosed(slot);
    if (room && closed) {
      counters.merges++;
      pacing.reopen(slot);
      if (playing) deps.world.setLook(row, LOOK);
    } else if (!room && !closed) {
      counters.windowsClosed++;
      pacing.close(slot, now);
      if (playing) deps.world.setLook(row, LOOK_NOT);
      // Without this ping nothing might be left that makes the client acknowledge: one that does
      // so in messages waits for ticks and bytes that a closed window does not let through.
      publisher.ping(slot);
    } else if (!room && now - (pacing.closedSince[slot] ?? 0) >= options.slowCloseMs) {
      counters.slowClosed++;
      replies.refuse(slot, ERRORS.TOO_SLOW, "");
      return;
    } else if (!room) {
      publisher.pingAgain(slot);
    }
    if (room && playing && sessions.wantsReset[slot] === 1) {
      sessions.wantsReset[slot] = 0;
      deps.world.setLook(row, LOOK_RESET);
    }
  }

  #noteCorrections(): void {
    const { counters, deps, pacing, sessions } = this.#parts;
    const { world } = deps;
    const { owners } = this.#parts;
    const count = world.corrections.count;
    for (let i = 0; i < count; i++) {
      const verdicts = world.corrections.verdicts(i);
      const overBank = (verdicts & OVER_BANK) !== 0 ? 1 : 0;
      const overRate = (verdicts & OVER_RATE) !== 0 ? 1 : 0;
      const clipped = (verdicts & CLIPPED) !== 0 ? 1 : 0;
      counters.correctionsOverBank += overBank;
      counters.correctionsOverRate += overRate;
      counters.correctionsClipped += clipped;
      const row = world.corrections.row(i);
      const owner = owners.of(world.handle(row));
      if (owner !== undefined) {
        owner.overBank += overBank;
        owner.overRate += overRate;
        owner.clipped += clipped;
      }
      const slot = sessions.ownerOf(row);
      if (slot < 0) continue;
      sessions.correction[slot] = 1;
      if (pacing.isClosed(slot)) counters.correctionsHeld++;
    }
  }

  /** Who sent what the kernel trapped with is told, and where he is; again and again, cut off. */
  #notePoisons(poisons: readonly Poison[]): void {
    const { deps, leaves, owners, replies, sessions } = this.#parts;
    let last = 0;
    for (const { what, words, isProven } of poisons) {
      const [handle = 0, sequence = 0] = words;
      // Otherwise its entity would be nobody's for ever.
      if (what === "command" && handle === OP_LEAVE)
        leaves.retry((words[1] ?? 0) >>> 0, deps.world.tick);
      // What one of them sent follows each other; of a command nobody but the server knows.
      if (what !== "intent" || handle === last) continue;
      last = handle;
      const owner = owners.of(handle);
      if (owner === undefined) continue;
      if (isProven) owner.poisoned++;
      if (owner.slot < 0) continue;
      sessions.correction[owner.slot] = 1;
      replies.error(owner.slot, ERRORS.POISONED, "", sequence);
      if (owner.poisoned >= POISONED_MAX) replies.end(owner.slot, CLOSES.POISONED, 0);
    }
  }

  /** @returns false where the application does not let it in */
  #fillOrder(slot: number): boolean {
    const { deps, sessions } = this.#parts;
    const order = this.#order;
    order.kind = sessions.kind[slot] ?? 0;
    order.x = sessions.spawnX[slot] ?? 0;
    order.y = sessions.spawnY[slot] ?? 0;
    return deps.app === null || this.#ask(slot, deps.app);
  }

  #ask(slot: number, app: AppPort): boolean {
    const { deps, replies, sessions } = this.#parts;
    const [order, asked] = [this.#order, this.#asked];
    asked.session = sessions.nameOf(slot);
    asked.account = sessions.account[slot] ?? "";
    asked.name = sessions.client[slot] ?? "";
    asked.kind = order.kind;
    asked.x = order.x;
    asked.y = order.y;
    asked.maxSpeed = deps.world.rules.maxSpeed;
    asked.aoiRadius = deps.world.rules.aoiRadius;
    const refusal = app.join(asked);
    if (refusal !== "") {
      sessions.state[slot] = GREETED;
      // It has as long as ever to ask again, however long it waited for this answer.
      const { spawnTimeoutMs } = this.#parts.options;
      sessions.deadline[slot] = spawnTimeoutMs === 0 ? Infinity : deps.now() + spawnTimeoutMs;
      this.#parts.counters.joinsNotLetIn++;
      replies.error(slot, ERRORS.REFUSED, refusal);
      return false;
    }
    sessions.client[slot] = asked.name;
    sessions.kind[slot] = order.kind = asked.kind;
    order.x = asked.x;
    order.y = asked.y;
    order.maxSpeed = asked.maxSpeed;
    order.aoiRadius = asked.aoiRadius;
    return true;
  }

  #enter(slot: number, handle: number): void {
    const { counters, deps, leaves, replies, sessions } = this.#parts;
    if (slot < 0) {
      if (handle !== 0) leaves.add(handle);
      return;
    }
    if (handle === 0) {
      sessions.state[slot] = GREETED;
      const { liveCount, rules } = deps.world;
      // Otherwise its order was left out: the kernel traps with it.
      const isFull = liveCount >= rules.maxEntities;
      replies.refuse(slot, isFull ? ERRORS.SERVER_FULL : ERRORS.INTERNAL, "");
      return;
    }
    counters.spawned++;
    sessions.entered[slot] = deps.world.tick;
    this.#resumption.begin(slot, handle, this.#identification.takeSpent(slot));
    deps.log.spawned(sessions.nameOf(slot), handle);
    // Otherwise nothing of its view is told before the entity is.
    if (deps.ledger.isSettled(sessions.fact[slot] ?? 0)) this.#land(slot);
    else deps.world.setLook(rowOf(handle), LOOK_NOT);
  }

  /** Welcome with the entity and its token, and the first view. */
  #land(slot: number): void {
    const { deps, owners, pacing, publisher, replies, sessions } = this.#parts;
    const handle = sessions.handleOf(slot);
    sessions.state[slot] = PLAYING;
    sessions.sequence[slot] = deps.world.sequence(rowOf(handle));
    if (!sendWelcome(this.#parts, slot)) {
      replies.refuse(slot, ERRORS.TOO_SLOW, "");
      return;
    }
    const owner = owners.of(handle);
    if (owner !== undefined) {
      owner.token = null;
      if (!owner.isTold) sessions.untold[slot] = deps.world.tick;
    }
    publisher.open(slot);
    // The window closed before there was an entity. The first view went out with it; the world
    // must not tell more before the window is open again.
    if (!pacing.isClosed(slot)) return;
    deps.world.setLook(rowOf(handle), LOOK_NOT);
    publisher.ping(slot);
  }
}
