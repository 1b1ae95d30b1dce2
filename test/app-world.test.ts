// The world as an application sees it, at its edges: numbers that are too large or none, and
// entities that are gone while somebody still has their handle.
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AppWorld } from "../src/app/app-world.ts";
import { checkedApp } from "../src/app/definition.ts";
import { defineComponent } from "../src/index.ts";
import { House } from "./house.ts";

const Note = defineComponent({ isIt: "flag", score: "u16", mark: 3 });
const Player = { id: 1, maxSpeed: 2 };
const Walker = { id: 7, maxSpeed: 1 };

let house: House;
let walker = 0;
/** What the system does in the next tick. */
let act: (world: AppWorld) => void = () => undefined;
beforeEach(async () => {
  const kinds = { player: Player, walker: Walker };
  const systems = [{ name: "act", run: (world: AppWorld) => act(world) }];
  const options = { name: "edges", components: { note: Note }, kinds, systems };
  house = await House.start({ application: checkedApp(options), rules: { maxEntities: 3 } });
  const ticket = await run((world) => world.spawn(Walker, 0, 0));
  walker = await run((world) => world.spawned(ticket));
});
afterEach(() => {
  expect(house.faults).toEqual([]);
  house.stop();
});

/** Runs code in a tick, and the world until the step has taken what it did. */
async function run<T>(code: (world: AppWorld) => T): Promise<T> {
  const answers: T[] = [];
  act = (world) => void answers.push(code(world));
  await house.turn();
  act = () => undefined;
  const [answer] = answers;
  if (answer === undefined) throw new Error("the code threw, or gave nothing");
  return answer;
}

const app = (): AppWorld => {
  const world = house.app?.world;
  if (world === undefined) throw new Error("there is no application");
  return world;
};
const place = (): [number, number] => [app().x(walker), app().y(walker)];

test("a delta or place of any size goes where it points, and ends at the border", async () => {
  const { maxX, minX, maxY } = house.world.rules;
  for (const far of [1e7, 1e9, 1e15, Number.MAX_VALUE]) {
    await run((world) => (world.teleport(walker, 0, 0), 1));
    await run((world) => (world.steer(walker, far, 0), 1));
    expect(place()).toEqual([1, 0]);
    await run((world) => (world.steer(walker, -far, 0), 1));
    expect(place()).toEqual([0, 0]);
    // The longer axis is cut, and the other with it: 3 to 4 stays 3 to 4.
    await run((world) => (world.steer(walker, far * 0.6, -far * 0.8), 1));
    expect(place().map((at) => Math.round(at * 10))).toEqual([6, -8]);
    await run((world) => (world.teleport(walker, far, -far), 1));
    expect(place()[0]).toBe(maxX / 256);
    await run((world) => (world.teleport(walker, -far, far), 1));
    expect(place()).toEqual([minX / 256, maxY / 256]);
    expect(app().within(-far, -far, far, far)).toBe(1);
  }
});

/** What a call says when it throws. */
function wordsOf(call: () => unknown): string {
  try {
    return `it gave ${String(call())}`;
  } catch (error) {
    return String(error);
  }
}

test("what is no number is refused in words, and does nothing", async () => {
  for (const none of [NaN, Infinity, -Infinity]) {
    const words = `is ${none}: write a finite number of world units.`;
    const told = await run((world) =>
      [
        () => world.spawn(Walker, none, 0),
        () => world.teleport(walker, 0, none),
        () => world.steer(walker, none, 1),
        () => world.steer(walker, 1, none),
        () => world.setTraits(walker, none, 10),
        () => world.setTraits(walker, 1, none),
        () => world.near(0, none, 5),
      ].map(wordsOf),
    );
    expect(told).toHaveLength(7);
    for (const one of told)
      expect(one).toMatch(
        new RegExp(`^RangeError: a (?:coordinate or speed|radius of sight) ${words}$`),
      );
  }
  expect(place()).toEqual([0, 0]);
  expect(house.world.maxSpeed(walker & 65535)).toBe(256);
});

test("a handle of who is gone says nothing of who has its row now", async () => {
  await run((world) => {
    world.set(walker, Note, { isIt: true, score: 5, mark: Uint8Array.of(1, 2, 3) });
    return 1;
  });
  expect([app().kind(walker), app().get(walker, Note, "score")]).toEqual([7, 5]);
  await run((world) => (world.despawn(walker), 1));
  let guest = await house.join(30, 40);
  for (let i = 0; i < 9 && (guest.entity & 65535) !== (walker & 65535); i++)
    guest = await house.join(30, 40);
  const { entity } = guest;
  expect(entity & 65535).toBe(walker & 65535);
  expect(entity).not.toBe(walker);
  await run((world) => {
    world.set(entity, Note, { isIt: true, score: 9, mark: Uint8Array.of(4, 5, 6) });
    return 1;
  });
  const read = (who: number): unknown[] => [
    ...[app().isThere(who), app().isPlayer(who), app().kind(who), app().x(who), app().y(who)],
    ...[app().name(who), app().get(who, Note, "isIt"), app().get(who, Note, "score")],
    [...app().get(who, Note, "mark")],
  ];
  expect(read(entity)).toEqual([true, true, 1, 30, 40, "test", true, 9, [4, 5, 6]]);
  const nobody = [false, false, -1, NaN, NaN, "", false, 0, [0, 0, 0]];
  for (const who of [walker, 0, 65535, 4294967295, -1]) expect(read(who)).toEqual(nobody);
  await run((world) => {
    world.steer(walker, 1, 0);
    world.teleport(walker, 1, 1);
    world.setTraits(walker, 9, 9);
    world.set(walker, Note, { score: 1 });
    world.despawn(walker);
    return 1;
  });
  expect(read(entity)).toEqual([true, true, 1, 30, 40, "test", true, 9, [4, 5, 6]]);
  expect(house.world.maxSpeed(entity & 65535)).toBe(512);
  expect(() => app().steer(entity, 1, 0)).toThrow(/is a player's: teleport it instead/);
});
