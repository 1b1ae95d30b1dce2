// Whose a session is: how many an account has, and who may come back.
import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { GatewayOptions } from "../src/gateway/parts.ts";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import { enter, greet, jwt, mint, refusalOf } from "./token-guest.ts";
import { until } from "./until.ts";

let house: House;
async function open(gateway: Partial<GatewayOptions>): Promise<void> {
  house = await House.start({ verifier: jwt(), gateway });
}
afterEach(() => {
  house.stop();
  expect(house.faults).toEqual([]);
});

describe("H13 an account", () => {
  const limits = { maxSessionsPerAccount: 2, graceMs: 1000 };

  test("has so many sessions at a time, also those that wait for their client", async () => {
    await open(limits);
    const of = (sub: string): Promise<string> => mint.token({ sub });
    const first = await enter(house, await of("ada"));
    const second = await house.connect();
    greet(second, await of("ada"));
    await until(() => second.welcomes === 1, "a welcome");
    const third = await enter(house, await mint.token({ sub: "ada", jti: "1" }));
    expect(refusalOf(third)).toEqual([
      ERRORS.SERVER_FULL.code,
      `${ERRORS.SERVER_FULL.sentence} The account has 2 already, as many as one may have.`,
      CLOSES.SERVER_FULL.code,
    ]);
    expect(house.gateway.counters.refusedAccount).toBe(1);
    expect((await enter(house, await of("eve"))).entity).toBeGreaterThan(0);

    // One without an entity gives its place back at once, another when its grace is over.
    second.raw.cut();
    first.raw.cut();
    await until(() => house.gateway.connections === 1, "the end of two connections");
    house.guests.splice(0, house.guests.length);
    // The token of a refused one was not used up.
    const again = await enter(house, await mint.token({ sub: "ada", jti: "1" }));
    expect(again.entity).toBeGreaterThan(0);
    expect((await enter(house, await of("ada"))).gone).toBe(true);
    for (let i = 0; i < 41; i++) house.tick();
    expect((await enter(house, await of("ada"))).entity).toBeGreaterThan(0);
  });

  test("has its place again after Leave, and one that comes back needs none more", async () => {
    await open({ ...limits, maxSessionsPerAccount: 1 });
    const token = await mint.token();
    const guest = await enter(house, token);
    guest.raw.cut();
    house.guests.length = 0;
    await until(() => house.gateway.counters.suspended === 1, "the end of a connection");
    const back = await house.connect();
    greet(back, token, guest.token);
    await until(() => back.raw.closeCode !== 0 || house.gateway.counters.resumed === 1, "a return");
    await house.turn(2);
    expect(back.entity).toBe(guest.entity);
    expect((await enter(house, token)).gone).toBe(true);
    back.leave();
    await back.ended();
    await house.turn(2);
    expect((await enter(house, token)).entity).toBeGreaterThan(0);
  });
});

describe("coming back", () => {
  const gateway = { graceMs: 1000 };

  async function comeBack(token: string, resumeToken: Uint8Array): Promise<Guest> {
    const back = await house.connect();
    greet(back, token, new Uint8Array(resumeToken));
    const { counters } = house.gateway;
    const before = counters.resumed;
    await until(() => back.gone || counters.resumed > before, "an answer to Hello");
    if (!back.gone) await house.turn(2);
    return back;
  }

  test("H43 takes the session's token and one of its account", async () => {
    await open(gateway);
    const token = await mint.token({ jti: "1" });
    const ada = await enter(house, token);
    const eve = await comeBack(await mint.token({ sub: "eve" }), ada.token);
    expect(refusalOf(eve)[0]).toBe(ERRORS.RESUME_REFUSED.code);
    expect(eve.raw.closeCode).toBe(CLOSES.RESUME_REFUSED.code);
    const nobody = await comeBack("", ada.token);
    expect(nobody.raw.closeCode).toBe(CLOSES.UNAUTHENTICATED.code);
    expect(ada.gone).toBe(false);
    expect(house.gateway.counters.resumesForeign).toBe(1);
    // Neither used the session's token up, and a token that opened it may open it again.
    const back = await comeBack(token, ada.token);
    expect([back.entity, ada.raw.closeCode]).toEqual([ada.entity, CLOSES.REPLACED.code]);
  });

  test("H43 also after a restart", async () => {
    await open(gateway);
    const { world } = house;
    const spec = {
      ...{ kind: 1, x: 0, y: 0, maxSpeed: 1280, aoiRadius: 6400, layer: 0 },
      ...{ observer: true, visible: true, bank: -1, sequence: 0 },
    };
    const tickets = [world.join(spec), world.join(spec)];
    world.step();
    const resumeTokens = [new Uint8Array(32).fill(7), new Uint8Array(32).fill(8)];
    const stored = tickets.map((ticket, i) => ({
      ...{ session: `old-${i}`, entity: world.joined(ticket), kind: 1, client: "" },
      account: ["ada", ""][i] ?? "",
      isOpen: true,
      usedHash: "",
      tokenHash: createHash("sha256")
        .update(resumeTokens[i] ?? "")
        .digest("hex"),
      counters: { received: 0, sent: 0, corrections: 0 },
    }));
    house.gateway.adopt(stored, world.liveHandles());
    const [hers = new Uint8Array(0), nobodys = new Uint8Array(0)] = resumeTokens;
    const eve = await mint.token({ sub: "eve" });
    for (const resumeToken of [hers, nobodys])
      expect((await comeBack(eve, resumeToken)).raw.closeCode).toBe(CLOSES.RESUME_REFUSED.code);
    const back = await comeBack(await mint.token(), hers);
    expect(back.entity).toBe(stored[0]?.entity);
  });
});
