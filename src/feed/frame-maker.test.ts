// What the tick leaves on the board is what pages read, and a frame is taken once. That it is so
// with a real world and real sockets: test/live-page.test.ts.
import { expect, test } from "vitest";
import * as layout from "#layout";
import { FeedReader } from "./bytes.ts";
import { readFocus } from "./focus.ts";
import { FRAME, ROSTER_PART, TEXT_ROOM, TOLD_MAX } from "./format.ts";
import {
  CHOSEN,
  CHOSEN_NUMBERS,
  CLIENT,
  CLIENT_NUMBERS,
  FALL,
  FrameBoard,
  frameMemory,
  NUMBER,
} from "./frame-board.ts";
import { FrameMaker } from "./frame-maker.ts";
import { readRoster } from "./roster.ts";
import { readScene } from "./scene.ts";

const SLOTS = 100;
const PHASES = 2;
const BOUNDS = { minX: -1000, minY: -1000, maxX: 1000, maxY: 1000 };
const ENTITY = 0xfff0001;

function opened(): { board: FrameBoard; maker: FrameMaker } {
  const memory = frameMemory(SLOTS, PHASES, BOUNDS);
  return { board: new FrameBoard(memory), maker: new FrameMaker(memory) };
}

function say(room: Uint8Array, text: string): void {
  room[0] = new TextEncoder().encodeInto(text, room.subarray(1)).written;
}

/** Numbers that differ from each other, from `first` on. */
function count(to: Float64Array, at: number, length: number, first: number): void {
  for (let i = 0; i < length; i++) to[at + i] = first + i;
}

/** @returns what a page reads of the frame that is on the board */
function read(maker: FrameMaker, page = 0) {
  const frame = maker.take();
  maker.done(1, 0);
  if (frame === null) throw new Error("there is no frame");
  const from = new FeedReader(Buffer.concat([frame.own[page] ?? Buffer.alloc(0), frame.shared]));
  expect(from.u8()).toBe(FRAME);
  const focus = readFocus(from);
  const scene = readScene(from, PHASES);
  const roster = readRoster(from);
  expect(from.left).toBe(0);
  return { frame, focus, scene, roster };
}

test("a frame is there once, and until it was taken the board is not free", () => {
  const { board, maker } = opened();
  expect([board.isFree, maker.take()]).toEqual([true, null]);
  board.fill();
  expect(board.isFree).toBe(false);
  expect(maker.take()).not.toBeNull();
  expect(board.isFree).toBe(false);
  maker.done(3, 2);
  expect([board.isFree, maker.take()]).toEqual([true, null]);
  const { framesMissed, framesSent } = NUMBER;
  expect([board.numbers[framesSent], board.numbers[framesMissed]]).toEqual([3, 2]);
});

test("every number arrives under its own name", () => {
  const { board, maker } = opened();
  count(board.numbers, 0, board.numbers.length, 1);
  Object.assign(board.numbers, { [NUMBER.engine]: 1, [NUMBER.pages]: 0 });
  Object.assign(board.numbers, { [NUMBER.ticks]: 2, [NUMBER.entries]: 0 });
  board.ticks.set([0.5, 1.5, 2.5, 3.5]);
  const { world, flags, posX, posY } = board.sketch;
  [world[layout.ROW_END], world[layout.LIVE_COUNT]] = [3, 2];
  [flags[0], flags[2]] = [layout.LIVE, layout.LIVE];
  [posX[0], posY[0], posX[2], posY[2]] = [-1000, 1000, 0, -1000];
  board.fill();
  const frame = maker.take();
  const from = new FeedReader(frame?.shared ?? new Uint8Array());
  const scene = readScene(from, PHASES);
  const { engine: _engine, pages: _pages, ...named } = NUMBER;
  const { ticks: _ticks, round: _round, entries: _entries, ...others } = named;
  const { framesMissed: _missed, framesSent: _sent, ...numbers } = others;
  const wanted = Object.entries(numbers).map(([name, at]) => [name, at + 1]);
  expect(scene).toMatchObject({ ...Object.fromEntries(wanted), engine: "js", pages: 0 });
  expect([...scene.ticks]).toEqual([0.5, 1.5, 2.5, 3.5]);
  expect([...scene.rows]).toEqual([0, 2]);
  expect([...scene.xs, ...scene.ys]).toEqual([0, 32_767, 65_535, 0]);
  expect(readRoster(from)).toEqual({ round: NUMBER.round + 1, entries: [] });
});

test("each page has its own choice, with its client and the way of its intents", () => {
  const { board, maker } = opened();
  board.numbers[NUMBER.pages] = 2;
  const at = CHOSEN_NUMBERS;
  board.chosen[CHOSEN.page] = 7;
  count(board.chosen, at, CHOSEN_NUMBERS, 1);
  Object.assign(board.chosen, { [at + CHOSEN.page]: 9, [at + CHOSEN.entity]: ENTITY });
  Object.assign(board.chosen, { [at + CHOSEN.isIncomplete]: 1, [at + CHOSEN.hasClient]: 1 });
  Object.assign(board.chosen, { [at + CHOSEN.toldCount]: TOLD_MAX + 5 });
  board.chosen[at + CHOSEN.client + CLIENT.slot] = 42;
  board.chosen[at + CHOSEN.client + CLIENT.isClosed] = 1;
  board.chosen[at + CHOSEN.last + FALL.isThere] = 1;
  board.chosen[at + CHOSEN.worst + FALL.isThere] = 0;
  say(board.nameOf(42), "1af-π");
  say(board.clientOf(42), "<script>");
  board.toldOf(1).set([5, 4, 3]);
  board.fill();
  const { frame, focus } = read(maker, 1);
  expect(frame.pages).toEqual([7, 9]);
  expect(frame.own[0]).toEqual(Uint8Array.of(FRAME, 0));
  const [chosen, client, fall] = [CHOSEN.x - 2, CHOSEN.client + 1, CHOSEN.last + 1];
  expect(focus).toMatchObject({
    ...{ entity: ENTITY, kind: chosen + 2, x: chosen + 3, y: chosen + 4, sequence: chosen + 5 },
    ...{ enterRadius: chosen + 6, leaveRadius: chosen + 7, isIncomplete: true },
    toldCount: TOLD_MAX + 5,
  });
  expect([...(focus?.told.subarray(0, 4) ?? [])]).toEqual([5, 4, 3, 0]);
  expect(focus?.told).toHaveLength(TOLD_MAX);
  expect(focus?.client).toEqual({
    ...{ session: "1af-π", client: "<script>", isWindowClosed: true, worst: null },
    roundTrip: client + CLIENT.roundTrip,
    outstanding: client + CLIENT.outstanding,
    sent: client + CLIENT.sent,
    received: client + CLIENT.received,
    corrections: client + CLIENT.corrections,
    last: {
      sequence: fall + FALL.sequence,
      socket: fall + FALL.socket,
      wait: fall + FALL.wait,
      tick: fall + FALL.tick,
      send: fall + FALL.send,
      acknowledgement: fall + FALL.acknowledgement,
      age: fall + FALL.age,
    },
  });
});

test("round trips and closed windows are those of the last whole round", () => {
  const { board, maker } = opened();
  const frames = [
    // round, sessions, round trip, closed
    [1, 2, 10, 1],
    [1, 1, 10, 1],
    [2, 1, 500, 0],
    [3, 0, 0, 0],
  ] as const;
  const told = frames.map(([round, entries, roundTrip, isClosed]) => {
    board.numbers[NUMBER.pages] = 1;
    board.numbers[NUMBER.round] = round;
    board.numbers[NUMBER.entries] = entries;
    for (let i = 0; i < entries; i++) {
      board.roster[i * CLIENT_NUMBERS + CLIENT.slot] = i;
      board.roster[i * CLIENT_NUMBERS + CLIENT.roundTrip] = roundTrip;
      board.roster[i * CLIENT_NUMBERS + CLIENT.isClosed] = isClosed;
    }
    board.fill();
    const { roster, scene } = read(maker);
    expect([roster.round, roster.entries.length]).toEqual([round, entries]);
    return [scene.closedWindows, scene.roundTrip50];
  });
  expect(told.map(([closed]) => closed)).toEqual([0, 0, 3, 0]);
  expect(told[2]?.[1]).toBeGreaterThan(9);
  expect(told[2]?.[1]).toBeLessThan(11);
  expect(told[3]?.[1]).toBeGreaterThan(450);
});

test("the largest frame has room", () => {
  const { board, maker } = opened();
  const { flags, nodeMaxX, world } = board.sketch;
  world[layout.ROW_END] = flags.length;
  world[layout.LIVE_COUNT] = flags.length;
  world[layout.NODE_COUNT] = nodeMaxX.length;
  flags.fill(layout.LIVE);
  board.numbers[NUMBER.pages] = 1;
  board.numbers[NUMBER.ticks] = board.ticks.length / PHASES;
  board.numbers[NUMBER.entries] = ROSTER_PART;
  for (let i = 0; i < ROSTER_PART; i++) {
    board.roster[i * CLIENT_NUMBERS + CLIENT.slot] = i;
    say(board.nameOf(i), "n".repeat(TEXT_ROOM));
    say(board.clientOf(i), "c".repeat(TEXT_ROOM));
  }
  board.fill();
  const { roster, scene } = read(maker);
  expect([scene.rows.length, scene.cells.length / 4]).toEqual([3000, 1024]);
  expect(roster.entries.map(({ client }) => client.length)).toEqual(
    new Array<number>(ROSTER_PART).fill(TEXT_ROOM - 1),
  );
});
