// An application in the house: real sockets, the real gateway and world, its own code.
import { afterEach, describe, expect, test } from "vitest";
import type { App, AppOptions } from "../src/app/definition.ts";
import { checkedApp, isApp } from "../src/app/definition.ts";
import type { AppWorld } from "../src/app/app-world.ts";
import tag from "../examples/tag/tag.ts";
import { createWorld, defineComponent, defineSystem } from "../src/index.ts";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house.ts";

const Tag = defineComponent({ isIt: "flag", score: "u16" });
const Mind = defineComponent({ mood: "u8" }, Tag);
const Player = { id: 1, maxSpeed: 2, aoiRadius: 100 };
const Walker = { id: 7, maxSpeed: 1 };

let house: House;
afterEach(() => {
  expect(house.faults).toEqual([]);
  house.stop();
});

async function start<State>(
  options: Partial<AppOptions<State>>,
  more: HouseOptions = {},
): Promise<void> {
  const kinds = { player: Player, walker: Walker };
  const whole = { name: "test", components: { tag: Tag }, kinds, ...options };
  house = await House.start({ application: checkedApp<State>(whole) as App, ...more });
}

describe("hooks", () => {
  test("a join is let in as the application says, with the speed of its kind", async () => {
    const asked: unknown[] = [];
    await start({
      hooks: {
        join: (request) => {
          asked.push(request);
          return { x: 12, y: -3.5, name: "Ada", kind: Player };
        },
      },
    });
    const guest = await house.join(500, 500);
    expect(asked).toEqual([
      { session: guest.session, account: "", client: "test", kind: Player, x: 500, y: 500 },
    ]);
    expect([guest.kind, guest.welcomeX, guest.welcomeY]).toEqual([1, 12 * 256, -3.5 * 256]);
    expect(house.world.maxSpeed(guest.entity & 65535)).toBe(512);
    expect(house.world.aoiRadius(guest.entity & 65535)).toBe(3200);
    await house.turn();
    expect(house.app?.world.name(guest.entity)).toBe("Ada");
  });

  test("who is not let in is told why, and may ask again", async () => {
    let isOpen = false;
    await start({ hooks: { join: () => (isOpen ? undefined : { refuse: "It is night." }) } });
    const guest = await house.connect();
    guest.hello();
    guest.spawn(0, 0);
    await guest.sync();
    await house.turn();
    expect(guest.errors.map(({ code }) => code)).toEqual([ERRORS.REFUSED.code]);
    expect(guest.errors[0]?.message).toContain("It is night.");
    expect(house.gateway.counters.joinsNotLetIn).toBe(1);
    isOpen = true;
    guest.spawn(0, 0, 9);
    await guest.sync();
    await house.turn();
    expect(guest.errors[1]?.message).toContain("kind is 9; this world has 1, 7.");
    guest.spawn(0, 0);
    await guest.sync();
    await house.turn();
    expect(house.world.isLive(guest.entity)).toBe(true);
  });

  test("who comes and goes is heard of; his entity is there when he goes", async () => {
    const heard: unknown[] = [];
    await start({
      hooks: {
        enter: (entity, world) => heard.push(["enter", entity, world.isThere(entity)]),
        leave: (entity, reason, world) => heard.push([reason, entity, world.isThere(entity)]),
      },
    });
    const guest = await house.join();
    const { entity } = guest;
    await house.turn();
    guest.leave();
    await guest.ended();
    house.tick();
    expect(heard).toEqual([
      ["enter", entity, true],
      ["left", entity, true],
    ]);
    expect(house.world.liveCount).toBe(0);
  });

  test("an intent that is stopped moves nobody; its client is told where it is", async () => {
    await start({ hooks: { intent: (_entity, dx) => dx <= 0 } });
    const guest = await house.join(10, 10);
    const sequence = guest.move(1, 0);
    await house.turn(2);
    const at = { entity: guest.entity, sequence, x: 10, y: 10 };
    expect(guest.corrections.at(-1)).toMatchObject(at);
    expect(house.app?.stoppedCount).toBe(1);
    guest.move(-1, 0);
    await house.turn(2);
    expect(house.world.posX(guest.entity & 65535)).toBe(9 * 256);
    expect(guest.corrections).toHaveLength(1);
  });
});

describe("systems", () => {
  test("make entities and write components that players see", async () => {
    let ticket = -1;
    let walker = 0;
    await start({
      systems: [
        defineSystem({
          name: "make",
          run(world) {
            if (ticket < 0) ticket = world.spawn(Walker, 20, 0);
            else if (walker === 0) {
              walker = world.spawned(ticket);
              world.set(walker, Tag, { isIt: true, score: 300 });
            }
          },
        }),
      ],
    });
    const guest = await house.join();
    await house.turn(3);
    const at = guest.replica.indexOf(walker) * Tag.end;
    expect(at).toBeGreaterThanOrEqual(0);
    expect(Tag.get(guest.replica.components, at, "score")).toBe(300);
    expect(Tag.get(guest.replica.components, at, "isIt")).toBe(true);
    expect(house.app?.world.isPlayer(walker)).toBe(false);
    expect(house.app?.world.isPlayer(guest.entity)).toBe(true);
    expect(house.app?.world.get(walker, Tag, "score")).toBe(300);
  });

  test("find who is near, teleport and remove; a removed player's session ends", async () => {
    let found: number[] = [];
    await start({
      systems: [
        defineSystem({
          name: "hunt",
          run(world) {
            found = Array.from(world.found.subarray(0, world.near(0, 0, 5)));
            world.each(Player, (entity) => {
              if (world.x(entity) > 400) world.despawn(entity);
              else if (world.x(entity) > 100) world.teleport(entity, 1, 1);
            });
          },
        }),
      ],
    });
    const [near, far] = [await house.join(1, 2), await house.join(200, 0)];
    await house.turn(2);
    expect(house.world.posX(far.entity & 65535)).toBe(256);
    await house.turn();
    expect(found.toSorted()).toEqual([near.entity, far.entity].toSorted());
    const gone = await house.join(500, 0);
    await house.turn(2);
    await gone.ended();
    expect(gone.raw.closeCode).toBe(CLOSES.LEFT.code);
    expect(gone.errorCodes).toEqual([ERRORS.REMOVED.code]);
  });

  test("one that throws loses what it did, and after three times runs no more", async () => {
    const runs = { bad: 0, good: 0 };
    const options = {
      state: { sum: 0 },
      timers: { never: () => expect.unreachable() },
      systems: [
        defineSystem<{ sum: number }>({
          name: "bad",
          run(world) {
            runs.bad++;
            world.spawn(Walker, 0, 0);
            world.state.sum = 1000;
            world.after(1, "never");
            world.events.emit("s", "t", {});
            throw new Error("oh");
          },
        }),
        defineSystem<{ sum: number }>({
          name: "good",
          run(world) {
            runs.good++;
            world.state.sum++;
            world.spawn(Walker, 1, 1);
          },
        }),
      ],
    };
    const ledger = new Facts();
    await start(options, { ledger });
    await house.turn(5);
    expect(runs).toEqual({ bad: 3, good: 5 });
    expect(house.world.liveCount).toBe(5);
    expect(house.app?.world.state).toEqual({ sum: 5 });
    expect(ledger.facts).toEqual([]);
    const [bad, good] = house.app?.systems.map(({ unit }) => unit) ?? [];
    expect(bad).toMatchObject({ throws: 3, isDisabled: true, runs: 3 });
    expect(good).toMatchObject({ throws: 0, isDisabled: false, runs: 5 });
    const said = house.appLog.map(({ message }) => message);
    expect(said.filter((message) => message.startsWith("The system bad threw"))).toHaveLength(3);
    expect(said.at(-1)).toBe("The system bad runs no more: it threw too often");
  });

  test("one that takes too long is named and sits out, which stands in the history", async () => {
    let clock = 0;
    const ran: number[] = [];
    await start(
      {
        systems: [
          defineSystem({
            name: "slow",
            budgetMs: 1,
            run(world) {
              ran.push(world.tick);
              if (ran.length === 1) clock += 3.5;
            },
          }),
        ],
      },
      { appNow: () => clock },
    );
    const first = house.world.tick;
    const marks: number[] = [];
    for (let i = 0; i < 6; i++) {
      house.tick();
      marks.push(house.world.kernel.views.commands[2] ?? -1);
    }
    expect(ran).toEqual([first, first + 4, first + 5]);
    expect(marks).toEqual([0, 1, 1, 1, 0, 0]);
    expect(house.app?.systems[0]?.unit).toMatchObject({ overruns: 1, skips: 3, runs: 3 });
    expect(house.appLog).toHaveLength(1);
  });

  test("run in turn, and timers, chance and state are the same in each run", async () => {
    const story = async (): Promise<unknown[]> => {
      const lines: unknown[] = [];
      const note = (world: AppWorld, what: string): void => {
        lines.push([world.tick, what, world.random(), world.random()]);
      };
      await start({
        timers: { bell: (value, world) => note(world, `bell ${value}`) },
        systems: [
          defineSystem({ name: "third", everyTicks: 3, run: (world) => note(world, "third") }),
          defineSystem({
            name: "each",
            run(world) {
              note(world, "each");
              if (world.tick === 2) world.after(4, "bell", 5);
            },
          }),
        ],
      });
      await house.turn(7);
      return lines;
    };
    const first = await story();
    house.stop();
    expect(await story()).toEqual(first);
    const told = first.map((line) => (line as [number, string]).slice(0, 2).join(" "));
    const each = Array.from({ length: 7 }, (_, i) => `${i + 1} each`);
    expect(told.filter((line) => line.endsWith("each"))).toEqual(each);
    expect(told.filter((line) => line.endsWith("third"))).toEqual(["3 third", "6 third"]);
    expect(told.filter((line) => line.includes("bell"))).toEqual(["6 bell 5"]);
    const numbers = first.flatMap((line) => (line as number[]).slice(2));
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  });
});

describe("events", () => {
  test("are facts of the tick, and their commit comes back", async () => {
    const ledger = new Facts();
    const heard: unknown[] = [];
    let emitted = false;
    await start(
      {
        hooks: { committed: (event) => heard.push([event.stream, event.type]) },
        systems: [
          defineSystem({
            name: "emit",
            run(world) {
              if (!emitted) emitted = world.events.emit("gate:1", "crossed", { by: 4 });
            },
          }),
        ],
      },
      { ledger },
    );
    await house.turn(2);
    expect(ledger.facts).toEqual([
      { what: "emitted", stream: "gate:1", type: "crossed", payload: '{"by":4}' },
    ]);
    expect(heard).toEqual([]);
    ledger.durable = 1;
    await house.turn(2);
    expect(heard).toEqual([["gate:1", "crossed"]]);
    expect(house.appRecords.flatMap(({ inputs }) => inputs)).toEqual([["committed", 1]]);
  });

  test("that find no room are counted, and said to whoever emits", async () => {
    const answers: boolean[] = [];
    const run = (world: AppWorld): unknown => answers.push(world.events.emit("s", "t", 1));
    const ledger = new Facts();
    ledger.isBehind = true;
    await start({ systems: [defineSystem({ name: "emit", run })] }, { ledger });
    await house.turn(2);
    expect(answers).toEqual([false, false]);
    expect(house.app?.outbox.refused).toBe(2);
  });
});

/** Facts as the store has them: so many as the test says. */
class Facts {
  isBehind = false;
  retryAfterMs = 0;
  durable = 0;
  readonly facts: object[] = [];
  readonly hasRoom = (): boolean => true;
  readonly told = (): undefined => undefined;
  readonly note = (fact: object): number => this.facts.push(fact);
  readonly isSettled = (serial: number): boolean => serial <= this.durable;
}

test("in tag whoever is touched is it, and others are told", async () => {
  const ledger = new Facts();
  ledger.durable = Infinity;
  const application: unknown = tag;
  if (!isApp(application)) throw new Error("tag is no application");
  house = await House.start({ application, ledger });
  const guests = [await house.connect(), await house.connect()];
  for (const guest of guests) {
    guest.hello();
    guest.spawn(0, 0, 0);
    await guest.sync();
  }
  await house.turn(4);
  const itOf = (): number => (house.app?.world.state as { it: number }).it;
  const first = itOf();
  const other = guests.find(({ entity }) => entity !== first);
  expect(guests.map(({ entity }) => entity)).toContain(first);
  for (const { entity } of guests) house.world.teleport(entity, 0, 0);
  await house.turn(45);
  expect(itOf()).toBe(other?.entity);
  const events = ledger.facts.filter((fact) => "type" in fact);
  expect(events).toEqual([expect.objectContaining({ what: "emitted", type: "caught" })]);
  expect(Tag.get(other?.replica.own ?? new Uint8Array(0), 0, "isIt")).toBe(true);
});

describe("definitions", () => {
  const name = "test";
  const run = (): undefined => undefined;

  test("that no server could run are refused in words", () => {
    const bad =
      (options: AppOptions<unknown>): (() => unknown) =>
      () =>
        createWorld(options);
    expect(bad({ name: "no name" })).toThrow(/the application's name is "no name": write 1 to 32/);
    expect(bad({ name, kinds: { a: { id: 3 }, b: { id: 3 } } })).toThrow(/two kinds have the same/);
    expect(bad({ name, kinds: { a: { id: 65_536 } } })).toThrow(/a kind has the id 65536: write/);
    const twice = [defineSystem({ name: "a", run }), defineSystem({ name: "a", run })];
    expect(bad({ name, systems: twice })).toThrow(
      /two systems have the same name: name them apart/,
    );
    const many = Array.from({ length: 17 }, (_, i) => defineSystem({ name: `s${i}`, run }));
    expect(bad({ name, systems: many })).toThrow(/there are 17 systems: at most 16 run/);
    const none = [defineSystem({ name: "a", everyTicks: 0, run })];
    expect(bad({ name, systems: none })).toThrow(/the system a runs every 0 ticks: write a whole/);
    expect(bad({ name, components: { tag: Tag, other: defineComponent({ a: "u8" }) } })).toThrow(
      /the components other and tag share bytes: define one behind the other/,
    );
    const swapped = { components: { mind: Mind }, privateComponents: { tag: Tag } };
    expect(bad({ name, ...swapped })).toThrow(/the private component tag lies before one/);
  });

  test("of components have a number that another layout has not", () => {
    const one = checkedApp({ name, components: { tag: Tag }, privateComponents: { mind: Mind } });
    const same = checkedApp({ name, components: { tag: Tag }, privateComponents: { mind: Mind } });
    const told = checkedApp({ name, components: { tag: Tag, mind: Mind } });
    expect(one.componentLayout).toBe(same.componentLayout);
    expect([one.componentBytes, told.componentBytes]).toEqual([Tag.end, Mind.end]);
    expect(told.componentLayout).not.toBe(one.componentLayout);
  });
});
