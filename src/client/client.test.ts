// The client as an application has it; server and time are played by the test.
import { describe, expect, test } from "vitest";
import { ENTITY, Scripted } from "../../test/scripted.ts";
import { CLOSES, ERRORS } from "../protocol/codes.ts";

const SPEED = 5;
const TICK_MS = 25;
const TOKEN = Uint8Array.of(1, 2, 3);

describe("joining", () => {
  test("goes through its states, and asks for what it was told to", () => {
    const scripted = new Scripted({ name: "test/1", spawn: { kind: 3, x: 1.5 }, token: "t" });
    const { client } = scripted;
    expect(client.state).toBe("idle");
    client.connect();
    client.connect();
    expect(scripted.sockets).toHaveLength(1);
    scripted.socket().open();
    expect(scripted.sent).toMatchObject([
      { hello: { client: "test/1", token: "t" } },
      { spawn: { kind: 3, x: 1.5 } },
    ]);
    expect(client.state).toBe("connecting");
    scripted.receive({ welcome: { session: "s-9", tick_ms: 25 } });
    expect([client.state, client.session, client.self.id]).toEqual(["joining", "s-9", 0]);
    scripted.receive({ welcome: { session: "s-9", tick_ms: 25, entity_id: ENTITY, x: 512 } });
    expect([client.state, client.self.id, client.self.x]).toEqual(["joined", ENTITY, 2]);
    expect(scripted.states).toEqual(["connecting", "joining", "joined"]);
  });

  test("Spawn is sent again when the server has said when", () => {
    const scripted = new Scripted();
    scripted.client.connect();
    scripted.socket().open();
    scripted.receive({ welcome: { session: "s-1", tick_ms: 25 } });
    scripted.receive({ error: { code: ERRORS.UNAVAILABLE.code, retry_after_ms: 3000 } });
    scripted.sent.length = 0;
    scripted.time.pass(2900);
    expect(scripted.sent).toEqual([]);
    scripted.time.pass(700);
    expect(scripted.sent).toMatchObject([{ body: "spawn" }]);
  });

  test.each([
    [ERRORS.NO_HELLO.code, "waiting"],
    [ERRORS.UNAUTHENTICATED.code, "closed"],
  ])("after Error %i, 4401 leaves it %s", (code, state) => {
    const scripted = new Scripted({ token: "t" });
    scripted.client.connect();
    scripted.socket().open();
    scripted.receive({ error: { code } });
    scripted.socket().close(CLOSES.UNAUTHENTICATED.code, "");
    expect(scripted.client.state).toBe(state);
  });

  test("an attempt that comes to nothing is given up, and another made", () => {
    const scripted = new Scripted();
    scripted.client.connect();
    scripted.time.pass(31_000);
    expect(scripted.sockets).toHaveLength(2);
    expect(scripted.states).toEqual(["connecting", "waiting", "connecting"]);
  });

  test("an address that is none is refused at once, and another client is not needed", () => {
    const scripted = new Scripted({
      dial: () => {
        throw new SyntaxError("no address");
      },
    });
    expect(() => scripted.client.connect()).toThrow("no address");
    expect(() => scripted.client.connect()).toThrow("no address");
    expect(scripted.client.state).toBe("idle");
  });
});

describe("moving", () => {
  test("moves within a tick are one intent, acknowledged with it", () => {
    const scripted = new Scripted();
    scripted.join();
    const { client, time } = scripted;
    time.pass(0);
    scripted.update({ tick: 101 });
    scripted.sent.length = 0;
    expect(client.move(1, 0.25)).toBe(true);
    expect(client.move(0.5, 0)).toBe(true);
    time.pass(TICK_MS);
    expect(scripted.sent).toMatchObject([
      { ack_tick: 101, move: { entity_id: ENTITY, sequence: 1, delta_x: 1.5, delta_y: 0.25 } },
    ]);
    time.pass(10 * TICK_MS);
    expect(scripted.moves()).toHaveLength(1);
  });

  test("steering sends one intent a tick, of no more than max_speed", () => {
    const scripted = new Scripted();
    scripted.join();
    scripted.client.steer(300, 400);
    scripted.time.pass(8 * TICK_MS);
    const moves = scripted.moves();
    expect(moves.length).toBeGreaterThanOrEqual(8);
    for (const { delta_x: x, delta_y: y } of moves) expect([x, y]).toEqual([3, 4]);
    scripted.client.steer(0, 0);
    scripted.time.pass(TICK_MS);
    const { length } = scripted.moves();
    scripted.time.pass(10 * TICK_MS);
    expect(scripted.moves()).toHaveLength(length);
  });

  test("what a tick wants beyond max_speed is dropped, not saved up", () => {
    const scripted = new Scripted();
    scripted.join();
    scripted.time.pass(0);
    scripted.client.move(100, 0);
    scripted.time.pass(3 * TICK_MS);
    expect(scripted.moves().map(({ delta_x }) => delta_x)).toEqual([SPEED]);
  });

  test("a late turn sends what its ticks wanted as one intent", () => {
    const scripted = new Scripted();
    scripted.join();
    scripted.client.steer(SPEED * 40, 0);
    scripted.time.pass(0);
    scripted.time.skip(4 * TICK_MS);
    scripted.time.pass(0);
    expect(scripted.moves().at(-1)?.delta_x).toBe(4 * SPEED);
  });

  test("it stops at the bounds, and sends nothing that would be cut", () => {
    const scripted = new Scripted();
    scripted.join({ x: 256000 - 700 });
    scripted.client.steer(SPEED * 40, 0);
    scripted.time.pass(10 * TICK_MS);
    expect(scripted.moves().map(({ delta_x }) => delta_x)).toEqual([700 / 256]);
  });

  test("it holds back what an emptied bank would not cover, and says how often", () => {
    const scripted = new Scripted();
    scripted.join();
    scripted.client.steer(SPEED * 40, 0);
    scripted.time.pass(40 * TICK_MS);
    expect(scripted.moves()).toHaveLength(16);
    expect(scripted.client.held).toBeGreaterThan(20);
    expect(scripted.client.self.pending).toBe(16);
  });

  test("nothing is sent without an entity or for a number that is none", () => {
    const scripted = new Scripted();
    expect(scripted.client.move(1, 1)).toBe(false);
    scripted.join();
    expect(scripted.client.move(NaN, 0)).toBe(false);
    scripted.client.steer(Infinity, NaN);
    scripted.time.pass(10 * TICK_MS);
    expect(scripted.moves()).toEqual([]);
  });
});

describe("what the server says of the own entity", () => {
  test("agrees: no event, and the prediction stands", () => {
    const scripted = new Scripted();
    scripted.join();
    const { client } = scripted;
    client.steer(SPEED * 40, 0);
    scripted.time.pass(3 * TICK_MS - 1);
    const { predictedX } = client.self;
    scripted.update({ tick: 101, ack_sequence: 2, self_x: 2 * 1280 });
    expect(client.self).toMatchObject({ predictedX, trueX: 2560, ackSequence: 2, pending: 1 });
    expect(scripted.heard).toEqual([["tick", 101]]);
  });

  test("differs: told once, with the Correction that follows", () => {
    const scripted = new Scripted();
    scripted.join();
    const { client } = scripted;
    client.steer(SPEED * 40, 0);
    scripted.time.pass(3 * TICK_MS - 1);
    client.steer(0, 0);
    scripted.update({ tick: 101, ack_sequence: 2, self_x: 1280 });
    scripted.receive({ correction: { entity_id: ENTITY, correct_x: 5, ack_sequence: 2 } });
    const correction = { fromX: 15, fromY: 0, x: 10, y: 0, sequence: 2, tick: 101 };
    expect(scripted.heard).toEqual([
      ["correction", correction],
      ["tick", 101],
    ]);
    expect(client.self.x).toBe(10);
    expect(client.counters.corrections).toBe(1);
  });
});

describe("the link", () => {
  const restart = { code: CLOSES.RESTART.code, message: "Restarting.", retry_after_ms: 4000 };

  test("lost: it waits as long as the server said, and comes back as the same entity", () => {
    const scripted = new Scripted();
    scripted.join({ resume_token: TOKEN });
    const { client, time } = scripted;
    scripted.receive({ goodbye: restart });
    scripted.socket().close(CLOSES.RESTART.code, "");
    const change = { from: "joined", code: 1012, reason: "Restarting.", retryMs: 4000 };
    expect(scripted.heard).toEqual([["state", "waiting", { ...change, isResumed: false }]]);
    time.pass(3999);
    expect(scripted.sockets).toHaveLength(1);
    time.pass(1);
    scripted.socket().open();
    expect([...(scripted.sent[0]?.hello?.resume_token ?? [])]).toEqual([...TOKEN]);
    expect(scripted.sent).toHaveLength(1);
    scripted.receive({ welcome: { session: "s-1", entity_id: ENTITY, tick_ms: 25, sequence: 9 } });
    expect(scripted.heard.at(-1)).toMatchObject(["state", "joined", { isResumed: true }]);
    expect(client.self.ackSequence).toBe(9);
  });

  test("what was sent and not applied is sent again, and the prediction stands", () => {
    const scripted = new Scripted();
    scripted.join({ resume_token: TOKEN });
    scripted.client.steer(SPEED * 40, 0);
    scripted.time.pass(4 * TICK_MS - 1);
    scripted.client.steer(0, 0);
    const { predictedX } = scripted.client.self;
    scripted.socket().close(1006, "");
    scripted.time.pass(300);
    scripted.heard.length = 0;
    scripted.answer({ sequence: 2, x: 2560 });
    expect(scripted.client.self.predictedX).toBe(predictedX);
    scripted.time.pass(TICK_MS);
    expect(scripted.client.self.pending).toBe(2);
    expect(scripted.heard.filter(([name]) => name === "correction")).toEqual([]);
  });

  test("a session that is over begins anew, as another entity", () => {
    const scripted = new Scripted();
    scripted.join({ resume_token: TOKEN });
    scripted.socket().close(CLOSES.RESUME_REFUSED.code, "");
    scripted.time.pass(300);
    scripted.socket().open();
    expect(scripted.sent).toMatchObject([{ body: "hello" }, { body: "spawn" }]);
    scripted.receive({ welcome: { session: "s-2", entity_id: 0x20007, tick_ms: 25 } });
    expect(scripted.heard.at(-1)).toMatchObject(["state", "joined", { isResumed: false }]);
  });

  test("silent for 5 s: it is given up without giving the entity back", () => {
    const scripted = new Scripted();
    scripted.join({ resume_token: TOKEN });
    scripted.time.pass(4900);
    expect(scripted.client.state).toBe("joined");
    scripted.time.pass(200);
    expect(scripted.client.state).toBe("waiting");
    expect(scripted.closes).toEqual([[4900, "The server was silent for 5 s."]]);
    // What the dead link still says is not heard.
    scripted.update({ tick: 101 });
    scripted.socket().close(1006, "");
    expect(scripted.states).toEqual(["waiting"]);
  });

  test("a process that stood still gives the link its time to speak", () => {
    const scripted = new Scripted();
    scripted.join();
    scripted.time.pass(TICK_MS);
    scripted.time.skip(60_000);
    scripted.time.pass(TICK_MS);
    expect(scripted.client.state).toBe("joined");
    scripted.update({ tick: 2500 });
    scripted.time.pass(4000);
    expect(scripted.client.state).toBe("joined");
  });

  test("ended for good: closed, everybody is gone, and connect() starts anew", () => {
    const scripted = new Scripted();
    scripted.join();
    scripted.update({ tick: 101, entered: [{ alias: 1, id: 77, x: 32 }] });
    scripted.heard.length = 0;
    scripted.socket().close(CLOSES.REPLACED.code, "gone");
    expect(scripted.heard).toMatchObject([
      ["leave", 77],
      ["state", "closed", { code: CLOSES.REPLACED.code, reason: "gone" }],
    ]);
    expect([scripted.client.self.id, scripted.client.view.size]).toEqual([0, 0]);
    expect(scripted.time.waiting).toBe(0);
    scripted.client.connect();
    expect(scripted.sockets).toHaveLength(2);
  });
});

describe("parting", () => {
  test("leave says so, and is closed when the server has answered", () => {
    const scripted = new Scripted();
    scripted.join({ resume_token: TOKEN });
    scripted.client.leave();
    expect(scripted.sent).toMatchObject([{ body: "leave" }]);
    expect(scripted.client.state).toBe("joined");
    scripted.socket().close(CLOSES.LEFT.code, "");
    expect(scripted.client.state).toBe("closed");
    expect(scripted.client.resumeToken).toHaveLength(0);
  });

  test("leave is not undone by a link that breaks meanwhile", () => {
    const scripted = new Scripted();
    scripted.join({ resume_token: TOKEN });
    scripted.client.leave();
    scripted.socket().close(1006, "");
    scripted.time.pass(20_000);
    expect([scripted.client.state, scripted.sockets.length]).toEqual(["closed", 1]);
  });

  test.each(["joined", "waiting", "connecting"])("close ends it at once: %s", (state) => {
    const scripted = new Scripted();
    if (state === "connecting") scripted.client.connect();
    else scripted.join();
    if (state === "waiting") scripted.socket().close(1006, "");
    expect(scripted.client.state).toBe(state);
    scripted.client.close();
    expect(scripted.client.state).toBe("closed");
    expect(scripted.time.waiting).toBe(0);
    scripted.time.pass(60_000);
    expect(scripted.sockets).toHaveLength(1);
  });

  test("closing in a handler ends the turn that called it", () => {
    const scripted = new Scripted();
    scripted.client.on("state", (state) => {
      if (state === "joined") scripted.client.close();
    });
    scripted.join();
    expect(scripted.client.state).toBe("closed");
    expect(scripted.time.waiting).toBe(0);
  });
});

describe("beside", () => {
  test("the view is proven every five seconds, and the round trip measured", () => {
    const scripted = new Scripted();
    scripted.join();
    for (let second = 0; second < 11; second++) {
      scripted.time.pass(1000);
      scripted.update({ tick: 100 + second });
    }
    const bodies = scripted.sent.map(({ body }) => body);
    expect(bodies.filter((body) => body === "probe")).toHaveLength(2);
    expect(bodies.filter((body) => body === "heartbeat").length).toBeGreaterThan(12);
    scripted.time.pass(1000);
    const { heartbeat } = scripted.sent.findLast(({ body }) => body === "heartbeat") ?? {};
    scripted.time.pass(40);
    scripted.receive({ heartbeat_ack: { timestamp: heartbeat?.timestamp ?? 0, tick: 1 } });
    expect(scripted.client.clock.roundTripMs).toBeGreaterThan(0);
  });

  test("messages of the application go both ways", () => {
    const scripted = new Scripted();
    expect(scripted.client.send(1, TOKEN)).toBe(false);
    scripted.join();
    expect(scripted.client.send(4, TOKEN, 9)).toBe(true);
    expect(scripted.sent).toMatchObject([{ app: { channel: 4, request: 9 } }]);
    scripted.receive({ app: { channel: 4, request: 9, payload: TOKEN } });
    expect(scripted.heard).toEqual([["message", 4, 9, TOKEN]]);
    expect(() => scripted.client.send(1, new Uint8Array(401))).toThrow(/at most 400/);
  });

  test("errors are told as they come", () => {
    const scripted = new Scripted();
    scripted.join();
    const { code } = ERRORS.RATE_LIMITED;
    scripted.receive({ error: { code, message: "Slow down.", sequence: 3, retry_after_ms: 50 } });
    expect(scripted.heard).toEqual([["error", code, "Slow down.", 3, 50]]);
  });

  test("a handler that was taken away hears nothing more, the others do", () => {
    const scripted = new Scripted();
    const heard: string[] = [];
    const off = scripted.client.on("tick", () => {
      heard.push("first");
      off();
    });
    scripted.client.on("tick", () => heard.push("second"));
    scripted.join();
    scripted.update({ tick: 101 });
    scripted.update({ tick: 102 });
    expect(heard).toEqual(["first", "second", "second"]);
  });
});
