// A world in which an application moves, changes and writes on what lives there, lived through a
// second time: on the other engine and in plain objects, tick by tick.
import { expect, test } from "vitest";
import { World } from "../../src/engine/world.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { randomOf, rules } from "../kernel/scenario.ts";
import { Replay } from "./replay.ts";

const RULES = rules(300, { maxEntities: 60 });
const TICKS = 1500;
const HERE = { kind: 1, maxSpeed: 1280, aoiRadius: 6400, layer: 0, bank: -1, sequence: 0 };
const SEEN = { observer: true, visible: true };
const IGNORED = (): void => undefined;

test.each(ENGINES)("H85 an application's commands, lived through again: %s", (engine) => {
  const random = randomOf(9);
  const below = (end: number): number => Math.floor(random() * end);
  const any = (reach: number): number => below(2 * reach) - reach;
  const replay = new Replay(engine, RULES, { input: IGNORED, output: IGNORED });
  const world = new World(openKernel(engine), RULES, replay);
  const given = { steered: 0, changed: 0, written: 0, thrown: 0, marked: 0 };
  for (let tick = 1; tick <= TICKS; tick++) {
    if (world.liveCount < 40) world.join({ ...HERE, ...SEEN, x: any(70_000), y: any(70_000) });
    for (const id of world.liveHandles()) {
      const draw = below(60);
      if (draw === 0 && world.steer(id, any(40_000), any(4000))) given.steered++;
      if (draw === 1 && world.setTraits(id, below(20_000), below(7000))) given.changed++;
      const words = Int32Array.from({ length: 8 }, () => any(2 ** 31));
      if (draw === 2 && world.writeComponents(id, words, 0)) given.written++;
      if (draw === 3 && world.teleport(id, any(90_000), any(90_000))) given.thrown++;
      if (draw === 4 && world.mark(below(100))) given.marked++;
      if (draw === 5 && below(5) === 0) world.leave(id);
      if (draw > 20) world.intent(id, tick, any(900), any(900));
    }
    world.step();
    // Throws where anything differs.
    replay.compare(world);
  }
  expect(Math.min(...Object.values(given))).toBeGreaterThan(500);
});
