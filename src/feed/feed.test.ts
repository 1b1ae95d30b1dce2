// What is written is read again, and what is none of ours is refused without a fault.
import { describe, expect, test } from "vitest";
import { FeedReader, FeedWriter } from "./bytes.ts";
import { decodeCommand, encodeCommand } from "./command.ts";
import type { PageCommand } from "./command.ts";
import { readFocus, writeFocus } from "./focus.ts";
import type { Focus } from "./focus.ts";
import { COMMAND_BYTES_MAX, FOCUS_BYTES, HELLO, SCENE_BYTES, TOLD_MAX } from "./format.ts";
import { readHello, writeHello } from "./hello.ts";
import type { FeedHello } from "./hello.ts";
import { readRoster, writeEntry } from "./roster.ts";
import type { RosterEntry } from "./roster.ts";
import { readScene, writeNumbers } from "./scene.ts";
import type { SceneNumbers } from "./scene.ts";

const HELLO_MESSAGE: FeedHello = {
  tickMs: 25,
  budgetMs: 15,
  minX: -1000,
  minY: -1000.5,
  maxX: 1000,
  maxY: 4000,
  aoiRadius: 200,
  maxEntities: 65_535,
  windowBytes: 16_384,
  phases: ["gateway", "kernel"],
  playPort: 8080,
  playsOverTls: true,
  kinds: [
    { id: 0, name: "runner" },
    { id: 65_535, name: "ghost" },
  ],
  components: [
    {
      name: "tag",
      start: 3,
      fields: [
        ["isIt", "flag"],
        ["badge", "7"],
      ],
    },
  ],
};
const FALL = { sequence: 7, socket: 1.5, wait: 12.25, tick: 0.5, send: 0.25, age: 100 };
const WATERFALL = { ...FALL, acknowledgement: 3 };
const FOCUS: Focus = {
  entity: 0xfff0001,
  kind: 300,
  x: -256_000,
  y: 255_999,
  sequence: 2_147_483_647,
  enterRadius: 200,
  leaveRadius: 220,
  isIncomplete: true,
  toldCount: 5000,
  told: Uint16Array.from({ length: TOLD_MAX }, (_, i) => i),
  client: {
    session: "1af-π",
    client: "x".repeat(64),
    roundTrip: 12.5,
    outstanding: 16_384,
    isWindowClosed: true,
    sent: 9,
    received: 8,
    corrections: 7,
    last: WATERFALL,
    worst: null,
  },
};
const NUMBERS: SceneNumbers = {
  engine: "js",
  isBrute: true,
  thinning: 3,
  tick: 12_345,
  hashLow: 0xffffffff,
  hashHigh: 1,
  live: 10_000,
  connections: 3,
  playing: 2,
  joining: 1,
  closedWindows: 1,
  roundTrip50: 1.5,
  roundTrip99: 99.5,
  pages: 8,
  feedMs: 0.25,
  sentBytes: 2 ** 40,
  receivedBytes: 1,
  sent: 2,
  received: 3,
  corrections: 4,
  skipped: 5,
};

function written(size: number, write: (to: FeedWriter) => void): FeedReader {
  const to = new FeedWriter(size);
  write(to);
  return new FeedReader(to.bytes.slice(0, to.at));
}

describe("messages to a page", () => {
  test("the first one", () => {
    const from = written(1024, (to) => writeHello(to, HELLO_MESSAGE));
    expect(from.u8()).toBe(HELLO);
    expect(readHello(from)).toEqual(HELLO_MESSAGE);
    expect(from.left).toBe(0);
  });

  test("of another version it is told apart", () => {
    const to = new FeedWriter(1024);
    writeHello(to, HELLO_MESSAGE);
    to.bytes[1] = 200;
    const from = new FeedReader(to.bytes);
    from.u8();
    expect(readHello(from)).toBeNull();
  });

  test("the largest focus has room", () => {
    const from = written(FOCUS_BYTES, (to) => writeFocus(to, FOCUS, FOCUS.told));
    expect(readFocus(from)).toEqual(FOCUS);
    expect(from.left).toBe(0);
  });

  test("nobody, and somebody without a client", () => {
    const none = new Uint16Array(0);
    expect(readFocus(written(8, (to) => writeFocus(to, null, none)))).toBeNull();
    const alone: Focus = { ...FOCUS, toldCount: 0, told: none, client: null };
    expect(readFocus(written(FOCUS_BYTES, (to) => writeFocus(to, alone, none)))).toEqual(alone);
  });

  test("the scene and the sessions", () => {
    const entry: RosterEntry = {
      slot: 65_534,
      entity: 0xfff0001,
      session: "a",
      client: "",
      roundTrip: 0.5,
      outstanding: 3,
      isWindowClosed: false,
      sent: 1,
      received: 2,
      corrections: 3,
    };
    const from = written(SCENE_BYTES, (to) => {
      writeNumbers(to, NUMBERS);
      to.u8(1);
      for (const ms of [0.5, 0.25]) to.f32(ms);
      const list = Uint16Array.of(1, 65_535);
      to.u16(2);
      for (let i = 0; i < 4; i++) to.halves(list, 2);
      to.u8(3);
      to.raw(Uint8Array.of(1, 2, 3, 4, 5, 6));
      to.u16(1);
      to.halves(Uint16Array.of(1, 2, 3, 4), 4);
      to.u32(9);
      to.u8(1);
      writeEntry(to, entry);
    });
    const scene = readScene(from, 2);
    expect(scene).toMatchObject(NUMBERS);
    expect([...scene.ticks]).toEqual([0.5, 0.25]);
    expect([...scene.rows, ...scene.xs, ...scene.ys]).toEqual([1, 65_535, 1, 65_535, 1, 65_535]);
    expect([...scene.cells]).toEqual([1, 2, 3, 4]);
    expect([...scene.kinds]).toEqual([1, 65_535]);
    expect([scene.componentBytes, ...scene.components]).toEqual([3, 1, 2, 3, 4, 5, 6]);
    expect(readRoster(from)).toEqual({ round: 9, entries: [entry] });
    expect(from.left).toBe(0);
  });

  test("cut anywhere they are a RangeError, and nothing worse", () => {
    const to = new FeedWriter(FOCUS_BYTES);
    const small = { ...FOCUS, toldCount: 3, told: Uint16Array.of(1, 2, 3) };
    writeFocus(to, small, small.told);
    for (let length = 0; length < to.at; length++) {
      expect(() => readFocus(new FeedReader(to.bytes.slice(0, length)))).toThrow(RangeError);
    }
  });

  test("a text that is too long is cut between characters", () => {
    const from = written(600, (to) => to.text("€".repeat(200)));
    expect(from.text()).toBe("€".repeat(85));
    expect(from.left).toBe(0);
  });
});

describe("commands of a page", () => {
  const commands: PageCommand[] = [
    { type: "token", token: "t".repeat(512) },
    { type: "token", token: "" },
    { type: "choose", row: 65_535 },
    { type: "kernel", engine: "js" },
    { type: "kernel", engine: "wasm" },
    { type: "push", row: 7, dx: -40.5, dy: 1000 },
  ];
  test.each(commands)("$type", (command) => {
    expect(decodeCommand(encodeCommand(command))).toEqual(command);
  });

  test.each([
    ["nothing", []],
    ["an unknown kind", [9]],
    ["an engine that is none", [3, 2]],
    ["a choice that is too short", [2, 1]],
    ["a choice that is too long", [2, 1, 0, 0]],
    ["a push that is too far", [...encodeCommand({ type: "push", row: 1, dx: 1001, dy: 0 })]],
    ["a push to nowhere", [...encodeCommand({ type: "push", row: 1, dx: NaN, dy: 0 })]],
    ["one that is too long", new Array<number>(COMMAND_BYTES_MAX + 1).fill(1)],
  ])("H31 %s is none", (_what, bytes) => {
    expect(decodeCommand(Uint8Array.from(bytes))).toBeNull();
  });
});
