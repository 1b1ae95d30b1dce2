// The end of the server: everybody is told, with a code and a time to come back at, and nobody's
// last words are lost.
import { afterEach, expect, test } from "vitest";
import { CLOSES } from "../src/protocol/codes.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import { instead } from "./instead.ts";
import { RawSocket } from "./raw-socket.ts";
import { until } from "./until.ts";

let house: House;
afterEach(() => house.stop());

test("a drain tells all with 1012 and a spread of times to return", async () => {
  house = await House.start();
  const guests: Guest[] = [];
  for (let i = 0; i < 50; i++) guests.push(await house.connect());
  for (const guest of guests.slice(0, 40)) {
    guest.hello();
    guest.spawn(0, 0);
  }
  await house.turn(2);
  // They talk to the end.
  for (const guest of guests.slice(0, 40)) guest.move(1, 0);
  const told = await house.gateway.drain();
  expect(told).toBe(50);
  for (const guest of guests) {
    await guest.ended();
    expect(guest.raw.closeCode).toBe(CLOSES.RESTART.code);
    expect(guest.goodbye?.code).toBe(CLOSES.RESTART.code);
  }
  const times = guests.map((guest) => guest.goodbye?.retryAfterMs ?? 0);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(500);
  expect(Math.max(...times)).toBeLessThan(2500);
  expect(new Set(times).size).toBeGreaterThan(40);
  expect(house.gateway.counters.closesWith(CLOSES.RESTART.code)).toBe(50);
  expect(house.gateway.connections).toBe(0);
  expect(house.faults).toEqual([]);
  expect(await house.gateway.drain()).toBe(0);
});

test("nobody is let in during a drain, and the tick may go on", async () => {
  house = await House.start();
  const guest = await house.join(0, 0);
  const refused: number[] = [];
  const drained = house.gateway.drain();
  expect(house.gateway.draining).toBe(true);
  house.tick();
  const late = RawSocket.open(house.port).then((raw) => refused.push(raw.status));
  await drained;
  await late;
  house.tick();
  expect(refused[0]).not.toBe(101);
  await guest.ended();
  expect(house.world.liveCount).toBe(0);
});

test("a client with a full buffer is given until the end of drain_ms, and no longer", async () => {
  let buffered = 1000;
  house = await House.start({
    gateway: { drainMs: 300 },
    wrapTransport: (transport) =>
      instead(transport, {
        bufferedBytes: (slot) => (slot === 0 ? buffered : transport.bufferedBytes(slot)),
      }),
  });
  const slow = await house.join(0, 0);
  const quick = await house.join(0, 0);
  const before = house.now;
  const drained = house.gateway.drain();
  expect(house.gateway.connections).toBe(1);
  expect(await drained).toBe(2);
  expect(house.now - before).toBe(300 + 100);
  await Promise.all([slow.ended(), quick.ended()]);
  expect(slow.raw.closeCode).toBe(CLOSES.RESTART.code);
  buffered = 0;
  await until(() => slow.raw.ended, "the end");
});
