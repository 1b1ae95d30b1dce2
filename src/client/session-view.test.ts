// What a client makes of updates, acknowledgements and digests; the socket is played by the test.
import { describe, expect, test } from "vitest";
import { addToDigest } from "../protocol/digest.ts";
import { aether } from "../protocol/schema.ts";
import { Session } from "./session.ts";
import type { SessionHandlers } from "./session-handlers.ts";
import type { SocketEvents } from "./socket.ts";

/** A client that has its entity, what it sent and heard since, and the means to speak to it. */
function join(handlers: Partial<SessionHandlers> = {}, windowTicks = 40) {
  const sent: aether.ClientMessage[] = [];
  const heard: unknown[][] = [];
  const sockets: SocketEvents[] = [];
  const client = new Session({
    url: "ws://test",
    dial: (_, events) => {
      sockets.push(events);
      return {
        send: (bytes) => sent.push(aether.ClientMessage.decode(Uint8Array.from(bytes))),
        close: () => undefined,
      };
    },
    handlers: {
      tick: (_, tick, flags) => heard.push(["tick", tick, flags]),
      digest: (_, ok, tick) => heard.push(["digest", ok, tick]),
      ...handlers,
    },
  });
  const hear = (bytes: Uint8Array) => sockets[0]?.message(bytes);
  const receive = (fields: aether.ServerMessage.$Properties) =>
    hear(aether.ServerMessage.encode(fields).finish());
  const update = (aoi: aether.AoiUpdate.$Properties) => receive({ aoi });
  client.connect();
  sockets[0]?.open();
  receive({ welcome: { session: "s-1", entity_id: 0x10007, window_ticks: windowTicks } });
  sent.length = 0;
  return { client, sent, heard, hear, receive, update };
}

const acknowledgements = (sent: readonly aether.ClientMessage[]) =>
  sent.filter(({ body }) => body === undefined).map(({ ack_tick }) => ack_tick);

describe("updates", () => {
  test("a tick counts when its last part has come, with the flags of all parts", () => {
    const { client, heard, update } = join();
    update({ tick: 101, flags: 2 | 4, self_x: 8, entered: [{ alias: 1, id: 0x10001, x: 5 }] });
    expect([client.tick, heard.length, client.replica.size]).toEqual([0, 0, 1]);
    update({ tick: 101, flags: 1 | 8, self_x: 8, ack_sequence: 3 });
    expect([client.tick, client.lastFlags, client.selfX, client.ackSequence]).toEqual([
      101, 15, 8, 3,
    ]);
    expect(heard).toEqual([["tick", 101, 15]]);
    update({ tick: 102, flags: 1, ack_sequence: 3 });
    expect(client.lastFlags).toBe(1);
    expect(client.counters.incompleteTicks).toBe(1);
    expect(client.counters.protocolFaults).toBe(0);
  });

  test("handlers see the replica after the whole tick, and may send", () => {
    const seen: number[] = [];
    const { sent, update } = join({
      tick: (client) => {
        seen.push(client.replica.size);
        client.move(1, 0);
      },
    });
    update({ tick: 101, entered: [{ alias: 1, id: 1 }] });
    update({ tick: 101, flags: 1, entered: [{ alias: 2, id: 2 }] });
    expect(seen).toEqual([2]);
    // The move has acknowledged the tick: no message of its own.
    expect(sent).toMatchObject([{ body: "move", ack_tick: 101 }]);
  });

  test("a view that contradicts itself is counted and asked for again, once until it comes", () => {
    const { client, sent, update } = join();
    update({ tick: 101, flags: 1 });
    sent.length = 0;
    update({ tick: 102, flags: 1, left: Uint8Array.of(9, 0) });
    update({ tick: 103, flags: 1, moved: Uint8Array.of(9, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0) });
    expect(client.counters.protocolFaults).toBe(3);
    expect(sent).toMatchObject([{ probe: { reset: true } }]);
    update({ tick: 104, flags: 3 });
    update({ tick: 105, flags: 1, left: Uint8Array.of(9, 0) });
    expect(sent).toMatchObject([{ probe: {} }, { probe: { reset: true } }]);
    // The answer never comes: asked again after two seconds.
    for (let tick = 106; tick <= 190; tick++) update({ tick, flags: 1, left: Uint8Array.of(9, 0) });
    expect(sent.filter(({ body }) => body === "probe").length).toBe(3);
  });

  test("a tick whose last part is missing is a fault, unless a reset follows", () => {
    const { client, update } = join();
    update({ tick: 101, flags: 0 });
    update({ tick: 102, flags: 3 });
    expect(client.counters.protocolFaults).toBe(0);
    update({ tick: 103, flags: 0 });
    update({ tick: 104, flags: 1 });
    expect(client.counters.protocolFaults).toBe(1);
    expect(client.tick).toBe(104);
  });
});

describe("acknowledging", () => {
  test("a client that does not move acknowledges every tenth tick by itself", () => {
    const { sent, update } = join();
    for (let tick = 101; tick <= 141; tick++) update({ tick, flags: 1 });
    expect(acknowledgements(sent)).toEqual([101, 111, 121, 131, 141]);
    expect(sent.length).toBe(5);
  });

  test("H29 a small window is acknowledged before it closes", () => {
    for (const [windowTicks, first, second] of [
      [8, 103, 105],
      [4, 102, 103],
      [1, 102, 103],
    ] as const) {
      const { sent, update } = join({}, windowTicks);
      for (let tick = 101; tick <= 105; tick++) update({ tick, flags: 1 });
      expect(acknowledgements(sent).slice(0, 3)).toEqual([101, first, second]);
    }
  });

  test("updates that come every tenth tick only are each acknowledged", () => {
    const { sent, update } = join();
    for (let tick = 110; tick <= 200; tick += 10) update({ tick, flags: 1 });
    expect(acknowledgements(sent)).toEqual([110, 120, 130, 140, 150, 160, 170, 180, 190, 200]);
  });

  test("4,096 bytes are acknowledged before ten ticks have come", () => {
    const { client, sent, update } = join();
    update({ tick: 100, flags: 1 });
    const entered = (from: number) =>
      Array.from({ length: 29 }, (_, i) => ({ alias: from + i, id: 0x10000 + i, x: 1e6, y: 1e6 }));
    const before = client.counters.bytesReceived;
    for (let tick = 101; tick <= 105; tick++) {
      expect(acknowledgements(sent)).toEqual([100]);
      update({ tick, flags: 2, entered: entered(200) });
      update({ tick, flags: 1, entered: entered(300) });
    }
    expect(client.counters.bytesReceived - before).toBeGreaterThan(4096);
    expect(acknowledgements(sent)).toEqual([100, 105]);
  });

  test("half a tick is never acknowledged", () => {
    const { client, sent, update } = join();
    update({ tick: 101, flags: 1 });
    update({ tick: 115, flags: 0 });
    client.move(1, 0);
    expect(sent.at(-1)).toMatchObject({ body: "move", ack_tick: 101 });
  });
});

describe("digests", () => {
  const entered = [
    { alias: 1, id: 0x10001, x: 5, y: -6 },
    { alias: 2, id: 0x10002, x: 7, y: 8 },
  ];
  const hash = (positions: boolean) =>
    entered.reduce(
      (sum, { id, x, y }) => addToDigest(sum, id, positions ? x : 0, positions ? y : 0),
      0,
    );

  test("a true one is counted and told", () => {
    const { client, sent, heard, update, receive } = join();
    client.probe();
    expect(sent).toMatchObject([{ body: "probe", probe: { reset: false } }]);
    update({ tick: 101, flags: 1, entered });
    receive({ digest: { tick: 101, count: 2, hash: hash(true), positions: true } });
    receive({ digest: { tick: 101, count: 2, hash: hash(false) } });
    // of a later tick in which nothing changed
    receive({ digest: { tick: 104, count: 2, hash: hash(false) } });
    expect(client.counters).toMatchObject({ digestsOk: 3, digestsBad: 0, protocolFaults: 0 });
    expect(heard.slice(1)).toEqual([
      ["digest", true, 101],
      ["digest", true, 101],
      ["digest", true, 104],
    ]);
  });

  test("a false one is counted, told, and the view asked for again", () => {
    const { client, sent, heard, update, receive } = join();
    update({ tick: 101, flags: 1, entered });
    sent.length = 0;
    receive({ digest: { tick: 101, count: 3, hash: hash(true), positions: true } });
    receive({ digest: { tick: 101, count: 2, hash: hash(true) + 1, positions: true } });
    expect(client.counters).toMatchObject({ digestsOk: 0, digestsBad: 2 });
    expect(sent).toMatchObject([{ probe: { reset: true } }, { probe: { reset: true } }]);
    expect(heard.slice(1)).toEqual([
      ["digest", false, 101],
      ["digest", false, 101],
    ]);
  });

  test("one of an earlier tick, or between the parts of a tick, proves nothing", () => {
    const { client, update, receive } = join();
    update({ tick: 101, flags: 1, entered });
    receive({ digest: { tick: 100, count: 2, hash: hash(true), positions: true } });
    update({ tick: 102, flags: 0 });
    receive({ digest: { tick: 102, count: 2, hash: hash(true), positions: true } });
    expect(client.counters).toMatchObject({ digestsOk: 0, digestsBad: 0, protocolFaults: 2 });
  });
});

test("H31 whatever a server sends, the client lives and counts", () => {
  const { client, hear } = join();
  const update = aether.ServerMessage.encode({
    aoi: {
      tick: 101,
      flags: 1,
      moved: Uint8Array.of(1, 0, 2, 0, 3, 0),
      entered: [{ alias: 9, id: 9 }],
    },
  }).finish();
  let state = 77;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < 20_000; i++) {
    const bytes = Uint8Array.from(update).subarray(
      0,
      random(8) === 0 ? random(update.length) : undefined,
    );
    for (let n = random(3); n > 0; n--) bytes[random(bytes.length)] = random(256);
    hear(bytes);
  }
  expect(client.counters.received).toBe(20_001);
  expect(client.counters.protocolFaults).toBeGreaterThan(1000);
  expect(client.state).toBe("joined");
});
