import { beforeEach, describe, expect, test } from "vitest";
import type { JoinSpec, WorldRules } from "../engine/rules.ts";
import { World } from "../engine/world.ts";
import { openKernel } from "../kernel/open.ts";
import { JoinQueue, LeaveQueue } from "./entrance.ts";

const RULES: WorldRules = {
  minX: -256,
  minY: -256,
  maxX: 256,
  maxY: 256,
  maxSpeed: 256,
  burstTicks: 1,
  aoiRadius: 32,
  hysteresisPermille: 100,
  maxEntities: 4,
  maxVisible: 16,
  framesPerTick: 1,
  componentBytes: 0,
  index: "auto",
  seed: 1,
};
const SPEC: JoinSpec = {
  kind: 1,
  x: 0,
  y: 0,
  maxSpeed: 256,
  aoiRadius: 32,
  layer: 0,
  observer: true,
  visible: true,
  bank: -1,
  sequence: 0,
};

let world: World;
let joins: JoinQueue;
let entered: [number, number][];
const written: number[] = [];
const write = (slot: number): boolean => written.push(slot) > 0;
const enter = (slot: number, handle: number): number => entered.push([slot, handle]);

function step(): void {
  world.step();
  joins.settle(world, enter);
}

beforeEach(() => {
  world = new World(openKernel("js"), RULES);
  joins = new JoinQueue({ capacity: 8, joinsPerSecond: 400, waitingMax: 5, tickMs: 25 });
  entered = [];
  written.length = 0;
});

describe("joins", () => {
  test("enter in the order of arrival, and the full world answers zero", () => {
    for (const slot of [5, 3, 7, 1, 0]) joins.add(slot);
    expect(joins.deposit(world, SPEC, write)).toBe(0);
    expect(written).toEqual([5, 3, 7, 1, 0]);
    step();
    expect(entered.map(([slot]) => slot)).toEqual([5, 3, 7, 1, 0]);
    expect(entered.map(([, handle]) => world.isLive(handle))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(entered[4]).toEqual([0, 0]);
    expect(joins.deposit(world, SPEC, write)).toBe(0);
  });

  test("what the world's queue cannot hold waits, in order, and is counted", () => {
    joins.add(1);
    joins.add(2);
    joins.add(3);
    while (world.skip(0));
    expect(joins.deposit(world, SPEC, write)).toBe(3);
    step();
    expect(entered).toEqual([]);
    joins.add(4);
    expect(joins.deposit(world, SPEC, write)).toBe(0);
    step();
    expect(entered.map(([slot]) => slot)).toEqual([1, 2, 3, 4]);
  });

  test("a session that goes before its order was given is forgotten", () => {
    joins.add(1);
    joins.add(2);
    joins.remove(1);
    joins.remove(6);
    joins.deposit(world, SPEC, write);
    step();
    expect(entered.map(([slot]) => slot)).toEqual([2]);
    expect(world.liveCount).toBe(1);
  });

  test("one that goes after it: its entity is told as nobody's; the slot may join anew", () => {
    joins.add(1);
    joins.add(2);
    joins.deposit(world, SPEC, write);
    joins.remove(1);
    joins.add(1);
    step();
    expect(entered.map(([slot]) => slot)).toEqual([-1, 2]);
    expect(world.isLive(entered[0]?.[1] ?? 0)).toBe(true);
    joins.deposit(world, SPEC, write);
    step();
    expect(entered.map(([slot]) => slot)).toEqual([-1, 2, 1]);
  });
});

describe("joins that wait for their turn", () => {
  const open = (joinsPerSecond: number, waitingMax = 8): JoinQueue =>
    new JoinQueue({ capacity: 8, joinsPerSecond, waitingMax, tickMs: 25 });
  const turn = (): number[] => {
    const before = entered.length;
    joins.deposit(world, SPEC, write);
    step();
    return entered.slice(before).map(([slot]) => slot);
  };

  test("come in as many a tick as the rate says, the rest in order", () => {
    joins = open(80);
    for (const slot of [6, 2, 4, 0, 7]) joins.add(slot);
    expect([turn(), turn(), turn(), turn()]).toEqual([[6, 2], [4, 0], [7], []]);
  });

  test("at less than one a tick come in every so many ticks; none is saved up", () => {
    joins = open(10);
    for (let i = 0; i < 100; i++) expect(turn()).toEqual([]);
    for (const slot of [1, 2, 3]) joins.add(slot);
    const ticks = Array.from({ length: 9 }, () => turn().length);
    expect(ticks).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });

  test("leave the list from any place, and may stand in it again", () => {
    joins = open(40);
    for (const slot of [0, 1, 2, 3, 4]) joins.add(slot);
    for (const slot of [0, 2, 4, 4]) joins.remove(slot);
    expect(joins.waiting).toBe(2);
    joins.add(2);
    joins.add(0);
    joins.remove(1);
    expect([turn(), turn(), turn(), turn()]).toEqual([[3], [2], [0], []]);
    joins.remove(3);
    expect(joins.waiting).toBe(0);
  });

  test("are told how long those before them take, and that no more may wait", () => {
    joins = open(80, 3);
    expect(joins.waitMs).toBe(25);
    for (const slot of [0, 1]) joins.add(slot);
    expect([joins.isFull, joins.waitMs]).toEqual([false, 50]);
    joins.add(2);
    expect([joins.isFull, joins.waitMs]).toEqual([true, 50]);
  });
});

describe("leaves", () => {
  test("wait for the next tick where the queue is full, and then take effect", () => {
    for (const slot of [1, 2, 3]) joins.add(slot);
    joins.deposit(world, SPEC, write);
    step();
    const leaves = new LeaveQueue();
    for (const [, handle] of entered) leaves.add(handle);
    while (world.skip(0));
    expect(leaves.deposit(world)).toBe(3);
    world.step();
    expect(world.liveCount).toBe(3);
    expect(leaves.deposit(world)).toBe(0);
    world.step();
    expect(world.liveCount).toBe(0);
  });
});
