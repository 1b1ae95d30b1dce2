// Messages in the hands of systems: real sockets, the real gateway, an application that hears and
// answers; what becomes of both when its code throws, and what is journaled of it.
import { afterEach, describe, expect, expectTypeOf, test } from "vitest";
import { checkedApp } from "../src/app/definition.ts";
import type { App, AppOptions, Hooks } from "../src/app/definition.ts";
import { SENDS_MAX } from "../src/app/mail.ts";
import { createWorld, defineMessage, defineSystem, onMessage } from "../src/index.ts";
import type { AppWorld, Hearing } from "../src/index.ts";
import { ERRORS } from "../src/protocol/codes.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house.ts";

const PROTO = `
  syntax = "proto3";
  message Shout { string text = 1; }
  message Heard { uint32 by = 1; string text = 2; }
`;
const Shout = defineMessage({ name: "Shout", type: 1, proto: PROTO });
const Heard = defineMessage({ name: "Heard", type: 2, proto: PROTO });

let house: House;
afterEach(() => {
  expect(house.faults).toEqual([]);
  house.stop();
});

async function start<State>(
  options: Partial<AppOptions<State>>,
  more: HouseOptions = {},
): Promise<void> {
  const application = checkedApp<State>({
    name: "talk",
    kinds: { player: { id: 1 } },
    ...options,
  }) as App;
  house = await House.start({ application, ...more });
}

/** With one system that hears shouts, as `hear` does, and runs as `run` does. */
function hearing(
  hear: (text: string, from: number, world: AppWorld, request: number) => void,
  run: (world: AppWorld) => void = () => undefined,
  hooks: Hooks<unknown> = {},
): Partial<AppOptions<unknown>> {
  const messages = [
    onMessage(Shout, ({ text }, from, world, request) => hear(text, from, world, request)),
  ];
  return { systems: [defineSystem({ name: "ears", messages, run })], hooks };
}

const shout = (guest: Guest, text: string, sequence = 0, request = 0): void =>
  guest.app(Shout.type, [...Shout.encode({ text })], sequence, request);
const heardBy = ({ apps }: Guest): (string | undefined)[] =>
  apps
    .filter(({ channel }) => channel === Heard.type)
    .map(({ payload }) => Heard.decode(Uint8Array.from(payload))?.text);

describe("what clients say", () => {
  test("is heard in the next tick, in the order in which it came, before systems run", async () => {
    const story: unknown[] = [];
    await start(
      hearing(
        (text, from, world, request) => story.push([text, from, world.tick, request]),
        () => story.push("run"),
      ),
    );
    const [a, b] = [await house.join(1, 1), await house.join(2, 2)];
    shout(a, "one", 1, 7);
    await a.barrier();
    shout(b, "two", 1);
    await b.barrier();
    shout(a, "three", 2);
    await a.barrier();
    story.length = 0;
    const { tick } = house.world;
    house.tick();
    expect(story).toEqual([
      ["one", a.entity, tick, 7],
      ["two", b.entity, tick, 0],
      ["three", a.entity, tick, 0],
      "run",
    ]);
    house.tick();
    expect(story).toHaveLength(5);
  });

  test("is typed by the .proto", () => {
    onMessage(Shout, (message, from, world, request) => {
      expectTypeOf(message).toEqualTypeOf<{ text: string }>();
      expectTypeOf(from).toEqualTypeOf<number>();
      expectTypeOf(request).toEqualTypeOf<number>();
      expectTypeOf(world).toEqualTypeOf<AppWorld>();
      // @ts-expect-error: it has no such field
      world.send(from, Heard, { colour: 1 });
      // @ts-expect-error: nor is this one a number
      world.sendToAll(Heard, { text: 1 });
    });
    defineSystem<{ said: number }>({
      name: "counts",
      messages: [onMessage(Shout, (_message, _from, world) => world.state.said++)],
    });
    expectTypeOf(onMessage<{ text: string }, { a: 1 }>).returns.toEqualTypeOf<Hearing<{ a: 1 }>>();
  });

  test("is refused in words where no system hears it, or it is none", async () => {
    await start(hearing(() => expect.unreachable()));
    const guest = await house.join();
    guest.app(Heard.type, [], 1);
    guest.app(Shout.type, [0x0a, 9], 2);
    await house.turn();
    const code = ERRORS.BAD_MESSAGE.code;
    expect(guest.errors.map((error) => error.code)).toEqual([code, code]);
    expect(guest.errors[0]?.message).toContain("It has no type 2.");
    expect(guest.errors[1]?.message).toContain("Its bytes are none of type 1.");
  });

  test("is heard after he has entered, and before he has left", async () => {
    const story: unknown[] = [];
    const hooks: Hooks<unknown> = {
      enter: (entity, world) => {
        story.push(["enter", entity]);
        world.send(entity, Heard, { text: "hello" });
      },
      leave: (entity) => story.push(["leave", entity]),
    };
    await start(hearing((text, from) => story.push([text, from]), undefined, hooks));
    const guest = await house.join();
    const { entity } = guest;
    shout(guest, "hi");
    await house.turn();
    expect(heardBy(guest)).toEqual(["hello"]);
    shout(guest, "bye");
    guest.leave();
    await guest.ended();
    house.tick();
    expect(story).toEqual([
      ["enter", entity],
      ["hi", entity],
      ["bye", entity],
      ["leave", entity],
    ]);
  });

  test("is heard by a system that sits out, and does not make it do so", async () => {
    let clock = 0;
    const story: string[] = [];
    const hear = (text: string): void => {
      story.push(text);
      clock += 4.5;
    };
    let isSlow = true;
    const run = (world: AppWorld): void => {
      story.push(`run ${world.tick}`);
      if (isSlow) clock += 4.5;
      isSlow = false;
    };
    const budget = hearing(hear, run).systems?.[0];
    const systems = [{ name: "slow", ...budget, budgetMs: 2 }];
    await start({ systems: systems.map((one) => defineSystem(one)) }, { appNow: () => clock });
    const guest = await house.join();
    for (let i = 0; i < 3; i++) house.tick();
    story.length = 0;
    isSlow = true;
    const first = house.world.tick;
    for (const text of ["a", "b", "c", "d", "e"]) {
      shout(guest, text);
      await guest.barrier();
      house.tick();
    }
    const [again, then] = [`run ${first + 3}`, `run ${first + 4}`];
    expect(story).toEqual(["a", `run ${first}`, "b", "c", "d", again, "e", then]);
    expect(house.app?.systems[0]?.unit).toMatchObject({ overruns: 2, skips: 4 });
  });

  test("may use up what all share, and ends no system by that", async () => {
    let runs = 0;
    let isFull = false;
    const hear = (_text: string, from: number, world: AppWorld): void => {
      isFull = true;
      try {
        for (;;) world.after(1000, "bell", from);
      } catch {
        // That is what was wanted: none is left for anybody.
      }
    };
    const beats = defineSystem({
      name: "beats",
      run(world) {
        runs++;
        if (isFull) world.after(1, "bell", 0);
      },
    });
    const { systems = [] } = hearing(hear);
    await start({ systems: [...systems, beats], timers: { bell: () => undefined } });
    const guest = await house.join();
    runs = 0;
    for (let i = 0; i < 5; i++) {
      shout(guest, "all of them");
      await guest.barrier();
      house.tick();
    }
    expect(runs).toBe(5);
    expect(house.app?.systems[1]?.unit).toMatchObject({ throws: 5, strikes: 0 });
  });
});

describe("what systems send", () => {
  test("goes to one, to observers, to a radius, to all, after the step", async () => {
    await start(
      hearing((text, from, world, request) => {
        const by = from;
        if (text === "one") world.send(from, Heard, { by, text }, request);
        else if (text === "observers") world.sendToObservers(from, Heard, { by, text });
        else if (text === "radius") world.sendToRadius(0, 0, 100, Heard, { by, text });
        else world.sendToAll(Heard, { by, text });
      }),
    );
    const [a, b, far] = [
      await house.join(0, 0),
      await house.join(100, 0),
      await house.join(500, 0),
    ];
    await house.turn(2);
    for (const text of ["one", "observers", "radius", "all"]) shout(a, text, 0, 5);
    await house.turn();
    expect(heardBy(a)).toEqual(["one", "radius", "all"]);
    expect(heardBy(b)).toEqual(["observers", "radius", "all"]);
    expect(heardBy(far)).toEqual(["all"]);
    expect(a.apps[0]).toMatchObject({ request: 5, sequence: 1 });
    expect(b.apps[0]).toMatchObject({ request: 0, sequence: 1 });
    expect(house.gateway.counters.appSent).toBe(7);
  });

  test("is lost with the run that throws, and with nothing else", async () => {
    const noisy = defineSystem({
      name: "noisy",
      run(world) {
        world.sendToAll(Heard, { text: "lost" });
        throw new Error("oh");
      },
    });
    const { systems = [] } = hearing(
      (text, _from, world) => {
        world.sendToAll(Heard, { text: `echo ${text}` });
        if (text === "bad") throw new Error("a bad word");
      },
      (world) => world.sendToAll(Heard, { text: "kept" }),
    );
    await start({ systems: [noisy, ...systems] });
    const guest = await house.join();
    for (const text of ["bad", "good", "bad", "bad", "good"]) shout(guest, text);
    await house.turn();
    expect(heardBy(guest)).toEqual(["echo good", "echo good", "kept"]);
    const [first, ears] = house.app?.systems.map(({ unit }) => unit) ?? [];
    // A client's words end no system; its own run, three times, does.
    expect(ears).toMatchObject({ throws: 3, strikes: 0, isDisabled: false });
    await house.turn(3);
    expect(first).toMatchObject({ throws: 3, strikes: 3, isDisabled: true });
    const words = house.appLog.map(({ message }) => message);
    expect(words.filter((word) => word.includes("threw over a message Shout"))).toHaveLength(3);
  });

  test("is limited, a message and a tick: more is an error of the system", async () => {
    let count = SENDS_MAX;
    let text = "";
    await start(
      hearing(
        () => undefined,
        (world) => {
          for (let i = 0; i < count; i++) world.send(12_345, Heard, { text });
        },
      ),
    );
    house.tick();
    expect(house.gateway.counters.appUnaddressed).toBe(SENDS_MAX);
    expect(house.appLog).toEqual([]);
    count++;
    house.tick();
    expect(house.gateway.counters.appUnaddressed).toBe(SENDS_MAX);
    [count, text] = [1, "x".repeat(400)];
    house.tick();
    expect(() => house.app?.world.sendToRadius(0, 0, -1, Heard, {})).toThrow(/a radius is -1: 0/);
    const errors = house.appLog.map(({ fields }) => String((fields as { error: Error }).error));
    expect(errors).toEqual([
      "NoRoom: a tick sends 4096 messages, or 262144 bytes of them, and has them.",
      "RangeError: Heard does not fit 400 bytes; send less at once.",
    ]);
  });

  test("finds no room where too much waits: its client is told how much", async () => {
    await start(
      hearing((_text, from, world) => {
        for (let i = 0; i < 70; i++) world.send(from, Heard, { text: String(i) });
        world.sendToAll(Heard, { text: "all" });
      }),
    );
    const [a, b] = [await house.join(), await house.join()];
    shout(a, "");
    await house.turn(40);
    expect(heardBy(a)).toEqual(Array.from({ length: 64 }, (_, i) => String(i)));
    expect(a.apps.filter(({ missed }) => missed > 0)).toMatchObject([{ missed: 7 }]);
    expect(heardBy(b)).toEqual(["all"]);
    expect(house.gateway.counters.appMissed).toBe(7);
  });
});

test("what was heard and said is journaled with its tick", async () => {
  await start(hearing((text, from, world) => world.send(from, Heard, { text })));
  const guest = await house.join();
  house.appRecords.length = 0;
  shout(guest, "a", 0, 3);
  await guest.barrier();
  const { tick } = house.world;
  house.tick();
  house.tick();
  const base64 = Buffer.from(Shout.encode({ text: "a" })).toString("base64");
  const { entity } = guest;
  expect(house.appRecords).toMatchObject([
    {
      tick,
      inputs: [
        ["enter", { entity }],
        ["message", entity, 1, 3, base64],
      ],
      stopped: [],
    },
  ]);
  expect(house.appRecords[0]?.said).toEqual([0, 1, expect.any(Number)]);
});

test("one message has one system that hears it", () => {
  const hear = (): undefined => undefined;
  const twice = ["a", "b"].map((name) =>
    defineSystem({ name, messages: [onMessage(Shout, hear)] }),
  );
  expect(() => createWorld({ name: "twice", systems: twice })).toThrow(
    /the messages Shout and Shout have the type 1: let one system hear it \(b does\), or number/,
  );
});
