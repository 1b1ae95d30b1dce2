// Watches one server: everything that passes between it and its clients, and after each tick the
// world itself. Throws a Violation, one sentence, when an invariant does not hold.
import { LOOK_NOT } from "#layout";
import type { Config } from "../../src/config/schema.ts";
import type { Server } from "../../src/main.ts";
import { Ledger } from "./ledger.ts";
import type { Link } from "./link.ts";
import { Replay } from "./replay.ts";
import { Sight } from "./sight.ts";
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
/** An entity whose session ended is gone after so many ticks. */
const ORPHAN_TICKS = 2;
/** A window that was closed for slowness may take this much longer to be acted upon, ticks. */
const SLACK_TICKS = 100;

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
  readonly #config: Config;
  /** By row: whether the step at hand looked for it. */
  readonly #looks: Uint8Array;
  readonly #witnesses = new Map<Link, Witness>();
  readonly #owners = new Map<number, Witness>();
  /** Live entities that no open session owns, with the ticks since. */
  readonly #orphans = new Map<number, number>();
  readonly #heard = new Heard();
  #server: Server | null = null;
  #travel: Travel | null = null;
  #sight: Sight | null = null;

  constructor(config: Config, rules: Replay["model"]["rules"]) {
    this.#config = config;
    this.#looks = new Uint8Array(config.engine.max_entities);
    this.replay = new Replay(config.engine.kernel, rules, {
      input: (intents, count) => {
        this.ledger.settle(intents, count, (entity) => this.#isHonest(entity));
        for (const witness of this.#witnesses.values()) witness.frames = 0;
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
    else if (witness.welcomed !== 0) this.#own(witness);
  }

  dropped(link: Link, bytes: Uint8Array): void {
    this.#witness(link).dropped(bytes);
  }

  heard(link: Link, bytes: Uint8Array): void {
    const witness = this.#witness(link);
    witness.frames++;
    if (link.options.character === "liar") return;
    if (this.isDraining || witness.frames > this.#config.gateway.max_frames_per_tick) return;
    const heard = this.#heard;
    heard.read(bytes);
    if (heard.ackTick !== 0) witness.acknowledged(heard.ackTick);
    if (!heard.isMove || heard.sequence <= witness.heardSequence) return;
    must(heard.entity === witness.entity, () => "an honest client moved what it does not own");
    witness.heardSequence = heard.sequence;
    this.ledger.expect(heard.entity, heard.sequence, heard.dx, heard.dy);
  }

  ponged(link: Link, bytes: Uint8Array): void {
    const witness = this.#witness(link);
    witness.frames++;
    if (bytes.length === 4) witness.acknowledged(new DataView(bytes.buffer).getUint32(0, true));
  }

  ended(link: Link): void {
    const { entity, partsBeforeLast } = this.#witness(link);
    this.partsBeforeLast += partsBeforeLast;
    this.#witnesses.delete(link);
    if (entity !== 0) this.#owners.delete(entity);
  }

  // ------------------------------------------------------------------ after each tick

  /** @throws Violation */
  tick(): void {
    const { world } = this.#mustWatch();
    this.ticks++;
    this.replay.compare(world);
    const { bodies } = this.replay.model;
    this.#travel?.note(bodies.keys());
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

  #own(witness: Witness): void {
    const { world } = this.#mustWatch();
    const entity = witness.welcomed;
    witness.welcomed = 0;
    must(world.isLive(entity), () => `a session was given entity ${entity}, which is dead`);
    must(!this.#owners.has(entity), () => `entity ${entity} was given to a second session`);
    this.#owners.set(entity, witness);
    this.births++;
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
    const { bodies } = this.replay.model;
    for (const entity of this.#orphans.keys()) {
      if (!bodies.has(entity)) this.#orphans.delete(entity);
    }
    if (bodies.size === this.#owners.size) return;
    for (const entity of bodies.keys()) {
      if (this.#owners.has(entity)) continue;
      const ticks = (this.#orphans.get(entity) ?? 0) + 1;
      this.#orphans.set(entity, ticks);
      must(ticks <= ORPHAN_TICKS, () => `entity ${entity} has no session and does not leave`);
    }
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
    const isLookedAt = this.#looks[row] !== LOOK_NOT;
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
