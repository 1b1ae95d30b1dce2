// Intents at the door, over real sockets: sequences, numbers that are none, other people's
// entities, walls. What is refused leaves no trace in the world: its hash is that of a house in
// which the bad input never came.
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { ERRORS } from "../src/protocol/codes.ts";
import { MAX_SEQUENCE, MAX_SEQUENCE_JUMP } from "../src/protocol/version.ts";
import { ENGINES } from "../src/kernel/kernel.ts";
import { moveMessage } from "./bytes.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house.ts";
import { expectUnharmed, turnWith } from "./witness.ts";

const houses: House[] = [];
async function open(options: HouseOptions = {}): Promise<House> {
  const house = await House.start(options);
  houses.push(house);
  return house;
}
afterEach(() => {
  for (const house of houses.splice(0)) house.stop();
});

describe("H04 sequences", () => {
  const REFUSED: readonly (readonly [string, bigint])[] = [
    ["zero", 0n],
    ["the last one again", BigInt(MAX_SEQUENCE_JUMP)],
    ["one before it", BigInt(MAX_SEQUENCE_JUMP) - 1n],
    ["one", 1n],
    ["a jump over 2^20", BigInt(MAX_SEQUENCE_JUMP) * 2n + 1n],
    ["2^31 - 1, too far", 2n ** 31n - 1n],
    ["2^31", 2n ** 31n],
    ["2^32 - 1", 2n ** 32n - 1n],
    ["2^32", 2n ** 32n],
    ["2^32 and the next one: the low half would do", 2n ** 32n + BigInt(MAX_SEQUENCE_JUMP) + 1n],
    ["2^53 - 1", 2n ** 53n - 1n],
    ["2^53", 2n ** 53n],
    ["2^53 + 1", 2n ** 53n + 1n],
    ["2^63", 2n ** 63n],
    ["2^64 - 1", 2n ** 64n - 1n],
  ];

  async function play(isBad: boolean): Promise<{ house: House; guest: Guest; witness: Guest }> {
    const house = await open();
    const witness = await house.join(1, 1);
    const guest = await house.join(0, 0);
    // The widest jump that is allowed.
    guest.moveAs(guest.entity, MAX_SEQUENCE_JUMP, 1, 0);
    await turnWith(house, witness);
    for (const [, sequence] of REFUSED) {
      if (isBad) guest.send(moveMessage(guest.entity, sequence, 1, 1));
      await turnWith(house, witness);
    }
    guest.moveAs(guest.entity, MAX_SEQUENCE_JUMP + 1, 1, 0);
    await turnWith(house, witness);
    return { house, guest, witness };
  }

  test("H04 boundary sequences are refused with their number, and none is applied", async () => {
    const bad = await play(true);
    const good = await play(false);
    const code = ERRORS.BAD_SEQUENCE.code;
    expect(bad.guest.errors.map((error) => [error.code, error.sequence])).toEqual(
      REFUSED.map(([, sequence]) => [code, sequence < 2n ** 53n ? Number(sequence) : 0]),
    );
    expect(bad.house.gateway.counters.intentsRefused).toBe(REFUSED.length);
    expect(bad.guest.ackSequence).toBe(MAX_SEQUENCE_JUMP + 1);
    expect(bad.guest.selfX).toBe(2 * 256);
    expect(bad.guest.selfY).toBe(0);
    expect(bad.house.hash).toBe(good.house.hash);
    await expectUnharmed(bad.house, bad.witness);
  });

  test("H04 the last sequence of all is taken, and nothing after it", async () => {
    const house = await open();
    const guest = await house.join(0, 0);
    const grain = 1 / 256;
    let sequence = 0;
    let sent = 0;
    while (sequence < MAX_SEQUENCE) {
      for (let i = 0; i < 16 && sequence < MAX_SEQUENCE; i++) {
        sequence = Math.min(sequence + MAX_SEQUENCE_JUMP, MAX_SEQUENCE);
        guest.moveAs(guest.entity, sequence, grain, 0);
        sent++;
      }
      await house.turn();
    }
    expect(guest.ackSequence).toBe(MAX_SEQUENCE);
    expect(guest.selfX).toBe(sent);
    expect(guest.errors).toEqual([]);
    for (const beyond of [2n ** 31n - 1n, 2n ** 31n, 0n, 1n, 2n ** 32n + 1n])
      guest.send(moveMessage(guest.entity, beyond, 1, 0));
    await house.turn();
    expect(guest.errors.length).toBe(5);
    expect(guest.selfX).toBe(sent);
  });

  test("H04 traffic replayed byte for byte moves nobody", async () => {
    const house = await open();
    const witness = await house.join(1, 1);
    const guest = await house.join(0, 0);
    const frames = Array.from({ length: 60 }, (_, i) =>
      moveMessage(guest.entity, BigInt(i + 1), 0.5, -0.25),
    );
    for (const frame of frames) {
      guest.send(frame);
      await turnWith(house, witness);
    }
    const place = [guest.selfX, guest.selfY];
    expect(place).toEqual([30 * 256, -15 * 256]);
    for (const frame of frames) {
      guest.send(frame);
      await turnWith(house, witness);
    }
    expect([guest.selfX, guest.selfY]).toEqual(place);
    expect(house.gateway.counters.intents).toBe(60 + witness.sequence);
    expect(house.gateway.counters.intentsRefused).toBe(60);
    await expectUnharmed(house, witness);
  });
});

describe("H05 numbers", () => {
  const SPECIALS = [NaN, Infinity, -Infinity, -0, 0, 1e-45, -1e-45, 1.1754942e-38, 3.4e38, -3.4e38];
  // 1,200 pairs, the same ones in every run; every special value with every other first.
  const drawn = fc.sample(fc.tuple(fc.float({ noNaN: false }), fc.float({ noNaN: false })), {
    numRuns: 1100,
    seed: 5,
  });
  const pairs = [
    ...SPECIALS.flatMap((x) => SPECIALS.map((y): [number, number] => [x, y])),
    ...drawn,
  ];
  const isGood = ([x, y]: [number, number]): boolean => Number.isFinite(x) && Number.isFinite(y);
  const PER_TICK = 16;

  async function play(engine: "wasm" | "js", sent: [number, number][]): Promise<[House, Guest]> {
    const house = await open({ engine });
    const witness = await house.join(1, 1);
    const guest = await house.join(0, 0);
    for (let i = 0; i < pairs.length; i += PER_TICK) {
      for (const [x, y] of pairs.slice(i, i + PER_TICK)) {
        guest.sequence++;
        if (sent.includes(pairs[guest.sequence - 1] ?? [0, 0]))
          guest.moveAs(guest.entity, guest.sequence, x, y);
      }
      await turnWith(house, witness);
      for (const at of [guest.selfX, guest.selfY]) {
        expect(Number.isInteger(at)).toBe(true);
        expect(Math.abs(at)).toBeLessThanOrEqual(1000 * 256);
      }
    }
    await expectUnharmed(house, witness);
    return [house, guest];
  }

  test("H05 what is not finite is refused, the rest clamped; both engines agree", async () => {
    const good = pairs.filter(isGood);
    const [control] = await play("wasm", good);
    for (const engine of ENGINES) {
      const [house] = await play(engine, pairs);
      const refused = house.gateway.counters.errors[ERRORS.BAD_INTENT.code];
      expect(refused).toBe(pairs.length - good.length);
      expect(house.gateway.counters.intentsRefused).toBe(refused);
      expect(house.hash).toBe(control.hash);
    }
  });

  test("H05 two huge finite intents in a tick do not add up to anything strange", async () => {
    const house = await open({ rules: { maxSpeed: 64 * 256 } });
    const guest = await house.join(0, 0);
    for (const [x, y] of [
      [3.4e38, 3.4e38],
      [3.4e38, 3.4e38],
      [-3.4e38, -3.4e38],
      [-0, -0],
    ] as const)
      guest.move(x, y);
    await house.turn();
    expect([guest.selfX, guest.selfY]).toEqual([64 * 256, 64 * 256]);
    expect(guest.corrections).toMatchObject([{ x: 64, y: 64, sequence: 4 }]);
    expect(house.gateway.counters.correctionsClipped).toBe(1);
    expect(guest.errors).toEqual([]);
  });
});

describe("H06 whose entity", () => {
  const SESSIONS = 20;

  test("H06 all pairs of 20 sessions and ids: nobody moves but the owner", async () => {
    const house = await open();
    const witness = await house.join(0, 1);
    const guests: Guest[] = [];
    for (let i = 0; i < SESSIONS; i++) guests.push(await house.join(i * 10, 0));
    const ids = guests.map((guest) => guest.entity);
    // Nobody's, the same row in another generation, another shard, the row alone.
    const first = ids[0] ?? 0;
    ids.push(0, (first + 0x10000) >>> 0, (first | 0x10000000) >>> 0, first & 0xffff, 0xffffffff);
    let foreign = 0;
    for (const id of ids) {
      for (const guest of guests) {
        guest.moveAs(id, guest.sequence + 1, 1, 0);
        if (id === guest.entity) guest.sequence++;
        else foreign++;
      }
      await turnWith(house, witness);
    }
    const { counters } = house.gateway;
    expect(counters.errors[ERRORS.NOT_OWNER.code]).toBe(foreign);
    expect(counters.intents).toBe(SESSIONS + witness.sequence);
    for (const [i, guest] of guests.entries()) {
      expect([guest.selfX, guest.selfY]).toEqual([(i * 10 + 1) * 256, 0]);
      expect(guest.ackSequence).toBe(1);
      expect(new Set(guest.errorCodes)).toEqual(new Set([ERRORS.NOT_OWNER.code]));
    }
    await expectUnharmed(house, witness);
  });
});

describe("H08 walls", () => {
  const EDGE = 8;
  const bounds = { minX: -EDGE * 256, minY: -EDGE * 256, maxX: EDGE * 256, maxY: EDGE * 256 };

  async function walk(engine: "wasm" | "js"): Promise<string> {
    const house = await open({ engine, rules: { ...bounds, maxSpeed: 16 * 256 } });
    const witness = await house.join(0, 0);
    const corners = [
      await house.join(-EDGE, -EDGE),
      await house.join(EDGE, -EDGE),
      await house.join(EDGE, EDGE),
      await house.join(0, EDGE),
    ];
    // A walk that is the same in every run, with steps up to the clamp and to the grain.
    const steps = fc.sample(fc.constantFrom(0, 1 / 256, -1 / 256, 0.3, 15.9, -15.9, 64, -64, 7), {
      numRuns: 4800,
      seed: 8,
    });
    let at = 0;
    for (let tick = 0; tick < 200; tick++) {
      for (const guest of corners)
        for (let i = 0; i < 3; i++) guest.move(steps[at++] ?? 0, steps[at++] ?? 0);
      await turnWith(house, witness);
      for (const guest of corners) {
        const row = guest.entity & 0xffff;
        expect([guest.selfX, guest.selfY]).toEqual([house.world.posX(row), house.world.posY(row)]);
        expect(Math.max(Math.abs(guest.selfX), Math.abs(guest.selfY))).toBeLessThanOrEqual(
          EDGE * 256,
        );
      }
    }
    const { counters } = house.gateway;
    expect(counters.correctionsClipped).toBeGreaterThan(100);
    for (const guest of corners) {
      expect(guest.corrections.length).toBeGreaterThan(0);
      for (const { x, y } of guest.corrections) {
        expect(Number.isInteger(x * 256) && Number.isInteger(y * 256)).toBe(true);
        expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(EDGE);
      }
    }
    // The neighbour walks into the wall as well, at last, and is told so; nothing else.
    expect(witness.errors).toEqual([]);
    expect(witness.replicaFaults).toBe(0);
    return house.hash;
  }

  test("H08 no intent leads outside, and both engines end in the same state", async () => {
    const hashes = [];
    for (const engine of ENGINES) hashes.push(await walk(engine));
    expect(new Set(hashes).size).toBe(1);
  });
});
