// An application for the tests: three walkers that go to and fro, and a gate that tells of each who
// passes it. It keeps in its state what it has made and heard.
import { createWorld, defineComponent, defineSystem } from "aether";

interface State {
  made: number;
  committed: number;
  players: number;
}

const Body = defineComponent({ passed: "u16", isBack: "flag" });
const Player = { id: 0 };
const Walker = { id: 1, maxSpeed: 4 };
/** World units a tick; another test's application walks otherwise. */
const STEP = Number(process.env["GATE_STEP"] ?? 1);

const walk = defineSystem<State>({
  name: "walk",
  run(world) {
    if (world.state.made < 3) {
      world.spawn(Walker, world.state.made, 0);
      world.state.made++;
    }
    world.each(Walker, (entity) => {
      const isBack = world.get(entity, Body, "isBack");
      const [from, to] = [world.x(entity), world.x(entity) + (isBack ? -STEP : STEP)];
      if (to > 8 || to < -8) world.set(entity, Body, { isBack: !isBack });
      else world.steer(entity, isBack ? -STEP : STEP, world.random() - 0.5);
      if (from < 5 === to < 5) return;
      const passed = world.get(entity, Body, "passed") + 1;
      if (world.events.emit(`gate:${entity}`, "passed", { entity, passed }))
        world.set(entity, Body, { passed });
    });
  },
});

export default createWorld<State>({
  name: "gate",
  components: { body: Body },
  kinds: { player: Player, walker: Walker },
  systems: [walk],
  state: { made: 0, committed: 0, players: 0 },
  hooks: {
    join: ({ client }) => (client.startsWith("bad") ? { refuse: "Not you." } : { x: 0, y: 1 }),
    enter(_entity, world) {
      world.state.players++;
    },
    leave(_entity, _reason, world) {
      world.state.players--;
    },
    intent: (_entity, dx) => dx >= 0,
    committed(_event, world) {
      world.state.committed++;
    },
  },
});
