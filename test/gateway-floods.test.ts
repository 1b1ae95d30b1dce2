// Floods of frames, requests, handshakes and sessions: each has its budget, and past it a code or
// a cut; the tick and the neighbour go on.
import { get } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { CLOSES, ERRORS } from "../src/protocol/codes.ts";
import { encodeHello, encodeSpawn } from "../src/protocol/client-encode.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house.ts";
import { instead } from "./instead.ts";
import { buildFrame, OP_BINARY, OP_CLOSE, OP_PING, OP_PONG, RawSocket } from "./raw-socket.ts";
import { randomOf } from "./kernel/scenario.ts";
import { until } from "./until.ts";
import { expectUnharmed, turnWith } from "./witness.ts";

const BUDGET = 64;
const BARE = 0;

let house: House;
let witness: Guest;
async function open(options: HouseOptions = {}): Promise<void> {
  house = await House.start(options);
  witness = await house.join(1, 1);
}
afterEach(async () => {
  await expectUnharmed(house, witness);
  house.stop();
});

/** `count` empty frames in one write. */
function flood(guest: Guest, opcode: number, count: number): void {
  guest.raw.write(Buffer.concat(new Array<Buffer>(count).fill(buildFrame("", { opcode }))));
}

function counted(): number {
  const { received, framesIgnored, pings, pongs } = house.gateway.counters;
  return received + framesIgnored + pings + pongs;
}

describe("H20 frames of one connection in a tick", () => {
  const KINDS: readonly (readonly [string, number])[] = [
    ["messages", OP_BINARY],
    ["pings (H26)", OP_PING],
    ["pongs (H26)", OP_PONG],
  ];

  test.each(KINDS)("H20 %s: 64 are heard, tick after tick", async (_, opcode) => {
    await open();
    const guest = await house.connect();
    guest.hello();
    await guest.sync();
    house.tick();
    for (let tick = 0; tick < 5; tick++) {
      const before = counted();
      flood(guest, opcode, BUDGET);
      await until(() => counted() === before + BUDGET, "64 frames");
      house.tick();
    }
    expect(house.gateway.counters.floods).toBe(0);
    expect(house.gateway.counters.framesIgnored).toBe(0);
    expect(guest.gone).toBe(false);
    await turnWith(house, witness);
  });

  test.each(KINDS)("H20 %s: the 65th is ignored and the next tick says 4008", async (_, opcode) => {
    await open();
    const guest = await house.connect();
    guest.hello();
    await guest.sync();
    house.tick();
    const before = house.gateway.counters.framesIgnored;
    flood(guest, opcode, BUDGET + 1);
    await until(() => house.gateway.counters.framesIgnored === before + 1, "the 65th frame");
    expect(house.gateway.connections).toBe(2);
    house.tick();
    await guest.ended();
    expect(guest.errorCodes).toEqual([ERRORS.RATE_LIMITED.code]);
    expect(guest.goodbye?.code).toBe(CLOSES.FLOOD.code);
    expect(guest.raw.closeCode).toBe(CLOSES.FLOOD.code);
    expect(house.gateway.counters.floods).toBe(1);
    await turnWith(house, witness);
  });

  test.each(KINDS)("H20 %s: past twice the budget it is cut at once", async (_, opcode) => {
    await open();
    const guests: Guest[] = [];
    for (let i = 0; i < 8; i++) guests.push(await house.connect());
    for (const guest of guests) guest.hello();
    await house.turn();
    const before = counted();
    for (const guest of guests) flood(guest, opcode, 20000);
    for (const guest of guests) await guest.ended();
    expect(guests.map((guest) => guest.raw.closeCode)).toEqual(new Array(8).fill(BARE));
    const heard = counted() - before;
    expect(heard).toBeLessThanOrEqual(8 * (2 * BUDGET + 2) + BUDGET * 8);
    expect(house.gateway.counters.floodDrops).toBe(8);
    expect(house.gateway.connections).toBe(1);
    await turnWith(house, witness);
  });

  test("H02 legal intents over the rate: 16 a tick move, and nobody is banned", async () => {
    await open();
    const guest = await house.join(0, 0);
    for (let tick = 0; tick < 10; tick++) {
      for (let i = 0; i < 40; i++) guest.move(1 / 256, 0);
      await turnWith(house, witness);
    }
    expect(guest.selfX).toBe(160);
    expect(guest.ackSequence).toBe(400);
    expect(guest.corrections.length).toBe(10);
    expect(house.gateway.counters.correctionsOverRate).toBe(10);
    expect(guest.gone).toBe(false);
  });
});

describe("H20 bytes that no handler hears of", () => {
  const LATE_MS = 500;
  /** What the system says of connections whose bytes wait. */
  let unread: string[] = [];
  async function openWatched(exemptsLoopback = false): Promise<Guest> {
    unread = [];
    house = await House.start({
      gateway: { exemptsLoopback, graceMs: 30_000 },
      wrapTransport: (transport) => instead(transport, { unread: () => unread }),
    });
    witness = await house.connect({}, { from: "127.0.0.2" });
    witness.hello();
    witness.spawn(1, 1);
    await witness.sync();
    await house.turn(2);
    return house.join(2, 2);
  }

  test("H20 an address whose bytes hold up ticks is cut off and shut out for 10 s", async () => {
    const flooder = await openWatched();
    const greeting = await house.connect();
    unread = ["127.0.0.1"];
    await house.turn(3);
    // The ticks are in time: nobody is looked at.
    expect(house.gateway.counters.shutOut).toBe(0);
    house.now += LATE_MS;
    house.tick();
    unread = [];
    await Promise.all([flooder.ended(), greeting.ended()]);
    const { counters } = house.gateway;
    expect([counters.shutOut, counters.floodDrops, house.gateway.connections]).toEqual([1, 2, 1]);
    expect(house.log).toContain("shut out 127.0.0.1 2");

    const refused = await RawSocket.open(house.port);
    expect(refused.status).toBe(429);
    expect(refused.head).toContain("one that floods is shut out for 10 s");
    expect(counters.refusedShutOut).toBe(1);
    const { token } = flooder;
    for (let i = 0; i < 399; i++) await turnWith(house, witness);
    expect((await RawSocket.open(house.port)).status).toBe(429);
    await turnWith(house, witness);
    // Its session has waited for it: whoever only shared the address goes on.
    const back = await house.connect();
    back.resume(token);
    await back.sync();
    await turnWith(house, witness);
    await turnWith(house, witness);
    expect(back.entity).toBe(flooder.entity);
  });

  test("H20 this machine's own is left alone without accounts: it may be a proxy", async () => {
    const flooder = await openWatched(true);
    unread = ["127.0.0.1"];
    house.now += LATE_MS;
    await house.turn();
    expect(flooder.gone).toBe(false);
    expect(house.gateway.counters.shutOut).toBe(0);
  });
});

describe("H21 plain requests", () => {
  test("H21 pipelined ones are answered up to 64 a tick, then the connection is cut", async () => {
    await open({ uws: { answer: () => ({ status: 200, body: "ok" }) } });
    house.tick();
    const flooder = connect(house.port, "127.0.0.1");
    let ended = false;
    flooder.on("close", () => (ended = true));
    flooder.on("error", () => undefined);
    flooder.resume();
    flooder.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000));
    await until(() => ended, "the cut of a flooder");
    expect(house.gateway.counters.httpAnswered).toBeLessThanOrEqual(64);
    expect(house.gateway.counters.httpCut).toBeGreaterThan(0);
    const url = `http://127.0.0.1:${house.port}/healthz`;
    await expect(fetch(url)).rejects.toThrow();
    house.tick();
    expect((await fetch(url)).status).toBe(200);
    await turnWith(house, witness);
  });

  test("H21 answers that nobody reads are not kept: who asks on is cut off", async () => {
    await open({ uws: { answer: () => ({ status: 200, body: "x".repeat(100_000) }) } });
    const flooder = connect(house.port, "127.0.0.1");
    let ended = false;
    flooder.on("close", () => (ended = true));
    flooder.on("error", () => undefined);
    flooder.pause();
    const asked = Buffer.from("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20));
    await until(() => {
      house.tick();
      flooder.write(asked);
      return ended;
    }, "the cut of who does not read");
    // The system itself keeps some megabytes.
    expect(house.gateway.counters.httpAnswered).toBeLessThan(200);
    expect(house.gateway.counters.httpCut).toBe(0);
    await turnWith(house, witness);
  });

  test("H21 an answer that the socket does not take at once arrives whole", async () => {
    const body = Buffer.alloc(16_000_000, "abcdefg");
    await open({ uws: { answer: () => ({ status: 200, body }) } });
    const answer = await fetch(`http://127.0.0.1:${house.port}/page.js`);
    expect(body.equals(Buffer.from(await answer.arrayBuffer()))).toBe(true);
    await turnWith(house, witness);
  });

  const BODIES = [
    ["GET", "Content-Length: 9999999999", 400],
    ["GET", "Transfer-Encoding: chunked", 400],
    ["HEAD", "Content-Length: 9999999999", 0],
    ["HEAD", "Transfer-Encoding: chunked", 0],
    ["POST", "Transfer-Encoding: chunked", 405],
  ] as const;
  test.each(BODIES)("H21 %s with %s: its body is not read", async (method, header, status) => {
    await open({ uws: { answer: () => ({ status: 200, body: "ok" }) } });
    house.tick();
    const client = connect(house.port, "127.0.0.1");
    let ended = false;
    let heard = "";
    client.on("close", () => (ended = true));
    client.on("error", () => undefined);
    client.on("data", (part: Buffer) => (heard += part.toString()));
    client.write(`${method} /healthz HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
    // A byte in each chunk, for as long as somebody takes it.
    const chunks = Buffer.from("1\r\nA\r\n".repeat(5000));
    const feeding = setInterval(() => client.write(chunks), 1);
    await until(() => ended, "the end of a connection with a body");
    clearInterval(feeding);
    expect(Number(heard.slice(9, 12))).toBe(status);
    await turnWith(house, witness);
  });

  test("H21 a probe from another address is answered while a flood goes on", async () => {
    await open({ uws: { answer: () => ({ status: 200, body: "ok" }) } });
    house.tick();
    const flooders = Array.from({ length: 8 }, () => connect(house.port, "127.0.0.1"));
    let ended = 0;
    for (const flooder of flooders) {
      flooder.on("close", () => ended++);
      flooder.on("error", () => undefined);
      flooder.resume();
      flooder.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200));
    }
    await until(() => ended === flooders.length, "the cut of all flooders");
    expect(house.gateway.counters.httpAnswered).toBe(64);
    expect(await statusFrom("127.0.0.2")).toBe(200);
    expect(await statusFrom("127.0.0.1")).toBe(0);
    await turnWith(house, witness);
  });
});

/** Asks whether the server is ready, from an address of this machine. @returns 0: cut off */
function statusFrom(localAddress: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = { port: house.port, host: "127.0.0.1", path: "/readyz", localAddress };
    get({ ...asked, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    }).on("error", () => resolve(0));
  });
}

describe("handshakes", () => {
  test("H22 more than a tick's budget are answered with 503; the next takes them", async () => {
    await open({ gateway: { maxHandshakesPerTick: 5 } });
    house.tick();
    const sockets = await Promise.all(Array.from({ length: 20 }, () => RawSocket.open(house.port)));
    const statuses = sockets.map((raw) => raw.status);
    expect(statuses.filter((status) => status === 101).length).toBe(5);
    expect(statuses.filter((status) => status === 503).length).toBe(15);
    expect(sockets.find((raw) => raw.status === 503)?.head).toMatch(/retry-after: 1/i);
    expect(house.gateway.counters.refusedHandshakes).toBe(15);
    house.tick();
    expect((await RawSocket.open(house.port)).status).toBe(101);
    for (const raw of sockets) raw.cut();
    await turnWith(house, witness);
  });

  test("H22 refused ones in a row are answered up to 64 a tick, then cut", async () => {
    await open();
    house.tick();
    const bad =
      "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Key: ${"A".repeat(22)}==\r\nSec-WebSocket-Version: 12\r\n\r\n`;
    const flooders = Array.from({ length: 4 }, () => connect(house.port, "127.0.0.1"));
    let ended = 0;
    for (const flooder of flooders) {
      flooder.on("close", () => ended++);
      flooder.on("error", () => undefined);
      flooder.resume();
      flooder.write(bad.repeat(50));
    }
    await until(() => ended === flooders.length, "the cut of all flooders");
    const { counters } = house.gateway;
    expect(counters.httpAnswered).toBe(64);
    expect(counters.httpCut).toBeGreaterThanOrEqual(2);
    house.tick();
    expect((await RawSocket.open(house.port, { version: "12" })).status).toBe(426);
    await turnWith(house, witness);
  });

  test("H30 beyond max_connections: 503, and room again when one has left", async () => {
    await open({ gateway: { maxConnections: 10 } });
    const sockets = await Promise.all(Array.from({ length: 50 }, () => RawSocket.open(house.port)));
    expect(sockets.filter((raw) => raw.status === 101).length).toBe(9);
    const refused = sockets.filter((raw) => raw.status === 503);
    expect(refused.length).toBe(41);
    expect(refused[0]?.head).toContain(ERRORS.SERVER_FULL.sentence);
    expect(house.gateway.counters.refusedFull).toBe(41);
    sockets.find((raw) => raw.status === 101)?.cut();
    await until(() => house.gateway.connections === 9, "room");
    expect((await RawSocket.open(house.port)).status).toBe(101);
    for (const raw of sockets) raw.cut();
    await until(() => house.gateway.connections <= 2, "the end of the flood");
    await turnWith(house, witness);
  });
});

describe("H12 churn", () => {
  const ROUNDS = 40;
  const AT_ONCE = 30;

  test("H12 sessions come and go in every way: no id returns, no stale one acts", async () => {
    await open();
    const random = randomOf(12);
    const ids = new Set<number>([witness.entity]);
    let stale: number[] = [];
    let foreign = 0;
    const { gateway, world } = house;
    for (let round = 0; round < ROUNDS; round++) {
      const guests = await Promise.all(Array.from({ length: AT_ONCE }, () => house.connect()));
      const joining = guests.filter(() => random() < 0.9);
      for (const guest of joining)
        guest.raw.write(
          Buffer.concat([buildFrame(encodeHello({})), buildFrame(encodeSpawn(1, round, 0))]),
        );
      // Some are gone before the tick that would bring them in.
      const hasty = joining.filter(() => random() < 0.1);
      for (const guest of hasty) guest.raw.cut();
      await turnWith(house, witness);
      const playing = joining.filter((guest) => !hasty.includes(guest));
      for (const guest of playing) {
        expect(guest.entity).not.toBe(0);
        expect(ids.has(guest.entity)).toBe(false);
        ids.add(guest.entity);
        const old = stale[Math.floor(random() * stale.length)];
        if (old !== undefined) {
          guest.moveAs(old, 1, 5, 5);
          foreign++;
        }
      }
      await turnWith(house, witness);
      const row = (guest: Guest): number => guest.entity & 0xffff;
      for (const guest of playing) expect(world.posX(row(guest))).toBe(round * 256);
      stale = playing.map((guest) => guest.entity);
      for (const guest of guests) {
        const way = random();
        if (way < 0.3 && playing.includes(guest)) guest.leave();
        else if (way < 0.6) guest.raw.frame(Buffer.from([3, 232]), { opcode: OP_CLOSE });
        else guest.raw.cut();
      }
      await until(() => gateway.connections === 1, "the end of a round");
      house.guests.splice(1);
    }
    await turnWith(house, witness);
    const { counters } = gateway;
    expect(world.liveCount).toBe(1);
    expect(gateway.playing).toBe(1);
    expect(counters.spawned - counters.left).toBe(1);
    expect(counters.opened).toBe(ROUNDS * AT_ONCE + 1);
    expect(counters.errors[ERRORS.NOT_OWNER.code]).toBe(foreign);
    expect(foreign).toBeGreaterThan(ROUNDS * AT_ONCE * 0.5);
    expect(witness.replica.size).toBe(0);
  });
});
