// Drives worlds of all engines and the model through the same random ticks, and says in words
// where one differs. The heart of the kernel's proof.
import { openKernel } from "../../src/kernel/open.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import { World } from "../../src/engine/world.ts";
import type { JoinSpec } from "../../src/engine/rules.ts";
import { type Body, type Intent, Model } from "./model.ts";
import { randomOf, type Scenario } from "./scenario.ts";
import { View } from "./view.ts";

/** The same module without SIMD: its scan must agree with the one that has it. */
const SCALAR = new URL("../../build/kernel.scalar.wasm", import.meta.url);

const RESET = 2;
const INCOMPLETE = 4;

interface Client {
  readonly view: View;
  stalled: number;
  /** The view was asked for again in this tick. */
  wantsReset: boolean;
  /** Tick of the look before this one. */
  lastLook: number;
}

export class Steps {
  readonly scenario: Scenario;
  readonly model: Model;
  readonly worlds: readonly World[];
  readonly clients = new Map<number, Client>();
  readonly random: () => number;
  bodies: readonly Body[] = [];
  looks = 0;
  resets = 0;
  incomplete = 0;
  #sequences = new Map<number, number>();
  #wobble = 1;

  constructor(scenario: Scenario, seed: number) {
    this.scenario = scenario;
    this.random = randomOf(seed);
    this.model = new Model(scenario.rules);
    const kernels = [...ENGINES.map((engine) => openKernel(engine)), openKernel("wasm", SCALAR)];
    this.worlds = kernels.map((kernel) => new World(kernel, scenario.rules));
  }

  /** One tick. @throws Error that says what differs */
  tick(): void {
    const { random, scenario, model, worlds } = this;
    model.tick++;
    const ids = [...model.bodies.keys()];
    const joins = this.#joins();
    const tickets = joins.map((spec) => worlds.map((w) => w.join(spec)));
    for (const id of ids) {
      if (random() < scenario.leave / ids.length) {
        for (const w of worlds) w.leave(id);
        model.bodies.delete(id);
        this.clients.delete(id);
      } else if (random() < scenario.teleport) {
        const { x, y } = this.#place(scenario.away);
        for (const w of worlds) w.teleport(id, x, y);
        model.teleport(id, x, y);
      }
    }
    const intents = this.#intents(ids);
    this.#shuffle(intents);
    for (const i of intents) for (const w of worlds) w.intent(i.id, i.sequence, i.dx, i.dy);
    this.#stall();
    for (const w of worlds) w.step();
    joins.forEach((spec, k) => {
      const handles = worlds.map((w, n) => w.joined(tickets[k]?.[n] ?? -1));
      const id = handles[0] ?? 0;
      for (const other of handles) this.#equal("joined", id, other);
      if (id === 0) return;
      model.join(id, spec);
      if (spec.observer)
        this.clients.set(id, { view: new View(), stalled: 0, wantsReset: false, lastLook: 0 });
    });
    model.move(intents);
    model.look();
    this.bodies = [...model.bodies.values()];
    this.#compareWorlds();
    for (const w of worlds) this.#compareState(w);
    for (const [id, client] of this.clients) this.#compareView(id, client);
  }

  #joins(): JoinSpec[] {
    const { random, scenario, model } = this;
    const missing = scenario.population - model.bodies.size;
    let n = Math.floor(scenario.join + random());
    if (model.tick === 1) n = Math.ceil(scenario.population / 2);
    else if (scenario.join === 0 && model.tick < 10) n = Math.min(4, missing);
    return Array.from({ length: Math.min(n, Math.max(0, missing)) }, () => ({
      ...this.#place(scenario.home),
      kind: Math.floor(random() * 300),
      maxSpeed: scenario.rules.maxSpeed,
      aoiRadius: random() < 0.2 ? 100 * 32 : scenario.rules.aoiRadius,
      layer: Math.floor(random() * scenario.layers),
      observer: random() < 0.8,
      visible: random() < 0.95,
      bank: random() < 0.2 ? 100 : -1,
      sequence: 0,
    }));
  }

  #place(half: number): { x: number; y: number } {
    const at = (): number => Math.round((this.random() * 2 - 1) * half * 256);
    return { x: at(), y: at() };
  }

  #intents(ids: readonly number[]): Intent[] {
    const { random, scenario } = this;
    const out: Intent[] = [];
    this.#wobble = -this.#wobble;
    for (const id of ids) {
      if (random() > scenario.move) continue;
      const count = 1 + Math.floor(random() * scenario.burst);
      for (let k = 0; k < count; k++) {
        const last = this.#sequences.get(id) ?? 0;
        const sequence = random() < 0.02 ? last : last + 1;
        this.#sequences.set(id, sequence);
        const d = scenario.delta * this.#wobble;
        out.push({
          id,
          sequence,
          dx: Math.round((random() * 2 - 1) * d),
          dy: Math.round((random() * 2 - 1) * d),
        });
      }
    }
    if (random() < 0.1) out.push({ id: 0xfff0001, sequence: 1, dx: 9, dy: 9 });
    return out;
  }

  /** Rows are independent: the order of arrival among them must not matter. */
  #shuffle(intents: Intent[]): void {
    for (let i = intents.length - 1; i > 0; i--) {
      const k = Math.floor(this.random() * (i + 1));
      const a = intents[i];
      const b = intents[k];
      if (a === undefined || b === undefined || a.id === b.id) continue;
      if (this.scenario.burst > 1) continue; // equal sequences must keep their order
      intents[i] = b;
      intents[k] = a;
    }
  }

  #stall(): void {
    for (const [id, client] of this.clients) {
      if (client.stalled > 0) client.stalled--;
      else if (this.random() < this.scenario.stall) {
        client.stalled = 1 + Math.floor(this.random() * 40);
      }
      client.wantsReset = client.stalled === 0 && this.random() < this.scenario.reset;
      const look = client.stalled > 0 ? 0 : client.wantsReset ? 2 : 1;
      for (const w of this.worlds) w.setLook(id & 65535, look);
    }
  }

  #equal(what: string, a: number, b: number): void {
    if (a !== b) {
      const values = `${String(a)} and ${String(b)}`;
      throw new Error(`tick ${String(this.model.tick)}: ${what} differs: ${values}`);
    }
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
        if (byte !== b.memory[other + i]) this.#equal("frame byte", byte ?? -1, -1);
      }
    }
  }

  #compareState(w: World): void {
    const { model } = this;
    if (w.kernel.indexIsSound() !== 1) throw new Error("the index does not hold the live rows");
    this.#equal("live rows", w.liveCount, model.bodies.size);
    let corrections = 0;
    for (let i = 0; i < w.correctionCount; i++) {
      if (!model.corrected.has(w.handle(w.correctionRow(i)))) throw new Error("not to correct");
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
    if (client.stalled > 0) {
      this.#equal("frames of a stalled observer", w.frameCount(row), 0);
      return;
    }
    this.looks++;
    if ((flags & RESET) !== 0) this.resets++;
    else if (client.wantsReset) throw new Error("asked for again, and not told anew");
    view.begin((flags & RESET) !== 0);
    for (let p = 0; p < w.frameCount(row); p++) {
      const start = w.frameStart(row, p);
      const end = w.frameEnd(row, p);
      // the least header: tag and length 3, tick 2, flags 2
      if (end - start > 512 - 7) throw new Error("a body leaves no room for its header");
      view.apply(w.memory, start, end);
    }
    this.#judgeSet(observer, client, flags);
    this.#judgePositions(client, flags);
    w.digest(row);
    this.#equal("the digest's count", w.digestCount, view.byId.size);
    client.lastLook = this.model.tick;
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
    const capped = view.byId.size >= this.scenario.rules.maxVisible;
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
    if (seen > this.scenario.rules.maxVisible) fail("sees too many:", seen);
    if ((flags & INCOMPLETE) !== 0) this.incomplete++;
  }

  #judgePositions(client: Client, flags: number): void {
    const { view } = client;
    // docs/protocol.md, "Staleness": V due, room for B, at least half of one frame's 80 records
    const bound = Math.ceil((view.byId.size - 10) / (40 - 10)) + 1;
    for (const shown of view.byId.values()) {
      const body = this.model.bodies.get(shown.id);
      if (body === undefined) continue;
      if (shown.kind !== body.kind) throw new Error(`kind of ${String(shown.id)} differs`);
      if (shown.x === (body.sightX & 65535) && shown.y === (body.sightY & 65535)) {
        shown.look = view.look;
      } else if ((flags & INCOMPLETE) === 0) {
        throw new Error(`tick ${String(this.model.tick)}: ${String(shown.id)} shown elsewhere`);
      } else if (view.look - shown.look > Math.max(bound, 1)) {
        throw new Error(`${String(shown.id)} is stale: ${String(view.look - shown.look)} looks`);
      }
    }
  }
}
