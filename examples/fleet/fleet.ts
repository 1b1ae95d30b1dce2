// Fleet: vehicles on their routes, and geofences. Each crossing of a fence is an event, stored with
// the tick in which it happened and published through the outbox: once, whatever crashes.
//
//     npm run --silent aether -- serve --app examples/fleet/fleet.ts
//     FLEET_TRACE=trips.csv npm run --silent aether -- serve --app examples/fleet/fleet.ts
//
// The second one drives a trace of yours, rows of t_ms,entity_id,x,y in world units.
import { createWorld, defineComponent, defineSystem } from "aether";
import type { AppWorld } from "aether";
import { openRoutes } from "./routes.ts";
import type { Point } from "./routes.ts";

const HALF = 300;
const routes = openRoutes(process.env["FLEET_TRACE"], HALF);

/** By name, corners in their order. */
export const FENCES = {
  centre: [at(-80, -80), at(80, -80), at(80, 80), at(-80, 80)],
  harbour: [at(120, 60), at(280, 40), at(280, 280), at(200, 280), at(190, 120)],
  depot: [at(-290, -290), at(-120, -260), at(-220, -110)],
  airport: [at(-280, 150), at(-150, 120), at(-90, 200), at(-150, 290), at(-270, 280)],
} as const;
type Fence = keyof typeof FENCES;
const NAMES = Object.keys(FENCES) as Fence[];

const Vehicle = { id: 1, aoiRadius: 1, players: false };
const Visitor = { id: 0 };

/** Within which fences a vehicle is: as far as has been told. */
const Inside = defineComponent({ centre: "flag", harbour: "flag", depot: "flag", airport: "flag" });
/** Its number, 0 before it has one; steps that it has driven; crossings that it has told. */
const Trip = defineComponent({ vehicle: "u16", step: "u32", crossings: "u32" }, Inside);

interface State {
  made: number;
  numbered: number;
  /** Crossings that are in the store for good, as far as this server has seen. */
  stored: number;
}

const enter = defineSystem<State>({
  name: "enter",
  run(world) {
    const { state } = world;
    for (; state.made < routes.count; state.made++) world.spawn(Vehicle, 0, 0);
    if (state.numbered === state.made) return;
    world.each(Vehicle, (entity) => {
      if (world.get(entity, Trip, "vehicle") !== 0) return;
      const vehicle = ++state.numbered;
      world.set(entity, Trip, { vehicle });
      const place = routes.at(vehicle, 0);
      if (place !== null) world.teleport(entity, place.x, place.y);
    });
  },
});

const drive = defineSystem<State>({
  name: "drive",
  budgetMs: 5,
  run(world) {
    world.each(Vehicle, (entity) => {
      const vehicle = world.get(entity, Trip, "vehicle");
      if (vehicle === 0) return;
      // A crossing that the store has no room for is told later: until then the vehicle waits.
      if (!tellCrossings(world, entity, vehicle)) return;
      const step = world.get(entity, Trip, "step") + 1;
      const place = routes.at(vehicle, step * world.tickMs);
      if (place === null) return;
      world.teleport(entity, place.x, place.y);
      world.set(entity, Trip, { step });
    });
  },
});

/**
 * The event and the flag that says that it was told are of the same tick: a crash keeps both, or
 * neither, and then the vehicle crosses again.
 * @returns whether all of them were told
 */
function tellCrossings(world: AppWorld<State>, entity: number, vehicle: number): boolean {
  const place = { x: world.x(entity), y: world.y(entity) };
  let crossings = world.get(entity, Trip, "crossings");
  for (const fence of NAMES) {
    const isInside = isWithin(place, FENCES[fence]);
    if (isInside === world.get(entity, Inside, fence)) continue;
    const what = isInside ? "entered" : "left";
    const crossing = { vehicle, fence, nth: crossings + 1, tick: world.tick };
    if (!world.events.emit(`vehicle:${vehicle}`, what, crossing)) return false;
    crossings++;
    world.set(entity, Inside, { [fence]: isInside });
    world.set(entity, Trip, { crossings });
  }
  return true;
}

/** Even and odd: how many edges lie to the right of a point. */
export function isWithin({ x, y }: Point, corners: readonly Point[]): boolean {
  let isInside = false;
  let before = corners[corners.length - 1]!;
  for (const corner of corners) {
    const isPast = corner.y > y !== before.y > y;
    const edge = ((before.x - corner.x) * (y - corner.y)) / (before.y - corner.y) + corner.x;
    if (isPast && x < edge) isInside = !isInside;
    before = corner;
  }
  return isInside;
}

function at(x: number, y: number): Point {
  return { x, y };
}

export default createWorld<State>({
  name: "fleet",
  components: { inside: Inside },
  privateComponents: { trip: Trip },
  kinds: { visitor: Visitor, vehicle: Vehicle },
  systems: [enter, drive],
  hooks: {
    committed(_event, world) {
      world.state.stored++;
    },
  },
  state: { made: 0, numbered: 0, stored: 0 },
  settings: {
    "persistence.world": "fleet",
    "engine.world_bounds.min_x": -HALF,
    "engine.world_bounds.min_y": -HALF,
    "engine.world_bounds.max_x": HALF,
    "engine.world_bounds.max_y": HALF,
  },
});
