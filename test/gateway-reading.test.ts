// Whether clients read what they say they have read: pings that cannot be guessed, and
// acknowledgements that count no further than what was shown.
import { afterEach, describe, expect, test } from "vitest";
import { CLOSES } from "../src/protocol/codes.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import { OP_PONG } from "./raw-socket.ts";
import { expectUnharmed } from "./witness.ts";

/** Between two pings; and past the last answered one, what may be acknowledged. */
const PROOF_TICKS = 80;
const UNPROVEN_TICKS = 160;
const WINDOW_TICKS = 40;

let house: House;
/** Moves in every tick, so that everybody near is sent an update. */
let witness: Guest;
async function open(): Promise<void> {
  house = await House.start();
  witness = await house.join(1, 1);
}
afterEach(async () => {
  await expectUnharmed(house, witness);
  house.stop();
});

/** A tick in which the neighbour moves, to and fro. */
async function turn(): Promise<void> {
  witness.move(house.world.tick % 200 < 100 ? 0.5 : -0.5, 0);
  await house.turn();
}

/** Acknowledges every tick as soon as it can have been sent, read or not. */
async function lie(guest: Guest, ticks: number): Promise<void> {
  for (let i = 0; i < ticks; i++) {
    await turn();
    guest.ack(house.world.tick);
  }
}

describe("H29 who acknowledges", () => {
  test("H29 and answers pings is served for ever, and asked every 80 ticks", async () => {
    await open();
    const guest = await house.join(0, 0);
    const asked = guest.pings.length;
    for (let i = 0; i < 10 * PROOF_TICKS; i++) await turn();
    expect(guest.updates.length).toBeGreaterThanOrEqual(10 * PROOF_TICKS);
    expect(guest.pings.length - asked).toBe(10);
    const { counters } = house.gateway;
    expect([counters.windowsClosed, counters.unreadAcks, counters.badAcks]).toEqual([0, 0, 0]);
  });

  test("H29 without reading is served a window past what it has shown, then 4009", async () => {
    await open();
    const guest = await house.join(0, 0, { acks: "none" });
    const joined = house.world.tick;
    await lie(guest, UNPROVEN_TICKS + 4 * WINDOW_TICKS);
    const { counters } = house.gateway;
    const last = guest.updates.at(-1)?.tick ?? 0;
    expect(last - joined).toBeGreaterThan(UNPROVEN_TICKS);
    expect(last - joined).toBeLessThanOrEqual(UNPROVEN_TICKS + WINDOW_TICKS);
    expect([counters.windowsClosed, counters.badAcks]).toEqual([1, 0]);
    expect(counters.unreadAcks).toBeGreaterThan(WINDOW_TICKS);
    await lie(guest, 1200);
    expect(guest.goodbye?.code).toBe(CLOSES.TOO_SLOW.code);
    expect(counters.slowClosed).toBe(1);
  });

  test("H29 and invents pongs, or shows old ones again, gains nothing by them", async () => {
    await open();
    const guest = await house.join(0, 0, { acks: "none" });
    await lie(guest, PROOF_TICKS);
    const [first, shown] = [guest.lastPing, guest.pings.at(-1) ?? 0];
    expect(first.length).toBe(8);
    let invented = 0;
    for (let i = 0; i < UNPROVEN_TICKS + 4 * WINDOW_TICKS; i++) {
      await lie(guest, 1);
      if (i % 10 !== 0) continue;
      const pong = new Uint8Array(first);
      new DataView(pong.buffer).setUint32(0, house.world.tick, true);
      guest.raw.frame(pong, { opcode: OP_PONG });
      guest.raw.frame(first, { opcode: OP_PONG });
      guest.raw.frame(pong.subarray(0, 4), { opcode: OP_PONG });
      invented++;
    }
    await guest.barrier();
    const { counters } = house.gateway;
    const last = guest.updates.at(-1)?.tick ?? 0;
    expect(last - shown).toBeLessThanOrEqual(UNPROVEN_TICKS + WINDOW_TICKS);
    expect([counters.badAcks, counters.windowsClosed]).toEqual([invented, 1]);
  });

  test("H29 another's ping is not its own", async () => {
    await open();
    const other = await house.join(2, 2, { acks: "pong" });
    const guest = await house.join(0, 0, { acks: "none" });
    const joined = house.world.tick;
    for (let i = 0; i < UNPROVEN_TICKS + 4 * WINDOW_TICKS; i++) {
      await lie(guest, 1);
      await other.barrier();
      if (i % 10 === 0) guest.raw.frame(other.lastPing, { opcode: OP_PONG });
    }
    const last = guest.updates.at(-1)?.tick ?? 0;
    expect(last - joined).toBeLessThanOrEqual(UNPROVEN_TICKS + WINDOW_TICKS);
  });

  test("H29 who reads again, and shows it, is served again from one merged state", async () => {
    await open();
    const guest = await house.join(0, 0, { acks: "none" });
    await lie(guest, UNPROVEN_TICKS + 4 * WINDOW_TICKS);
    expect(house.gateway.counters.merges).toBe(0);
    guest.ack();
    await turn();
    expect(house.gateway.counters.merges).toBe(0);
    guest.raw.frame(guest.lastPing, { opcode: OP_PONG });
    guest.ack();
    await turn();
    expect(house.gateway.counters.merges).toBe(1);
    guest.probe();
    await turn();
    expect(guest.digests.at(-1)).toMatchObject({ ok: true });
  });
});

test("a session that waited long for its entity is asked anew, not taken for a liar", async () => {
  await open();
  const guest = await house.connect();
  guest.hello();
  for (let i = 0; i < 2 * UNPROVEN_TICKS; i++) await turn();
  guest.spawn(0, 0);
  for (let i = 0; i < 2 * PROOF_TICKS; i++) await turn();
  expect(guest.updates.length).toBeGreaterThan(2 * PROOF_TICKS - 5);
  const { windowsClosed, unreadAcks } = house.gateway.counters;
  expect([windowsClosed, unreadAcks]).toEqual([0, 0]);
});
