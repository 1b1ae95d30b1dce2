// What one connection may send over time, with the limits of the defaults: honest clients never
// meet them, floods are refused, told once a second, and ended.
import { afterEach, describe, expect, test } from "vitest";
import { defaultConfig } from "../src/config/schema.ts";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import { gatewayOptions } from "../src/wiring.ts";
import type { Guest } from "./guest.ts";
import { House, TICK_MS } from "./house.ts";
import type { HouseOptions } from "./house.ts";
import { buildFrame, OP_PING, OP_PONG } from "./raw-socket.ts";
import { until } from "./until.ts";
import { expectUnharmed } from "./witness.ts";

const { messagesPerSecond, bytesPerSecond, errorsPerSecond, maxStrikes } = gatewayOptions(
  defaultConfig(),
  true,
);
const RATES = { messagesPerSecond, bytesPerSecond, errorsPerSecond, maxStrikes };
const SECOND = 1000 / TICK_MS;
/** Seconds' worth that may come at once. */
const AHEAD = 2;

let house: House;
let witness: Guest;
async function open(gateway: HouseOptions["gateway"] = {}): Promise<void> {
  house = await House.start({ gateway: { ...RATES, ...gateway } });
  witness = await house.join(1, 1);
}
afterEach(async () => {
  await expectUnharmed(house, witness);
  house.stop();
});

/** Frames without an answer of ours: tests count what the server heard. */
function write(guest: Guest, frames: readonly Buffer[]): void {
  guest.raw.write(Buffer.concat(frames));
}

/** A tick of the house without the traffic of its guests, but for the witness's. */
async function tick(): Promise<void> {
  witness.move(house.world.tick % 2 === 0 ? 0.5 : -0.5, 0.25 - (house.world.tick & 2) / 4);
  await witness.barrier();
  house.tick();
  await witness.sync();
}

function heard(): number {
  const { received, pings, pongs } = house.gateway.counters;
  return received + pings + pongs;
}

describe("honest clients", () => {
  test("a minute at 40 Hz, delivered every 250 ms: nothing is refused", async () => {
    await open();
    const guest = await house.join(0, 0, { acks: "none" });
    for (let t = 1; t <= 60 * SECOND; t++) {
      if (t % 10 === 0) {
        for (let i = 0; i < 10; i++) guest.move(0.1, 0);
        for (let i = 0; i < 10; i++) guest.ack(guest.tick);
        guest.heartbeat(t);
      }
      if (t % SECOND === 0) guest.probe();
      if (t % (2 * SECOND) === 0) guest.probe(true);
      await Promise.all([guest.barrier(), tick()]);
    }
    const { overMessages, overBytes, overErrors, overResets } = house.gateway.counters;
    expect([overMessages, overBytes, overErrors, overResets]).toEqual([0, 0, 0, 0]);
    expect(guest.errors).toEqual([]);
    expect(guest.corrections).toEqual([]);
  });

  test("after 20 s in which the process stood still all that was sent is heard", async () => {
    await open();
    const guest = await house.join(0, 0);
    for (let t = 0; t < SECOND; t++) await tick();
    house.now += 20_000;
    for (let i = 0; i < 20 * SECOND; i++) {
      guest.move(0.001, 0);
      guest.ack();
    }
    await guest.barrier();
    for (let t = 0; t < SECOND; t++) {
      guest.move(0.001, 0);
      await guest.barrier();
      await tick();
    }
    expect(guest.errors).toEqual([]);
    expect(house.gateway.counters.overMessages).toBe(0);
    expect(house.gateway.counters.framesIgnored).toBe(0);
    expect(guest.gone).toBe(false);
  });
});

describe("floods over time", () => {
  const EMPTY = buildFrame("");

  test("H02 messages over their rate are told once a second, and end with 4008", async () => {
    await open();
    const guest = await house.join(0, 0);
    const before = house.gateway.counters.received;
    const PER_TICK = 20;
    let ticks = 0;
    const flood = async (): Promise<void> => {
      // heard first, so that what it is told reaches it
      guest.ack();
      write(guest, new Array<Buffer>(PER_TICK).fill(EMPTY));
      await Promise.all([guest.barrier(), tick()]);
      ticks++;
    };
    for (let t = 0; t < 5 * SECOND; t++) await flood();
    const { overMessages, received } = house.gateway.counters;
    const most = (5 + AHEAD) * messagesPerSecond;
    const ofWitness = 3 * ticks;
    expect(received - before - ofWitness).toBeLessThanOrEqual(most);
    expect(overMessages).toBeGreaterThan(5 * SECOND * PER_TICK - most);
    const told = guest.errors;
    expect(told.map(({ code }) => code)).toEqual(told.map(() => ERRORS.RATE_LIMITED.code));
    expect(told.length).toBeGreaterThanOrEqual(3);
    // five seconds reach into six of the clock's
    expect(told.length).toBeLessThanOrEqual(6);
    expect(told[0]?.message).toContain(`The limit is ${messagesPerSecond} messages a second.`);
    expect(told[0]?.retryAfterMs).toBeGreaterThan(0);
    expect(guest.gone).toBe(false);
    while (!guest.gone && ticks < 60 * SECOND) await flood();
    await guest.ended();
    expect(guest.raw.closeCode).toBe(CLOSES.FLOOD.code);
    expect(guest.goodbye?.code).toBe(CLOSES.FLOOD.code);
    expect(house.gateway.counters.struckOut).toBe(1);
    // told once for each strike, and once at the end
    expect(guest.errors.length).toBe(maxStrikes + 1);
  });

  test("who slows down when told so is not ended", async () => {
    await open();
    const guest = await house.join(0, 0);
    for (let second = 0; second < 60; second++) {
      const isLoud = second % 15 === 0;
      for (let t = 0; t < SECOND; t++) {
        if (isLoud) write(guest, new Array<Buffer>(30).fill(EMPTY));
        if (t % 10 === 0) {
          guest.ack();
          await guest.barrier();
        }
        await tick();
      }
    }
    expect(guest.gone).toBe(false);
    expect(house.gateway.counters.overMessages).toBeGreaterThan(0);
    expect(house.gateway.counters.struckOut).toBe(0);
  });

  test("bytes have a rate of their own", async () => {
    await open();
    const guest = await house.join(0, 0);
    // field 100, unknown and passed over, with 500 bytes in it
    const big = buildFrame(Buffer.concat([Buffer.from([0xa2, 6, 0xf4, 3]), Buffer.alloc(500)]));
    for (let t = 0; t < 5 * SECOND; t++) {
      guest.ack();
      write(guest, new Array<Buffer>(3).fill(big));
      await Promise.all([guest.barrier(), tick()]);
    }
    const { overBytes, overMessages, malformed } = house.gateway.counters;
    expect(overMessages).toBe(0);
    expect(malformed).toBe(0);
    const heardBig = 5 * SECOND * 3 - overBytes;
    expect(heardBig * 504).toBeLessThanOrEqual((5 + AHEAD) * bytesPerSecond + 504);
    expect(overBytes).toBeGreaterThan(100);
    expect(guest.errors[0]?.message).toContain(`${bytesPerSecond} bytes a second`);
  });

  test.each([
    ["pings", OP_PING],
    ["pongs", OP_PONG],
  ])("H26 a flood of %s below the budget of a tick is refused, and ended", async (_, opcode) => {
    await open();
    const guest = await house.connect();
    guest.hello();
    await guest.sync();
    const frames = new Array<Buffer>(60).fill(buildFrame("", { opcode }));
    let ticks = 0;
    while (!guest.gone && ticks < 30 * SECOND) {
      const before = heard();
      write(guest, frames);
      await until(() => heard() >= before + frames.length || guest.gone, "a flood to be read");
      await tick();
      ticks++;
    }
    await guest.ended();
    expect(guest.raw.closeCode).toBe(CLOSES.FLOOD.code);
    expect(house.gateway.counters.floods).toBe(0);
    expect(house.gateway.counters.struckOut).toBe(1);
    expect(ticks).toBeLessThanOrEqual((maxStrikes + 1) * SECOND);
    expect(witness.tick).toBe(house.world.tick);
  });

  test.each([
    ["pings", OP_PING],
    ["pongs", OP_PONG],
  ])("H26 a flood of %s in one tick is cut, and every tick runs", async (_, opcode) => {
    await open();
    const guests = [await house.connect(), await house.connect(), await house.connect()];
    for (const guest of guests) guest.hello();
    await house.turn();
    const frames = new Array<Buffer>(20_000).fill(buildFrame("", { opcode }));
    for (const guest of guests) write(guest, frames);
    for (let t = 0; t < 10; t++) await tick();
    for (const guest of guests) await guest.ended();
    expect(house.gateway.counters.floods + house.gateway.counters.floodDrops).toBe(3);
    expect(witness.tick).toBe(house.world.tick);
  });
});

describe("errors", () => {
  test("H45 100,000 mistakes of one peer: no line of the log, and few answers", async () => {
    const many = { messagesPerSecond: 100_000, maxFramesPerTick: 4096, maxStrikes: 60 };
    await open({ ...many, bytesPerSecond: 16_777_216 });
    const guest = await house.join(0, 0);
    const lines = house.log.length;
    const spawn = guest.sequence;
    let sent = 0;
    let ticks = 0;
    while (sent < 100_000) {
      for (let i = 0; i < 2000; i++) guest.moveAs(guest.entity, spawn + 5_000_000, 1, 1);
      sent += 2000;
      await guest.barrier();
      await tick();
      ticks++;
    }
    const seconds = ticks / SECOND;
    expect(house.gateway.counters.errors[ERRORS.BAD_SEQUENCE.code]).toBe(100_000);
    expect(house.gateway.counters.overErrors).toBeGreaterThan(99_900);
    const told = guest.errorCodes.filter((code) => code === ERRORS.BAD_SEQUENCE.code);
    expect(told.length).toBeLessThanOrEqual((seconds + AHEAD) * errorsPerSecond + 1);
    expect(guest.errorCodes.length - told.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    expect(house.log.length).toBe(lines);
  });
});

describe("a view asked for again", () => {
  test("four times at once, then once a second; more is refused, with a time", async () => {
    await open();
    const guest = await house.join(0, 0);
    const resets = house.gateway.counters.resets;
    for (let t = 0; t < 2 * SECOND; t++) {
      guest.ack();
      guest.probe(true);
      await Promise.all([guest.barrier(), tick()]);
    }
    expect(house.gateway.counters.resets - resets).toBe(5);
    expect(house.gateway.counters.overResets).toBe(2 * SECOND - 5);
    // once in each second of the clock that two seconds reach into
    expect(guest.errorCodes).toEqual(new Array(3).fill(ERRORS.RATE_LIMITED.code));
    expect(guest.errors[0]?.retryAfterMs).toBeGreaterThan(800);
    expect(guest.errors[0]?.retryAfterMs).toBeLessThanOrEqual(1000);
    expect(guest.digests.every((digest) => digest.ok)).toBe(true);
  });
});
