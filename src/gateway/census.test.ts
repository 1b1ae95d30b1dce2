import { afterEach, expect, test } from "vitest";
import { House } from "../../test/house.ts";
import { until } from "../../test/until.ts";

const houses: House[] = [];
afterEach(() => {
  for (const house of houses.splice(0)) house.stop();
});

async function open(gateway: Parameters<typeof House.start>[0]): Promise<House> {
  const house = await House.start(gateway);
  houses.push(house);
  return house;
}

test("counts sessions by what they wait for, and what each is shown", async () => {
  const house = await open({ gateway: { graceMs: 60_000 } });
  await house.connect();
  (await house.connect()).hello();
  const players = await Promise.all(Array.from({ length: 3 }, () => house.connect()));
  for (const [i, guest] of players.entries()) {
    guest.hello();
    guest.spawn(10 * i, 0);
  }
  await house.sync();
  const waiting = house.gateway.takeCensus();
  expect([waiting.open, waiting.greeted, waiting.joining]).toEqual([1, 1, 3]);
  house.tick();
  await house.sync();
  players[2]?.raw.cut();
  await until(() => house.gateway.connections === 4, "a connection to be cut");
  const now = house.gateway.takeCensus();
  expect([now.open, now.verifying, now.greeted, now.joining]).toEqual([1, 0, 1, 0]);
  expect([now.arriving, now.playing, now.suspended, now.paused]).toEqual([0, 2, 1, 0]);
  // Both see the other one, and the entity whose client is gone.
  expect(now.visible.cells.at(-1)).toBe(4);
});

test("a client that acknowledges nothing is paused, with bytes that wait", async () => {
  const house = await open({ gateway: { windowTicks: 4 } });
  const guest = await house.connect({ acks: "none" });
  guest.hello();
  guest.spawn(0, 0);
  await house.sync();
  const other = await house.connect();
  other.hello();
  other.spawn(1, 1);
  for (let tick = 0; tick < 12; tick++) {
    house.tick();
    await house.sync();
    other.move(tick % 2 === 0 ? 1 : -1, 0);
  }
  const before = house.gateway.takeCensus().windowBytes.cells.at(-1) ?? 0;
  const census = house.gateway.takeCensus();
  expect(census.paused).toBe(1);
  expect((census.windowBytes.cells.at(-1) ?? 0) - before).toBeGreaterThan(0);
  expect(census.playing).toBe(2);
});
