// Kinds of an application: which of them clients may ask for, and that what hooks and systems give
// is the definition's.
import { afterEach, expect, test } from "vitest";
import { checkedApp } from "../src/app/definition.ts";
import type { AppOptions } from "../src/app/definition.ts";
import { defineSystem } from "../src/index.ts";
import { ERRORS } from "../src/protocol/codes.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";

const Player = { id: 1, maxSpeed: 2, aoiRadius: 100 };
const Walker = { id: 7, maxSpeed: 1, players: false };

let house: House;
afterEach(() => {
  expect(house.faults).toEqual([]);
  house.stop();
});

async function start(options: Partial<AppOptions<unknown>>): Promise<void> {
  const kinds = { player: Player, walker: Walker };
  house = await House.start({
    application: checkedApp({ name: "kinds", kinds, ...options }),
  });
}

async function asks(kind: number): Promise<Guest> {
  const guest = await house.connect();
  guest.hello();
  guest.spawn(0, 0, kind);
  await guest.sync();
  await house.turn();
  return guest;
}

const messages = (guest: Guest): unknown[] =>
  guest.errors.map(({ code, message }) => [code, message]);

/** Makes one of Walker, and goes with all there are. */
const drive = defineSystem({
  name: "drive",
  run(world) {
    if (world.tick === 2) world.spawn(Walker, 0, 0);
    world.each(Walker, (walker) => world.steer(walker, 1, 0));
  },
});

test("who asks for the server's own kind is refused, and its system goes on", async () => {
  await start({ systems: [drive] });
  await house.turn(3);
  const guest = await asks(Walker.id);
  expect(guest.errors.map(({ code }) => code)).toEqual([ERRORS.REFUSED.code]);
  expect(guest.errors[0]?.message).toContain("kind is 7; this world has 1.");
  await house.turn(6);
  expect(house.world.liveCount).toBe(1);
  expect(house.app?.systems[0]?.unit).toMatchObject({ throws: 0, isDisabled: false });
  const player = await asks(Player.id);
  expect(house.world.isLive(player.entity)).toBe(true);
});

test("where all kinds are the server's own, the refusal says so", async () => {
  await start({ kinds: { walker: Walker } });
  const [own, none] = [await asks(7), await asks(8)];
  expect(own.errors[0]?.message).toContain("kind is 7; this world has none for players.");
  expect(none.errors[0]?.message).toContain("kind is 8; this world has none for players.");
});

test("a join hook may give the server's own kind, as the definition has it", async () => {
  await start({ hooks: { join: () => ({ kind: { id: 7, maxSpeed: 4000 } }) } });
  const guest = await asks(Player.id);
  expect(guest.kind).toBe(7);
  expect(house.world.maxSpeed(guest.entity & 65_535)).toBe(256);
});

test("a join hook that gives a kind out of the definition lets nobody in", async () => {
  await start({ hooks: { join: () => ({ kind: { id: 9, maxSpeed: 4000 } }) } });
  const guest = await asks(Player.id);
  expect(messages(guest)).toEqual([
    [ERRORS.REFUSED.code, expect.stringContaining("failed to judge")],
  ]);
  expect(house.app?.hooks.throws).toBe(1);
  const { error } = house.appLog[0]?.fields as { error: Error };
  expect(error.message).toBe("there is no kind 9, but 1, 7: name it in the world's kinds.");
});

test("a spawn of a kind out of the definition throws, and one like it gets its speed", async () => {
  const faults: unknown[] = [];
  await start({
    systems: [
      defineSystem({
        name: "make",
        run(world) {
          if (world.tick === 2) world.spawn({ id: 7, maxSpeed: 4000 }, 0, 0);
          try {
            world.spawn({ id: 9 }, 0, 0);
          } catch (error) {
            faults.push((error as Error).message);
          }
        },
      }),
    ],
  });
  await house.turn(3);
  expect(new Set(faults)).toEqual(
    new Set(["there is no kind 9, but 1, 7: name it in the world's kinds."]),
  );
  expect(house.world.liveCount).toBe(1);
  expect(house.world.maxSpeed(0)).toBe(256);
});
