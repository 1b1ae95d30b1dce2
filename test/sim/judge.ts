// Watches one server: everything that passes between it and its clients, and after each tick the
// world itself. Throws a Violation, one sentence, when an invariant does not hold.
import { LOOK_NOT } from "#layout";
import { FrameBudget } from "../../src/gateway/frame-budget.ts";
import { PING_BYTES } from "../../src/gateway/publish.ts";
import type { StoredSession } from "../../src/engine/facts.ts";
import type { Config } from "../../src/config/schema.ts";
import type { Server } from "../../src/main.ts";
import type { Opened } from "../../src/persistence/messages.ts";
import { aether } from "../../src/protocol/schema.ts";
import type { Claims } from "./claims.ts";
import { Graces } from "./graces.ts";
import { headOf } from "./image.ts";
import { Ledger } from "./ledger.ts";
import type { Link } from "./link.ts";
import { tokenHash } from "./machine.ts";
import { Replay } from "./replay.ts";
import type { End } from "./scribe.ts";
import { Sight } from "./sight.ts";
import type { Tenant } from "./tenant.ts";
import { Travel } from "./travel.ts";
import type { Tap } from "./transport.ts";
import { must, violated } from "./violation.ts";
import { Heard } from "./wire.ts";
import { Witness } from "./witness.ts";

/** Answers (errors, heartbeats) that a tick allows a client, and the bytes of one at most. */
const REPLIES = 8;
const REPLY_BYTES = 256;
/** What a tick may add beside updates and answers. */
const EXTRA_BYTES = 128;
const FRAME_BYTES = 512;
/** An entity that a client has may be kept from it for so long where there is a store, ms. */
const ARRIVAL_MS = 3000;
/** Close codes after which a session is not waited for. */
const LEAVING_CODES = [1000, 1005];
/** Tag of ClientMessage's hello and leave. */
const HELLO = 0x0a;
const LEAVE = 0x3a;
/** A window that was closed for slowness may take this much longer to be acted upon, ticks. */
const SLACK_TICKS = 100;

export interface JudgeParts {
  readonly config: Config;
  readonly rules: Replay["model"]["rules"];
  readonly claims: Claims;
  /** Null: nothing outlives the process. */
  readonly tenant: Tenant | null;
  /** The machine's clock, and the time for which it was held up so far, ms. */
  readonly clock: () => number;
  readonly pausedMs: () => number;
}

export class Judge implements Tap {
  readonly replay: Replay;
  readonly ledger = new Ledger();
  /** Ticks judged. */
  ticks = 0;
  /** Views judged, updates of more than one part among them, and entities given to sessions. */
  looks = 0;
  partsBeforeLast = 0;
  births = 0;
  /** The server was told to stop: what clients say is ignored from now on. */
  isDraining = false;
  readonly graces: Graces;
  readonly #config: Config;
  readonly #claims: Claims;
  readonly #tenant: Tenant | null;
  /** By row: whether the step at hand looked for it. */
  readonly #looks: Uint8Array;
  readonly #witnesses = new Map<Link, Witness>();
  readonly #owners = new Map<number, Witness>();
  readonly #heard = new Heard();
  /** Counts along with the gateway's own. */
  readonly #budget: FrameBudget;
  #server: Server | null = null;
  #travel: Travel | null = null;
  #sight: Sight | null = null;

  constructor({ config, rules, claims, tenant, clock, pausedMs }: JudgeParts) {
    this.#config = config;
    this.#claims = claims;
    this.#tenant = tenant;
    const graceMs = config.session.grace_ms;
    const arrivalMs = tenant === null ? 0 : ARRIVAL_MS;
    this.graces = new Graces({ graceMs, arrivalMs, clock, pausedMs });
    this.#looks = new Uint8Array(config.engine.max_entities);
    const { max_frames_per_tick } = config.gateway;
    this.#budget = new FrameBudget(max_frames_per_tick, config.engine.tick_rate_ms, clock);
    this.replay = new Replay(config.engine.kernel, rules, {
      input: (intents, count) => {
        this.ledger.settle(intents, count, (entity) => this.#isHonest(entity));
        for (const witness of this.#witnesses.values()) witness.frames = 0;
        this.#budget.beginTick(clock());
      },
      output: () => {
        const { lookAt } = this.#mustWatch().world.kernel.views;
        this.#looks.set(lookAt.subarray(0, this.#looks.length));
      },
    });
  }

  /** The server that is watched; before its first tick. */
  watch(server: Server): void {
    this.#server = server;
    this.#travel = new Travel(server.world);
    this.#sight = new Sight(server.world, this.replay.model);
  }

  /**
   * The server has taken over what was stored, and not ticked yet.
   * @param end where its journal reaches further than the store: the last whole tick there
   * @throws Violation
   */
  restored(opened: Opened, sessions: readonly StoredSession[], end: End | null): void {
    const { world } = this.#mustWatch();
    const [image] = opened.images;
    if (image === undefined && end === null) return;
    const { tick, hash } = end ?? headOf(image ?? new Uint8Array(0));
    // The last flight of a server may bring facts of a tick that is stored already, as one more.
    must(
      world.tick === tick && (end !== null || tick === opened.tick || tick === opened.tick - 1),
      () => `the world goes on from tick ${world.tick}, not ${tick}; the store has ${opened.tick}`,
    );
    const isSame = world.hashLow === hash[0] && world.hashHigh === hash[1];
    must(isSame, () => `the world restored at tick ${tick} is not the one that was stored`);
    if (tick === 0) return;
    const now = new Uint8Array(world.imageBytesMax);
    this.replay.adopt(now.subarray(0, world.writeImage(now)), world);
    const { bodies } = this.replay.model;
    this.#travel?.note(bodies.keys());
    const isWaitedFor = new Set(sessions.map(({ entity }) => entity));
    for (const entity of bodies.keys()) this.graces.part(entity, isWaitedFor.has(entity));
  }

  /** What is known of an open connection; undefined when the server does not have it. */
  witnessOf(link: Link): Witness | undefined {
    return this.#witnesses.get(link);
  }

  // ------------------------------------------------------------------ what passes

  opened(link: Link): void {
    this.#witnesses.set(link, new Witness(link));
  }

  sent(link: Link, bytes: Uint8Array): void {
    const witness = this.#witness(link);
    if (witness.sent(bytes)) this.#judgeUpdate(witness);
    else if (witness.welcomed !== null) this.#own(witness);
    else if (witness.isRefused) this.#refuse(witness);
  }

  dropped(link: Link, bytes: Uint8Array): void {
    this.#witness(link).dropped(bytes);
  }

  heard(link: Link, bytes: Uint8Array): void {
    const witness = this.#witness(link);
    witness.frames++;
    this.#budget.count();
    if (link.options.character === "liar") return;
    if (this.isDraining || witness.frames > this.#budget.most) return;
    if (bytes[0] === HELLO) this.#greet(witness, bytes);
    if (bytes[0] === LEAVE) witness.isLeaving = true;
    const heard = this.#heard;
    heard.read(bytes);
    if (heard.ackTick !== 0) this.#acknowledge(witness, heard.ackTick);
    if (!heard.isMove || heard.sequence <= witness.heardSequence) return;
    must(heard.entity === witness.entity, () => "an honest client moved what it does not own");
    witness.heardSequence = heard.sequence;
    this.ledger.expect(heard.entity, heard.sequence, heard.dx, heard.dy);
  }

  ponged(link: Link, bytes: Uint8Array): void {
    const witness = this.#witness(link);
    witness.frames++;
    this.#budget.count();
    if (bytes.length !== PING_BYTES) return;
    this.#acknowledge(witness, new DataView(bytes.buffer).getUint32(0, true));
  }

  ended(link: Link, code: number): void {
    const { claim: claimed, entity, isLeaving, partsBeforeLast } = this.#witness(link);
    this.partsBeforeLast += partsBeforeLast;
    this.#witnesses.delete(link);
    if (claimed !== null) this.graces.touch(claimed.entity);
    if (entity === 0) return;
    this.#owners.delete(entity);
    const isKept = !isLeaving && !LEAVING_CODES.includes(code);
    this.graces.part(entity, isKept);
    const claim = this.#claims.of(entity);
    const isOver = !isKept || this.#config.session.grace_ms === 0;
    if (claim !== undefined && isOver) this.#claims.end(claim.session);
  }

  // ------------------------------------------------------------------ after each tick

  /** @throws Violation */
  tick(): void {
    const { world } = this.#mustWatch();
    this.ticks++;
    this.replay.compare(world);
    const { bodies } = this.replay.model;
    this.#travel?.note(bodies.keys());
    this.#tenant?.judge();
    this.#judgeOwners();
    for (const witness of this.#witnesses.values()) {
      this.#judgeWindow(witness);
      if (witness.entity !== 0) this.#judgeView(witness);
    }
  }

  #mustWatch(): Server {
    return this.#server ?? violated("the server did something before it was made");
  }

  #witness(link: Link): Witness {
    return this.#witnesses.get(link) ?? violated("a connection was used that is not open");
  }

  #isHonest(entity: number): boolean {
    const character = this.#owners.get(entity)?.link.options.character;
    return character !== undefined && character !== "liar";
  }

  /** An honest client says Hello: what must its token open? */
  #greet(witness: Witness, bytes: Uint8Array): void {
    const token = aether.ClientMessage.decode(bytes).hello?.resume_token;
    if (!token?.length) return;
    const claim = this.#claims.show(token);
    const isLive = claim !== null && this.#mustWatch().world.isLive(claim.entity);
    if (isLive && this.#config.session.grace_ms > 0) witness.claim = claim;
  }

  #acknowledge(witness: Witness, tick: number): void {
    witness.acknowledged(tick);
    if (witness.toldTick === 0 || tick < witness.toldTick) return;
    witness.toldTick = 0;
    this.#claims.acknowledge(witness.entity);
  }

  #refuse(witness: Witness): void {
    const { claim } = witness;
    witness.isRefused = false;
    witness.claim = null;
    if (claim === null || this.graces.mayBeOver(claim.entity)) return;
    violated(`session ${claim.session} was refused to the client that it was kept for`);
  }

  #own(witness: Witness): void {
    const { world } = this.#mustWatch();
    const { welcomed, entity } = witness;
    witness.welcomed = null;
    must(world.isLive(entity), () => `a session was given entity ${entity}, which is dead`);
    must(!this.#owners.has(entity), () => `entity ${entity} was given to a second session`);
    this.#owners.set(entity, witness);
    this.births++;
    const row = entity % 65536;
    const isTrue = welcomed?.x === world.posX(row) && welcomed.y === world.posY(row);
    must(isTrue, () => `the Welcome of entity ${entity} names another position than its own`);
    witness.toldTick = world.tick;
    const sequence = world.sequence(row);
    must(Number(welcomed?.sequence) === sequence, () => `a Welcome names not ${sequence}`);
    witness.heardSequence = sequence;
    this.#tell(witness, welcomed?.session ?? "", welcomed?.resume_token ?? new Uint8Array(0));
  }

  #tell(witness: Witness, session: string, token: Uint8Array): void {
    const { claim, entity } = witness;
    witness.claim = null;
    const isDurable = this.#tenant?.mustHave(session, entity, tokenHash(token)) ?? true;
    this.#claims.tell({ session, entity, token }, claim, isDurable);
  }

  /** An update speaks of the tick at hand and of the client's own entity. */
  #judgeUpdate(witness: Witness): void {
    const { world } = this.#mustWatch();
    const { mirror, entity } = witness;
    const row = entity % 65536;
    must(entity !== 0, () => "an update was sent to a session without an entity");
    must(mirror.tick === world.tick, () => `an update of tick ${mirror.tick} was sent too late`);
    must(
      mirror.selfX === world.posX(row) && mirror.selfY === world.posY(row),
      () => `entity ${entity} was told another position than its own`,
    );
    must(
      mirror.ackSequence === world.sequence(row),
      () => `entity ${entity} was told another sequence than its own`,
    );
    const isHonest = witness.link.options.character !== "liar";
    must(!isHonest || mirror.ackSequence <= witness.heardSequence, () => {
      return `sequence ${mirror.ackSequence} of ${entity} was acknowledged and never heard`;
    });
  }

  #judgeOwners(): void {
    const { world } = this.#mustWatch();
    for (const entity of this.#owners.keys()) {
      must(world.isLive(entity), () => `entity ${entity} of an open session is dead`);
    }
    const claimed = new Set<number>();
    for (const { claim } of this.#witnesses.values()) {
      if (claim !== null) claimed.add(claim.entity);
    }
    this.graces.judge(
      this.replay.model.bodies,
      (entity) => this.#owners.has(entity),
      (entity) => claimed.has(entity),
    );
  }

  #judgeWindow(witness: Witness): void {
    const { character } = witness.link.options;
    const { buffered } = witness.link;
    const { window_bytes, window_ticks, frames_per_tick } = this.#config.gateway;
    const tickBytes = frames_per_tick * FRAME_BYTES + EXTRA_BYTES + REPLIES * REPLY_BYTES;
    const bound = window_bytes + tickBytes;
    must(buffered <= bound, () => `${buffered} bytes wait for one client, more than ${bound}`);
    if (character === "liar") return;
    must(
      witness.unackedBytes <= bound,
      () => `${witness.unackedBytes} bytes are unacknowledged, more than ${bound}`,
    );
    must(
      witness.unackedUpdates <= window_ticks + 1,
      () => `${witness.unackedUpdates} updates are unacknowledged, more than ${window_ticks}`,
    );
  }

  #judgeView(witness: Witness): void {
    const { world } = this.#mustWatch();
    const { entity, mirror } = witness;
    const row = entity % 65536;
    const isLookedAt = this.#looks[row] !== LOOK_NOT && !world.isResting(row);
    const hadLook = witness.lookedTick === this.ticks - 1;
    if (isLookedAt) witness.lookedTick = this.ticks;
    else must(mirror.tick !== world.tick, () => `${entity} was sent a view without a look`);
    if (witness.isBroken || mirror.isTorn) {
      witness.brokenTicks++;
      const most = this.#config.gateway.slow_close_ms / this.#config.engine.tick_rate_ms;
      const isOld = witness.brokenTicks > most + SLACK_TICKS;
      must(!isOld, () => `the view of ${entity} is broken and does not start again`);
      return;
    }
    witness.brokenTicks = 0;
    this.#sight?.compareTold(row, mirror);
    if (!isLookedAt) return;
    const observer = this.replay.model.bodies.get(entity);
    if (observer !== undefined) this.#sight?.judge(observer, mirror, hadLook);
    this.looks++;
  }
}
