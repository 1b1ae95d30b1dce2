// The gateway's part of a tick: what must be settled before the step, and what goes out after it.
import type { JoinSpec } from "../engine/rules.ts";
import { CLIPPED, LOOK, LOOK_NOT, LOOK_RESET, OVER_BANK, OVER_RATE } from "../engine/world.ts";
import { CLOSES, ERRORS } from "../protocol/codes.ts";
import type { Identification } from "./identification.ts";
import type { Parts } from "./parts.ts";
import type { Resumption } from "./resumption.ts";
import { ARRIVING, GREETED, LANDING, OPEN, PLAYING, rowOf, VERIFYING } from "./session.ts";
import { sendWelcome } from "./welcome.ts";

const FULL_BANK = -1;

type Order = { -readonly [K in keyof JoinSpec]: JoinSpec[K] };

export class Rounds {
  readonly #parts: Parts;
  readonly #resumption: Resumption;
  readonly #identification: Identification;
  /** One object serves every join. */
  readonly #order: Order;
  // Bound once, not per tick.
  readonly #writeOrder = (slot: number): void => this.#fillOrder(slot);
  readonly #enterBound = (slot: number, handle: number): void => this.#enter(slot, handle);

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
  }

  /** Deadlines, floods and windows; then who leaves and who enters in the step that follows. */
  before(): void {
    const { admission, budget, counters, deps, joins, leaves, sessions } = this.#parts;
    deps.transport.beginTick();
    admission.beginTick();
    const now = deps.now();
    // From the end: a session that ends here is replaced by one that was visited already.
    for (let i = sessions.count - 1; i >= 0; i--) this.#review(sessions.at(i), now);
    budget.beginTick(now);
    this.#resumption.beforeStep(now);
    sessions.beginTick();
    counters.leavesWaited += leaves.deposit(deps.world);
    counters.joinsWaited += joins.deposit(deps.world, this.#order, this.#writeOrder);
  }

  /** Frames, corrections, digests and pings to all; then Welcome and first view to newcomers. */
  after(): void {
    const { deps, joins, pacing, publisher, replies, sessions } = this.#parts;
    const { world } = deps;
    pacing.beginSending(world.tick);
    this.#noteCorrections();
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
    const count = world.correctionCount;
    for (let i = 0; i < count; i++) {
      const verdicts = world.correctionVerdicts(i);
      const overBank = (verdicts & OVER_BANK) !== 0 ? 1 : 0;
      const overRate = (verdicts & OVER_RATE) !== 0 ? 1 : 0;
      const clipped = (verdicts & CLIPPED) !== 0 ? 1 : 0;
      counters.correctionsOverBank += overBank;
      counters.correctionsOverRate += overRate;
      counters.correctionsClipped += clipped;
      const row = world.correctionRow(i);
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

  #fillOrder(slot: number): void {
    const { sessions } = this.#parts;
    this.#order.kind = sessions.kind[slot] ?? 0;
    this.#order.x = sessions.spawnX[slot] ?? 0;
    this.#order.y = sessions.spawnY[slot] ?? 0;
  }

  #enter(slot: number, handle: number): void {
    const { counters, deps, leaves, replies, sessions } = this.#parts;
    if (slot < 0) {
      if (handle !== 0) leaves.add(handle);
      return;
    }
    if (handle === 0) {
      sessions.state[slot] = GREETED;
      replies.refuse(slot, ERRORS.SERVER_FULL, "");
      return;
    }
    counters.spawned++;
    this.#resumption.begin(slot, handle);
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
