// Crowd: 5,000 walkers that the server owns, each on its way to somewhere, none ever closer to
// another than GAP. Each asks the engine's index every tick who is near. Start it, open the live
// page, and walk among them:
//
//     npm run --silent aether -- serve --app examples/crowd/crowd.ts
import { createWorld, defineComponent, defineSystem } from "aether";
import type { AppWorld } from "aether";

/** Between the centres of two walkers, world units: never less, however dense they stand. */
export const GAP = 1;
const COUNT = 5000;
const HALF = 120;
const SPEED = 0.25;
/** Farther than that nobody can come too close within a tick; distances are known to 1/32. */
const REACH = GAP + 2 * SPEED + 0.1;
const ARRIVED = 2;
/** Of a step that somebody is in the way of, how much turns into a step to the right of him. */
const ASIDE = 0.6;
/** Positions are multiples of 1 / GRAIN; what rounding to that can take is left as slack. */
const GRAIN = 256;
const SLACK = 2 / GRAIN;
/** Of those that stand, how many go elsewhere, a tick: so no jam lasts. */
const TIRED = 0.1;

export const Walker = { id: 1, maxSpeed: SPEED, aoiRadius: 1, players: false };
const Visitor = { id: 0, maxSpeed: 1, aoiRadius: 40 };

/** Whether it stands, since others are in its way: everybody sees that. */
const Mood = defineComponent({ waits: "flag" });
/** Where it goes to: the server's own. */
const Goal = defineComponent({ x: "i16", y: "i16" }, Mood);

interface State {
  made: number;
}

/** They begin in rows, three gaps apart, so that none is too close from the first tick on. */
const enter = defineSystem<State>({
  name: "enter",
  budgetMs: 10,
  run(world) {
    const { state } = world;
    const side = Math.ceil(Math.sqrt(COUNT));
    for (; state.made < COUNT; state.made++) {
      const column = state.made % side;
      const row = Math.floor(state.made / side);
      world.spawn(Walker, (column - side / 2) * 3 * GAP, (row - side / 2) * 3 * GAP);
    }
  },
});

/** The step of the walker at hand, and what stands in its way: unit vectors and distances. */
const step = { x: 0, y: 0 };
const way: { x: number; y: number; free: number }[] = [];
let others = 0;

/**
 * Two walkers at a distance may each come half of what is over GAP nearer to where the other one
 * is now. Then they keep GAP, wherever both go.
 */
function look(world: AppWorld<State>, self: number, x: number, y: number): void {
  const count = world.near(x, y, REACH);
  others = 0;
  for (let i = 0; i < count; i++) {
    const other = world.found[i]!;
    if (other === self) continue;
    const dx = world.x(other) - x;
    const dy = world.y(other) - y;
    const distance = Math.sqrt(dx * dx + dy * dy);
    if (distance === 0) continue;
    const one = (way[others++] ??= { x: 0, y: 0, free: 0 });
    one.x = dx / distance;
    one.y = dy / distance;
    one.free = Math.max(0, (distance - GAP) / 2);
  }
}

/** Turns a step that would go too near to somebody into one past him, on his right side. */
function giveWay(): void {
  for (let i = 0; i < others; i++) {
    const one = way[i]!;
    const over = step.x * one.x + step.y * one.y - one.free + SLACK;
    if (over <= SLACK) continue;
    step.x += -over * one.x + ASIDE * over * one.y;
    step.y += -over * one.y - ASIDE * over * one.x;
  }
}

/** Makes the step as short as the nearest of those in its way leaves room for. */
function holdBack(): void {
  let share = 1;
  for (let i = 0; i < others; i++) {
    const one = way[i]!;
    const towards = step.x * one.x + step.y * one.y;
    if (towards > one.free) share = Math.min(share, one.free / towards);
  }
  step.x *= share;
  step.y *= share;
}

/** Whether the step, in the world's grain, would still come too near to anybody. */
function isTooFar(): boolean {
  for (let i = 0; i < others; i++) {
    const one = way[i]!;
    if (step.x * one.x + step.y * one.y > one.free) return true;
  }
  return false;
}

/** As the world will do it: no faster than SPEED, in its grain, and not beyond its edge. */
function cut(x: number, y: number): void {
  const long = Math.sqrt(step.x * step.x + step.y * step.y);
  const share = long > SPEED ? SPEED / long : 1;
  step.x = inside(x, Math.trunc(step.x * share * GRAIN) / GRAIN);
  step.y = inside(y, Math.trunc(step.y * share * GRAIN) / GRAIN);
}

function inside(at: number, by: number): number {
  return Math.max(-HALF - at, Math.min(HALF - at, by));
}

const walk = defineSystem<State>({
  name: "walk",
  budgetMs: 20,
  run(world) {
    world.each(Walker, (self) => {
      const x = world.x(self);
      const y = world.y(self);
      const goal = { x: world.get(self, Goal, "x"), y: world.get(self, Goal, "y") };
      step.x = goal.x - x;
      step.y = goal.y - y;
      // Who has just been made has 0, 0.
      const isNew = goal.x === 0 && goal.y === 0;
      const hasArrived = step.x * step.x + step.y * step.y < ARRIVED * ARRIVED;
      const isTired = world.get(self, Mood, "waits") && world.random() < TIRED;
      if (isNew || hasArrived || isTired) {
        const side = (): number => Math.round((world.random() - 0.5) * 2 * HALF);
        world.set(self, Goal, { x: side(), y: side() });
      }
      look(world, self, x, y);
      cut(x, y);
      giveWay();
      holdBack();
      cut(x, y);
      const waits = isTooFar() || (step.x === 0 && step.y === 0);
      if (!waits) world.steer(self, step.x, step.y);
      if (waits !== world.get(self, Mood, "waits")) world.set(self, Mood, { waits });
    });
  },
});

export default createWorld<State>({
  name: "crowd",
  components: { mood: Mood },
  privateComponents: { goal: Goal },
  kinds: { visitor: Visitor, walker: Walker },
  systems: [enter, walk],
  state: { made: 0 },
  settings: {
    "persistence.world": "crowd",
    "engine.max_entities": COUNT + 200,
    "engine.world_bounds.min_x": -HALF,
    "engine.world_bounds.min_y": -HALF,
    "engine.world_bounds.max_x": HALF,
    "engine.world_bounds.max_y": HALF,
  },
});
