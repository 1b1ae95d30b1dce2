// Faults of our own: a throw in any handler, a call on what is closed. The process lives, the
// connection concerned ends with 1011, the others do not notice.
import { afterEach, describe, expect, test } from "vitest";
import { CLOSES } from "../src/protocol/codes.ts";
import { SEND_DROPPED } from "../src/gateway/transport.ts";
import type { Transport, TransportHandler } from "../src/gateway/transport.ts";
import { UwsTransport } from "../src/gateway/uws.ts";
import type { Guest } from "./guest.ts";
import { House } from "./house.ts";
import { instead } from "./instead.ts";
import { OP_PING, OP_PONG, RawSocket } from "./raw-socket.ts";
import { until } from "./until.ts";
import { expectUnharmed, turnWith } from "./witness.ts";

type Hook = "accept" | "refusal" | "request" | "open" | "message" | "ping" | "pong" | "close";

let house: House;
let witness: Guest;
/** The hook that throws at its next call. */
let armed: Hook | "send" | "nothing" = "nothing";

function trip(hook: typeof armed): void {
  if (armed !== hook) return;
  armed = "nothing";
  throw new Error(`injected into ${hook}`);
}

/** A gateway that throws where it was armed, instead of doing its work. */
function armedHandler(handler: TransportHandler): TransportHandler {
  return {
    arrives: (address, isProxy) => handler.arrives(address, isProxy),
    accept(address, origin, subprotocol, version) {
      trip("accept");
      return handler.accept(address, origin, subprotocol, version);
    },
    refusal(status) {
      trip("refusal");
      return handler.refusal(status);
    },
    request(isAnswered) {
      trip("request");
      handler.request(isAnswered);
    },
    open(slot, address) {
      trip("open");
      handler.open(slot, address);
    },
    message(slot, bytes, isBinary) {
      trip("message");
      handler.message(slot, bytes, isBinary);
    },
    ping(slot) {
      trip("ping");
      handler.ping(slot);
    },
    pong(slot, bytes) {
      trip("pong");
      handler.pong(slot, bytes);
    },
    close(slot, code, reason) {
      trip("close");
      handler.close(slot, code, reason);
    },
  };
}

/** A transport whose send throws, as if in the middle of a client's flush. */
function armedTransport(transport: Transport): Transport {
  return instead(transport, {
    send: (slot, bytes, compress) => {
      if (slot === 1) trip("send");
      return transport.send(slot, bytes, compress);
    },
  });
}

async function open(answer?: (path: string) => { status: number; body: string }): Promise<void> {
  armed = "nothing";
  house = await House.start({
    wrapHandler: armedHandler,
    wrapTransport: armedTransport,
    ...(answer === undefined ? {} : { uws: { answer } }),
  });
  witness = await house.join(1, 1);
}
afterEach(() => house.stop());

describe("H33 a throw", () => {
  test("H33 in message, ping or pong ends that connection with 1011", async () => {
    await open();
    const says: readonly [Hook, (guest: Guest) => void][] = [
      ["message", (guest) => guest.heartbeat(1)],
      ["ping", (guest) => guest.raw.frame("x", { opcode: OP_PING })],
      ["pong", (guest) => guest.raw.frame("x", { opcode: OP_PONG })],
    ];
    for (const [hook, say] of says) {
      const guest = await house.join(0, 0);
      armed = hook;
      say(guest);
      await guest.ended();
      expect(guest.raw.closeCode).toBe(CLOSES.INTERNAL.code);
      expect(house.faults.at(-1)?.where).toBe(hook);
      await turnWith(house, witness);
      expect(house.world.liveCount).toBe(1);
      expect(house.gateway.connections).toBe(1);
    }
    expect(house.uws.faults).toBe(3);
    await expectUnharmed(house, witness, 3);
  });

  test("H33 in open ends the connection, and its slot serves the next", async () => {
    await open();
    armed = "open";
    const broken = await house.connect();
    await broken.ended();
    expect(broken.raw.closeCode).toBe(CLOSES.INTERNAL.code);
    const guest = await house.join(0, 0);
    await turnWith(house, witness);
    expect(guest.tick).toBe(house.world.tick);
    await expectUnharmed(house, witness, 1);
  });

  test("H33 in accept, or in the words of a refusal, is answered with 500", async () => {
    await open();
    armed = "accept";
    const refused = await RawSocket.open(house.port);
    expect(refused.status).toBe(500);
    for (const hook of ["refusal", "request"] as const) {
      armed = hook;
      const wrong = await RawSocket.open(house.port, { protocol: "chat" });
      expect(wrong.status).toBe(500);
    }
    await house.join(0, 0);
    await expectUnharmed(house, witness, 3);
  });

  test("H33 in close leaves a slot that the next connection can use", async () => {
    await open();
    const guest = await house.join(0, 0);
    armed = "close";
    guest.raw.cut();
    await until(() => house.faults.length === 1, "the fault in close");
    await turnWith(house, witness);
    // The session was not told; the next on its slot finds it and clears up.
    const next = await house.join(5, 5);
    await turnWith(house, witness);
    expect(house.gateway.connections).toBe(2);
    expect(house.world.liveCount).toBe(2);
    expect(next.entity).not.toBe(guest.entity);
    await expectUnharmed(house, witness, 1);
  });

  test("H33 in the middle of a client's flush ends that client; the tick goes on", async () => {
    await open();
    const guest = await house.join(0, 0);
    armed = "send";
    witness.move(1, 0);
    await house.turn();
    await guest.ended();
    expect(guest.raw.closeCode).toBe(CLOSES.INTERNAL.code);
    expect(house.faults.map((fault) => fault.where)).toEqual(["flush"]);
    await turnWith(house, witness);
    expect(house.world.liveCount).toBe(1);
    await expectUnharmed(house, witness, 1);
  });

  test("H33 in the answer to a plain request is answered with 500", async () => {
    await open(() => {
      throw new Error("no answer");
    });
    const asked = await RawSocket.open(house.port, { path: "/healthz", headers: [], version: "" });
    expect(asked.status).toBe(426);
    expect(house.gateway.counters.refusedVersion).toBe(1);
    const response = await fetch(`http://127.0.0.1:${house.port}/healthz`);
    expect(response.status).toBe(500);
    await expectUnharmed(house, witness, 1);
  });

  test("H33 in the one who is told of faults is swallowed and counted", async () => {
    const transport = new UwsTransport({
      slots: 4,
      idleTimeoutS: 0,
      compression: false,
      tls: null,
      trustedProxies: [],
      page: null,
      answer: () => {
        throw new Error("no answer");
      },
      onFault: () => {
        throw new Error("no ear");
      },
    });
    await open();
    const port = await transport.listen("127.0.0.1", 0, house.gateway);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(500);
    expect(transport.faults).toBe(2);
    transport.shutdown();
  });
});

describe("H33 calls on what is closed", () => {
  test("H33 every call on a closed or unknown slot does nothing", async () => {
    await open();
    const guest = await house.join(0, 0);
    guest.raw.cut();
    await until(() => house.gateway.connections === 1, "the end of the connection");
    for (const slot of [1, 7, 199, 200, 5000, -1]) {
      expect(house.uws.send(slot, new Uint8Array(1), false)).toBe(SEND_DROPPED);
      expect(house.uws.bufferedBytes(slot)).toBe(0);
      house.uws.ping(slot, new Uint8Array(4));
      house.uws.cork(slot, () => expect.unreachable("a flush without a socket"));
      house.uws.end(slot, 1000, "");
      house.uws.drop(slot);
    }
    await expectUnharmed(house, witness);
  });

  test("H33 a tick right after a hundred connections were cut harms nobody", async () => {
    await open();
    const crowd: Guest[] = [];
    for (let i = 0; i < 100; i++) crowd.push(await house.connect());
    for (const guest of crowd) {
      guest.hello();
      guest.spawn(0, 0);
    }
    await house.turn();
    expect(house.world.liveCount).toBe(101);
    for (const guest of crowd) guest.raw.cut();
    // Their sockets are cut, but the server has not read it yet: it sends into the void.
    house.tick();
    await until(() => house.gateway.connections === 1, "the end of a hundred connections");
    house.tick();
    await turnWith(house, witness);
    expect(house.world.liveCount).toBe(1);
    await expectUnharmed(house, witness);
  });

  test("listening twice on a port is refused in words", async () => {
    await open();
    const second = new UwsTransport({
      slots: 1,
      idleTimeoutS: 0,
      compression: false,
      tls: null,
      trustedProxies: [],
      answer: () => null,
      page: null,
      onFault: () => undefined,
    });
    await expect(second.listen("127.0.0.1", house.port, house.gateway)).rejects.toThrow(
      /Cannot listen on 127\.0\.0\.1:\d+/,
    );
    second.shutdown();
  });

  test.each([1, 7, 7.9, 961, -1, NaN])("an idle timeout of %d s is refused in words", (seconds) => {
    const options = {
      slots: 1,
      idleTimeoutS: seconds,
      compression: false,
      tls: null,
      trustedProxies: [],
      answer: () => null,
      page: null,
      onFault: () => undefined,
    };
    expect(() => new UwsTransport(options)).toThrow(/0 \(never\) or 8 to 960/);
  });
});

describe("plain requests", () => {
  test("are answered by the one who was given, otherwise 404 with a sentence", async () => {
    house = await House.start({
      uws: { answer: (path) => (path === "/healthz" ? { status: 503, body: "behind\n" } : null) },
    });
    const base = `http://127.0.0.1:${house.port}`;
    const health = await fetch(`${base}/healthz`);
    expect([health.status, await health.text()]).toEqual([503, "behind\n"]);
    expect(health.headers.get("content-type")).toContain("text/plain");
    const none = await fetch(`${base}/metrics`);
    expect(none.status).toBe(404);
    expect(await none.text()).toContain("WebSocket");
    expect((await fetch(`${base}/healthz`, { method: "POST", body: "x" })).status).toBe(405);
    const head = await fetch(`${base}/healthz`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([503, ""]);
  });
});
