// Drives a trial through random ticks, drawn from a seed. The heart of the kernel's proof.
import type { JoinSpec } from "../../src/engine/rules.ts";
import type { Engine } from "../../src/kernel/kernel.ts";
import { circle, compareAnswers, nearest, rectangle } from "./found.ts";
import type { Intent, Model } from "./model.ts";
import { randomOf, type Scenario } from "./scenario.ts";
import { Trial } from "./trial.ts";

export class Steps {
  readonly scenario: Scenario;
  readonly trial: Trial;
  readonly random: () => number;
  #sequences = new Map<number, number>();
  /** Of those that are stalled, the ticks that are left. */
  #stalled = new Map<number, number>();
  #wobble = 1;
  /** Which engine the wanderer went on with, change by change. */
  readonly changes: Engine[] = [];
  #changeEvery = 0;

  /** @param isChecked whether the build with asserted bounds runs along */
  constructor(scenario: Scenario, seed: number, isChecked = false) {
    this.scenario = scenario;
    this.random = randomOf(seed);
    this.trial = new Trial(scenario.rules, isChecked);
  }

  get model(): Model {
    return this.trial.model;
  }
  get looks(): number {
    return this.trial.looks;
  }
  get resets(): number {
    return this.trial.resets;
  }

  /** A world that changes its kernel every so many ticks runs along. Before the first tick. */
  wander(everyTicks: number): void {
    this.#changeEvery = everyTicks;
    this.trial.addWanderer();
  }

  #change(): void {
    const engine = this.trial.changeKernel();
    if (engine !== null) this.changes.push(engine);
  }

  /** One tick. @throws Error that says what differs */
  tick(): void {
    const { random, scenario, trial } = this;
    trial.begin();
    const ids = [...trial.model.bodies.keys()];
    if (random() < scenario.skip) trial.skip(1 + Math.floor(random() * 50));
    for (const spec of this.#joins()) trial.join(spec);
    const isExodus = random() < scenario.exodus;
    const to = this.#place(scenario.away);
    for (const id of ids) {
      if (random() < scenario.leave / ids.length) trial.leave(id);
      else if (isExodus && random() < 0.7) trial.teleport(id, to.x, to.y);
      else if (random() < scenario.teleport) this.#teleport(id);
    }
    if (scenario.write > 0) for (const id of ids) if (random() < scenario.write) this.#write(id);
    if (scenario.steer > 0) for (const id of ids) if (random() < scenario.steer) this.#steer(id);
    if (scenario.traits > 0) for (const id of ids) if (random() < scenario.traits) this.#alter(id);
    const intents = this.#intents(ids);
    this.#shuffle(intents);
    for (const intent of intents) trial.intent(intent);
    this.#look();
    if (scenario.thin > 0 && random() < scenario.thin) {
      trial.budget(1 + Math.floor(random() * 8), Math.floor(random() * 4));
    }
    if (random() < scenario.rebuild) trial.rebuildIndex();
    // With this tick's deposits under way.
    if (this.#changeEvery > 0 && this.model.tick % this.#changeEvery === 0) this.#change();
    trial.step();
    if (random() < scenario.rebuild) trial.rebuildIndex();
    this.#ask();
  }

  /** Sight units; the nearest of one, of a few, of more than there are; boxes thin and wide. */
  #ask(): void {
    const { random, scenario, trial } = this;
    const { x, y } = this.#place(scenario.home);
    const [atX, atY] = [x >> 3, y >> 3];
    compareAnswers(trial, circle(atX, atY, Math.floor(random() * 12000)));
    const length = (): number => Math.floor(random() ** 2 * scenario.home * 64);
    compareAnswers(trial, rectangle(atX, atY, atX + length(), atY + length()));
    const most = Math.floor(random() ** 4 * 1.5 * scenario.population);
    const radius = Math.min(32000, random() < 0.3 ? 32000 : length());
    compareAnswers(trial, nearest(atX, atY, most, radius));
  }

  /** Now and then twice in a tick, the second time to nearby. */
  #teleport(id: number): void {
    const { random, scenario, trial } = this;
    const { x, y } = this.#place(scenario.away);
    trial.teleport(id, x, y);
    if (random() < 0.2) trial.teleport(id, x + 2000, y - 2000);
  }

  /** A step or so, much too far, or nowhere. */
  #steer(id: number): void {
    const far = this.random() < 0.1 ? 2 ** 31 - 1 : this.scenario.delta * 2;
    const part = (): number =>
      this.random() < 0.1 ? 0 : Math.round((this.random() * 2 - 1) * far);
    this.trial.steer(id, part(), part());
  }

  /** Speed and radius, now and then more than may be, or none. */
  #alter(id: number): void {
    const { maxSpeed, aoiRadius } = this.scenario.rules;
    const part = (): number => Math.floor(this.random() * 12 - 1) / 8;
    this.trial.setTraits(id, Math.floor(maxSpeed * part()), Math.floor(aoiRadius * part()));
  }

  /** Some bytes, some bits of them, or none that differ. */
  #write(id: number): void {
    const byte = (): number => Math.floor(this.random() * 256);
    const isWhole = this.random() < 0.5;
    const mask = Uint8Array.from({ length: 16 }, () => (isWhole ? 255 : byte() & byte() & byte()));
    const bytes = Uint8Array.from({ length: 16 }, () => (this.random() < 0.1 ? 0 : byte()));
    this.trial.write(id, bytes, mask);
  }

  #joins(): JoinSpec[] {
    const { random, scenario } = this;
    const { model } = this.trial;
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
        const [driftX, driftY] = this.#course(id);
        out.push({
          id,
          sequence,
          dx: Math.round((random() * 2 - 1) * d) + driftX,
          dy: Math.round((random() * 2 - 1) * d) + driftY,
        });
      }
    }
    if (random() < 0.1) out.push({ id: 0xfff0001, sequence: 1, dx: 9, dy: 9 });
    return out;
  }

  #course(id: number): readonly [number, number] {
    const { drift } = this.scenario;
    const turn = Math.imul(id, 0x9e3779b1) ^ Math.imul(this.trial.model.tick >> 4, 0x85ebca6b);
    return [(turn & (1 << 20)) === 0 ? drift : -drift, (turn & (1 << 27)) === 0 ? drift : -drift];
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

  #look(): void {
    const { random, scenario, trial } = this;
    for (const id of trial.clients.keys()) {
      let left = this.#stalled.get(id) ?? 0;
      if (left > 0) left--;
      else if (random() < scenario.stall) left = 1 + Math.floor(random() * scenario.stallTicks);
      this.#stalled.set(id, left);
      if (left > 0) trial.look(id, 0);
      else trial.look(id, random() < scenario.reset ? 2 : 1);
    }
  }
}
