import { describe, expect, test } from "vitest";
import { Admission, placeOf, speaks } from "./admission.ts";
import { Counters } from "./counters.ts";

describe("handshakes", () => {
  test("are let in until the budget of the tick or the room is used up", () => {
    const counters = new Counters();
    const door = new Admission({ maxConnections: 3, maxHandshakesPerTick: 4 }, counters);
    const answers = [0, 1, 2, 3, 0].map((open) => door.accept("", open, "13"));
    expect(answers).toEqual([0, 0, 0, 503, 503]);
    expect(counters.refusedFull).toBe(1);
    expect(counters.refusedHandshakes).toBe(1);
    door.beginTick();
    expect(door.accept("", 0)).toBe(0);
  });

  test("other WebSocket versions and sub-protocols are refused, each counted", () => {
    const counters = new Counters();
    const door = new Admission({ maxConnections: 3, maxHandshakesPerTick: 9 }, counters);
    expect(["", "8", "14", "13, 8"].map((version) => door.accept("", 0, version))).toEqual([
      426, 426, 426, 426,
    ]);
    expect(door.accept("chat", 0, "13")).toBe(426);
    expect(counters.refusedVersion).toBe(4);
    expect(counters.refusedSubprotocol).toBe(1);
  });

  test("nobody is let in while it drains, and the words say so", () => {
    const counters = new Counters();
    const door = new Admission({ maxConnections: 3, maxHandshakesPerTick: 4 }, counters);
    expect(door.refusal(503)).toMatch(/No room/);
    door.drain();
    expect(door.accept("aether.v1", 0)).toBe(503);
    expect(door.refusal(503)).toMatch(/draining/);
    expect(counters.refusedDraining).toBe(1);
  });
});

test("versions outside the range are not spoken", () => {
  expect([0, 1, 2, 4294967295].map(speaks)).toEqual([false, true, false, false]);
});

test("places are rounded to 1/256 unit, halves upwards, and what is not finite is no place", () => {
  expect([1, 0.001953125, -0.001953125, -0.5].map(placeOf)).toEqual([256, 1, 0, -128]);
  expect([NaN, Infinity, -Infinity].map(placeOf)).toEqual([NaN, NaN, NaN]);
});
