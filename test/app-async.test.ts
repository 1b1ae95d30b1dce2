// Code of an application that waits: it counts as code that throws, changes nothing later, and ends
// no server. (Whoever leaves a rejection unheard fails this whole file.)
import { afterEach, describe, expect, test } from "vitest";
import { checkedApp } from "../src/app/definition.ts";
import type { App, AppOptions } from "../src/app/definition.ts";
import type { AppWorld } from "../src/index.ts";
import { createWorld, defineComponent, defineMessage, onMessage } from "../src/index.ts";
import { ERRORS } from "../src/protocol/codes.ts";
import { House } from "./house.ts";

const Tag = defineComponent({ score: "u16" });
const Player = { id: 1 };
const Shout = defineMessage({
  ...{ name: "Shout", type: 1 },
  proto: 'syntax = "proto3"; message Shout { string text = 1; }',
});
const WAITS = "it is async: what runs in a tick cannot wait.";

/** As code that was compiled for old engines waits: no async function to be seen. */
function later(): never {
  return Promise.reject(new Error("later")) as never;
}

const rejections: unknown[] = [];
const heard = (reason: unknown): unknown => rejections.push(reason);

let house: House;

async function start<State>(options: Partial<AppOptions<State>>): Promise<void> {
  process.on("unhandledRejection", heard);
  const whole = { name: "async", components: { tag: Tag }, kinds: { player: Player }, ...options };
  house = await House.start({ application: checkedApp<State>(whole) as App });
}

/** Time for rejections to be called unheard. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("code that answers a promise", () => {
  afterEach(async () => {
    await pause();
    process.off("unhandledRejection", heard);
    expect(rejections.splice(0)).toEqual([]);
    expect(house.faults).toEqual([]);
    house.stop();
  });

  const faults = (): unknown[] =>
    house.appLog.flatMap(({ fields }) => ("error" in fields ? [String(fields.error)] : []));

  test("is a system that throws: what it did is lost, and the third time ends it", async () => {
    const run = (world: AppWorld): never => {
      world.spawn(Player, 0, 0);
      return later();
    };
    await start({ systems: [{ name: "waits", run }] });
    await house.turn(5);
    expect(house.world.liveCount).toBe(0);
    expect(house.app?.systems[0]?.unit).toMatchObject({ throws: 3, isDisabled: true });
    expect(faults()).toEqual(Array(3).fill(`TypeError: ${WAITS}`));
  });

  test("is a message that throws", async () => {
    const messages = [onMessage(Shout, later)];
    await start({ systems: [{ name: "ears", messages }] });
    const guest = await house.join();
    guest.app(Shout.type, [...Shout.encode({ text: "ho" })]);
    await guest.sync();
    await house.turn(2);
    expect(house.app?.systems[0]?.unit).toMatchObject({ throws: 1, isDisabled: false });
    expect(faults()).toEqual([`TypeError: ${WAITS}`]);
  });

  test("is a join that lets nobody in", async () => {
    await start({ hooks: { join: () => Promise.resolve({ x: 1 }) as never } });
    const guest = await house.connect();
    guest.hello();
    guest.spawn(0, 0);
    await guest.sync();
    await house.turn();
    expect(guest.errorCodes).toEqual([ERRORS.REFUSED.code]);
    expect(guest.errors[0]?.message).toContain("The application failed to judge it");
    expect(faults()).toEqual([`TypeError: ${WAITS}`]);
  });

  test("is an intent that stops, and hooks and timers that throw", async () => {
    const begin = (_entity: number, world: AppWorld): never => {
      world.spawn(Player, 0, 0);
      return later();
    };
    await start({
      hooks: { intent: later, enter: begin, leave: later },
      timers: { bell: later },
      systems: [{ name: "ring", run: (world) => world.tick === 1 && world.after(1, "bell") }],
    });
    await house.turn(3);
    expect(faults()).toHaveLength(1);
    const guest = await house.join(10, 10);
    guest.move(1, 0);
    await house.turn(2);
    expect(house.app?.stoppedCount).toBe(1);
    expect(house.world.posX(guest.entity & 65_535)).toBe(10 * 256);
    expect(house.world.liveCount).toBe(1);
    guest.leave();
    await guest.ended();
    house.tick();
    expect(faults()).toEqual(Array(4).fill(`TypeError: ${WAITS}`));
  });

  test("or works on later may read the world, and not change it", async () => {
    const worlds: AppWorld<{ sum: number }>[] = [];
    const run = (world: AppWorld<{ sum: number }>): void => {
      worlds.push(world);
      world.state.sum++;
    };
    const timers = { bell: () => undefined };
    await start<{ sum: number }>({ state: { sum: 0 }, timers, systems: [{ name: "keep", run }] });
    const { entity } = await house.join();
    await house.turn();
    const world = worlds[0]!;
    const changes: (() => unknown)[] = [
      () => world.spawn(Player, 0, 0),
      () => world.despawn(entity),
      () => world.teleport(entity, 1, 1),
      () => world.steer(7, 1, 1),
      () => world.setTraits(entity, 1, 1),
      () => world.set(entity, Tag, { score: 1 }),
      () => world.send(entity, Shout, { text: "" }),
      () => world.sendToAll(Shout, { text: "" }),
      () => world.after(1, "bell"),
      () => world.events.emit("s", "t", 1),
    ];
    const queued = house.world.commandCount;
    await new Promise<void>((resolve) => {
      setTimeout(() => {
        for (const change of changes) expect(change).toThrow(/changed by code in its call only/);
        world.state.sum = 1000;
        resolve();
      });
    });
    expect(house.world.commandCount).toBe(queued);
    const { sum } = world.state;
    await house.turn();
    expect(world.state.sum).toBe(sum + 1);
    expect(sum).toBeLessThan(10);
    expect(world.isThere(entity)).toBe(true);
  });
});

test("async functions are refused in words when a world is made", () => {
  const wait = (async () => await pause()) as () => never;
  const of = (options: Partial<AppOptions<unknown>>) => (): unknown =>
    createWorld({ name: "async", ...options });
  const remedy = "is async: write it without: what runs in a tick cannot wait.";
  expect(of({ systems: [{ name: "a", run: wait }] })).toThrow(`the system a ${remedy}`);
  const messages = [onMessage(Shout, wait)];
  expect(of({ systems: [{ name: "a", messages }] })).toThrow(
    `what hears Shout in the system a ${remedy}`,
  );
  for (const hook of ["join", "enter", "leave", "intent", "committed"])
    expect(of({ hooks: { [hook]: wait } })).toThrow(`the hook ${hook} ${remedy}`);
  expect(of({ timers: { bell: wait } })).toThrow(`the timer bell ${remedy}`);
  expect(of({ systems: [{ name: "a", run: () => undefined }], hooks: {} })).not.toThrow();
});
