// The world as its documents describe it, in plain objects: what the kernel must agree with. It
// shares no code with assembly/ and knows nothing of rows, slots or quadtrees.
import type { JoinSpec, WorldRules } from "../../src/engine/rules.ts";

export interface Body extends JoinSpec {
  readonly id: number;
  x: number;
  y: number;
  maxSpeed: number;
  aoiRadius: number;
  bank: number;
  bankTick: number;
  sequence: number;
  /** Tick of birth or teleport. */
  bornTick: number;
  /** Sight coordinates (1/32 unit), by which areas of interest are drawn. */
  sightX: number;
  sightY: number;
  /** The application's 16 bytes. */
  readonly components: Uint8Array;
}

export interface Intent {
  readonly id: number;
  readonly sequence: number;
  readonly dx: number;
  readonly dy: number;
}

const clamp = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high);

export class Model {
  readonly bodies = new Map<number, Body>();
  readonly rules: WorldRules;
  tick = 0;
  /** Ids whose intents were refused or clipped in this tick. */
  readonly corrected = new Set<number>();

  constructor(rules: WorldRules) {
    this.rules = rules;
  }

  join(id: number, spec: JoinSpec): void {
    const full = spec.maxSpeed * this.rules.burstTicks;
    this.bodies.set(id, {
      ...spec,
      id,
      x: clamp(spec.x, this.rules.minX, this.rules.maxX),
      y: clamp(spec.y, this.rules.minY, this.rules.maxY),
      bank: spec.bank < 0 ? full : Math.min(spec.bank, full),
      bankTick: this.tick,
      aoiRadius: Math.min(spec.aoiRadius, this.rules.aoiRadius),
      bornTick: this.tick,
      sightX: 0,
      sightY: 0,
      components: new Uint8Array(16),
    });
  }

  teleport(id: number, x: number, y: number): void {
    const body = this.bodies.get(id);
    if (body === undefined) return;
    body.x = clamp(x, this.rules.minX, this.rules.maxX);
    body.y = clamp(y, this.rules.minY, this.rules.maxY);
    body.bornTick = this.tick;
  }

  /** As far as the speed reaches, towards where it was asked for. */
  steer(id: number, dx: number, dy: number): void {
    const body = this.bodies.get(id);
    if (body === undefined) return;
    let [x, y] = [dx, dy];
    while (Math.max(Math.abs(x), Math.abs(y)) > 16384) {
      [x, y] = [Math.trunc(x / 2), Math.trunc(y / 2)];
    }
    const length = Math.ceil(Math.hypot(x, y));
    if (Math.hypot(dx, dy) > body.maxSpeed) {
      [x, y] = [Math.trunc((x * body.maxSpeed) / length), Math.trunc((y * body.maxSpeed) / length)];
    }
    body.x = clamp(body.x + x, this.rules.minX, this.rules.maxX);
    body.y = clamp(body.y + y, this.rules.minY, this.rules.maxY);
  }

  setTraits(id: number, maxSpeed: number, aoiRadius: number): void {
    const body = this.bodies.get(id);
    if (body === undefined) return;
    this.#refill(body);
    body.maxSpeed = clamp(maxSpeed, 0, 16384);
    body.aoiRadius = clamp(aoiRadius, 0, this.rules.aoiRadius);
    body.bank = Math.min(body.bank, body.maxSpeed * this.rules.burstTicks);
  }

  #refill(body: Body): void {
    const full = body.maxSpeed * this.rules.burstTicks;
    const refill = body.maxSpeed * (this.tick - body.bankTick);
    body.bank = Math.min(full, body.bank + refill);
    body.bankTick = this.tick;
  }

  /** Writes the bits of 16 bytes that a mask of 16 bytes has. */
  write(id: number, bytes: Uint8Array, mask: Uint8Array): void {
    const own = this.bodies.get(id)?.components;
    own?.forEach((old, i) => (own[i] = (old & ~mask[i]!) | (bytes[i]! & mask[i]!)));
  }

  /** Takes a tick's intents in any order. */
  move(intents: readonly Intent[]): void {
    this.corrected.clear();
    const byId = new Map<number, Intent[]>();
    for (const intent of intents) {
      const own = byId.get(intent.id);
      if (own === undefined) byId.set(intent.id, [intent]);
      else own.push(intent);
    }
    for (const [id, own] of byId) {
      const body = this.bodies.get(id);
      if (body !== undefined) this.#moveBody(body, own);
    }
  }

  #moveBody(body: Body, own: Intent[]): void {
    this.#refill(body);
    let taken = 0;
    for (const { sequence, dx, dy } of own.sort((a, b) => a.sequence - b.sequence)) {
      if (sequence <= body.sequence) continue;
      body.sequence = sequence;
      taken++;
      const x = clamp(dx, -16384, 16384);
      const y = clamp(dy, -16384, 16384);
      const cost = Math.ceil(Math.sqrt(x * x + y * y));
      if (taken > 16 || cost > body.bank) {
        this.corrected.add(body.id);
        continue;
      }
      body.bank -= cost;
      const toX = body.x + x;
      const toY = body.y + y;
      body.x = clamp(toX, this.rules.minX, this.rules.maxX);
      body.y = clamp(toY, this.rules.minY, this.rules.maxY);
      if (body.x !== toX || body.y !== toY || x !== dx || y !== dy) this.corrected.add(body.id);
    }
  }

  /** Takes the positions of this tick as what is seen. */
  look(): void {
    for (const body of this.bodies.values()) {
      body.sightX = Math.floor(body.x / 8);
      body.sightY = Math.floor(body.y / 8);
    }
  }

  leaveRadius(body: Body): number {
    return Math.floor((body.aoiRadius * (1000 + this.rules.hysteresisPermille)) / 1000);
  }

  canSee(observer: Body, other: Body): boolean {
    return other !== observer && other.visible && other.layer === observer.layer;
  }
}
