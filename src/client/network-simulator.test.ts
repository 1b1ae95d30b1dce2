import { beforeEach, describe, expect, test } from "vitest";
import { randomOf } from "../../test/kernel/scenario.ts";
import { ScriptedTime } from "../../test/scripted.ts";
import { NetworkSimulator } from "./network-simulator.ts";
import type { Weather } from "./network-simulator.ts";
import type { ClientSocket, SocketEvents } from "./socket.ts";

let time: ScriptedTime;
beforeEach(() => {
  time = new ScriptedTime();
});

/** A connection through a simulated network: what arrives at either end, and when. */
function connect(weather: Partial<Weather>, seed = 1) {
  const start = time.now();
  const network = new NetworkSimulator({ weather, timers: time, random: randomOf(seed) });
  const heard: unknown[][] = [];
  const note = (...what: unknown[]) => heard.push([time.now() - start, ...what]);
  let far: SocketEvents | undefined;
  const dial = network.through((_url, events) => {
    far = events;
    return {
      send: (bytes) => note("sent", ...bytes),
      close: (code, reason) => note("closing", code, reason),
    };
  });
  const near: ClientSocket = dial("ws://test", {
    open: () => note("open"),
    message: (bytes) => note("message", ...bytes),
    close: (code, reason) => note("close", code, reason),
  });
  if (far === undefined) throw new Error("nothing was dialled");
  return { network, near, far, heard };
}

describe("a network", () => {
  test("delays both ways, in copies", () => {
    const { near, far, heard } = connect({ delayMs: 40 });
    const bytes = Uint8Array.of(1);
    far.open();
    far.message(bytes);
    near.send(bytes);
    bytes[0] = 9;
    time.pass(39);
    expect(heard).toEqual([]);
    time.pass(1);
    expect(heard).toEqual([
      [40, "open"],
      [40, "message", 1],
      [40, "sent", 1],
    ]);
  });

  test("keeps the order, whatever the jitter and the stalls", () => {
    const { network, near, heard } = connect({ jitterMs: 90, stallShare: 0.1, stallMs: 200 });
    for (let i = 0; i < 200; i++) {
      near.send(Uint8Array.of(i));
      time.pass(5);
    }
    time.pass(1000);
    expect(heard.map(([, , i]) => i)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(network.stalls).toBeGreaterThan(8);
    const latest = heard.map(([ms], i) => Number(ms) - i * 5);
    expect(Math.max(...latest)).toBeGreaterThan(100);
    expect(Math.max(...latest)).toBeLessThanOrEqual(290);
  });

  test("holds what is under way and what comes, for as long as it is told", () => {
    const { network, near, far, heard } = connect({ delayMs: 10 });
    near.send(Uint8Array.of(1));
    time.pass(5);
    network.stall(100);
    time.pass(50);
    near.send(Uint8Array.of(2));
    far.message(Uint8Array.of(3));
    time.pass(49);
    expect(heard).toEqual([]);
    time.pass(1);
    expect(heard).toEqual([
      [105, "sent", 1],
      [105, "sent", 2],
      [105, "message", 3],
    ]);
  });

  test("a cut loses what is under way, tells the client 1006, and keeps the session", () => {
    const { network, near, far, heard } = connect({ delayMs: 10 });
    near.send(Uint8Array.of(1));
    far.message(Uint8Array.of(2));
    network.cut();
    time.pass(100);
    expect(heard).toEqual([
      [0, "closing", 4901, "The simulated network was cut."],
      [0, "close", 1006, ""],
    ]);
    far.close(4901, "");
    network.cut();
    time.pass(100);
    expect(heard).toHaveLength(2);
  });

  test("an end that either side makes comes after what was sent before it", () => {
    const { near, far, heard } = connect({ delayMs: 10 });
    near.send(Uint8Array.of(1));
    near.close(1000, "enough");
    far.message(Uint8Array.of(2));
    far.close(1000, "well");
    time.pass(20);
    expect(heard.map(([, ...what]) => what)).toEqual([
      ["sent", 1],
      ["closing", 1000, "enough"],
      ["message", 2],
      ["close", 1000, "well"],
    ]);
  });

  test("its weather may change at any time", () => {
    const { network, near, heard } = connect({});
    near.send(Uint8Array.of(1));
    time.pass(0);
    network.weather.delayMs = 500;
    near.send(Uint8Array.of(2));
    time.pass(1000);
    expect(heard).toEqual([
      [0, "sent", 1],
      [500, "sent", 2],
    ]);
  });
});
