// A world on all builds beside the model: what is deposited goes to each, and after every tick they
// are compared, with one another, with the model, and with what the clients have been shown. Says
// in words where one differs.
import { mixEntity } from "#mix";
import { openKernel } from "../../src/kernel/open.ts";
import { type Engine, ENGINES, type Kernel } from "../../src/kernel/kernel.ts";
import { World } from "../../src/engine/world.ts";
import type { JoinSpec, WorldRules } from "../../src/engine/rules.ts";
import { type Body, type Intent, Model } from "./model.ts";
import { judgeOwn, judgeShown } from "./shown.ts";
import { View } from "./view.ts";

/** The same module without SIMD, whose scan must agree, and the one that asserts its bounds. */
const SCALAR = new URL("../../build/kernel.scalar.wasm", import.meta.url);
const CHECKED = new URL("../../build/kernel.checked.wasm", import.meta.url);

const RESET = 2;
const INCOMPLETE = 4;

export type Look = 0 | 1 | 2;

export interface Client {
  readonly view: View;
  /** What the next step is to do for it. */
  look: Look;
  /** Tick of the look before this one. */
  lastLook: number;
  /** Steps in a row in which it was not its turn. */
  rests: number;
}

export class Trial {
  readonly rules: WorldRules;
  readonly model: Model;
  readonly worlds: World[];
  readonly clients = new Map<number, Client>();
  bodies: readonly Body[] = [];
  looks = 0;
  resets = 0;
  incomplete = 0;
  /** False while frame slots run out: an observer that waits is then no fault. */
  judgesSets = true;
  /** Hears when an index was made anew. */
  onRebuilt: () => void = () => undefined;
  /** A world that goes from engine to engine, and the kernel that it does not use. */
  #wanderer: World | null = null;
  #spare: Kernel | null = null;
  /** Steps of which one may look at an observer. */
  #lookEvery = 1;
  #joins: JoinSpec[] = [];
  #tickets: number[][] = [];
  #intents: Intent[] = [];

  /** @param isChecked whether the build with asserted bounds runs along */
  constructor(rules: WorldRules, isChecked = false) {
    this.rules = rules;
    this.model = new Model(rules);
    const kernels = [...ENGINES.map((engine) => openKernel(engine)), openKernel("wasm", SCALAR)];
    if (isChecked) kernels.push(openKernel("wasm", CHECKED));
    this.worlds = kernels.map((kernel) => new World(kernel, rules));
  }

  /** Another world runs along, which changes its kernel when told to. Before the first tick. */
  addWanderer(): void {
    this.#wanderer = new World(openKernel("js"), this.rules);
    this.#spare = openKernel("wasm");
    this.worlds.push(this.#wanderer);
  }

  /** The wanderer goes on with its other engine. @returns which */
  changeKernel(): Engine | null {
    const left = this.#wanderer?.kernel ?? null;
    if (this.#spare === null) return null;
    this.#wanderer?.changeKernel(this.#spare);
    this.#spare = left;
    return this.#wanderer?.kernel.engine ?? null;
  }

  join(spec: JoinSpec): void {
    this.#joins.push(spec);
    this.#tickets.push(this.worlds.map((w) => w.join(spec)));
  }

  leave(id: number): void {
    for (const w of this.worlds) w.leave(id);
    this.model.bodies.delete(id);
    this.clients.delete(id);
  }

  teleport(id: number, x: number, y: number): void {
    for (const w of this.worlds) w.teleport(id, x, y);
    this.model.teleport(id, x, y);
  }

  steer(id: number, dx: number, dy: number): void {
    for (const w of this.worlds) w.steer(id, dx, dy);
    this.model.steer(id, dx, dy);
  }

  setTraits(id: number, maxSpeed: number, aoiRadius: number): void {
    for (const w of this.worlds) w.setTraits(id, maxSpeed, aoiRadius);
    this.model.setTraits(id, maxSpeed, aoiRadius);
  }

  /** 16 bytes, and 16 of a mask. */
  write(id: number, bytes: Uint8Array, mask: Uint8Array): void {
    const words = new Int32Array(Uint8Array.of(...bytes, ...mask).buffer);
    for (const w of this.worlds) w.writeComponents(id, words, 0);
    this.model.write(id, bytes, mask);
  }

  intent(intent: Intent): void {
    for (const w of this.worlds) w.intent(intent.id, intent.sequence, intent.dx, intent.dy);
    this.#intents.push(intent);
  }

  /** As the host does it: before anything else of the tick. */
  skip(ticks: number): void {
    for (const w of this.worlds) w.skip(ticks);
    this.model.tick += ticks;
  }

  budget(frames: number, lookShift: number): void {
    for (const w of this.worlds) w.budget(frames, lookShift);
    this.#lookEvery = 1 << lookShift;
    for (const client of this.clients.values()) client.rests = 0;
  }

  look(id: number, look: Look): void {
    const client = this.clients.get(id);
    if (client !== undefined) client.look = look;
  }

  /** The index made anew, from outside. */
  rebuildIndex(): void {
    for (const w of this.worlds) w.kernel.rebuildIndex();
    this.onRebuilt();
  }

  /** A tick begins: what is deposited from here on is its own. */
  begin(): void {
    this.model.tick++;
  }

  /** Takes the tick. @returns who joined; 0 for whom there was no room. @throws Error on a fault */
  step(): number[] {
    const { model, worlds } = this;
    for (const [id, { look }] of this.clients) {
      for (const w of worlds) w.setLook(id & 65535, look);
    }
    for (const w of worlds) w.step();
    const joined = this.#joins.map((spec, k) => this.#takeJoined(spec, this.#tickets[k] ?? []));
    model.move(this.#intents);
    model.look();
    this.#joins = [];
    this.#tickets = [];
    this.#intents = [];
    this.bodies = [...model.bodies.values()];
    this.#compareWorlds();
    for (const w of worlds) this.#compareState(w);
    for (const [id, client] of this.clients) this.#compareView(id, client);
    return joined;
  }

  #takeJoined(spec: JoinSpec, tickets: readonly number[]): number {
    const handles = this.worlds.map((w, n) => w.joined(tickets[n] ?? -1));
    const id = handles[0] ?? 0;
    for (const other of handles) this.#equal("joined", id, other);
    // whoever left in the tick in which it came was never there
    if (id === 0 || this.worlds[0]?.isLive(id) !== true) return 0;
    this.model.join(id, spec);
    if (spec.observer) {
      const view = new View(id & 65535, this.rules.componentBytes);
      this.clients.set(id, { view, look: 1, lastLook: 0, rests: 0 });
    }
    return id;
  }

  #equal(what: string, a: number, b: number): void {
    if (a === b) return;
    throw new Error(`tick ${this.model.tick}: ${what} differs: ${a} and ${b}`);
  }

  /** All builds make the same bytes, those of an observer that is not looked at included. */
  #compareWorlds(): void {
    const [a, ...others] = this.worlds;
    if (a === undefined) return;
    for (const b of others) {
      this.#equal("hash low", a.hashLow, b.hashLow);
      this.#equal("hash high", a.hashHigh, b.hashHigh);
      for (const id of this.clients.keys()) this.#compareFrames(id & 65535, a, b);
    }
  }

  #compareFrames(row: number, a: World, b: World): void {
    this.#equal("frame count", a.frameCount(row), b.frameCount(row));
    this.#equal("view flags", a.viewFlags(row), b.viewFlags(row));
    for (let p = 0; p < a.frameCount(row); p++) {
      const from = a.frameStart(row, p);
      const length = a.frameEnd(row, p) - from;
      const other = b.frameStart(row, p);
      this.#equal("frame length", length, b.frameEnd(row, p) - other);
      for (let i = 0; i < length; i++) {
        const byte = a.memory[from + i];
        if (byte !== b.memory[other + i])
          this.#equal("frame byte", byte ?? -1, b.memory[other + i] ?? -1);
      }
    }
  }

  #compareState(w: World): void {
    const { model } = this;
    if (w.kernel.indexIsSound() !== 1) throw new Error("the index does not hold the live rows");
    this.#equal("live rows", w.liveCount, model.bodies.size);
    let corrections = 0;
    for (let i = 0; i < w.corrections.count; i++) {
      if (!model.corrected.has(w.handle(w.corrections.row(i)))) throw new Error("not to correct");
      corrections++;
    }
    this.#equal("corrections", corrections, model.corrected.size);
    for (const body of model.bodies.values()) {
      const row = body.id & 65535;
      if (!w.isLive(body.id)) throw new Error(`${String(body.id)} is dead`);
      this.#equal("x", w.posX(row), body.x);
      this.#equal("y", w.posY(row), body.y);
      this.#equal("sequence", w.sequence(row), body.sequence);
      this.#equal("bank", w.bank(row), body.bank);
      this.#equal("max speed", w.maxSpeed(row), body.maxSpeed);
      this.#equal("radius", w.aoiRadius(row), body.aoiRadius);
      const words = new Int32Array(body.components.buffer);
      words.forEach((word, k) => this.#equal("components", w.component(row, k), word));
    }
    if (model.tick % 16 === 0) {
      const { hashLow, hashHigh } = w;
      w.kernel.rehashState();
      this.#equal("the kept hash and the one made anew, low", w.hashLow, hashLow);
      this.#equal("the kept hash and the one made anew, high", w.hashHigh, hashHigh);
    }
  }

  #compareView(id: number, client: Client): void {
    const [w] = this.worlds;
    const observer = this.model.bodies.get(id);
    if (w === undefined || observer === undefined) return;
    const row = id & 65535;
    const flags = w.viewFlags(row);
    const { view } = client;
    if (client.look === 0) {
      client.rests = 0;
      this.#equal("frames of a stalled observer", w.frameCount(row), 0);
      this.#compareTold(row, view);
      return;
    }
    if (w.isResting(row)) {
      this.#judgeRest(observer, client);
      this.#equal("frames of an observer whose turn it is not", w.frameCount(row), 0);
      this.#compareTold(row, view);
      return;
    }
    client.rests = 0;
    this.looks++;
    if ((flags & RESET) !== 0) this.resets++;
    else if (client.look === 2 && this.judgesSets) {
      throw new Error("asked for again, and not told anew");
    }
    client.look = 1;
    view.begin((flags & RESET) !== 0);
    for (let p = 0; p < w.frameCount(row); p++) {
      const start = w.frameStart(row, p);
      const end = w.frameEnd(row, p);
      // the least header: tag and length 3, tick 2, flags 2
      if (end - start > 512 - 7) throw new Error("a body leaves no room for its header");
      view.apply(w.memory, start, end);
    }
    if (this.judgesSets) {
      this.#judgeSet(observer, client, flags);
      judgeShown(this.model, view, flags);
      judgeOwn(observer, view, flags);
      this.#compareDigest(row, view, flags);
    }
    this.#compareTold(row, view);
    client.lastLook = this.model.tick;
  }

  /** Turns come round, and a view that begins anew waits for none. */
  #judgeRest(observer: Body, client: Client): void {
    client.rests++;
    if (client.look === 2) throw new Error("asked for again, and it was not its turn");
    if (observer.bornTick > client.lastLook) throw new Error("stands elsewhere, and is not told");
    if (client.rests < this.#lookEvery) return;
    throw new Error(`has waited ${String(client.rests)} steps of ${String(this.#lookEvery)}`);
  }

  /** The first build on every tick; the others, whose frames are the same, now and then. */
  #asked(): readonly World[] {
    return this.model.tick % 8 === 0 ? this.worlds : this.worlds.slice(0, 1);
  }

  /** What a build says that an observer was told of is what its client shows. */
  #compareTold(row: number, view: View): void {
    for (const w of this.#asked()) {
      const count = w.listTold(row);
      this.#equal("rows told and rows shown", count, view.byAlias.size);
      this.#equal("rows told and their number", count, w.toldCount(row));
      const told = new Set<number>();
      for (let i = 0; i < count; i++) {
        if (!view.byAlias.has(w.told(i))) throw new Error(`${String(w.told(i))} is not shown`);
        told.add(w.told(i));
      }
      this.#equal("rows told once", told.size, count);
    }
  }

  /** The digest that a build makes is the one that the client makes of what it shows. */
  #compareDigest(row: number, view: View, flags: number): void {
    for (const w of this.#asked()) {
      w.digests.take(row);
      this.#equal("the digest's count", w.digests.count, view.byId.size);
      if (!w.digests.hasPositions && (flags & INCOMPLETE) === 0) {
        throw new Error("a digest without positions of a view that is complete");
      }
      let hash = 0;
      for (const [id, shown] of view.byId) {
        const body = this.model.bodies.get(id);
        const x = w.digests.hasPositions ? (body?.sightX ?? NaN) : 0;
        const y = w.digests.hasPositions ? (body?.sightY ?? NaN) : 0;
        hash = (hash + mixEntity(id, x, y)) | 0;
        if (!w.digests.hasPositions) continue;
        this.#equal("x shown and x in the digest", shown.x, x & 65535);
        this.#equal("y shown and y in the digest", shown.y, y & 65535);
      }
      this.#equal("the digest", w.digests.hash, hash >>> 0);
    }
  }

  /** How many an observer would be told of if any number were allowed. */
  #countWanted(observer: Body, { view, lastLook }: Client): number {
    const enter2 = observer.aoiRadius ** 2;
    const leave2 = this.model.leaveRadius(observer) ** 2;
    let wanted = 0;
    for (const other of this.bodies) {
      const d2 = (other.sightX - observer.sightX) ** 2 + (other.sightY - observer.sightY) ** 2;
      if (d2 > leave2 || !this.model.canSee(observer, other)) continue;
      const wasTold = view.byId.has(other.id) || view.left.has(other.id);
      if (d2 <= enter2 || (wasTold && other.bornTick <= lastLook)) wanted++;
    }
    return wanted;
  }

  /** The area of interest by brute force over all pairs. */
  #judgeSet(observer: Body, client: Client, flags: number): void {
    const { model } = this;
    const { view } = client;
    const enter2 = observer.aoiRadius ** 2;
    const leave2 = model.leaveRadius(observer) ** 2;
    const fail = (what: string, id: number): never => {
      const who = `tick ${String(model.tick)}: ${String(observer.id)}`;
      throw new Error(`${who} ${what} ${String(id)} (flags ${String(flags)})`);
    };
    const capped = this.#countWanted(observer, client) > this.rules.maxVisible;
    let missing = 0;
    let nearestMissing = Infinity;
    let farthestEntered = -1;
    let seen = 0;
    for (const other of this.bodies) {
      const d2 = (other.sightX - observer.sightX) ** 2 + (other.sightY - observer.sightY) ** 2;
      const shown = view.byId.get(other.id);
      if (shown !== undefined) {
        seen++;
        const isNew = shown.since === view.look;
        if (!model.canSee(observer, other)) fail("may not see", other.id);
        if (d2 > leave2) fail("still sees", other.id);
        if (isNew && d2 > enter2) fail("sees too early", other.id);
        if (!isNew && other.bornTick > client.lastLook) fail("takes for the same", other.id);
        if (isNew && d2 > farthestEntered) farthestEntered = d2;
      } else if (d2 <= leave2 && model.canSee(observer, other)) {
        if (view.left.has(other.id) && other.bornTick <= client.lastLook && !capped) {
          fail("lost too early", other.id);
        }
        if (d2 > enter2) continue;
        missing++;
        if (d2 < nearestMissing) nearestMissing = d2;
      }
    }
    if (seen !== view.byId.size) fail("sees the dead, of", view.byId.size);
    if (missing > 0 && (flags & INCOMPLETE) === 0) fail("does not see all, missing", missing);
    if (farthestEntered > nearestMissing) fail("let a farther one in first;", missing);
    if (seen > this.rules.maxVisible) fail("sees too many:", seen);
    if ((flags & INCOMPLETE) !== 0) this.incomplete++;
  }
}
