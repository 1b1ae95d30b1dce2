// Messages of an application over real sockets: both ways, in order, once each, also over a lost
// connection; to whom they go, what they may weigh, and what becomes of those that are none.
import { afterEach, describe, expect, test } from "vitest";
import { ERRORS } from "../src/protocol/codes.ts";
import { INBOX_MESSAGES } from "../src/gateway/inbox.ts";
import { BOX_BYTES, BOX_MESSAGES } from "../src/gateway/mailboxes.ts";
import { MAIL_BYTES } from "../src/gateway/messages.ts";
import { MESSAGE_MALFORMED, MESSAGE_TAKEN, MESSAGE_UNKNOWN } from "../src/messages/verdict.ts";
import { APP_REFUSALS } from "../src/protocol/message-types.ts";
import type { Guest, GuestOptions } from "./guest.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house.ts";
import { SilentApp } from "./silent-app.ts";

let house: House;
afterEach(() => house.stop());

/** An application with messages of type 1 to 9 that begin with another byte than 0. */
class Hearing extends SilentApp {
  readonly heard: [handle: number, type: number, bytes: number[], request: number][] = [];

  override onAppMessage(handle: number, type: number, bytes: Uint8Array, request: number) {
    if (type > 9) return MESSAGE_UNKNOWN;
    if (bytes[0] === 0) return MESSAGE_MALFORMED;
    this.heard.push([handle, type, [...bytes], request]);
    return MESSAGE_TAKEN;
  }
}

async function open(options: Partial<HouseOptions> = {}): Promise<Hearing> {
  const app = new Hearing();
  house = await House.start({ app, ...options });
  return app;
}

/** Comes back on another connection, as one that has what it says. */
async function comeBack(guest: Guest, has: number, options: GuestOptions = {}): Promise<Guest> {
  if (!guest.gone) await house.cut(guest);
  const again = await house.connect(options);
  again.resume(guest.token, has);
  await again.sync();
  await house.turn();
  return again;
}

const refused = (reason: (typeof APP_REFUSALS)[number]) =>
  house.gateway.counters.appRefused[APP_REFUSALS.indexOf(reason)];
const send = ({ entity }: Guest, ...bytes: number[]) =>
  house.gateway.messages.sendTo(entity, 5, Uint8Array.from(bytes));
const numbersOf = ({ apps }: Guest) => apps.map(({ sequence }) => sequence);
const first = ({ apps }: Guest) => apps.map(({ payload }) => payload[0]);

describe("to the application", () => {
  test("all of a tick, in the order in which they came", async () => {
    const app = await open();
    const [a, b] = [await house.join(1, 1), await house.join(2, 2)];
    a.app(3, [1, 2], 0, 7);
    await a.barrier();
    b.app(4, []);
    await b.barrier();
    a.app(9, [3]);
    await a.barrier();
    expect(app.heard).toEqual([]);
    house.tick();
    const inOrder = [
      [a.entity, 3, [1, 2], 7],
      [b.entity, 4, [], 0],
      [a.entity, 9, [3], 0],
    ];
    expect(app.heard).toEqual(inOrder);
    house.tick();
    expect(app.heard.length).toBe(3);
    expect(house.gateway.counters.appReceived).toBe(3);
  });

  test("numbered ones once each, in order, and it is said which was taken last", async () => {
    const app = await open();
    const guest = await house.join();
    for (const sequence of [1, 1, 3, 2, 3, 2]) guest.app(1, [sequence], sequence);
    await house.turn();
    expect(app.heard.map(([, , bytes]) => bytes[0])).toEqual([1, 2, 3]);
    expect(guest.apps).toMatchObject([{ channel: 0, received: 3, sequence: 0 }]);
    expect([refused("again"), refused("gap")]).toEqual([2, 1]);
    await house.turn(2);
    expect(guest.apps.length).toBe(1);
    expect(guest.errors).toEqual([]);
  });

  test("what was taken is not taken again on the next connection", async () => {
    const app = await open({ gateway: { graceMs: 10_000 } });
    const guest = await house.join();
    guest.app(1, [1], 1);
    guest.app(1, [2], 2);
    await guest.barrier();
    const again = await comeBack(guest, 0);
    // No tick has had them yet.
    expect(again.appReceived).toBe(0);
    again.app(1, [2], 2);
    again.app(1, [3], 3);
    await house.turn();
    expect(app.heard.map(([, , bytes]) => bytes[0])).toEqual([1, 2, 3]);
  });

  test("is not said to be taken while a crash could take it back", async () => {
    let settled = 0;
    const app = await open({ gateway: { graceMs: 10_000 }, settledTick: () => settled });
    const guest = await house.join();
    const said = (): number[] => guest.apps.map(({ received }) => received);
    guest.app(1, [1], 1);
    await house.turn();
    const first = house.world.tick;
    guest.app(1, [2], 2);
    await house.turn();
    expect([app.heard.length, said()]).toEqual([2, []]);
    settled = first;
    await house.turn();
    expect(said()).toEqual([1]);
    settled = first + 1;
    guest.app(1, [3], 3);
    await house.turn();
    const again = await comeBack(guest, 0);
    // It comes again, and is known.
    expect(again.appReceived).toBe(1);
    again.app(1, [2], 2);
    again.app(1, [3], 3);
    settled = Infinity;
    await house.turn();
    expect([app.heard.length, refused("again")]).toEqual([3, 2]);
    expect(again.apps.map(({ received }) => received).at(-1)).toBe(3);
  });

  test("what the application does not take is refused in words, and the rest goes on", async () => {
    const app = await open();
    const guest = await house.join();
    guest.app(10, [1], 1);
    guest.app(1, [0], 2);
    guest.app(0, [1], 3);
    guest.app(65_536, [1], 4);
    guest.app(1, Array<number>(401).fill(1), 5);
    guest.app(1, [6], 6);
    await house.turn();
    expect(app.heard.length).toBe(1);
    expect(guest.apps).toMatchObject([{ received: 6 }]);
    const { code, sentence } = ERRORS.BAD_MESSAGE;
    expect(guest.errors.map((error) => error.code)).toEqual(Array(5).fill(code));
    const details = guest.errors.map(({ message }) => message.replace(`${sentence} `, ""));
    expect(details.sort()).toEqual([
      "It has 401 bytes; 400 are the most.",
      "It has no type 10.",
      "Its bytes are none of type 1.",
      "Its type is 0; 1 to 65535 are possible.",
      "Its type is 65536; 1 to 65535 are possible.",
    ]);
    expect([refused("unknown"), refused("malformed"), refused("too_long")]).toEqual([3, 1, 1]);
  });

  test("before there is an entity there is nobody to send one", async () => {
    const app = await open();
    const guest = await house.connect();
    guest.hello();
    guest.app(1, [1]);
    await guest.barrier();
    expect(guest.errorCodes).toEqual([ERRORS.NO_ENTITY.code]);
    house.tick();
    expect(app.heard).toEqual([]);
  });

  test("a tick takes so many of all; what is numbered may be sent again", async () => {
    const app = await open({ gateway: { maxFramesPerTick: 10_000 } });
    const guest = await house.join();
    for (let i = 1; i <= INBOX_MESSAGES + 3; i++) guest.app(1, [1], i);
    guest.app(1, [1]);
    await guest.barrier();
    expect(refused("full")).toBe(2);
    expect(refused("gap")).toBe(2);
    // Who does not number them is told; the others see it by what was taken.
    expect(guest.errors).toMatchObject([{ code: ERRORS.UNAVAILABLE.code, retryAfterMs: 25 }]);
    await house.turn();
    expect(app.heard.length).toBe(INBOX_MESSAGES);
    expect(guest.apps).toMatchObject([{ received: INBOX_MESSAGES }]);
    guest.app(1, [1], INBOX_MESSAGES + 1);
    await house.turn();
    expect(app.heard.length).toBe(INBOX_MESSAGES + 1);
  });

  test("of an entity that has gone they are not handed over", async () => {
    const app = await open();
    const guest = await house.join();
    guest.app(1, [1]);
    await guest.barrier();
    house.world.leave(guest.entity);
    house.world.step();
    house.tick();
    expect([app.heard, refused("gone")]).toEqual([[], 1]);
  });

  test("rates count them", async () => {
    const app = await open({ gateway: { messagesPerSecond: 20 } });
    const guest = await house.join();
    for (let i = 0; i < 60; i++) guest.app(1, [1]);
    await house.turn();
    expect(app.heard.length).toBeLessThan(45);
    expect(guest.errorCodes).toEqual([ERRORS.RATE_LIMITED.code]);
  });
});

describe("to clients", () => {
  test("after the step, behind its update, numbered", async () => {
    await open();
    const guest = await house.join();
    expect([send(guest, 1), send(guest, 2)]).toEqual([true, true]);
    house.gateway.messages.sendTo(guest.entity, 6, Uint8Array.of(3), 9);
    guest.move(1, 0);
    await house.turn();
    const { tick } = house.world;
    expect(guest.apps).toMatchObject([
      { channel: 5, payload: [1], sequence: 1, tick },
      { channel: 5, payload: [2], sequence: 2, tick },
      { channel: 6, payload: [3], sequence: 3, request: 9, tick },
    ]);
    await house.turn(3);
    expect(guest.apps.length).toBe(3);
    expect(house.gateway.counters.appSent).toBe(3);
  });

  test("they wait for no update, and never for a message of another client", async () => {
    await open();
    const guest = await house.join();
    await house.turn(3);
    const updates = guest.updates.length;
    send(guest, 1);
    await house.turn();
    expect([guest.apps.length, guest.updates.length]).toEqual([1, updates]);
  });

  test("to all, to those near a place, to those who are shown an entity", async () => {
    await open({ gateway: { graceMs: 10_000 } });
    const [a, b, far] = [
      await house.join(0, 0),
      await house.join(100, 0),
      await house.join(500, 0),
    ];
    await house.turn(2);
    const { messages } = house.gateway;
    const bytes = Uint8Array.of(1);
    expect(messages.sendToAll(1, bytes)).toBe(3);
    expect(messages.sendToRadius(0, 0, 100 * 256, 2, bytes)).toBe(2);
    expect(messages.sendToRadius(0, 0, 100 * 256 - 1, 3, bytes)).toBe(1);
    expect(messages.sendToObserversOf(a.entity, 4, bytes)).toBe(1);
    expect(messages.sendToObserversOf(far.entity, 5, bytes)).toBe(0);
    expect(messages.sendToObserversOf(12345, 6, bytes)).toBe(0);
    expect(messages.sendTo(12345, 7, bytes)).toBe(false);
    await house.turn();
    const types = [a, b, far].map(({ apps }) => apps.map(({ channel }) => channel));
    expect(types).toEqual([[1, 2, 3], [1, 2, 4], [1]]);
    expect(house.gateway.counters.appUnaddressed).toBe(1);
  });

  test("what has no type or is too long is refused in words, and not sent", async () => {
    await open();
    const guest = await house.join();
    const { messages } = house.gateway;
    expect(() => messages.sendTo(guest.entity, 0, new Uint8Array(0))).toThrow(
      /types are 1 to 65535/,
    );
    expect(() => messages.sendToAll(1, new Uint8Array(401))).toThrow(/401 bytes .* at most 400/);
    messages.sendToAll(65_535, new Uint8Array(400).fill(7));
    await house.turn();
    expect(guest.apps).toMatchObject([{ channel: 65_535, sequence: 1 }]);
    expect(guest.apps[0]?.payload.length).toBe(400);
    expect(Math.max(...guest.sizes)).toBeLessThanOrEqual(512);
  });

  test("a box holds so many; in their place a client is told of the others", async () => {
    await open();
    const guest = await house.join();
    const sent = Array.from({ length: BOX_MESSAGES + 6 }, (_, i) => send(guest, i));
    expect(sent.filter((isSent) => isSent).length).toBe(BOX_MESSAGES);
    await house.turn(30);
    send(guest, 200);
    await house.turn(20);
    const order = [...Array(BOX_MESSAGES).keys()];
    expect(first(guest)).toEqual([...order, undefined, 200]);
    expect(guest.apps[BOX_MESSAGES]).toMatchObject({ channel: 0, missed: 6 });
    expect(numbersOf(guest)).toEqual(order.concat([64, 65]).map((i) => i + 1));
    expect(house.gateway.counters.appMissed).toBe(6);
  });

  test("and so many bytes; a tick sends at most 2 KB and one more to a client", async () => {
    await open();
    const guest = await house.join();
    let kept = 0;
    while (house.gateway.messages.sendTo(guest.entity, 5, new Uint8Array(400).fill(kept))) kept++;
    expect(kept).toBeGreaterThan(BOX_BYTES / 420 - 2);
    expect(kept).toBeLessThanOrEqual(BOX_BYTES / 400);
    await house.turn(1);
    expect(guest.apps.length).toBe(Math.ceil(MAIL_BYTES / 410));
    await house.turn(60);
    expect(first(guest)).toEqual([...[...Array(kept).keys()], undefined]);
    // The ring goes round: many times its size passes through it.
    for (let round = 0; round < 30; round++) {
      for (let i = 0; i < 4; i++)
        expect(house.gateway.messages.sendTo(guest.entity, 5, new Uint8Array(400).fill(i))).toBe(
          true,
        );
      await house.turn(12);
    }
    expect(first(guest).slice(kept + 1)).toEqual(Array(30).fill([0, 1, 2, 3]).flat());
    expect(house.gateway.counters.appMissed).toBe(1);
  });

  test("a client whose window is closed gets them when it opens", async () => {
    await open({ gateway: { windowTicks: 4 } });
    const guest = await house.join(0, 0, { acks: "none" });
    for (let i = 1; i <= 12; i++) {
      guest.move(0.1, 0);
      send(guest, i);
      await house.turn();
    }
    const before = guest.apps.length;
    expect(before).toBeLessThan(12);
    guest.ack();
    await house.turn(2);
    expect(first(guest)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });
});

describe("over a lost connection", () => {
  const GRACE = { gateway: { graceMs: 10_000 } };

  test("what the client does not have comes again, and nothing twice", async () => {
    await open(GRACE);
    const guest = await house.join(0, 0, { acks: "none" });
    for (let i = 1; i <= 5; i++) send(guest, i);
    await house.turn();
    expect(first(guest)).toEqual([1, 2, 3, 4, 5]);
    await house.cut(guest);
    send(guest, 6);
    house.tick();
    const again = await comeBack(guest, 3);
    expect(first(again)).toEqual([4, 5, 6]);
    expect(numbersOf(again)).toEqual([4, 5, 6]);
    const { appSent, appSentAgain } = house.gateway.counters;
    expect([appSent, appSentAgain]).toEqual([6, 2]);
    // It has all now: a third connection brings none of them.
    await house.turn(20);
    send(again, 7);
    await house.turn();
    const third = await comeBack(again, 7);
    expect(third.apps).toEqual([]);
  });

  test("who does not say what it has gets all that it has not acknowledged", async () => {
    await open(GRACE);
    const guest = await house.join();
    send(guest, 1);
    await house.turn();
    guest.move(0.1, 0);
    await house.turn(2);
    send(guest, 2);
    house.tick();
    const again = await comeBack(guest, 0);
    expect(first(again)).toEqual([2]);
  });

  test("a number of another server's life means nothing", async () => {
    await open(GRACE);
    const guest = await house.join(0, 0, { acks: "none" });
    send(guest, 1);
    await house.turn();
    const again = await comeBack(guest, 2 ** 31);
    expect(first(again)).toEqual([1]);
  });

  test("a session that has ended takes its box along", async () => {
    await open({ rules: { maxEntities: 3 } });
    for (let i = 0; i < 10; i++) {
      const guest = await house.join();
      expect(send(guest, i)).toBe(true);
      await house.turn();
      expect(guest.apps).toMatchObject([{ payload: [i], sequence: 1 }]);
      guest.leave();
      await guest.ended();
      await house.turn(2);
      expect(send(guest, 1)).toBe(false);
    }
  });
});
