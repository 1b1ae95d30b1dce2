// Who a client is: tokens between Hello and Welcome, over real sockets.
import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { Identity, Verdict, Verifier } from "../src/gateway/verifier.ts";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import { TOKEN_FAULTS } from "../src/protocol/token-faults.ts";
import type { Guest } from "./guest.ts";
import { HeldLedger } from "./held-ledger.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house.ts";
import { RawSocket } from "./raw-socket.ts";
import { enter, greet, jwt, mint, refusalOf } from "./token-guest.ts";
import { NOW, secretMint } from "./token-mint.ts";
import { pause, until } from "./until.ts";

const REFUSED = CLOSES.UNAUTHENTICATED.code;

/** Answers when the test says so. */
class HeldVerifier implements Verifier {
  readonly asked: string[] = [];
  readonly #answers: ((verdict: Verdict | Error) => void)[] = [];
  most = 0;
  #open = 0;
  readonly #spent = new Set<string>();

  verify(token: string): Promise<Verdict> {
    this.asked.push(token);
    this.most = Math.max(this.most, ++this.#open);
    return new Promise((resolve, reject) => {
      this.#answers.push((verdict) => {
        this.#open--;
        if (verdict instanceof Error) reject(verdict);
        else resolve(verdict);
      });
    });
  }
  spend({ id }: Identity): "replayed" | null {
    if (id === "" || !this.#spent.has(id)) {
      this.#spent.add(id);
      return null;
    }
    return "replayed";
  }
  adopt(): void {
    throw new Error("nobody has a list");
  }
  /** Answers the oldest question. */
  async answer(account: string | Error, id = ""): Promise<void> {
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error("nobody has asked");
    const identity = typeof account === "string" ? { account, id, until: Infinity } : null;
    answer(account instanceof Error ? account : ({ identity, fault: null } as Verdict));
    await pause();
  }
}

let house: House;
async function open(verifier: Verifier, options: HouseOptions = {}): Promise<void> {
  house = await House.start({ verifier, ...options });
}
afterEach(() => {
  house.stop();
  expect(house.faults).toEqual([]);
});

describe("a token", () => {
  test("that is believed opens a session, and its account is in the log", async () => {
    await open(jwt());
    const guest = await enter(house, await mint.token({ jti: "1" }));
    expect(guest.entity).toBeGreaterThan(0);
    expect(house.gateway.counters.tokensVerified).toBe(1);
    expect(house.log[0]).toMatch(/^opened \S+ 127\.0\.0\.1 test of ada$/);
  });

  test("H42 that is not ends the connection, with a reason that repeats none of it", async () => {
    await open(jwt());
    const other = secretMint("t".repeat(32));
    for (const [fault, token] of [
      ["missing", ""],
      ["malformed", "hunter2"],
      ["signature", await other.token()],
      ["expired", await mint.token({ exp: NOW / 1000 - 60 })],
    ] as const) {
      const guest = await enter(house, token);
      const words = `${ERRORS.UNAUTHENTICATED.sentence} ${TOKEN_FAULTS[fault]}`;
      expect(refusalOf(guest)).toEqual([ERRORS.UNAUTHENTICATED.code, words, REFUSED]);
      expect([guest.welcomes, guest.entity]).toEqual([0, 0]);
      expect(house.gateway.counters.tokenFaults[fault]).toBe(1);
      expect(house.log.at(-1)).toBe(`refused 127.0.0.1 ${fault}`);
    }
    expect(house.world.liveCount).toBe(0);
    expect(house.gateway.connections).toBe(0);
  });

  test("H42 with an id opens one session only", async () => {
    await open(jwt());
    const token = await mint.token({ jti: "1" });
    const [first, second] = [await enter(house, token), await enter(house, token)];
    expect(first.entity).toBeGreaterThan(0);
    expect(refusalOf(second)[1]).toContain(TOKEN_FAULTS.replayed);
    expect(second.raw.closeCode).toBe(REFUSED);
    const reusable = await mint.token();
    for (let i = 0; i < 2; i++) expect((await enter(house, reusable)).entity).toBeGreaterThan(0);
  });

  test("H42 that opened a session is noted with it, and is known to the next server", async () => {
    const ledger = new HeldLedger();
    ledger.settled = Infinity;
    await open(jwt(), { ledger });
    const once = await mint.token({ jti: "1" });
    // One that says Hello and wants no entity brings nothing to keep.
    const shy = await house.connect();
    greet(shy, await mint.token({ jti: "2" }));
    await until(() => shy.welcomes === 1, "a welcome");
    shy.raw.cut();
    await until(() => house.gateway.connections === 0, "the end of a connection");
    const first = await enter(house, once);
    await enter(house, await mint.token());
    expect(first.entity).toBeGreaterThan(0);
    const id = createHash("sha256").update("\n1").digest("hex");
    const spent = ledger.facts.map((fact) => (fact.what === "joined" ? fact.spent : "none"));
    expect(spent).toEqual([{ id, until: NOW + 3_630_000 }, null]);
    house.stop();

    const next = jwt();
    next.adopt(spent.filter((token) => typeof token === "object" && token !== null));
    await open(next);
    expect(refusalOf(await enter(house, once))[1]).toContain(TOKEN_FAULTS.replayed);
    expect((await enter(house, await mint.token({ jti: "2" }))).entity).toBeGreaterThan(0);
  });

  test("H42 where too many are remembered is not taken, and may be shown later", async () => {
    await open(jwt(1));
    await enter(house, await mint.token({ jti: "1" }));
    const guest = await enter(house, await mint.token({ jti: "2" }));
    expect(refusalOf(guest)).toEqual([
      ERRORS.SERVER_FULL.code,
      `${ERRORS.SERVER_FULL.sentence} ${TOKEN_FAULTS.crowded}`,
      CLOSES.SERVER_FULL.code,
    ]);
  });

  test("may come with the handshake, and Hello's counts if there are both", async () => {
    await open(jwt());
    const headers = [`Authorization: Bearer ${await mint.token({ sub: "header" })}`];
    const guest = await house.connect({}, { headers });
    guest.hello();
    await until(() => guest.welcomes === 1, "a welcome");
    const both = await house.connect({}, { headers });
    greet(both, await mint.token({ sub: "hello" }));
    await until(() => both.welcomes === 1, "a welcome");
    const basic = await house.connect({}, { headers: ["Authorization: Basic YTpi"] });
    basic.hello();
    await basic.ended();
    expect(house.log.filter((line) => line.startsWith("opened"))).toEqual([
      expect.stringMatching(/ of header$/),
      expect.stringMatching(/ of hello$/),
    ]);
    expect(refusalOf(basic)[1]).toContain(TOKEN_FAULTS.missing);
  });

  test("H42 in the address is refused before it is looked at", async () => {
    await open(jwt());
    const token = await mint.token();
    for (const path of [`/?token=${token}`, `/x?a=1&access_token=${token}`, "/?Token="]) {
      const raw = await RawSocket.open(house.port, { path });
      expect(raw.status).toBe(400);
      expect(raw.head).toContain("A token stood in the address");
      expect(raw.head).not.toContain(token);
    }
    const raw = await RawSocket.open(house.port, { path: "/?tokens=1&x=token" });
    expect(raw.status).toBe(101);
    raw.cut();
    expect(house.gateway.counters.refusedUrlToken).toBe(3);
  });
});

describe("while a token is verified", () => {
  test("H41 a Spawn is kept, and nothing else is done", async () => {
    const held = new HeldVerifier();
    await open(held);
    const guest = await house.connect();
    greet(guest, "t");
    guest.spawn(3, 4);
    guest.spawn(5, 6);
    guest.moveAs(1, 1, 1, 1);
    guest.probe();
    greet(guest, "t");
    await guest.barrier();
    house.tick();
    await guest.barrier();
    expect(guest.errorCodes).toEqual([
      ...[ERRORS.ALREADY_DONE.code, ERRORS.NO_ENTITY.code, ERRORS.NO_ENTITY.code],
      ERRORS.ALREADY_DONE.code,
    ]);
    expect([guest.welcomes, held.asked.length, house.world.liveCount]).toEqual([0, 1, 0]);
    await held.answer("ada");
    await guest.barrier();
    await house.turn(2);
    expect([guest.welcomes, guest.welcomeX, guest.welcomeY]).toEqual([2, 768, 1024]);
  });

  test("H20 a flood ends the connection as ever", async () => {
    const held = new HeldVerifier();
    await open(held);
    const guest = await house.connect();
    greet(guest, "t");
    for (let i = 0; i < 80; i++) guest.spawn(0, 0);
    await guest.barrier();
    house.tick();
    await guest.ended();
    expect(guest.raw.closeCode).toBe(CLOSES.FLOOD.code);
    await held.answer("ada");
    expect(house.gateway.connections).toBe(0);
  });

  test("H33 its connection may close, and another have its place", async () => {
    const held = new HeldVerifier();
    await open(held, { gateway: { maxConnections: 1 } });
    const thief = await house.connect();
    greet(thief, "thief's");
    await thief.barrier();
    thief.raw.cut();
    house.guests.length = 0;
    await until(() => house.gateway.connections === 0, "the end of a connection");
    const guest = await house.connect();
    greet(guest, "guest's");
    await guest.barrier();
    expect(held.asked).toEqual(["thief's", "guest's"]);
    await held.answer("thief");
    await guest.barrier();
    expect(guest.welcomes).toBe(0);
    await held.answer("guest");
    await guest.barrier();
    expect([guest.welcomes, house.gateway.counters.tokensVerified]).toEqual([1, 1]);
    expect(house.log).toEqual([expect.stringMatching(/ of guest$/)]);
  });

  test("H22 few are verified at a time; who is gone is not verified any more", async () => {
    const held = new HeldVerifier();
    await open(held);
    const guests: Guest[] = [];
    for (let i = 0; i < 40; i++) {
      const guest = await house.connect();
      greet(guest, `t${i}`);
      guests.push(guest);
    }
    for (const guest of guests) await guest.barrier();
    expect(held.asked).toHaveLength(16);
    for (const guest of guests.slice(20, 30)) guest.raw.cut();
    await until(() => house.gateway.connections === 30, "the end of connections");
    house.guests.splice(20, 10);
    for (let i = 0; i < 30; i++) await held.answer("ada");
    expect([held.asked.length, held.most]).toEqual([30, 16]);
    expect(held.asked).not.toContain("t25");
    await house.sync();
    expect(house.gateway.counters.tokensVerified).toBe(30);
  });

  test("H42 it may not take for ever", async () => {
    const held = new HeldVerifier();
    await open(held, { gateway: { helloTimeoutMs: 200 } });
    const guest = await house.connect();
    house.tick();
    greet(guest, "t");
    await guest.barrier();
    for (let i = 0; i < 8; i++) house.tick();
    await guest.ended();
    expect(refusalOf(guest)).toEqual([
      ERRORS.SERVER_FULL.code,
      `${ERRORS.SERVER_FULL.sentence} ${TOKEN_FAULTS.late}`,
      CLOSES.SERVER_FULL.code,
    ]);
    await held.answer("ada");
    expect(house.gateway.counters.tokensVerified).toBe(0);
  });

  test("H33 a fault of ours ends that connection and no other", async () => {
    const held = new HeldVerifier();
    await open(held);
    const [first, second] = [await house.connect(), await house.connect()];
    greet(first, "a");
    await first.barrier();
    greet(second, "b");
    await second.barrier();
    await held.answer(new Error("broken"));
    await held.answer("ada");
    await first.ended();
    await second.barrier();
    expect([first.raw.closeCode, second.welcomes]).toEqual([CLOSES.INTERNAL.code, 1]);
    expect(house.faults.splice(0)).toEqual([{ where: "token", error: new Error("broken") }]);
  });

  test("H82 nobody is let in any more once the server drains", async () => {
    const held = new HeldVerifier();
    await open(held);
    const guest = await house.connect();
    greet(guest, "t");
    guest.spawn(0, 0);
    await guest.barrier();
    const drained = house.gateway.drain();
    await held.answer("ada");
    await drained;
    expect([guest.welcomes, guest.raw.closeCode]).toEqual([0, CLOSES.RESTART.code]);
  });
});
