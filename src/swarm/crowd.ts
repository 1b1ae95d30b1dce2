// A crowd that looks alive: people gather in groups that wander through the world, stand together
// for a while, keep their distance, and now and then change to another group. Where a group is and
// who belongs to it follow from seed and time alone, so that several processes play one crowd.
import type { Replica } from "../client/replica.ts";
import type { Field, Movement, Place, Step } from "./movement.ts";
import { randomAt } from "./random.ts";
import { POSITION_UNITS, SIGHT_SHIFT } from "./units.ts";

const AGENTS_PER_GROUP = 12;
/** A group stays at a place, a person at a spot of it and in a group, about this long. */
const GROUP_STAY_MS = 20_000;
const SPOT_STAY_MS = 7_000;
const MEMBER_STAY_MS = 60_000;
/** Radius of a group, units. */
const GROUP_RADIUS = 60;
/** Share of the world's extent in which groups gather. */
const GATHER_SHARE = 0.8;
/** Walking pace as a share of the top speed: the slowest, and what the fastest adds. */
const PACE_MIN = 0.12;
const PACE_SPAN = 0.3;
/** Within this distance of its spot a person slows down, within the second it stands, units. */
const SLOW_RADIUS = 25;
const STAND_RADIUS = 1;
/** Nearer than this is too near, units; this many of those in sight are looked at. */
const ELBOW_ROOM = 7;
const LOOKED_AT = 8;
/** Share of the old velocity that a step keeps. */
const INERTIA = 0.85;
const SIGHT_UNITS = POSITION_UNITS >> SIGHT_SHIFT;

/** Salts, so that one seed gives independent choices. */
const SALT_GROUP_X = 1;
const SALT_GROUP_Y = 2;
const SALT_SPOT_ANGLE = 3;
const SALT_SPOT_RADIUS = 4;
const SALT_MEMBER = 5;
const SALT_PACE = 6;

/** `agents` people, all of them always in the world. */
export class Crowd implements Movement {
  readonly agents: number;
  readonly lapMs = Infinity;
  private readonly seed: number;
  private readonly field: Field;
  private readonly groups: number;
  private readonly velocityX: Float64Array;
  private readonly velocityY: Float64Array;
  private readonly looked: Int32Array;
  private readonly spot: Place = { x: 0, y: 0 };

  constructor(agents: number, seed: number, field: Field) {
    this.agents = agents;
    this.seed = seed;
    this.field = field;
    this.groups = Math.max(1, Math.round(agents / AGENTS_PER_GROUP));
    this.velocityX = new Float64Array(agents);
    this.velocityY = new Float64Array(agents);
    this.looked = new Int32Array(agents);
  }

  visit(): number {
    return 0;
  }

  start(agent: number, ms: number, place: Place): void {
    this.aim(agent, ms, place);
    place.x = Math.round(place.x * POSITION_UNITS) / POSITION_UNITS;
    place.y = Math.round(place.y * POSITION_UNITS) / POSITION_UNITS;
  }

  step(agent: number, ms: number, x: number, y: number, view: Replica, step: Step): void {
    const { spot, field } = this;
    this.aim(agent, ms, spot);
    const awayX = spot.x - x / POSITION_UNITS;
    const awayY = spot.y - y / POSITION_UNITS;
    const distance = Math.hypot(awayX, awayY);
    const pace = field.maxSpeed * (PACE_MIN + PACE_SPAN * this.pick(SALT_PACE, agent, 0));
    const wanted = distance < STAND_RADIUS ? 0 : pace * Math.min(1, distance / SLOW_RADIUS);
    const share = distance > 0 ? wanted / distance : 0;
    step.dx = awayX * share;
    step.dy = awayY * share;
    this.keepDistance(agent, x, y, view, pace, step);
    step.dx = this.velocityX[agent]! * INERTIA + step.dx * (1 - INERTIA);
    step.dy = this.velocityY[agent]! * INERTIA + step.dy * (1 - INERTIA);
    const speed = Math.hypot(step.dx, step.dy);
    const brake = speed > pace ? pace / speed : speed < 2 / POSITION_UNITS ? 0 : 1;
    step.dx *= brake;
    step.dy *= brake;
    this.velocityX[agent] = step.dx;
    this.velocityY[agent] = step.dy;
  }

  /** Adds a push away from those who stand too near. */
  private keepDistance(
    agent: number,
    x: number,
    y: number,
    view: Replica,
    pace: number,
    step: Step,
  ): void {
    const { size } = view;
    const looks = Math.min(size, LOOKED_AT);
    let row = size > 0 ? this.looked[agent]! % size : 0;
    for (let i = 0; i < looks; i++) {
      const gapX = x / POSITION_UNITS - view.x[row]! / SIGHT_UNITS;
      const gapY = y / POSITION_UNITS - view.y[row]! / SIGHT_UNITS;
      const gap = Math.hypot(gapX, gapY);
      if (gap > 0 && gap < ELBOW_ROOM) {
        const push = (pace * (ELBOW_ROOM - gap)) / ELBOW_ROOM / gap;
        step.dx += gapX * push;
        step.dy += gapY * push;
      }
      row = row + 1 === size ? 0 : row + 1;
    }
    this.looked[agent] = row;
  }

  /** The spot that a person makes for. */
  private aim(agent: number, ms: number, place: Place): void {
    const { field, groups } = this;
    const member = this.stay(agent, ms, MEMBER_STAY_MS);
    const group = Math.floor(this.pick(SALT_MEMBER, agent, member) * groups);
    const gathering = this.stay(group, ms, GROUP_STAY_MS);
    const spot = this.stay(agent, ms, SPOT_STAY_MS);
    const angle = this.pick(SALT_SPOT_ANGLE, agent, spot) * 2 * Math.PI;
    const radius = GROUP_RADIUS * Math.sqrt(this.pick(SALT_SPOT_RADIUS, agent, spot));
    const shareX =
      (1 - GATHER_SHARE) / 2 + GATHER_SHARE * this.pick(SALT_GROUP_X, group, gathering);
    const shareY =
      (1 - GATHER_SHARE) / 2 + GATHER_SHARE * this.pick(SALT_GROUP_Y, group, gathering);
    const x = field.minX + (field.maxX - field.minX) * shareX + Math.cos(angle) * radius;
    const y = field.minY + (field.maxY - field.minY) * shareY + Math.sin(angle) * radius;
    place.x = Math.max(field.minX, Math.min(field.maxX, x));
    place.y = Math.max(field.minY, Math.min(field.maxY, y));
  }

  /** Number of the stay that `who` is in at `ms`; everybody changes at a moment of its own. */
  private stay(who: number, ms: number, stayMs: number): number {
    return Math.floor(ms / stayMs + randomAt(this.seed, who, stayMs));
  }

  private pick(salt: number, who: number, stay: number): number {
    return randomAt(this.seed + salt, who, stay);
  }
}
