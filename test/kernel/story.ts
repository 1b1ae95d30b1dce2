// A trial whose ticks are written down one by one; places are in world units. The build with
// asserted bounds runs along.
import type { JoinSpec, WorldRules } from "../../src/engine/rules.ts";
import type { World } from "../../src/engine/world.ts";
import { randomOf, rules } from "./scenario.ts";
import { Trial } from "./trial.ts";

const UNIT = 256;
export const HERE: JoinSpec = {
  kind: 1,
  x: 0,
  y: 0,
  maxSpeed: 5 * UNIT,
  aoiRadius: 200 * 32,
  layer: 0,
  observer: true,
  visible: true,
  bank: -1,
  sequence: 0,
};

export class Story extends Trial {
  readonly random = randomOf(12);
  #sequence = 0;

  constructor(over: Partial<WorldRules> = {}, half = 1000) {
    super(rules(half, over), true);
    this.begin();
  }

  /** Ends the tick and begins the next. @returns who joined */
  tick(ticks = 1): number[] {
    let joined: number[] = [];
    for (let t = 0; t < ticks; t++) {
      joined = this.step();
      this.begin();
    }
    return joined;
  }

  add(x: number, y: number, over: Partial<JoinSpec> = {}): void {
    const { aoiRadius, maxSpeed } = this.rules;
    this.join({
      ...HERE,
      aoiRadius,
      maxSpeed,
      x: Math.round(x * UNIT),
      y: Math.round(y * UNIT),
      ...over,
    });
  }

  /** Adds some anywhere within `half` of a point. */
  scatter(count: number, half: number, over: Partial<JoinSpec> = {}, x = 0, y = 0): void {
    const at = (): number => Math.round((this.random() * 2 - 1) * half);
    for (let i = 0; i < count; i++) this.add(x + at(), y + at(), over);
  }

  move(id: number, dx: number, dy: number): void {
    this.#sequence++;
    this.intent({ id, sequence: this.#sequence, dx: dx * UNIT, dy: dy * UNIT });
  }

  put(id: number, x: number, y: number): void {
    this.teleport(id, Math.round(x * UNIT), Math.round(y * UNIT));
  }

  ids(): number[] {
    return [...this.model.bodies.keys()];
  }

  get world(): World {
    const [world] = this.worlds;
    if (world === undefined) throw new Error("a trial of no world");
    return world;
  }

  word(index: number): number {
    return this.world.kernel.views.world[index] ?? NaN;
  }
}
