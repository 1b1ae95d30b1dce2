// Random walkers: each follows a heading that drifts, at a speed that changes, and turns round
// before it reaches the border. Steps are not multiples of 1/256, so that the rule's rounding is
// walked too.
import type { Replica } from "../client/replica.ts";
import type { Field, Movement, Place, Step } from "./movement.ts";
import { RandomStream } from "./random.ts";
import { POSITION_UNITS } from "./units.ts";

/** Largest change of heading in a step, radians. */
const DRIFT = 0.6;
/** Share of the top speed that a step never exceeds: rounding up must not empty the bank. */
const SPEED_SHARE = 0.99;
/** Steps from the border at which a walker heads for the middle. */
const BORDER_STEPS = 4;

/** `agents` walkers, all of them always in the world. */
export class RandomWalk implements Movement {
  readonly agents: number;
  readonly lapMs = Infinity;
  private readonly field: Field;
  private readonly streams: readonly RandomStream[];
  private readonly heading: Float64Array;

  constructor(agents: number, seed: number, field: Field) {
    this.agents = agents;
    this.field = field;
    this.streams = Array.from(
      { length: agents },
      (_, agent) => new RandomStream(seed + Math.imul(agent + 1, 0x9e3779b1)),
    );
    this.heading = Float64Array.from(this.streams, (stream) => stream.next() * 2 * Math.PI);
  }

  visit(): number {
    return 0;
  }

  start(agent: number, _ms: number, place: Place): void {
    const { field } = this;
    const stream = this.streams[agent]!;
    place.x = onGrid(field.minX + (field.maxX - field.minX) * stream.next());
    place.y = onGrid(field.minY + (field.maxY - field.minY) * stream.next());
  }

  step(agent: number, _ms: number, x: number, y: number, _view: Replica, step: Step): void {
    const { field } = this;
    const stream = this.streams[agent]!;
    const unitX = x / POSITION_UNITS;
    const unitY = y / POSITION_UNITS;
    const margin = field.maxSpeed * BORDER_STEPS;
    const isAtBorder =
      unitX < field.minX + margin ||
      unitX > field.maxX - margin ||
      unitY < field.minY + margin ||
      unitY > field.maxY - margin;
    const heading = isAtBorder
      ? Math.atan2((field.minY + field.maxY) / 2 - unitY, (field.minX + field.maxX) / 2 - unitX)
      : this.heading[agent]! + (stream.next() - 0.5) * 2 * DRIFT;
    const speed = field.maxSpeed * SPEED_SHARE * stream.next();
    this.heading[agent] = heading;
    step.dx = Math.cos(heading) * speed;
    step.dy = Math.sin(heading) * speed;
  }
}

function onGrid(units: number): number {
  return Math.round(units * POSITION_UNITS) / POSITION_UNITS;
}
