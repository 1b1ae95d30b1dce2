// Slow clients: windows of acknowledged ticks, what closes and opens them, what a client is sent
// when it is back, and how the one who never comes back is let go.
import { afterEach, describe, expect, test } from "vitest";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import { AOI_LAST, AOI_MERGED, AOI_RESET } from "../src/protocol/encode.ts";
import { SEND_DROPPED } from "../src/gateway/transport.ts";
import type { SendResult } from "../src/gateway/transport.ts";
import type { Guest } from "./guest.ts";
import { House, TICK_MS } from "./house.ts";
import type { HouseOptions } from "./house.ts";
import { instead } from "./instead.ts";
import { OP_PONG } from "./raw-socket.ts";
import { until } from "./until.ts";
import { expectUnharmed, turnWith } from "./witness.ts";

let house: House;
let witness: Guest;
async function open(options: HouseOptions = {}): Promise<House> {
  house = await House.start(options);
  witness = await house.join(1, 1);
  return house;
}
afterEach(async () => {
  await expectUnharmed(house, witness);
  house.stop();
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turnWith(house, witness);
}

describe("the window", () => {
  test("closes after 40 unacknowledged ticks and opens with one merged state", async () => {
    await open();
    const guest = await house.join(0, 0, { acks: "none" });
    await turns(60);
    const { counters } = house.gateway;
    expect(guest.updates.length).toBe(40);
    expect(counters.windowsClosed).toBe(1);
    expect(guest.replica.x[0]).not.toBe(witness.selfX >> 3);

    guest.ack();
    await turns(1);
    expect(counters.merges).toBe(1);
    const back = guest.updates.at(-1);
    expect(back).toMatchObject({ tick: house.world.tick, flags: AOI_LAST | AOI_MERGED });
    expect(guest.replica.x[0]).toBe(witness.selfX >> 3);
    await turns(1);
    expect(guest.updates.at(-1)?.flags).toBe(AOI_LAST);

    guest.probe();
    await turns(1);
    expect(guest.digests.at(-1)).toMatchObject({ ok: true, positions: true });
    expect(guest.replicaFaults).toBe(0);
  });

  test("what happens behind a closed window is not lost: moves, entries, departures", async () => {
    await open();
    const mover = await house.join(3, 3);
    const leaver = await house.join(4, 4);
    const guest = await house.join(0, 0, { acks: "none" });
    await turns(45);
    expect(house.gateway.counters.windowsClosed).toBe(1);
    mover.move(2, 2);
    await house.join(6, 6);
    leaver.leave();
    await turns(5);
    // All that is over when the guest is back: nobody but the witness moves any more.
    guest.ack();
    guest.probe();
    await turns(1);
    expect(guest.digests).toEqual([{ tick: guest.tick, ok: true, positions: true }]);
    expect(guest.replica.size).toBe(3);
    expect(guest.replica.x[guest.replica.indexOf(mover.entity)]).toBe(5 * 32);
    expect(guest.replicaFaults).toBe(0);
  });

  test("closes by bytes, and never more than the window is in flight", async () => {
    await open({ gateway: { windowBytes: 2048 }, rules: { framesPerTick: 1 } });
    const crowd: Guest[] = [];
    for (let i = 0; i < 30; i++) crowd.push(await house.join(i, 2));
    const guest = await house.join(0, 0, { acks: "none" });
    const before = guest.sizes.length;
    for (let tick = 0; tick < 40; tick++) {
      for (const other of crowd) other.move(0.5, 0);
      await turns(1);
    }
    const inFlight = guest.sizes.slice(before).reduce((sum, size) => sum + size, 0);
    expect(guest.updates.length).toBeLessThan(40);
    expect(inFlight).toBeLessThanOrEqual(2048);
    expect(inFlight).toBeGreaterThan(512);
    guest.ack();
    await turns(1);
    expect(guest.updates.at(-1)?.tick).toBe(house.world.tick);
  });

  test("H29 a reader that stands still holds at most 16 KB, and ends with 4009", async () => {
    await open({ gateway: { slowCloseMs: 20 * TICK_MS } });
    const crowd: Guest[] = [];
    for (let i = 0; i < 40; i++) crowd.push(await house.join(i, 2));
    const stalled: Guest[] = [];
    for (let i = 0; i < 5; i++) stalled.push(await house.join(i, 0, { acks: "pong" }));
    for (const guest of stalled) guest.raw.socket.pause();
    house.guests.splice(house.guests.length - stalled.length);
    const { counters } = house.gateway;
    const sent = counters.sentBytes;
    let honest = 0;
    for (let tick = 0; tick < 80; tick++) {
      for (const other of crowd) other.move(tick % 2 === 0 ? 0.5 : -0.5, 0);
      const seen = [witness, ...crowd].reduce((sum, guest) => sum + guest.sizes.length, 0);
      await turns(1);
      honest += [witness, ...crowd].reduce((sum, guest) => sum + guest.sizes.length, 0) - seen;
    }
    expect(counters.slowClosed).toBe(stalled.length);
    expect(counters.closesWith(CLOSES.TOO_SLOW.code)).toBe(stalled.length);
    expect(honest).toBeGreaterThan(80 * 40);
    const toHonest = [witness, ...crowd]
      .flatMap((guest) => guest.sizes)
      .reduce((sum, size) => sum + size, 0);
    expect(counters.sentBytes - sent).toBeLessThanOrEqual(toHonest + stalled.length * 16384);
    for (const guest of stalled) {
      guest.raw.socket.resume();
      await guest.ended();
      const bytes = guest.sizes.reduce((sum, size) => sum + size, 0);
      expect(bytes).toBeLessThanOrEqual(16384 + 1024);
      expect(guest.raw.closeCode).toBe(CLOSES.TOO_SLOW.code);
      expect(guest.goodbye?.code).toBe(CLOSES.TOO_SLOW.code);
    }
  });

  test("a client that only reads is acknowledged by its pongs", async () => {
    await open();
    const guest = await house.join(0, 0, { acks: "pong" });
    await turns(120);
    expect(guest.updates.length).toBe(121);
    expect(guest.pings.length).toBe(12);
    expect(new Set(guest.pings.map((tick, i) => tick - (guest.pings[0] ?? 0) - 10 * i))).toEqual(
      new Set([0]),
    );
    expect(house.gateway.counters.windowsClosed).toBe(0);
    expect(house.gateway.counters.badAcks).toBe(0);
  });

  test("a window closed by bytes before any ping is opened again by the pong", async () => {
    await open({ gateway: { windowBytes: 1100 }, rules: { framesPerTick: 1 } });
    const crowd: Guest[] = [];
    for (let i = 0; i < 50; i++) crowd.push(await house.join(i, 2));
    const guest = await house.join(0, 0, { acks: "pong" });
    for (let tick = 0; tick < 60; tick++) {
      for (const other of crowd) other.move(tick % 2 === 0 ? 0.5 : -0.5, 0);
      await turns(1);
    }
    const { counters } = house.gateway;
    expect(counters.windowsClosed).toBeGreaterThan(3);
    expect(counters.merges).toBeGreaterThan(3);
    expect(guest.updates.length).toBeGreaterThan(30);
    expect(guest.gone).toBe(false);
  });

  test("a closed window asks again: an answer that was lost is not the end", async () => {
    await open({ gateway: { windowTicks: 4 } });
    const guest = await house.join(0, 0, { acks: "none" });
    await turns(80);
    const { counters } = house.gateway;
    expect([counters.windowsClosed, counters.merges]).toEqual([1, 0]);
    const asked = guest.pings.length;
    expect(asked).toBe(1 + 3);
    await turns(240);
    expect(guest.pings.length).toBe(asked + 2);
    guest.raw.frame(guest.lastPing, { opcode: OP_PONG });
    await turns(2);
    expect(counters.merges).toBe(1);
    expect(guest.gone).toBe(false);
  });

  test("H29 who reads again after 30 s answers all pings, and that is no flood", async () => {
    await open({ gateway: { windowTicks: 4 } });
    const guest = await house.join(0, 0, { acks: "pong" });
    const { counters } = house.gateway;
    guest.raw.socket.pause();
    house.guests.splice(house.guests.indexOf(guest), 1);
    await turns(1190);
    guest.raw.socket.resume();
    house.guests.push(guest);
    await turns(3);
    expect(counters.merges).toBe(1);
    expect(guest.pings.length).toBeLessThan(16);
    expect([counters.framesIgnored, counters.floods]).toEqual([0, 0]);
    guest.probe();
    await turns(1);
    expect(guest.digests.at(-1)).toMatchObject({ ok: true, positions: true });
    expect(guest.gone).toBe(false);
  });

  test("a client that says ack_tick once is not acknowledged by pongs any more", async () => {
    await open();
    const guest = await house.join(0, 0, { acks: "pong" });
    guest.ack(guest.tick);
    await turns(60);
    expect(guest.updates.length).toBeLessThan(45);
    expect(house.gateway.counters.windowsClosed).toBe(1);
  });

  test("acknowledging what was never sent changes nothing and is counted", async () => {
    await open();
    const guest = await house.join(0, 0, { acks: "none" });
    for (let i = 0; i < 50; i++) {
      guest.ack(house.world.tick + 1 + i);
      await turns(1);
    }
    guest.ack(0xffffffff);
    await turns(1);
    expect(guest.updates.length).toBe(40);
    expect(house.gateway.counters.badAcks).toBe(51);
    const first = guest.updates[0]?.tick;
    guest.ack(first);
    guest.ack(first);
    await turns(2);
    expect(guest.updates.length).toBe(41);
  });

  test("while it is closed, corrections wait, answers are dropped and counted", async () => {
    await open();
    const guest = await house.join(0, 0, { acks: "none" });
    await turns(45);
    const { counters } = house.gateway;
    for (let i = 0; i < 3; i++) guest.move(60, 0);
    guest.heartbeat(7);
    guest.moveAs(5, 99, 0, 0);
    await turns(2);
    expect(guest.corrections).toEqual([]);
    expect(guest.heartbeats).toEqual([]);
    expect(counters.correctionsHeld).toBe(1);
    expect(counters.repliesDropped).toBe(2);
    guest.ack();
    await turns(1);
    expect(guest.corrections).toMatchObject([{ x: 60, y: 0, sequence: 3 }]);
    expect(guest.selfX).toBe(60 * 256);
  });

  test("a session without an entity has a window too", async () => {
    await open({ gateway: { slowCloseMs: 10 * TICK_MS, windowBytes: 4096 } });
    const guest = await house.connect({ acks: "none" });
    guest.hello();
    for (let tick = 0; tick < 60 && !guest.gone; tick++) {
      for (let i = 0; i < 8; i++) guest.probe();
      await turns(1);
    }
    await guest.ended();
    expect(guest.raw.closeCode).toBe(CLOSES.TOO_SLOW.code);
    expect(guest.sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(4096 + 1024);
    const quick = await house.connect({ acks: "pong" });
    quick.hello();
    for (let tick = 0; tick < 60; tick++) {
      for (let i = 0; i < 8; i++) quick.probe();
      await turns(1);
    }
    expect(quick.gone).toBe(false);
    expect(quick.errors.length).toBeGreaterThan(300);
  });
});

describe("a dropped part", () => {
  test("makes the view start again at the next tick, and it is whole", async () => {
    let drop = 0;
    await open({
      wrapTransport: (transport) =>
        instead(transport, {
          send: (slot, bytes, compress): SendResult => {
            if (slot !== 1 || drop === 0) return transport.send(slot, bytes, compress);
            drop--;
            return SEND_DROPPED;
          },
        }),
    });
    const guest = await house.join(0, 0);
    await turns(3);
    drop = 1;
    guest.probe();
    await turns(1);
    const dropped = house.world.tick;
    expect(guest.tick).toBe(dropped - 1);
    expect(guest.digests).toEqual([]);
    await turns(1);
    expect(guest.updates.at(-1)).toMatchObject({
      tick: dropped + 1,
      flags: AOI_LAST | AOI_RESET,
    });
    expect(guest.digests).toEqual([{ tick: dropped + 1, ok: true, positions: true }]);
    expect(house.gateway.counters.sendsDropped).toBe(1);
    expect(house.gateway.counters.resets).toBe(3); // two first views, and this
  });

  test("bytes that wait in user space close the window until they are gone", async () => {
    let waiting = 0;
    await open({
      wrapTransport: (transport) =>
        instead(transport, {
          bufferedBytes: (slot) => (slot === 1 ? waiting : transport.bufferedBytes(slot)),
        }),
    });
    const guest = await house.join(0, 0);
    await turns(3);
    waiting = 500;
    await turns(9);
    const seen = guest.updates.length;
    await turns(5);
    expect(guest.updates.length).toBe(seen);
    expect(house.gateway.counters.sendsBuffered).toBeGreaterThan(0);
    waiting = 0;
    await turns(1);
    expect(guest.updates.at(-1)?.tick).toBe(house.world.tick);
    expect(guest.updates.at(-1)?.flags ?? 0).toBe(AOI_LAST | AOI_MERGED);
  });
});

describe("compression", () => {
  test("is used only for clients with a long round trip that agreed on it", async () => {
    await open({ gateway: { compressRttMs: 150 } });
    const handshake = { extensions: "permessage-deflate" };
    const near = await house.connect({}, handshake);
    const far = await house.connect({ acks: "none" }, handshake);
    for (const guest of [near, far]) {
      guest.hello();
      guest.spawn(0, 0);
    }
    await house.turn();
    for (let i = 0; i < 40; i++) {
      await turns(1);
      const late = far.updates.at(-10);
      if (late !== undefined) far.ack(late.tick);
    }
    expect(near.updates.some((update) => update.compressed)).toBe(false);
    expect(far.updates.at(-1)?.compressed).toBe(true);
    expect(house.gateway.counters.compressed).toBeGreaterThan(10);
    expect(far.replicaFaults).toBe(0);
    expect(far.replica.size).toBe(2);
  });

  test("is not agreed on where it is switched off", async () => {
    await open({ gateway: { compression: false } });
    const guest = await house.connect({}, { extensions: "permessage-deflate" });
    expect(guest.raw.head).not.toContain("permessage-deflate");
  });
});

test("a client that is let go for slowness hears Goodbye, and no Error before it", async () => {
  await open({ gateway: { slowCloseMs: 5 * TICK_MS } });
  const guest = await house.join(0, 0, { acks: "none" });
  await turns(50);
  await until(() => guest.gone, "the end of a slow client");
  expect(guest.errorCodes).toEqual([]); // its window is closed: Goodbye alone
  expect(guest.goodbye?.message).toBe(ERRORS.TOO_SLOW.sentence);
  expect(house.gateway.counters.errors[ERRORS.TOO_SLOW.code]).toBe(1);
});
