import { describe, expect, test } from "vitest";
import type { AdmissionOptions } from "./admission.ts";
import { Admission, placeOf, speaks } from "./admission.ts";
import { Counters } from "./counters.ts";

const OPTIONS: AdmissionOptions = {
  maxConnections: 3,
  maxConnectionsPerAddress: 3,
  maxHandshakesPerTick: 9,
  maxHandshakesPerAddress: 9,
  maxTlsPerTick: 9,
  maxTlsPerAddress: 9,
  exemptsLoopback: false,
  tickMs: 25,
};

function open(over: Partial<AdmissionOptions> = {}): [Admission, Counters] {
  const counters = new Counters();
  return [new Admission({ ...OPTIONS, ...over }, counters), counters];
}

const A = "192.0.2.1";
const B = "192.0.2.2";

describe("handshakes", () => {
  test("are let in until the budget of the tick or the room is used up", () => {
    const [door, counters] = open({ maxHandshakesPerTick: 4 });
    const answers = [0, 1, 2, 3, 0].map((connections) => door.accept(A, "", connections, "13"));
    expect(answers).toEqual([0, 0, 0, 503, 503]);
    expect(counters.refusedFull).toBe(1);
    expect(counters.refusedHandshakes).toBe(1);
    door.beginTick();
    expect(door.accept(A, "", 0)).toBe(0);
  });

  test("other WebSocket versions and sub-protocols are refused, each counted", () => {
    const [door, counters] = open();
    expect(["", "8", "14", "13, 8"].map((version) => door.accept(A, "", 0, version))).toEqual([
      426, 426, 426, 426,
    ]);
    expect(door.accept(A, "chat", 0, "13")).toBe(426);
    expect(counters.refusedVersion).toBe(4);
    expect(counters.refusedSubprotocol).toBe(1);
  });

  test("nobody is let in while it drains, and the words say so", () => {
    const [door, counters] = open();
    expect(door.refusal(503)).toMatch(/No room/);
    door.drain();
    expect(door.accept(A, "aether.v1", 0)).toBe(503);
    expect(door.refusal(503)).toMatch(/draining/);
    expect(counters.refusedDraining).toBe(1);
  });

  test("of one address use up its share, and nobody else's", () => {
    const [door, counters] = open({ maxHandshakesPerTick: 6, maxHandshakesPerAddress: 4 });
    const storm = Array.from({ length: 10 }, () => door.accept(A, "", 0));
    expect(storm).toEqual([0, 0, 0, 0, 429, 429, 429, 429, 429, 429]);
    expect([door.accept(B, "", 0), door.accept(B, "", 0)]).toEqual([0, 0]);
    expect(door.accept(B, "", 0)).toBe(503);
    expect([counters.refusedAddressRate, counters.refusedHandshakes]).toEqual([6, 1]);
    door.beginTick();
    expect(door.accept(A, "", 0)).toBe(0);
  });
});

describe("TLS handshakes", () => {
  test("of one address use up its share; a trusted proxy has none of its own", () => {
    const [door, counters] = open({ maxTlsPerTick: 5, maxTlsPerAddress: 2 });
    const arrive = (address: string, isProxy = false): boolean => door.arrives(address, isProxy);
    expect([arrive(A), arrive(A), arrive(A)]).toEqual([true, true, false]);
    expect([1, 2, 3, 4].map(() => arrive(B, true))).toEqual([true, true, true, false]);
    expect(arrive(B)).toBe(false);
    expect(counters.refusedTls).toBe(3);
    door.beginTick();
    door.shutOut(B);
    expect([arrive(A), arrive(B), arrive(B, true)]).toEqual([true, false, true]);
  });
});

describe("connections of one address", () => {
  test("H13 have a limit of their own, by /64 where it is IPv6", () => {
    const [door, counters] = open({ maxConnections: 99, maxConnectionsPerAddress: 2 });
    for (const address of [A, "2001:db8:1:2::1", "2001:0db8:0001:0002:ffff::9"]) {
      expect(door.accept(address, "", 0)).toBe(0);
      door.opened(address);
    }
    expect(door.accept("2001:db8:1:2:3:4:5:6", "", 3)).toBe(429);
    expect(door.accept("2001:db8:1:3::1", "", 3)).toBe(0);
    expect(door.accept(A, "", 3)).toBe(0);
    door.opened(`::ffff:${A}`);
    expect(door.accept(A, "", 4)).toBe(429);
    expect(door.refusal(429)).toMatch(/One address may have 2 connections.*try again later/);
    expect(door.accept(B, "", 4)).toBe(0);
    expect(counters.refusedAddress).toBe(2);
    door.closed(A);
    expect(door.accept(A, "", 3)).toBe(0);
  });

  test("have none where they are of this machine and that is exempt", () => {
    const few = { maxConnectionsPerAddress: 1, maxHandshakesPerAddress: 1 };
    const [door] = open({ ...few, maxConnections: 99, exemptsLoopback: true });
    for (const address of ["127.0.0.1", "::1", "127.0.0.1"]) {
      expect(door.accept(address, "", 0)).toBe(0);
      door.opened(address);
    }
    door.closed("127.0.0.1");
    expect(door.accept(A, "", 0)).toBe(0);
  });
});

test("versions outside the range are not spoken", () => {
  expect([0, 1, 2, 4294967295].map(speaks)).toEqual([false, true, false, false]);
});

test("places are rounded to 1/256 unit, halves upwards, and what is not finite is no place", () => {
  expect([1, 0.001953125, -0.001953125, -0.5].map(placeOf)).toEqual([256, 1, 0, -128]);
  expect([NaN, Infinity, -Infinity].map(placeOf)).toEqual([NaN, NaN, NaN]);
});
