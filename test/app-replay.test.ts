// An application's ticks lived through again: what reached it then reaches it now, and it must do,
// stop, emit and send the same, or the first tick in which it does not is named.
import { afterEach, describe, expect, test } from "vitest";
import { COMMAND_WORDS, INTENT_WORDS } from "#layout";
import { checkedApp } from "../src/app/definition.ts";
import type { App, AppOptions } from "../src/app/definition.ts";
import type { AppRecord } from "../src/app/inputs.ts";
import { AppReplay } from "../src/app/replay.ts";
import type { World } from "../src/engine/world.ts";
import type { Recorder } from "../src/engine/recorder.ts";
import { defineMessage, defineSystem, onMessage } from "../src/index.ts";
import { Rerun } from "../src/journal/rerun.ts";
import type { TickRecord } from "../src/journal/tick-record.ts";
import { ENGINES } from "../src/kernel/kernel.ts";
import { openKernel } from "../src/kernel/open.ts";
import { House, TICK_MS } from "./house.ts";
import type { Guest } from "./guest.ts";

const PROTO = "message Said { string text = 1; }";
const Said = defineMessage({ name: "Said", type: 1, proto: PROTO });
const Echo = defineMessage({ name: "Said", type: 2, proto: PROTO });
const Walker = { id: 7, maxSpeed: 1 };
const Player = { id: 1 };

/** What another application does otherwise. */
type Otherwise = "send" | "more" | "emit" | "command" | "to";

/** Players teleport, spawn, shout and throw by what they say. */
function talker(isOther: (what: Otherwise) => boolean = () => false): App {
  const hears = defineSystem<{ heard: number }>({
    name: "hears",
    messages: [
      onMessage(Said, ({ text }, from, world, request) => {
        world.state.heard++;
        if (text === "spawn") world.spawn(Walker, isOther("command") ? 6 : 5, world.random());
        world.send(from, Echo, { text: isOther("send") ? `${text}!` : text }, request);
        if (text === "throw") throw new Error("as it was told");
        if (text === "all") world.sendToObservers(isOther("to") ? from + 1 : from, Echo, { text });
        if (text === "all" && isOther("more")) world.sendToAll(Echo, { text });
        world.events.emit("said", isOther("emit") ? "yell" : "text", { text, by: from });
      }),
    ],
    run: (world) => world.each(Walker, (walker) => world.steer(walker, world.random(), 0.5)),
  });
  const bad = defineSystem<{ heard: number }>({
    name: "bad",
    run(world) {
      if (world.state.heard < 2) return;
      world.sendToAll(Echo, { text: "never" });
      world.spawn(Walker, 0, 0);
      throw new Error("it heard too much");
    },
  });
  const options: AppOptions<{ heard: number }> = {
    ...{ name: "talker", kinds: { player: Player, walker: Walker }, state: { heard: 0 } },
    systems: [hears, bad],
    hooks: {
      join: (_request, world) => ({ x: world.random() * 10, y: 0 }),
      enter: (entity, world) => world.send(entity, Echo, { text: "hello" }),
      leave: (_entity, _reason, world) => void world.spawn(Walker, 1, 1),
      intent: (_entity, dx) => dx >= 0,
    },
  };
  return checkedApp(options) as App;
}

/** Every input of the world, and what the application noted before it. */
class Tape implements Recorder {
  readonly ticks: { readonly record: TickRecord; readonly notes: readonly AppRecord[] }[] = [];
  readonly #notes: AppRecord[];
  #input: Omit<TickRecord, "tick" | "hasHash" | "hashLow" | "hashHigh"> | null = null;

  /** Of the world that it begins with. */
  image: Uint8Array = new Uint8Array(0);

  constructor(notes: AppRecord[]) {
    this.#notes = notes;
  }

  /** As a journal does: with an application it begins when the world has its rules. */
  begin(world: World): void {
    const out = new Uint8Array(world.imageBytesMax);
    this.image = out.subarray(0, world.writeImage(out));
    this.ticks.length = 0;
  }

  input(commands: Int32Array, commandCount: number, intents: Int32Array, intentCount: number) {
    this.#input = {
      ...{ commands: commands.slice(0, commandCount * COMMAND_WORDS), commandCount, facts: 0 },
      ...{ intents: intents.slice(0, intentCount * INTENT_WORDS), intentCount },
    };
  }

  output(tick: number, hashLow: number, hashHigh: number): void {
    if (this.#input === null) throw new Error("an output without an input");
    const hash = { hashLow: hashLow >>> 0, hashHigh: hashHigh >>> 0 };
    const record = { ...this.#input, tick, hasHash: true, ...hash };
    this.ticks.push({ record, notes: this.#notes.splice(0) });
  }
}

let house: House;
afterEach(() => house.stop());

/** A minute of talk, as it was recorded. */
async function recorded(): Promise<Tape> {
  const notes: AppRecord[] = [];
  const tape = new Tape(notes);
  let clock = 0;
  const ledger = {
    ...{ isBehind: false, retryAfterMs: 0, durable: 0, noted: 0 },
    hasRoom: () => true,
    told: () => undefined,
    note: () => ++ledger.noted,
    isSettled: () => true,
  };
  house = await House.start({
    ...{ application: talker(), recorder: tape, ledger, appRecords: notes },
    // Now and then something takes too long: who sits out stands in the history.
    appNow: () => (clock += house.world.tick % 9 === 0 ? 2.5 : 0),
  });
  tape.begin(house.world);
  const say = (guest: Guest, text: string): void =>
    guest.app(Said.type, [...Said.encode({ text })], 0, 4);
  const [a, b] = [await house.join(), await house.join()];
  say(a, "spawn");
  await house.turn();
  // Both in one tick with one who comes and an intent that is stopped.
  const c = await house.connect();
  c.hello();
  c.spawn(0, 0);
  a.move(-1, 0);
  for (const text of ["throw", "all"]) say(a, text);
  say(b, "spawn");
  await house.turn(3);
  b.move(1, 0);
  say(c, "bye");
  c.leave();
  await c.ended();
  await house.turn(12);
  expect(house.app?.systems[1]?.unit.isDisabled).toBe(true);
  expect(house.app?.systems.some(({ unit }) => unit.skips > 0)).toBe(true);
  return tape;
}

/** Plays it without, or with, an application. */
function replayed(tape: Tape, engine: (typeof ENGINES)[number], app: App | null) {
  const rerun = new Rerun(openKernel(engine), house.world.rules, tape.image);
  const replay = app === null ? null : new AppReplay(app);
  replay?.begin(rerun.world, TICK_MS);
  let same = 0;
  for (const { record, notes } of tape.ticks) {
    for (const note of notes) replay?.note(note);
    replay?.before(record);
    if (rerun.step(record)) same++;
  }
  const { fault = null, checked = 0, unchecked = 0 } = replay ?? {};
  return { same, fault, checked, unchecked };
}

describe("a talk of three, with a system that throws and one that sits out", () => {
  test("is the same without the application and with it, on each engine", async () => {
    const tape = await recorded();
    const { length } = tape.ticks;
    for (const engine of ENGINES) {
      expect(replayed(tape, engine, null)).toMatchObject({ same: length, fault: null, checked: 0 });
      const again = replayed(tape, engine, talker());
      expect(again).toMatchObject({ same: length, fault: null, checked: length });
    }
  });

  test.each<[Otherwise, RegExp]>([
    ["send", /^tick \d+: the events that it emits, or the messages that it sends, are not those/],
    ["to", /^tick \d+: the events that it emits, or the messages that it sends, are not those/],
    ["more", /^tick \d+: it sends 4 messages, where 3 are recorded$/],
    ["emit", /^tick \d+: the events that it emits, or the messages that it sends, are not those/],
    ["command", /^tick \d+: its command \d of \d is not the one that is recorded$/],
  ])("with one that does otherwise (%s) the first tick is named", async (what, words) => {
    const tape = await recorded();
    const other = replayed(
      tape,
      "js",
      talker((one) => one === what),
    );
    expect(other.fault).toMatch(words);
    expect(other.same).toBe(tape.ticks.length);
  });

  test("of a command that the kernel trapped with there is nothing to compare", async () => {
    const tape = await recorded();
    const spawning = tape.ticks.findLast(({ record }) => record.commandCount > 1);
    const { commands = new Int32Array(0), commandCount = 0 } = spawning?.record ?? {};
    commands.fill(0, (commandCount - 1) * COMMAND_WORDS);
    const through = tape.ticks.indexOf(spawning ?? tape.ticks[0]!) + 1;
    const short = Object.assign(Object.create(tape) as Tape, {
      ticks: tape.ticks.slice(0, through),
    });
    const { fault, checked } = replayed(short, "js", talker());
    expect([fault, checked]).toEqual([null, through]);
  });

  test("behind an intent that the kernel trapped with nothing is compared", async () => {
    const tape = await recorded();
    const at = tape.ticks.findIndex(({ record }) => record.intentCount > 0);
    const record = tape.ticks[at]?.record;
    if (record !== undefined) record.intentCount--;
    const { fault, checked, unchecked } = replayed(tape, "js", talker());
    expect([fault, checked, unchecked]).toEqual([null, at, tape.ticks.length - at]);
  });
});
