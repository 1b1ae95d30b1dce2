// The window and our own client: at the smallest window that the settings allow it is never taken
// for slow; and a session that enters the world behind a closed window gets a true view.
import { afterEach, describe, expect, test } from "vitest";
import { Session } from "../src/client/session.ts";
import { defaultConfig } from "../src/config/schema.ts";
import { RELATIONS } from "../src/config/relations.ts";
import { House, TICK_MS } from "./house.ts";
import { instead } from "./instead.ts";
import { until } from "./until.ts";

const CROWD = 100;
const TICKS = 300;

let house: House;
afterEach(() => house.stop());

/** The smallest window_bytes that no relation refuses. */
function smallestWindow(framesPerTick: number): number {
  const config = defaultConfig();
  const legal = (bytes: number): boolean => {
    const gateway = { ...config.gateway, frames_per_tick: framesPerTick, window_bytes: bytes };
    return RELATIONS.every(({ holds }) => holds({ ...config, gateway }));
  };
  let bytes = 512;
  while (!legal(bytes)) bytes++;
  return bytes;
}

/** Whether the only client has all that the server sent, and the server all that it answered. */
function hasHeard({ counters, state }: Session, pings: number): boolean {
  const { pongs, received, sent } = house.gateway.counters;
  const isHeard = counters.received === sent && counters.sent === received && pongs === pings;
  return state === "closed" || isHeard;
}

/** Entities that nobody plays, around the origin. @returns their handles */
function populate(): number[] {
  const { rules } = house.world;
  const tickets = Array.from({ length: CROWD }, (_, i) =>
    house.world.join({
      kind: 1,
      x: (i % 10) * 256,
      y: Math.floor(i / 10) * 256,
      maxSpeed: rules.maxSpeed,
      aoiRadius: rules.aoiRadius,
      layer: 0,
      observer: false,
      visible: true,
      bank: -1,
      sequence: 0,
    }),
  );
  house.tick();
  return tickets.map((ticket) => house.world.joined(ticket));
}

describe("our client at the smallest window", () => {
  test.each([
    [1, "stands still", 0],
    [1, "moves", 0.25],
    [4, "stands still", 0],
    [4, "moves", 0.25],
    [8, "stands still", 0],
  ])("with %d frames a tick, it %s: never too slow", async (framesPerTick, _, step) => {
    let pings = 0;
    house = await House.start({
      rules: { framesPerTick },
      wrapTransport: (transport) =>
        instead(transport, {
          ping: (slot, bytes) => {
            pings++;
            transport.ping(slot, bytes);
          },
        }),
      gateway: { windowBytes: smallestWindow(framesPerTick), slowCloseMs: 40 * TICK_MS },
    });
    const crowd = populate();
    let closed = 0;
    let digests = 0;
    const client = new Session({
      url: `ws://127.0.0.1:${house.port}/`,
      handlers: {
        closed: (_client, code) => (closed = code),
        digest: (_client, ok) => (digests += ok ? 1 : 0),
      },
    });
    client.connect();
    await until(() => client.state === "greeting", "the handshake");
    await until(() => {
      house.tick();
      return client.state === "joined";
    }, "an entity");

    let seen = 0;
    const first = house.world.tick;
    for (let i = 1; i <= TICKS && closed === 0; i++) {
      for (const handle of crowd) house.world.intent(handle, i, i % 2 === 0 ? 256 : -256, 0);
      if (step !== 0) client.move(i % 2 === 0 ? step : -step, 0);
      house.tick();
      await until(() => hasHeard(client, pings), "what both sides have said");
      if (client.tick === house.world.tick) seen++;
    }
    expect(closed).toBe(0);
    expect(house.world.tick - first).toBe(TICKS);
    const { counters } = house.gateway;
    expect(counters.slowClosed).toBe(0);
    expect(counters.badAcks).toBe(0);
    expect(client.counters.protocolFaults).toBe(0);
    expect(seen).toBeGreaterThan(TICKS / 4);

    client.probe();
    await until(() => {
      house.tick();
      return digests > 0;
    }, "a digest that is right");
    expect(client.counters.digestsBad).toBe(0);
    client.close();
    await until(() => closed !== 0, "the end");
  });
});

describe("a session that enters behind a closed window", () => {
  test("has its first view, and a true one when the window opens", async () => {
    house = await House.start({ gateway: { windowBytes: 4352 } });
    const mover = await house.join(3, 3);
    const leaver = await house.join(4, 4);
    const guest = await house.connect({ acks: "none" });
    guest.hello();
    const { counters } = house.gateway;
    for (let tick = 0; tick < 40 && counters.windowsClosed === 0; tick++) {
      for (let i = 0; i < 8; i++) guest.probe(); // NO_ENTITY, eight a tick
      await house.turn();
    }
    expect(counters.windowsClosed).toBe(1);
    guest.spawn(0, 0);
    await guest.sync();
    await house.turn();
    expect(guest.entity).not.toBe(0);
    expect(guest.replica.size).toBe(2);

    const sent = guest.updates.length;
    await house.join(6, 6);
    leaver.leave();
    for (let i = 0; i < 5; i++) {
      mover.move(1, 1);
      await house.turn();
    }
    expect(guest.updates.length).toBe(sent);

    guest.ack();
    guest.probe();
    await house.turn();
    expect(counters.merges).toBe(1);
    expect(guest.digests).toEqual([{ tick: guest.tick, ok: true, positions: true }]);
    expect(guest.replica.size).toBe(2);
    expect(guest.replica.x[guest.replica.indexOf(mover.entity)]).toBe(8 * 32);
    expect(guest.replicaFaults).toBe(0);
  });
});
