// Somebody has found an intent that the kernel traps with: he is told, and cut off when he goes on.
// The others' intents take effect in that very tick, over real sockets, and they notice nothing.
import { OP_JOIN, OP_LEAVE, TICK } from "#layout";
import { afterEach, expect, test } from "vitest";
import { ENGINES } from "../src/kernel/kernel.ts";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import { hasCommand, hasDelta, openTrapping } from "./kernel/trapping.ts";
import { expectUnharmed, turnWith } from "./witness.ts";

/** Units that nobody else moves by: 3.25 are 832 position units. */
const POISON = 3.25;
const BYSTANDERS = 8;

let house: House;
afterEach(() => house.stop());

test.each(ENGINES)("H84 three poisonous intents on %s: told, told, cut off", async (engine) => {
  house = await House.start({ engine, openKernel: openTrapping(hasDelta(POISON * 256)) });
  const bystanders: Guest[] = [];
  for (let i = 0; i < BYSTANDERS; i++) bystanders.push(await house.join(i * 20, 0));
  const villain = await house.join(0, 10);
  await house.turn(5);
  const resets = house.gateway.counters.resets;
  for (let times = 1; times <= 3; times++) {
    const before = house.world.tick;
    const sequence = villain.move(POISON, 0);
    for (const each of bystanders) each.move(0.5, 0.25);
    await house.turn();
    expect(house.world.tick).toBe(before + 1);
    expect(house.world.poisons).toHaveLength(1);
    expect(villain.errors.at(-1)).toMatchObject({ code: ERRORS.POISONED.code, sequence });
    for (const each of bystanders) expect(each.ackSequence).toBe(each.sequence);
    if (times === 3) break;
    // He is where he was, and may go on.
    expect(villain.corrections.at(-1)).toMatchObject({ x: 0, y: 10 });
    villain.move(0, 0);
    await house.turn();
    expect(villain.ackSequence).toBe(villain.sequence);
  }
  await villain.ended();
  expect(villain.raw.closeCode).toBe(CLOSES.POISONED.code);
  expect(house.gateway.counters.errors[ERRORS.POISONED.code]).toBe(3);
  const [witness] = bystanders;
  if (witness === undefined) throw new Error("nobody stands by");
  await turnWith(house, witness);
  for (const each of bystanders) await expectUnharmed(house, each);
  expect(house.gateway.counters.resets).toBe(resets);
  // The third was too many within a minute.
  expect(house.world.kernel.engine).toBe("js");
});

test("H84 a join that is poison: its client is told of a fault", async () => {
  house = await House.start({ openKernel: openTrapping(hasCommand(OP_JOIN, 2, 13)) });
  const witness = await house.join(0, 0);
  const villain = await house.connect();
  villain.hello();
  villain.spawn(5, 5, 13);
  const other = await house.connect();
  other.hello();
  other.spawn(6, 6);
  await house.turn(2);
  await villain.ended();
  expect(villain.errorCodes).toEqual([ERRORS.INTERNAL.code]);
  expect(other.entity).not.toBe(0);
  await expectUnharmed(house, witness);
});

test("H84 a leave that is poison is tried again, ever later, until its entity goes", async () => {
  const leaves = hasCommand(OP_LEAVE, 0, OP_LEAVE);
  /** Ticks that the world stood after before steps with a leave. */
  const tried = new Set<number>();
  house = await House.start({
    openKernel: openTrapping((views) => {
      if (!leaves(views)) return false;
      tried.add(views.world[TICK] ?? 0);
      return tried.size <= 3;
    }),
  });
  const witness = await house.join(0, 0);
  const other = await house.join(10, 0);
  await house.turn(5);
  other.leave();
  await house.turn();
  const since = house.world.tick;
  expect(house.world.poisons.map(({ what, words }) => [what, words[0], words[1]])).toEqual([
    ["command", OP_LEAVE, other.entity],
  ]);
  for (let t = 0; t < 7; t++) {
    expect(house.world.isLive(other.entity)).toBe(true);
    await house.turn();
  }
  expect(house.world.isLive(other.entity)).toBe(false);
  expect([...tried].map((tick) => tick + 1 - since)).toEqual([0, 1, 3, 7]);
  expect(house.gateway.playing).toBe(1);
  await turnWith(house, witness);
  await expectUnharmed(house, witness);
});
