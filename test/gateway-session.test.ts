// The life of a session over real sockets: Hello, Welcome, Spawn, updates, Leave, and every way in
// which the order can be broken.
import { afterEach, describe, expect, test } from "vitest";
import { encodeClientApp } from "../src/protocol/client-encode.ts";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import { AOI_LAST, AOI_RESET } from "../src/protocol/encode.ts";
import { HeldLedger } from "./held-ledger.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house.ts";
import { OP_CLOSE } from "./raw-socket.ts";

let house: House;
async function open(options: HouseOptions = {}): Promise<House> {
  house = await House.start(options);
  return house;
}
afterEach(() => house.stop());

describe("joining", () => {
  test("Hello is answered with a Welcome that knows no entity yet", async () => {
    await open();
    const guest = await house.connect();
    guest.hello();
    await guest.sync();
    expect(guest.welcomes).toBe(1);
    expect(guest.entity).toBe(0);
    expect(guest.session).not.toBe("");
    expect(house.world.liveCount).toBe(0);
  });

  test("Hello and Spawn back to back: the next tick brings entity and first view", async () => {
    await open();
    const guest = await house.connect();
    guest.hello();
    guest.spawn(12.5, -7.25, 9);
    await guest.sync();
    expect(guest.welcomes).toBe(1);
    await house.turn();
    expect(guest.welcomes).toBe(2);
    expect(guest.entity).not.toBe(0);
    expect(guest.kind).toBe(9);
    expect(guest.welcomeX).toBe(12.5 * 256);
    expect(guest.welcomeY).toBe(-7.25 * 256);
    expect(guest.updates).toMatchObject([{ tick: 1, flags: AOI_LAST | AOI_RESET }]);
  });

  test("two clients see each other move, and their views are the server's", async () => {
    await open();
    const [a, b] = [await house.join(0, 0), await house.join(50, 0)];
    for (let i = 0; i < 30; i++) {
      a.move(2, 1);
      b.move(-1, 0.5);
      await house.turn();
    }
    a.probe();
    b.probe();
    await house.sync();
    await house.turn();
    for (const guest of [a, b]) {
      expect(guest.digests).toMatchObject([{ ok: true, positions: true }]);
      expect(guest.replica.size).toBe(1);
      expect(guest.replicaFaults).toBe(0);
      expect(guest.ackSequence).toBe(30);
      expect(guest.corrections).toEqual([]);
    }
    expect(a.selfX).toBe(60 * 256);
    expect(b.replica.x[0]).toBe(60 * 32);
  });

  test("where the server places, x and y are not read", async () => {
    await open({ gateway: { clientSpawn: false } });
    const guest = await house.join(NaN, 1e30);
    const other = await house.join(0, 0);
    expect([guest.welcomeX, guest.welcomeY]).not.toEqual([other.welcomeX, other.welcomeY]);
    expect(guest.errors).toEqual([]);
  });

  test.each([
    ["NaN", NaN, 0],
    ["infinite", 0, -Infinity],
    ["outside", 1000.01, 0],
    ["far outside", 0, 3e38],
  ])("a place that is %s is BAD_SPAWN, and another try is allowed", async (_, x, y) => {
    await open();
    const guest = await house.connect();
    guest.hello();
    guest.spawn(x, y);
    await guest.sync();
    expect(guest.errorCodes).toEqual([ERRORS.BAD_SPAWN.code]);
    guest.spawn(1000, -1000);
    await guest.sync();
    await house.turn();
    expect(guest.welcomeX).toBe(1000 * 256);
    expect(guest.welcomeY).toBe(-1000 * 256);
  });

  test("a kind beyond 16 bits is BAD_SPAWN", async () => {
    await open();
    const guest = await house.connect();
    guest.hello();
    guest.spawn(0, 0, 65536);
    await guest.sync();
    expect(guest.errorCodes).toEqual([ERRORS.BAD_SPAWN.code]);
  });

  test("Hello twice and Spawn twice are ALREADY_DONE, and the session goes on", async () => {
    await open();
    const guest = await house.connect();
    guest.hello();
    guest.hello();
    guest.spawn(0, 0);
    guest.spawn(9, 9);
    await guest.sync();
    await house.turn();
    guest.spawn(9, 9);
    await guest.sync();
    const done = ERRORS.ALREADY_DONE.code;
    expect(guest.errorCodes).toEqual([done, done, done]);
    expect(guest.welcomeX).toBe(0);
    expect(house.world.liveCount).toBe(1);
  });

  test("a full world answers SERVER_FULL and closes with 4003", async () => {
    await open({ rules: { maxEntities: 2 } });
    const first = await house.join(0, 0);
    await house.join(1, 0);
    const third = await house.connect();
    third.hello();
    third.spawn(2, 0);
    await third.sync();
    house.tick();
    await third.ended();
    expect(third.errorCodes).toEqual([ERRORS.SERVER_FULL.code]);
    expect(third.goodbye?.code).toBe(CLOSES.SERVER_FULL.code);
    expect(third.raw.closeCode).toBe(CLOSES.SERVER_FULL.code);
    first.leave();
    await first.ended();
    await house.turn();
    const fourth = await house.join(2, 0);
    expect(fourth.entity).not.toBe(0);
  });
});

describe("before Hello", () => {
  test("silence ends with 4401 when the time is over, not before", async () => {
    await open({ gateway: { helloTimeoutMs: 100 } });
    const guest = await house.connect();
    house.tick();
    house.tick();
    house.tick();
    await guest.sync();
    expect(guest.gone).toBe(false);
    house.tick();
    await guest.ended();
    expect(guest.errorCodes).toEqual([ERRORS.NO_HELLO.code]);
    expect(guest.raw.closeCode).toBe(CLOSES.UNAUTHENTICATED.code);
  });

  test("H41 whatever comes before Hello ends with 4401 and is not applied", async () => {
    await open();
    const witness = await house.join(0, 0);
    const before = house.world.posX(witness.entity & 0xffff);
    const first = [
      (guest: typeof witness) => guest.moveAs(witness.entity, 1, 1, 1),
      (guest: typeof witness) => guest.spawn(0, 0),
      (guest: typeof witness) => guest.ack(1),
      (guest: typeof witness) => guest.probe(),
      (guest: typeof witness) => guest.heartbeat(1),
      (guest: typeof witness) => guest.leave(),
    ];
    for (const say of first) {
      const guest = await house.connect();
      say(guest);
      guest.hello(); // too late: nothing after the refusal is heard
      await guest.ended();
      expect(guest.errorCodes).toEqual([ERRORS.NO_HELLO.code]);
      expect(guest.raw.closeCode).toBe(CLOSES.UNAUTHENTICATED.code);
      expect(guest.welcomes).toBe(0);
    }
    await house.turn();
    expect(house.gateway.counters.intents).toBe(0);
    expect(house.world.liveCount).toBe(1);
    expect(house.world.posX(witness.entity & 0xffff)).toBe(before);
  });
});

describe("when the world's queues are full", () => {
  test("a join waits for the next tick, and so does a leave", async () => {
    await open();
    const first = await house.join(5, 5);
    first.leave();
    await first.ended();
    const guest = await house.connect();
    guest.hello();
    guest.spawn(0, 0);
    await guest.sync();
    while (house.world.skip(0));
    await house.turn();
    expect(guest.entity).toBe(0);
    expect(house.world.liveCount).toBe(1);
    await house.turn();
    expect(guest.entity).not.toBe(0);
    expect(house.world.liveCount).toBe(1);
    expect(house.gateway.counters.joinsWaited).toBe(1);
    expect(house.gateway.counters.leavesWaited).toBe(1);
  });

  test("an intent is UNAVAILABLE, and its sequence may be sent again", async () => {
    await open();
    const guest = await house.join(0, 0);
    while (house.world.intent(0, 1, 0, 0));
    guest.moveAs(guest.entity, 1, 1, 0);
    await house.turn();
    expect(guest.errors).toMatchObject([
      { code: ERRORS.UNAVAILABLE.code, sequence: 1, retryAfterMs: 25 },
    ]);
    expect(house.gateway.counters.intentsDropped).toBe(1);
    guest.moveAs(guest.entity, 1, 1, 0);
    await house.turn();
    expect(guest.selfX).toBe(256);
  });
});

describe("in the session", () => {
  test("an intent before the entity is there is NO_ENTITY", async () => {
    await open();
    const guest = await house.connect();
    guest.hello();
    guest.moveAs(65536, 1, 1, 0);
    guest.probe();
    guest.spawn(0, 0);
    guest.moveAs(65536, 2, 1, 0);
    await guest.sync();
    const code = ERRORS.NO_ENTITY.code;
    expect(guest.errors.map((e) => [e.code, e.sequence])).toEqual([
      [code, 1],
      [code, 0],
      [code, 2],
    ]);
    await house.turn();
    expect(house.gateway.counters.intents).toBe(0);
  });

  test("a heartbeat is echoed with the tick", async () => {
    await open();
    const guest = await house.join();
    guest.heartbeat(2 ** 52 + 1);
    await guest.sync();
    expect(guest.heartbeats).toEqual([{ timestamp: 2 ** 52 + 1, tick: 1 }]);
  });

  test("an application's message is UNSUPPORTED", async () => {
    await open();
    const guest = await house.join();
    guest.send(encodeClientApp(1, 2, new Uint8Array(3), 0, 0));
    await guest.sync();
    expect(guest.errorCodes).toEqual([ERRORS.UNSUPPORTED.code]);
  });

  test("errors to one client are limited to eight a tick, the rest counted", async () => {
    await open();
    const guest = await house.join();
    for (let i = 0; i < 20; i++) guest.moveAs(1, 1, 0, 0);
    await guest.sync();
    expect(guest.errors.length).toBe(8);
    expect(house.gateway.counters.repliesDropped).toBe(12);
    expect(house.gateway.counters.errors[ERRORS.NOT_OWNER.code]).toBe(20);
    await house.turn();
    guest.moveAs(1, 1, 0, 0);
    await guest.sync();
    expect(guest.errors.length).toBe(9);
  });

  test("an over-long step is corrected in exact multiples of 1/256, once a tick", async () => {
    await open();
    const guest = await house.join(3.5, 0);
    guest.move(60, 0);
    guest.move(60, 0);
    guest.move(60, 0);
    await guest.sync();
    await house.turn();
    const row = guest.entity & 0xffff;
    expect(guest.corrections).toEqual([
      { entity: guest.entity, x: house.world.posX(row) / 256, y: 0, sequence: 3 },
    ]);
    expect(guest.corrections[0]?.x).toBe(63.5);
    expect(house.gateway.counters.correctionsOverBank).toBe(1);
  });

  test("nothing changed: no frame, but an empty update every ten ticks", async () => {
    await open();
    const guest = await house.join();
    await house.turn(50);
    expect(guest.updates.map((u) => u.tick)).toEqual([1, 11, 21, 31, 41, 51]);
  });

  test("a refused intent is acknowledged by an update although nothing moved", async () => {
    await open();
    const guest = await house.join();
    await house.turn(2);
    guest.move(64, 64);
    await guest.sync();
    guest.move(64, 64);
    await guest.sync();
    await house.turn();
    expect(guest.updates.at(-1)?.tick).toBe(4);
    expect(guest.ackSequence).toBe(2);
  });

  test("a probe with reset starts the view again and proves it", async () => {
    await open();
    const guest = await house.join(0, 0);
    await house.join(5, 5);
    await house.turn(3);
    guest.probe(true);
    await guest.sync();
    await house.turn();
    expect((guest.updates.at(-1)?.flags ?? 0) & AOI_RESET).toBe(AOI_RESET);
    expect(guest.digests).toEqual([{ tick: guest.tick, ok: true, positions: true }]);
    expect(guest.replica.size).toBe(1);
  });

  test("Leave is answered with Goodbye and 1000, and the entity goes", async () => {
    await open();
    const witness = await house.join(0, 0);
    const guest = await house.join(5, 5);
    await house.turn();
    expect(witness.replica.size).toBe(1);
    guest.leave();
    await guest.ended();
    expect(guest.goodbye?.code).toBe(CLOSES.LEFT.code);
    expect(guest.raw.closeCode).toBe(1000);
    await house.turn();
    expect(house.world.liveCount).toBe(1);
    expect(witness.replica.size).toBe(0);
  });

  test("a connection cut takes its entity with it, also between Spawn and step", async () => {
    await open();
    const witness = await house.join(0, 0);
    const guest = await house.join(5, 5);
    const early = await house.connect();
    early.hello();
    early.spawn(1, 1);
    await early.sync();
    guest.raw.cut();
    early.raw.cut();
    const { gateway } = house;
    await expect.poll(() => gateway.connections).toBe(1);
    await house.turn();
    expect(house.world.liveCount).toBe(1);
    expect(gateway.playing).toBe(1);
    expect(witness.gone).toBe(false);
  });

  test("an entity that the world removes ends its session with a word", async () => {
    await open();
    const guest = await house.join();
    house.world.leave(guest.entity);
    house.tick();
    await guest.ended();
    expect(guest.errorCodes).toEqual([ERRORS.REMOVED.code]);
    expect(guest.raw.closeCode).toBe(1000);
    await house.turn();
    expect(house.gateway.connections).toBe(0);
  });

  test("sessions are named, and the log hears of their beginning and end", async () => {
    await open();
    const guest = await house.join();
    guest.leave();
    await guest.ended();
    expect(house.log).toEqual([
      `opened ${guest.session} 127.0.0.1 test`,
      `spawned ${guest.session} ${guest.entity}`,
      `closed ${guest.session} 1000 ${CLOSES.LEFT.sentence}`,
    ]);
  });

  test("H45 what clients call themselves, and why they go, does nothing", async () => {
    const ledger = new HeldLedger();
    ledger.settled = Infinity;
    await open({ ledger });
    const guest = await house.connect();
    guest.hello(1, "a\nb\u001b[31m\u009b31m\u202egnp.exe");
    guest.spawn(0, 0);
    await guest.sync();
    await house.turn(2);
    const said = Buffer.from("\u001b]0;x\u0007\u2028bye");
    guest.raw.frame(Buffer.concat([Buffer.from([0x0f, 0xa0]), said]), { opcode: OP_CLOSE });
    await guest.ended();
    const name = "a\ufffdb\ufffd[31m\ufffd31m\ufffdgnp.exe";
    expect(house.log[0]).toBe(`opened ${guest.session} 127.0.0.1 ${name}`);
    expect(house.log.at(-1)).toBe(`closed ${guest.session} 4000 \ufffd]0;x\ufffd\ufffdbye`);
    expect(ledger.facts[0]).toMatchObject({ what: "joined", client: name });
  });
});
