// Who enters is told when that is stored; who enters while the store is behind is put off.
import { afterEach, describe, expect, test } from "vitest";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import type { Guest } from "./guest.ts";
import { HeldLedger } from "./held-ledger.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house.ts";

const GRACE_MS = 1000;
const TICKS_OF_GRACE = GRACE_MS / 25;

let house: House;
async function open(options: HouseOptions = {}): Promise<House> {
  house = await House.start({ ...options, gateway: { graceMs: GRACE_MS, ...options.gateway } });
  return house;
}
afterEach(() => house.stop());

const cut = (guest: Guest): Promise<void> => house.cut(guest);

async function comeBack(token: Uint8Array): Promise<Guest> {
  const guest = await house.connect();
  guest.resume(token);
  await guest.sync();
  await house.turn(2);
  return guest;
}

describe("what is told waits for what is stored", () => {
  test("Welcome comes when the joining is settled, and the view with it", async () => {
    const ledger = new HeldLedger();
    await open({ ledger });
    const guest = await house.connect();
    guest.hello();
    guest.spawn(0, 0);
    await guest.sync();
    await house.turn(5);
    expect([guest.welcomes, guest.entity, guest.updates.length]).toEqual([1, 0, 0]);
    expect(house.world.liveCount).toBe(1);
    const entered = house.world.tick - 4;
    guest.move(1, 0);
    await house.turn();
    expect(guest.errorCodes).toEqual([ERRORS.NO_ENTITY.code]);
    ledger.settle();
    await house.turn();
    expect(guest.welcomes).toBe(2);
    expect(guest.entity).not.toBe(0);
    expect(guest.enteredTick).toBe(entered);
    expect(guest.updates.length).toBe(1);
    guest.sequence = 0;
    guest.move(1, 0);
    guest.probe();
    await house.turn(2);
    expect(guest.digests).toMatchObject([{ ok: true }]);
  });

  test("a connection that ends before it is told leaves a session nobody can open", async () => {
    const ledger = new HeldLedger();
    await open({ ledger });
    const guest = await house.connect();
    guest.hello();
    guest.spawn(0, 0);
    await guest.sync();
    await house.turn(2);
    await cut(guest);
    await house.turn(TICKS_OF_GRACE + 2);
    expect(house.world.liveCount).toBe(0);
    expect(ledger.kinds).toEqual(["joined", "suspended", "ended"]);
  });

  test("a ledger without room refuses with UNAVAILABLE and a time, and loses nobody", async () => {
    const ledger = new HeldLedger();
    ledger.settled = Infinity;
    await open({ ledger });
    const first = await house.join();
    ledger.room = 1;
    const guest = await house.connect();
    guest.hello();
    guest.spawn(0, 0);
    await guest.sync();
    await house.turn(2);
    expect(guest.errors).toMatchObject([{ code: ERRORS.UNAVAILABLE.code, retryAfterMs: 700 }]);
    expect(guest.entity).toBe(0);
    await cut(first);
    const refused = await house.connect();
    refused.resume(first.token);
    await refused.ended();
    expect(refused.errorCodes).toEqual([ERRORS.UNAVAILABLE.code]);
    expect(refused.goodbye).toMatchObject({ code: CLOSES.SERVER_FULL.code, retryAfterMs: 700 });
    ledger.room = Infinity;
    const again = await house.connect();
    again.resume(first.token);
    guest.spawn(0, 0);
    await again.sync();
    await house.turn(2);
    expect(again.entity).toBe(first.entity);
    expect(guest.entity).not.toBe(0);
    expect(house.gateway.counters.joinsUnavailable).toBe(1);
  });
});

test("H13 while the outbox is too long nobody joins, and others go on", async () => {
  const ledger = new HeldLedger();
  ledger.settled = Infinity;
  await open({ ledger });
  const first = await house.join(1, 2);
  const cutter = await house.join(3, 2);
  await cut(cutter);
  ledger.isBehind = true;
  expect((await comeBack(cutter.token)).entity).toBe(cutter.entity);
  const guest = await house.connect();
  guest.hello();
  guest.spawn(0, 0);
  for (let i = 0; i < 30; i++) first.move(5, 0);
  await guest.sync();
  await house.turn(41);
  expect(guest.errors).toMatchObject([{ code: ERRORS.UNAVAILABLE.code, retryAfterMs: 700 }]);
  expect(house.gateway.counters.joinsUnavailable).toBe(1);
  const told = ledger.facts.length;
  expect(ledger.kinds).not.toContain("violated");
  ledger.isBehind = false;
  guest.spawn(0, 0);
  await house.turn(41);
  expect(guest.entity).not.toBe(0);
  expect(ledger.facts.slice(told)).toContainEqual(
    expect.objectContaining({ what: "violated", session: first.session, overRate: 1 }),
  );
});
