// An application for the tests: what one says, those who see him are told. What a crash makes a
// client say again is known by its number, which is kept with the world.
import { createWorld, defineComponent, defineSystem, onMessage } from "aether";
import { Ask, Say, Sum, Told } from "./talk-messages.ts";

/** The last number that was heard of a player, how many were, and all of them added up. */
const Heard = defineComponent({ last: "u32", count: "u32", total: "u32" });

interface Ears {
  /** What was heard in this tick, by player: components show it from the next one on. */
  heard: Record<number, { last: number; count: number; total: number }>;
}

const talk = defineSystem<Ears>({
  name: "talk",
  messages: [
    onMessage(Say, ({ n }, from, world) => {
      const before = world.state.heard[from] ?? {
        last: world.get(from, Heard, "last"),
        count: world.get(from, Heard, "count"),
        total: world.get(from, Heard, "total"),
      };
      if (n <= before.last) return;
      const { count, total } = before;
      world.state.heard[from] = { last: n, count: count + 1, total: total + n };
    }),
    onMessage(Ask, (_ask, from, world, request) => {
      const count = world.get(from, Heard, "count");
      world.send(from, Sum, { count, total: world.get(from, Heard, "total") }, request);
    }),
  ],
  run(world) {
    const { heard } = world.state;
    for (const key of Object.keys(heard)) {
      const [by, values] = [Number(key), heard[Number(key)]];
      if (values === undefined) continue;
      for (let n = world.get(by, Heard, "last") + 1; n <= values.last; n++)
        world.sendToObservers(by, Told, { by, n });
      world.set(by, Heard, values);
    }
    world.state.heard = {};
  },
});

export default createWorld<Ears>({
  name: "talk",
  privateComponents: { heard: Heard },
  systems: [talk],
  state: { heard: {} },
  hooks: { join: (_request, world) => ({ x: world.random() * 10, y: 0 }) },
});
