// Tag: one player is it, and whoever he touches is it next. Start it with bots, and open the live
// page to play among them; whoever is it has another colour there:
//
//     npm run --silent aether -- serve --app examples/tag/tag.ts --bots 8
import { createWorld, defineComponent, defineSystem } from "aether";
import type { AppWorld } from "aether";

/** What everybody sees of a player. */
export const Tag = defineComponent({ isIt: "flag", score: "u16" });

interface State {
  /** Whose turn it is; 0: nobody's. */
  it: number;
  /** Who was it before: he cannot be caught at once. */
  before: number;
  /** The tick from which on the one who is it may catch. */
  from: number;
}

const REACH = 3;
/** Ticks in which whoever was caught counts to forty, and may not move. */
const COUNT = 40;
const POINTS_EVERY = 40;
/** From the middle to the fence, world units. */
const FIELD = 40;

const Runner = { id: 0, maxSpeed: 0.5, aoiRadius: 120 };

function give(world: AppWorld<State>, next: number): void {
  const { state } = world;
  if (world.isThere(state.it)) world.set(state.it, Tag, { isIt: false });
  state.before = state.it;
  state.it = next;
  state.from = world.tick + COUNT;
  if (next !== 0) world.set(next, Tag, { isIt: true });
}

/** Somebody is it as long as anybody plays. */
const choose = defineSystem<State>({
  name: "choose",
  run(world) {
    if (world.state.it !== 0 && world.isThere(world.state.it)) return;
    const players: number[] = [];
    world.each(Runner, (player) => players.push(player));
    const chosen = players[Math.floor(world.random() * players.length)];
    if (chosen !== undefined) give(world, chosen);
  },
});

const touch = defineSystem<State>({
  name: "touch",
  run(world) {
    const { before, from, it } = world.state;
    if (world.tick < from || !world.isThere(it)) return;
    const count = world.nearest(world.x(it), world.y(it), 3, REACH);
    for (let i = 0; i < count; i++) {
      const other = world.found[i] ?? 0;
      if (other === it || (other === before && world.count > 2)) continue;
      world.events.emit("tag", "caught", { by: it, caught: other, tick: world.tick });
      give(world, other);
      return;
    }
  },
});

/** A point a second for all who are not it. */
const score = defineSystem<State>({
  name: "score",
  everyTicks: POINTS_EVERY,
  run(world) {
    world.each(Runner, (player) => {
      const points = world.get(player, Tag, "score");
      if (player !== world.state.it && points < 65_535)
        world.set(player, Tag, { score: points + 1 });
    });
  },
});

export default createWorld<State>({
  name: "tag",
  components: { tag: Tag },
  kinds: { runner: Runner },
  systems: [choose, touch, score],
  state: { it: 0, before: 0, from: 0 },
  hooks: {
    join(_request, world) {
      const side = (): number => (world.random() - 0.5) * 2 * FIELD;
      return { x: side(), y: side() };
    },
    leave(player, _reason, world) {
      if (player === world.state.it) give(world, 0);
    },
    intent(player, _dx, _dy, world) {
      return player !== world.state.it || world.tick >= world.state.from;
    },
  },
  settings: {
    "persistence.world": "tag",
    "engine.world_bounds.min_x": -FIELD,
    "engine.world_bounds.min_y": -FIELD,
    "engine.world_bounds.max_x": FIELD,
    "engine.world_bounds.max_y": FIELD,
  },
});
