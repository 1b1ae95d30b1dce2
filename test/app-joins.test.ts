// Joins of an application whose hook does something over each of them.
import { afterEach, expect, test } from "vitest";
import { checkedApp } from "../src/app/definition.ts";
import { House } from "./house.ts";

const Player = { id: 1, maxSpeed: 2, aoiRadius: 100 };
const Walker = { id: 7, maxSpeed: 1 };

let house: House;
afterEach(() => {
  expect(house.faults).toEqual([]);
  house.stop();
});

test("a hook that acts over a join takes nobody's place", async () => {
  const pets: number[] = [];
  const app = checkedApp({
    name: "pets",
    kinds: { player: Player, walker: Walker },
    hooks: {
      join: ({ x }, world) => {
        pets.push(world.spawn(Walker, x, 0));
        if (x === 20) return { refuse: "Not you." };
        return { x, y: 0 };
      },
    },
  });
  house = await House.start({ application: app });
  const guests = await Promise.all([1, 2, 3, 4].map(() => house.connect()));
  for (const guest of guests) guest.hello();
  await Promise.all(guests.map((guest) => guest.sync()));
  for (const [i, guest] of guests.entries()) guest.spawn(10 * i, 0);
  await Promise.all(guests.map((guest) => guest.sync()));
  await house.turn(4);
  expect(pets).toHaveLength(4);
  expect(guests.map(({ welcomeX }) => welcomeX)).toEqual([0, 10 * 256, 0, 30 * 256]);
  const entities = guests.map(({ entity }) => entity);
  expect(new Set(entities).size).toBe(4);
  for (const entity of entities.filter((one) => one !== 0))
    expect(house.world.kind(entity & 65535)).toBe(Player.id);
  expect(house.app?.world.count).toBe(3 + 4);
});
