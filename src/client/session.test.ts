import { describe, expect, test } from "vitest";
import { CLOSES, ERRORS } from "../protocol/codes.ts";
import { encodeError, encodeGoodbye, encodeWelcome } from "../protocol/encode-rare.ts";
import { aether } from "../protocol/schema.ts";
import { MAX_SEQUENCE } from "../protocol/version.ts";
import { Session } from "./session.ts";
import type { SessionHandlers } from "./session-handlers.ts";
import type { SessionOptions } from "./session-options.ts";
import type { SocketEvents } from "./socket.ts";

type Update = aether.AoiUpdate.$Properties;

const ENTITY = 0x10007;

const WELCOME = {
  session: "s-1",
  resumeToken: new Uint8Array(0),
  entityId: 0,
  kind: 0,
  x: 0,
  y: 0,
  sequence: 0,
  tick: 100,
  tickMs: 25,
  minX: -256000,
  minY: -256000,
  maxX: 256000,
  maxY: 256000,
  maxSpeed: 1280,
  moveBurstTicks: 16,
  aoiRadius: 6400,
  leaveRadius: 7040,
  maxVisible: 1024,
  windowTicks: 40,
  componentBytes: 0,
  appReceived: 0,
  rules: Uint8Array.of(1, 2),
  enteredTick: 0,
};

/** A client on a socket that the test plays: what it sent, and the means to answer. */
function play(options: Partial<SessionOptions> = {}, handlers: Partial<SessionHandlers> = {}) {
  const sent: aether.ClientMessage[] = [];
  const heard: unknown[][] = [];
  const hear =
    (name: string) =>
    (_: Session, ...rest: unknown[]) => {
      heard.push([name, ...rest]);
    };
  const sockets: SocketEvents[] = [];
  const closes: unknown[][] = [];
  let time = 1000.5;
  const client = new Session({
    url: "ws://test",
    now: () => time,
    dial: (_, events) => {
      sockets.push(events);
      return {
        send: (bytes) => sent.push(aether.ClientMessage.decode(Uint8Array.from(bytes))),
        close: (...args) => closes.push(args),
      };
    },
    handlers: {
      welcome: hear("welcome"),
      spawned: hear("spawned"),
      tick: hear("tick"),
      correction: hear("correction"),
      error: hear("error"),
      goodbye: hear("goodbye"),
      digest: hear("digest"),
      heartbeat: hear("heartbeat"),
      closed: hear("closed"),
      ...handlers,
    },
    ...options,
  });
  const socket = () => {
    const events = sockets.at(-1);
    if (events === undefined) throw new Error("the client has not dialled");
    return events;
  };
  const receive = (fields: aether.ServerMessage.$Properties) => {
    socket().message(aether.ServerMessage.encode(fields).finish());
  };
  return {
    client,
    sent,
    heard,
    sockets,
    closes,
    socket,
    receive,
    update: (aoi: Update) => {
      receive({ aoi });
    },
    pass: (ms: number) => (time += ms),
    /** Connects, and answers until the client has its entity. */
    join: (sequence = 0) => {
      client.connect();
      socket().open();
      socket().message(encodeWelcome(WELCOME));
      socket().message(encodeWelcome({ ...WELCOME, entityId: ENTITY, x: 384, y: -512, sequence }));
      sent.length = heard.length = 0;
    },
  };
}

describe("joining", () => {
  test("hello and spawn go out together, welcome comes twice", () => {
    const { client, sent, heard, socket } = play({
      name: "test/1",
      token: "secret",
      spawn: { kind: 2, x: 1.5, y: -2 },
    });
    expect(client.state).toBe("idle");
    client.connect();
    expect(client.state).toBe("connecting");
    expect(client.move(1, 1)).toBe(0);
    socket().open();
    expect(client.state).toBe("greeting");
    expect(sent).toMatchObject([
      { hello: { protocol_version: 1, client: "test/1", token: "secret" } },
      { spawn: { kind: 2, x: 1.5, y: -2 } },
    ]);

    socket().message(encodeWelcome(WELCOME));
    expect(heard).toEqual([["welcome"]]);
    expect([client.state, client.entityId, client.session]).toEqual(["greeting", 0, "s-1"]);
    expect(client.rules).toMatchObject({ tickMs: 25, maxX: 256000, aoiRadius: 6400 });
    expect([...(client.rules?.rules ?? [])]).toEqual([1, 2]);
    expect(client.move(1, 1)).toBe(0);

    socket().message(encodeWelcome({ ...WELCOME, entityId: ENTITY, x: 384, y: -512 }));
    expect(heard).toEqual([["welcome"], ["spawned"]]);
    expect([client.state, client.entityId]).toEqual(["joined", ENTITY]);
    expect([client.selfX, client.selfY]).toEqual([384, -512]);
  });

  test("the tick of the join is the second Welcome's", () => {
    const { client, socket } = play();
    client.connect();
    socket().open();
    socket().message(encodeWelcome(WELCOME));
    expect(client.joinTick).toBe(0);
    socket().message(encodeWelcome({ ...WELCOME, tick: 812, entityId: ENTITY }));
    expect([client.joinTick, client.enteredTick]).toEqual([812, 812]);
  });

  test("the entity may have come into the world before", () => {
    const { client, socket } = play();
    client.connect();
    socket().open();
    const entered = { ...WELCOME, tick: 812, entityId: ENTITY, enteredTick: 805 };
    socket().message(encodeWelcome(entered));
    expect([client.joinTick, client.enteredTick]).toEqual([812, 805]);
  });

  test("spawn: null asks for no entity", () => {
    const { client, sent, socket } = play({ spawn: null });
    client.connect();
    socket().open();
    expect(sent.map(({ body }) => body)).toEqual(["hello"]);
  });

  test("the entity can be asked for again, as long as there is none", () => {
    const { client, sent, socket } = play({ spawn: { kind: 2, x: 1.5, y: -2 } });
    client.spawn();
    client.connect();
    socket().open();
    socket().message(encodeWelcome(WELCOME));
    client.spawn();
    expect(sent.slice(1)).toMatchObject([
      { spawn: { kind: 2, x: 1.5, y: -2 } },
      { spawn: { kind: 2, x: 1.5, y: -2 } },
    ]);
    socket().message(encodeWelcome({ ...WELCOME, entityId: ENTITY }));
    client.spawn();
    expect(sent).toHaveLength(3);
    const without = play({ spawn: null });
    without.client.connect();
    without.socket().open();
    without.client.spawn();
    expect(without.sent).toHaveLength(1);
  });

  test("one welcome that has an entity both welcomes and spawns", () => {
    const { client, heard, socket } = play();
    client.connect();
    socket().open();
    socket().message(encodeWelcome({ ...WELCOME, entityId: ENTITY, sequence: 40 }));
    expect(heard).toEqual([["welcome"], ["spawned"]]);
    expect(client.move(1, 0)).toBe(41);
  });
});

describe("moving", () => {
  test("sequences rise by one from where the server's last one stood", () => {
    const { client, sent, join, pass, update } = play();
    join(5);
    expect(client.move(1, -2)).toBe(6);
    update({ tick: 101, flags: 1 });
    pass(25);
    expect(client.move(0.5, 0)).toBe(7);
    const common = { entity_id: ENTITY };
    expect(sent).toMatchObject([
      { move: { ...common, sequence: 6, delta_x: 1, delta_y: -2, timestamp: 1000 }, ack_tick: 0 },
      { ack_tick: 101 },
      { move: { ...common, sequence: 7, delta_x: 0.5, timestamp: 1025 }, ack_tick: 101 },
    ]);
    expect(client.sequence).toBe(7);
  });

  test("what rounding leaves goes into the next intent: small steps add up", () => {
    const { client, sent, join } = play();
    join();
    let walked = 0;
    for (let i = 0; i < 1000; i++) {
      client.move(0.01, -0.0019);
      walked += client.sentX;
    }
    expect(walked).toBe(10 * 256);
    const sum = (pick: (move: aether.MovementDelta) => number): number =>
      sent.reduce(
        (total, { move }) => total + (move ? pick(aether.MovementDelta.create(move)) : 0),
        0,
      );
    expect(sum((move) => move.delta_x)).toBe(10);
    expect(sum((move) => move.delta_y)).toBe(-Math.round(1.9 * 256) / 256);
    expect(sent.every(({ move }) => Number.isInteger((move?.delta_x ?? 0) * 256))).toBe(true);
  });

  test("a correction and a new entity drop what rounding left; an update does not", () => {
    const { client, join, receive, update, socket } = play();
    const tenth = (): number => {
      client.move(0.4 / 256, 0.4 / 256);
      return client.sentX + client.sentY;
    };
    join();
    expect([tenth(), tenth(), tenth()]).toEqual([0, 2, 0]);
    update({ tick: 101, flags: 3, ack_sequence: 3 });
    expect([tenth(), tenth()]).toEqual([2, 0]);
    // Left: 0. One more leaves 0.4; but for the Correction the next would be sent.
    expect(tenth()).toBe(0);
    receive({ correction: { correct_x: 1, correct_y: 1, ack_sequence: 4 } });
    expect([tenth(), tenth()]).toEqual([0, 2]);
    client.move(0.4 / 256, 0.4 / 256);
    client.move(0.4 / 256, 0.4 / 256);
    socket().close(1006, "");
    join();
    expect([client.sentX, client.sentY]).toEqual([0, 0]);
    expect([tenth(), tenth()]).toEqual([0, 2]);
  });

  test("of a step that is cut nothing is left, and what is sent is finite", () => {
    const { client, sent, join } = play();
    join();
    client.move(1e300, -1e300);
    expect(sent.at(-1)?.move).toMatchObject({ delta_x: 65536, delta_y: -65536 });
    client.move(0, 0);
    expect([client.sentX, client.sentY]).toEqual([0, 0]);
  });

  test("H05 what is not finite is not sent, and takes no sequence", () => {
    const { client, sent, join } = play();
    join();
    for (const value of [NaN, Infinity, -Infinity]) {
      expect(client.move(value, 0)).toBe(0);
      expect(client.move(0, value)).toBe(0);
    }
    expect(sent).toEqual([]);
    expect(client.move(0, 0)).toBe(1);
  });

  test("H04 the last sequence is 2^31 - 1", () => {
    const { client, join } = play();
    join(MAX_SEQUENCE - 1);
    expect(client.move(1, 0)).toBe(MAX_SEQUENCE);
    expect(client.move(1, 0)).toBe(0);
  });

  test("a correction sets the position to the server's", () => {
    const { client, heard, join, receive } = play();
    join();
    receive({
      correction: { entity_id: ENTITY, correct_x: 4.5, correct_y: -2.50390625, ack_sequence: 9 },
    });
    expect([client.selfX, client.selfY, client.ackSequence]).toEqual([1152, -641, 9]);
    expect(heard).toEqual([["correction", 1152, -641, 9]]);
    expect(client.counters.corrections).toBe(1);
  });
});

test("far out, where a float is too coarse, the update of the same tick stands", () => {
  const { client, heard, join, update, receive } = play();
  join();
  const x = 900_000 * 256 + 3;
  update({ tick: 101, flags: 1, self_x: x, self_y: -x, ack_sequence: 9 });
  receive({ correction: { correct_x: x / 256, correct_y: -x / 256, ack_sequence: 9 } });
  expect(Math.fround(x / 256)).not.toBe(x / 256);
  expect([client.selfX, client.selfY]).toEqual([x, -x]);
  expect(heard.at(-1)).toEqual(["correction", x, -x, 9]);
});

describe("the rest of the conversation", () => {
  test("a heartbeat measures the round trip to the fraction of a millisecond", () => {
    const { client, sent, heard, join, receive, pass } = play();
    join();
    client.heartbeat();
    expect(sent).toMatchObject([{ heartbeat: { timestamp: 1000 } }]);
    pass(12.25);
    receive({ heartbeat_ack: { timestamp: 1000, tick: 130 } });
    expect(heard).toEqual([["heartbeat", 12.25, 130]]);
  });

  test("errors and goodbyes are told with all they say", () => {
    const { heard, join, socket } = play();
    join();
    socket().message(encodeError(ERRORS.BAD_SEQUENCE.code, "no", 7, 20));
    socket().message(encodeGoodbye(CLOSES.RESTART.code, "bye", 1500));
    socket().close(CLOSES.RESTART.code, "restart");
    expect(heard).toEqual([
      ["error", 3, "no", 7, 20],
      ["goodbye", 1012, "bye", 1500],
      ["closed", 1012, "restart"],
    ]);
  });

  test("messages of the application go both ways", () => {
    const payloads: number[][] = [];
    const { client, sent, join, receive } = play(
      {},
      {
        app: (_, channel, request, payload) => payloads.push([channel, request, ...payload]),
      },
    );
    expect(client.sendApp(1, 2, Uint8Array.of(3))).toBe(false);
    join();
    expect(client.sendApp(1, 2, Uint8Array.of(3))).toBe(true);
    expect(() => client.sendApp(1, 2, new Uint8Array(600))).toThrow(RangeError);
    expect(sent).toMatchObject([{ body: "app", app: { channel: 1, request: 2 } }]);
    receive({ app: { channel: 4, request: 5, payload: Uint8Array.of(6) } });
    expect(payloads).toEqual([[4, 5, 6]]);
  });

  test("leave, close, and connecting anew", () => {
    const { client, sent, closes, sockets, heard, join, update } = play();
    join();
    update({ tick: 101, flags: 1, entered: [{ alias: 1, id: 1 }] });
    client.leave();
    expect(sent.at(-1)?.body).toBe("leave");
    client.close();
    expect(closes.length).toBe(1);
    sockets[0]?.close(1000, "");
    expect(client.state).toBe("closed");
    expect([client.move(1, 1), client.sendApp(1, 1, new Uint8Array(0))]).toEqual([0, false]);
    const count = sent.length;
    client.probe();
    client.heartbeat();
    client.leave();
    expect(sent.length).toBe(count);

    client.connect();
    client.connect();
    expect(sockets.length).toBe(2);
    expect([client.state, client.replica.size, client.tick]).toEqual(["connecting", 0, 0]);
    // the old socket has nothing more to say
    heard.length = 0;
    sockets[0]?.close(1006, "late");
    sockets[0]?.message(encodeWelcome({ ...WELCOME, entityId: 1 }));
    expect([client.state, heard]).toEqual(["connecting", []]);
  });
});

test("counters count messages and bytes", () => {
  const { client, join, socket } = play();
  join();
  const before = { ...client.counters };
  socket().message(new Uint8Array(0));
  socket().message(encodeError(1, "x"));
  client.move(1, 1);
  expect(client.counters.received - before.received).toBe(2);
  expect(client.counters.bytesReceived - before.bytesReceived).toBe(encodeError(1, "x").length);
  expect(client.counters.sent - before.sent).toBe(1);
});
