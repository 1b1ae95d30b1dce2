// Who is let in: connections and handshakes by address, entities by the second, sessions that never
// ask for one. What is refused has a code, a sentence and a time to come back.
import { afterEach, describe, expect, test } from "vitest";
import { encodeHello, encodeSpawn } from "../src/protocol/client-encode.ts";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import type { Guest } from "./guest.ts";
import { House, TICK_MS } from "./house.ts";
import type { HouseOptions } from "./house.ts";
import { buildFrame, RawSocket } from "./raw-socket.ts";
import { until } from "./until.ts";
import { expectUnharmed, turnWith } from "./witness.ts";

const OTHER = "127.0.0.2";

let house: House;
let witness: Guest;
/** Another address than the tests' own: nothing that they do may harm it. */
async function open(gateway: HouseOptions["gateway"] = {}): Promise<void> {
  house = await House.start({ gateway: { exemptsLoopback: false, ...gateway } });
  witness = await house.connect({}, { from: OTHER });
  witness.hello();
  witness.spawn(1, 1);
  await witness.sync();
  await house.turn(2);
  expect(witness.entity).not.toBe(0);
}
afterEach(async () => {
  await expectUnharmed(house, witness);
  house.stop();
});

function connectMany(count: number, from?: string): Promise<RawSocket[]> {
  const handshake = from === undefined ? {} : { from };
  return Promise.all(Array.from({ length: count }, () => RawSocket.open(house.port, handshake)));
}

function count(sockets: readonly RawSocket[], status: number): number {
  return sockets.filter((raw) => raw.status === status).length;
}

/** Hello and Spawn of a new client, in one write. */
async function knock(): Promise<Guest> {
  const guest = await house.connect();
  guest.raw.write(Buffer.concat([buildFrame(encodeHello({})), buildFrame(encodeSpawn(1, 0, 0))]));
  return guest;
}

/** A new client with its entity. */
async function joined(): Promise<Guest> {
  const guest = await knock();
  await house.turn(2);
  return guest;
}

function knockers(many: number): Promise<Guest[]> {
  return Promise.all(Array.from({ length: many }, knock));
}

describe("addresses", () => {
  test("H13 one that has its connections gets 429 and a sentence; another does not", async () => {
    await open({ maxConnectionsPerAddress: 5 });
    const mine = await connectMany(12);
    expect([count(mine, 101), count(mine, 429)]).toEqual([5, 7]);
    const refused = mine.find((raw) => raw.status === 429);
    expect(refused?.head).toMatch(/retry-after: 1/i);
    expect(refused?.head).toContain("One address may have 5 connections");
    expect(house.gateway.counters.refusedAddress).toBe(7);
    const others = await connectMany(6, OTHER);
    expect([count(others, 101), count(others, 429)]).toEqual([4, 2]);
    mine.find((raw) => raw.status === 101)?.cut();
    await until(() => house.gateway.connections === 9, "room");
    expect(count(await connectMany(2), 101)).toBe(1);
    await turnWith(house, witness);
  });

  test("H22 a storm of handshakes from one refuses itself, not the others", async () => {
    await open({ maxHandshakesPerTick: 8, maxHandshakesPerAddress: 4 });
    house.tick();
    const storm = await connectMany(40);
    const others = await connectMany(4, OTHER);
    expect([count(storm, 101), count(storm, 429)]).toEqual([4, 36]);
    expect(count(others, 101)).toBe(4);
    const late = await connectMany(1, "127.0.0.3");
    expect(late[0]?.status).toBe(503);
    const { refusedAddressRate, refusedHandshakes } = house.gateway.counters;
    expect([refusedAddressRate, refusedHandshakes]).toEqual([36, 1]);
    house.tick();
    expect(count(await connectMany(1), 101)).toBe(1);
    await turnWith(house, witness);
  });

  test("H30 2,000 connections of one: 50 stay, every tick runs, others come in", async () => {
    await open({ maxConnectionsPerAddress: 50 });
    const before = house.world.tick;
    let accepted = 0;
    for (let i = 0; i < 20; i++) {
      const sockets = await connectMany(100);
      accepted += count(sockets, 101);
      // A refusal is an answer, of which an address has 64 in a tick; the others are cut.
      expect([count(sockets, 429), count(sockets, 0)]).toEqual(i === 0 ? [50, 0] : [64, 36]);
      await turnWith(house, witness);
    }
    expect(accepted).toBe(50);
    expect(house.world.tick).toBeGreaterThanOrEqual(before + 20);
    expect(house.gateway.connections).toBe(51);
    expect(house.gateway.counters.refusedAddress).toBe(1950);
    expect(count(await connectMany(1, "127.0.0.3"), 101)).toBe(1);
  });
});

describe("sessions that wait for their clients", () => {
  const GRACE_MS = 1000;

  test("H13 who joins and drops again and again leaves as many as it may have", async () => {
    await open({ maxConnectionsPerAddress: 5, graceMs: GRACE_MS });
    const dropped: Guest[] = [];
    let refused: Guest[] = [];
    for (let round = 0; round < 4; round++) {
      const guests = await knockers(5);
      await house.turn(2);
      refused = guests.filter((guest) => guest.entity === 0);
      for (const guest of guests) {
        if (guest.entity === 0) guest.raw.cut();
        else {
          await house.cut(guest);
          dropped.push(guest);
        }
      }
      house.guests.splice(1);
      await until(() => house.gateway.connections === 1, "connections to end");
    }
    expect(refused.length).toBe(5);
    for (const { errors } of refused) {
      expect(errors).toMatchObject([
        {
          code: ERRORS.UNAVAILABLE.code,
          message: expect.stringContaining(
            "5 sessions that joined from this address wait",
          ) as unknown,
        },
      ]);
      expect(errors[0]?.retryAfterMs).toBeGreaterThan(0);
      expect(errors[0]?.retryAfterMs).toBeLessThanOrEqual(GRACE_MS + 1000);
    }
    expect([dropped.length, house.gateway.waiting, house.world.liveCount]).toEqual([5, 5, 6]);
    expect(house.gateway.counters.joinsCrowded).toBe(15);

    // Neither strangers from elsewhere nor those who come back are held up by it.
    const other = await house.connect({}, { from: OTHER });
    other.hello();
    other.spawn(0, 0);
    await house.turn(2);
    expect(other.entity).not.toBe(0);
    const back = await house.connect();
    back.resume(dropped[0]!.token);
    await back.sync();
    await house.turn(2);
    expect(back.entity).toBe(dropped[0]!.entity);
    expect((await joined()).entity).not.toBe(0);
    expect(house.gateway.waiting).toBe(4);
  });

  test("H13 a place is free when a grace is over, and whoever asks then gets it", async () => {
    await open({ maxConnectionsPerAddress: 2, graceMs: GRACE_MS });
    for (let i = 0; i < 2; i++) {
      await house.cut(await joined());
      await house.turn(10);
    }
    const guest = await knock();
    await guest.barrier();
    const [{ retryAfterMs } = { retryAfterMs: 0 }] = guest.errors;
    // The first of the two has a tick or two more than half of its grace.
    expect(retryAfterMs).toBeGreaterThan(GRACE_MS / 2 - 100);
    expect(retryAfterMs).toBeLessThanOrEqual(GRACE_MS / 2 + 1000 + TICK_MS);
    await house.turn(Math.ceil(retryAfterMs / TICK_MS));
    guest.spawn(0, 0);
    await house.turn(2);
    expect(guest.entity).not.toBe(0);
    await house.turn(GRACE_MS / TICK_MS);
    expect(house.gateway.waiting).toBe(0);
  });

  test("H13 the address that they joined from counts, wherever they dropped", async () => {
    await open({ maxConnectionsPerAddress: 2, graceMs: GRACE_MS });
    const mine = [await joined(), await joined()];
    for (const { token } of mine) {
      const elsewhere = await house.connect({}, { from: "127.0.0.3" });
      elsewhere.resume(token);
      await elsewhere.sync();
      await house.turn(2);
      await house.cut(elsewhere);
    }
    const guest = await knock();
    await guest.barrier();
    expect(guest.errorCodes).toEqual([ERRORS.UNAVAILABLE.code]);
    const there = await house.connect({}, { from: "127.0.0.3" });
    there.hello();
    there.spawn(0, 0);
    await house.turn(2);
    expect(there.entity).not.toBe(0);
  });

  test("this machine's own are not counted without accounts", async () => {
    await open({ maxConnectionsPerAddress: 1, graceMs: GRACE_MS, exemptsLoopback: true });
    for (let i = 0; i < 4; i++) await house.cut(await joined());
    expect([house.gateway.waiting, house.gateway.counters.joinsCrowded]).toEqual([4, 0]);
  });
});

describe("joins", () => {
  const JOINERS = 300;

  test("300 within a second are all in within two, in order, and told what they are", async () => {
    const room = { maxConnections: 400, joinQueue: 1000, exemptsLoopback: true };
    await open({ ...room, joinsPerSecond: 200 });
    const begin = house.world.tick;
    const guests: Guest[] = [];
    // 40 ticks of a second; 7 or 8 knock in each
    for (let tick = 1; tick <= 40; tick++) {
      while (guests.length < (JOINERS * tick) / 40) guests.push(await knock());
      await house.turn();
    }
    expect(house.gateway.joining).toBeGreaterThan(50);
    expect(guests.filter((guest) => guest.entity !== 0).length).toBeLessThan(JOINERS);
    while (house.gateway.joining > 0) await house.turn();
    expect(house.world.tick - begin).toBeLessThanOrEqual(80);
    const entities = guests.map((guest) => guest.entity);
    expect(new Set(entities).size).toBe(JOINERS);
    expect(entities).not.toContain(0);
    expect(guests.every((guest) => guest.updates.length > 0)).toBe(true);
    expect(guests.flatMap((guest) => guest.errorCodes)).toEqual([]);
    expect(house.world.liveCount).toBe(JOINERS + 1);
    expect(house.gateway.counters.joinsWaited).toBeGreaterThan(0);
  });

  test("who waits and goes takes nobody's turn, and leaves no entity behind", async () => {
    await open({ joinsPerSecond: 40 });
    const guests: Guest[] = [];
    for (let i = 0; i < 9; i++) guests.push(await knock());
    await until(() => house.gateway.joining === 9, "nine that wait");
    for (const i of [0, 3, 4, 8]) guests[i]?.raw.cut();
    await until(() => house.gateway.joining === 5, "five that wait");
    await house.turn(5);
    const stayed = [1, 2, 5, 6, 7].map((i) => guests[i]);
    expect(stayed.every((guest) => guest !== undefined && guest.entity !== 0)).toBe(true);
    expect(house.world.liveCount).toBe(6);
    expect(house.gateway.joining).toBe(0);
  });

  test("a full queue says UNAVAILABLE and when to ask again; asked then, it takes", async () => {
    await open({ joinsPerSecond: 40, joinQueue: 3, spawnTimeoutMs: 1000 });
    const guests: Guest[] = [];
    for (let i = 0; i < 5; i++) guests.push(await knock());
    await Promise.all(guests.map((guest) => guest.barrier()));
    const refused = guests.filter((guest) => guest.errors.length > 0);
    expect(refused.length).toBe(2);
    for (const { errors } of refused) {
      expect(errors.length).toBe(1);
      expect(errors[0]?.code).toBe(ERRORS.UNAVAILABLE.code);
      // four ticks for three that wait and oneself, and as much again at random
      expect(errors[0]?.retryAfterMs).toBeGreaterThanOrEqual(4 * TICK_MS);
      expect(errors[0]?.retryAfterMs).toBeLessThanOrEqual(8 * TICK_MS);
    }
    expect(house.gateway.counters.joinsRefused).toBe(2);
    await house.turn(8);
    for (const guest of refused) guest.spawn(0, 0);
    await house.turn(3);
    expect(guests.map((guest) => guest.entity !== 0)).toEqual(guests.map(() => true));
  });

  test("H13 the full world answers each that waited: SERVER_FULL and 4003", async () => {
    house = await House.start({ rules: { maxEntities: 4 }, gateway: { joinsPerSecond: 80 } });
    witness = await house.join(1, 1);
    const guests = await knockers(6);
    await until(() => house.gateway.joining === 6, "six that wait");
    await house.turn(5);
    const full = guests.filter((guest) => guest.raw.closeCode === CLOSES.SERVER_FULL.code);
    expect(full.length).toBe(3);
    expect(full.flatMap((guest) => guest.errorCodes)).toEqual(
      full.map(() => ERRORS.SERVER_FULL.code),
    );
  });
});

describe("a session that asks for no entity", () => {
  test("is ended after its time with 4011, and not a tick before", async () => {
    await open({ spawnTimeoutMs: 1000, helloTimeoutMs: 400 });
    const guest = await house.connect();
    guest.hello();
    await house.turn(39);
    expect(guest.gone).toBe(false);
    await house.turn(2);
    await guest.ended();
    expect(guest.goodbye?.code).toBe(CLOSES.NO_SPAWN.code);
    expect(guest.goodbye?.message).toBe(CLOSES.NO_SPAWN.sentence);
    expect(guest.raw.closeCode).toBe(CLOSES.NO_SPAWN.code);
    expect(house.gateway.counters.spawnsMissed).toBe(1);
    await turnWith(house, witness);
  });

  test("is kept for ever where there is no deadline, and one with an entity always", async () => {
    await open({ spawnTimeoutMs: 0 });
    const guest = await house.connect();
    guest.hello();
    await house.turn();
    house.now += 3_600_000;
    await house.turn(2);
    expect(guest.gone).toBe(false);
    expect(witness.gone).toBe(false);
    guest.spawn(0, 0);
    await house.turn(2);
    expect(guest.entity).not.toBe(0);
  });
});

test("H41 nothing but Hello is heard first, by whomever and however often it is said", async () => {
  await open();
  const first: ((guest: Guest) => void)[] = [
    (guest) => guest.moveAs(witness.entity, 1, 5, 5),
    (guest) => guest.spawn(0, 0),
    (guest) => guest.probe(true),
    (guest) => guest.heartbeat(1),
    (guest) => guest.ack(1),
    (guest) => guest.leave(),
  ];
  const hash = house.world.liveCount;
  for (const act of first) {
    const guest = await house.connect();
    for (let i = 0; i < 3; i++) act(guest);
    guest.hello();
    await guest.ended();
    expect(guest.raw.closeCode).toBe(CLOSES.UNAUTHENTICATED.code);
    expect(guest.errorCodes).toEqual([ERRORS.NO_HELLO.code]);
    expect([guest.welcomes, guest.entity]).toEqual([0, 0]);
    await turnWith(house, witness);
  }
  expect(house.world.liveCount).toBe(hash);
});
