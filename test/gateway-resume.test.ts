// Sessions that come back: the token, what is kept, and who is turned away.
import { createHash } from "node:crypto";

import { afterEach, describe, expect, test } from "vitest";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import type { Guest } from "./guest.ts";
import { HeldLedger } from "./held-ledger.ts";
import { House } from "./house.ts";
import { OP_CLOSE } from "./raw-socket.ts";
import type { HouseOptions } from "./house.ts";

const GRACE_MS = 1000;
const hashOf = (token: Uint8Array): string => createHash("sha256").update(token).digest("hex");
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

describe("a session that lost its connection", () => {
  test("goes on with the same session, entity, position, bank and sequence", async () => {
    await open();
    const first = await house.join(10, 20);
    const witness = await house.join(15, 20);
    for (let i = 0; i < 5; i++) {
      first.move(3, 0);
      await house.turn();
    }
    const row = first.entity & 0xffff;
    const { entity, session, token, sequence } = first;
    const before = { x: house.world.posX(row), y: house.world.posY(row) };
    await cut(first);
    await house.turn(3);
    expect(house.world.isLive(entity)).toBe(true);
    expect(witness.replica.size).toBe(1);

    const back = await comeBack(token);
    expect([back.entity, back.session, back.welcomes]).toEqual([entity, session, 1]);
    expect({ x: back.welcomeX, y: back.welcomeY }).toEqual(before);
    expect(back.sequence).toBe(sequence);
    expect(back.token).toHaveLength(32);
    expect(back.token).not.toEqual(token);
    back.move(-1, 0);
    back.probe();
    await house.turn(2);
    expect(house.world.posX(row)).toBe(before.x - 256);
    expect(back.digests).toMatchObject([{ ok: true }]);
    expect(back.replicaFaults).toBe(0);
    expect(witness.replica.size).toBe(1);
    expect(house.gateway.counters).toMatchObject({ suspended: 1, resumed: 1, left: 0, expired: 0 });
  });

  test("H07 the bank is not refilled by coming back", async () => {
    await open({ rules: { burstTicks: 16 } });
    const first = await house.join(0, 0);
    const row = first.entity & 0xffff;
    for (let i = 0; i < 16; i++) first.move(5, 0);
    await house.turn();
    const spent = house.world.bank(row);
    const tick = house.world.tick;
    await cut(first);
    const back = await comeBack(first.token);
    // More than the ticks in between have earned: refused whole, and the bank is as it was.
    const earned = house.world.tick + 1 - tick;
    const limit = Math.floor((spent + earned * 5 * 256) / 256);
    for (let i = 0; i < 12; i++) back.move(5, 0);
    await house.turn(2);
    const moved = house.world.posX(row) / 256 - 80;
    expect(moved).toBeLessThanOrEqual(limit);
    expect(back.corrections.length).toBeGreaterThan(0);
  });

  const AWAY_TICKS = [4, 40, 200, 800];
  const WAYS = ["silent on an open connection", "cut off, and back by its token"] as const;
  test.each(AWAY_TICKS.flatMap((ticks) => WAYS.map((way) => [ticks, way] as const)))(
    "H07 away for %i ticks, %s: it comes as far as the bank, and no farther",
    async (ticks, way) => {
      await open({ gateway: { graceMs: 60_000 } });
      const [speed, burst] = [5 * 256, 16];
      let guest = await house.join(0, 0);
      const row = guest.entity & 0xffff;
      for (let i = 0; i < burst; i++) guest.move(5, 0);
      await house.turn();
      const spentTick = house.world.tick;
      const from = house.world.posX(row);
      expect(from).toBe(speed * burst);

      const { token } = guest;
      if (way !== WAYS[0]) await cut(guest);
      for (let i = 0; i < ticks; i++) house.tick();
      if (way !== WAYS[0]) guest = await comeBack(token);
      await guest.sync();
      // All that it did not send meanwhile, as fast as it may.
      for (let turn = 0; turn < 5; turn++) {
        for (let i = 0; i < burst; i++) guest.move(5, 0);
        await house.turn();
        const saved = Math.min(burst, house.world.tick - turn - spentTick);
        expect(house.world.posX(row) - from).toBe(speed * (saved + turn));
      }
      expect(guest.corrections.length).toBeGreaterThan(0);
      expect(guest.gone).toBe(false);
    },
  );

  test("is over when its grace is, and its token opens nothing", async () => {
    await open();
    const guest = await house.join();
    const { entity, token } = guest;
    await cut(guest);
    await house.turn(TICKS_OF_GRACE - 1);
    expect(house.world.isLive(entity)).toBe(true);
    await house.turn(2);
    expect(house.world.isLive(entity)).toBe(false);
    const late = await house.connect();
    late.resume(token);
    await late.sync();
    expect(late.raw.closeCode).toBe(CLOSES.RESUME_REFUSED.code);
    expect(house.gateway.counters).toMatchObject({ expired: 1, resumesRefused: 1 });
  });

  test("Leave, 1000 and a close frame without a code give the entity back at once", async () => {
    await open();
    const [a, b] = [await house.join(0, 0), await house.join(1, 0)];
    const c = await house.join(2, 0);
    a.leave();
    b.raw.frame(Buffer.from([3, 232]), { opcode: OP_CLOSE });
    c.raw.frame("", { opcode: OP_CLOSE });
    for (const guest of [a, b, c]) await guest.sync();
    await house.turn(2);
    expect(house.world.liveCount).toBe(0);
    expect(house.gateway.counters).toMatchObject({ suspended: 0, left: 3 });
  });

  test("a session without grace ends with its connection", async () => {
    await open({ gateway: { graceMs: 0 } });
    const guest = await house.join();
    await cut(guest);
    await house.turn(2);
    expect(house.world.liveCount).toBe(0);
  });
});

describe("a token", () => {
  test("H43 opens a session once: shown again it gets 4403, counted and noted", async () => {
    const ledger = new HeldLedger();
    ledger.settled = Infinity;
    await open({ ledger });
    const first = await house.join();
    const { token } = first;
    await cut(first);
    const back = await comeBack(token);
    const thief = await house.connect();
    thief.resume(token);
    await thief.sync();
    expect(thief.errorCodes).toEqual([ERRORS.RESUME_REFUSED.code]);
    expect(thief.raw.closeCode).toBe(CLOSES.RESUME_REFUSED.code);
    expect(back.gone).toBe(false);
    expect(house.gateway.counters).toMatchObject({ resumesRefused: 1, tokensReused: 1 });
    expect(house.log).toContain(`reused ${back.session}`);
    await house.turn(41);
    expect(ledger.facts.at(-1)).toMatchObject({ what: "violated", tokenReused: 1 });
  });

  test("opens a session again whose Welcome was lost, until the next has arrived", async () => {
    await open();
    const first = await house.join();
    const { token, entity } = first;
    await cut(first);
    // Each of them is told and never shows it: its connection ends, as far as we know, before.
    for (let i = 0; i < 3; i++) {
      const deaf = await house.connect({ acks: "none" });
      deaf.resume(token);
      await deaf.sync();
      await house.turn(2);
      expect(deaf.entity).toBe(entity);
      await cut(deaf);
    }
    const back = await comeBack(token);
    expect([back.entity, back.session]).toEqual([entity, first.session]);
    await back.sync();
    const late = await house.connect();
    late.resume(token);
    await late.sync();
    expect(late.raw.closeCode).toBe(CLOSES.RESUME_REFUSED.code);
    expect(house.gateway.counters).toMatchObject({ resumed: 4, tokensReused: 1 });
    await cut(back);
    expect((await comeBack(back.token)).entity).toBe(entity);
  });

  test("H43 but not for ever: the fifth time it is refused and counted", async () => {
    await open();
    const first = await house.join();
    const { token } = first;
    await cut(first);
    const opened: boolean[] = [];
    for (let i = 0; i < 5; i++) {
      const deaf = await house.connect({ acks: "none" });
      deaf.resume(token);
      await deaf.sync();
      await house.turn(2);
      opened.push(deaf.entity !== 0);
    }
    expect(opened).toEqual([true, true, true, true, false]);
    expect(house.gateway.counters).toMatchObject({ resumed: 4, tokensReused: 1 });
  });

  test("H43 that the next one arrived counts at once, and is noted when it can", async () => {
    const ledger = new HeldLedger();
    ledger.settled = Infinity;
    await open({ ledger });
    const first = await house.join();
    await cut(first);
    ledger.hasRoom = (facts) => facts > 1;
    const back = await comeBack(first.token);
    await back.sync();
    expect(ledger.kinds).toEqual(["joined", "suspended", "resumed"]);
    const late = await house.connect();
    late.resume(first.token);
    await late.sync();
    expect(late.raw.closeCode).toBe(CLOSES.RESUME_REFUSED.code);
    ledger.hasRoom = () => true;
    back.probe();
    await back.sync();
    await house.turn(2);
    expect(ledger.kinds).toEqual(["joined", "suspended", "resumed", "told"]);
  });

  test("who is known finds room to come back where strangers find none", async () => {
    const ledger = new HeldLedger();
    ledger.settled = Infinity;
    await open({ ledger });
    const guest = await house.join();
    await cut(guest);
    // Room for a resumption, and not for it beside a join.
    ledger.room = ledger.facts.length + 4;
    const stranger = await house.connect();
    stranger.hello();
    stranger.spawn(0, 0);
    await stranger.sync();
    await house.turn(2);
    expect(stranger.errors).toMatchObject([{ code: ERRORS.UNAVAILABLE.code, retryAfterMs: 700 }]);
    expect((await comeBack(guest.token)).entity).toBe(guest.entity);
  });

  test("where the store has no room, Goodbye says when the same token opens it", async () => {
    const ledger = new HeldLedger();
    ledger.settled = Infinity;
    await open({ ledger });
    const guest = await house.join();
    await cut(guest);
    ledger.room = ledger.facts.length;
    const early = await house.connect();
    early.resume(guest.token);
    await early.ended();
    expect(early.errors).toMatchObject([{ code: ERRORS.UNAVAILABLE.code, retryAfterMs: 700 }]);
    expect(early.goodbye).toMatchObject({ code: CLOSES.SERVER_FULL.code, retryAfterMs: 700 });
    expect(early.raw.closeCode).toBe(CLOSES.SERVER_FULL.code);
    ledger.room = Infinity;
    expect((await comeBack(guest.token)).entity).toBe(guest.entity);
    expect(house.gateway.counters).toMatchObject({ resumed: 1, resumesRefused: 0 });
  });

  test("H43 a token that nobody was given is refused, whatever its length", async () => {
    await open();
    for (const length of [1, 31, 32, 33, 400]) {
      const guest = await house.connect();
      guest.resume(new Uint8Array(length).fill(7));
      await guest.sync();
      expect(guest.raw.closeCode).toBe(CLOSES.RESUME_REFUSED.code);
    }
    expect(house.gateway.counters).toMatchObject({ resumesRefused: 5, tokensReused: 0 });
  });

  test("a session still open is taken over, the older connection closed with 4010", async () => {
    await open();
    const old = await house.join(3, 4);
    const back = await comeBack(old.token);
    await old.sync();
    expect(old.raw.closeCode).toBe(CLOSES.REPLACED.code);
    expect(back.entity).toBe(old.entity);
    expect(house.world.liveCount).toBe(1);
    expect(house.gateway.counters).toMatchObject({ replaced: 1, resumed: 1 });
  });
});

test("facts tell a session's story in order", async () => {
  const ledger = new HeldLedger();
  ledger.settled = Infinity;
  await open({ ledger });
  const first = await house.join(1, 2);
  for (let i = 0; i < 30; i++) first.move(5, 0);
  await house.turn();
  await cut(first);
  const back = await comeBack(first.token);
  back.leave();
  await back.sync();
  expect(ledger.kinds).toEqual(["joined", "suspended", "resumed", "told", "violated", "ended"]);
  const { session, entity } = back;
  for (const fact of ledger.facts) expect(fact).toMatchObject({ session, entity });
  expect(ledger.facts[0]).toMatchObject({ kind: 1, client: "test" });
  const [joined, , resumed] = ledger.facts;
  const hashes = [joined, resumed].map(
    (fact) => fact !== undefined && "tokenHash" in fact && fact.tokenHash,
  );
  expect(new Set(hashes).size).toBe(2);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(ledger.facts)).not.toContain(Buffer.from(first.token).toString("hex"));
  expect(ledger.facts.at(-1)).toMatchObject({ reason: "left" });
  expect(ledger.facts[1]).toMatchObject({ code: 1006 });
});

describe("a restored world", () => {
  const stored = (session: string, entity: number, tokenHash: string) => ({
    session,
    entity,
    kind: 1,
    tokenHash,
    usedHash: "",
    client: "",
    account: "",
    isOpen: true,
    counters: { received: 5, sent: 6, corrections: 0 },
  });

  test("entities wait for their owners; those of nobody leave", async () => {
    const ledger = new HeldLedger();
    ledger.settled = Infinity;
    await open({ ledger });
    const { world, gateway } = house;
    const spec = {
      ...{ kind: 1, x: 0, y: 0, maxSpeed: 1280, aoiRadius: 6400, layer: 0 },
      ...{ observer: true, visible: true, bank: -1, sequence: 41 },
    };
    const tickets = [world.join(spec), world.join(spec)];
    world.step();
    const [owned = 0, nobodys = 0] = tickets.map((ticket) => world.joined(ticket));
    const token = new Uint8Array(32).fill(9);
    const old = [stored("old-1", owned, hashOf(token)), stored("old-2", 77, "x")];
    gateway.adopt(old, world.liveHandles());
    expect(ledger.facts).toMatchObject([
      { what: "suspended", session: "old-1", code: 1006 },
      { what: "ended", session: "old-2", reason: "lost" },
    ]);
    await house.turn(2);
    expect([world.isLive(owned), world.isLive(nobodys)]).toEqual([true, false]);
    const back = await comeBack(token);
    expect([back.entity, back.session, back.sequence]).toEqual([owned, "old-1", 41]);
  });

  test("H43 the token before opens it until its client has shown the next one", async () => {
    const ledger = new HeldLedger();
    ledger.settled = Infinity;
    await open({ ledger });
    const { world, gateway } = house;
    const spec = {
      ...{ kind: 1, x: 0, y: 0, maxSpeed: 1280, aoiRadius: 6400, layer: 0 },
      ...{ observer: true, visible: true, bank: -1, sequence: 0 },
    };
    const ticket = world.join(spec);
    world.step();
    const entity = world.joined(ticket);
    const used = new Uint8Array(32).fill(5);
    const [usedHash, newest] = [hashOf(used), hashOf(new Uint8Array(32).fill(6))];
    gateway.adopt([{ ...stored("old-1", entity, newest), usedHash }], world.liveHandles());
    const back = await comeBack(used);
    expect([back.entity, back.session]).toEqual([entity, "old-1"]);
    await back.sync();
    expect(ledger.kinds).toEqual(["suspended", "resumed", "told"]);
    expect(ledger.facts.at(-1)).toEqual({ what: "told", session: "old-1", entity });
    // Nobody has the one that was never told, and the one before it is used up.
    for (const token of [used, new Uint8Array(32).fill(6)]) {
      const late = await house.connect();
      late.resume(token);
      await late.sync();
      expect(late.raw.closeCode).toBe(CLOSES.RESUME_REFUSED.code);
    }
    expect(gateway.counters).toMatchObject({ resumesRefused: 2, tokensReused: 1 });
  });
});
