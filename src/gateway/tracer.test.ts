import { beforeEach, describe, expect, test } from "vitest";
import { Tracer, WATCHED_MAX } from "./tracer.ts";

const WHO = 7;
let now: number;
let tracer: Tracer;

beforeEach(() => {
  now = 10_000;
  tracer = new Tracer(() => now);
  tracer.watch(WHO);
});

/** One intent from end to end; the client's clock is 5,000 ms behind. */
function follow(sequence: number, way: number, [wait, tick, send, ack]: readonly number[]): void {
  const stamp = now - 5000;
  now += way;
  tracer.arrived(WHO, sequence, stamp);
  now += wait ?? 0;
  tracer.tickBegins(now);
  now += tick ?? 0;
  tracer.stepped(() => sequence);
  now += send ?? 0;
  tracer.sent(WHO, sequence);
  now += ack ?? 0;
  tracer.acknowledged(WHO, sequence);
}

test("says where the time of an intent went", () => {
  follow(1, 40, [12, 3, 2, 80]);
  // Of its way nothing is known but that none was quicker: half of the quickest answer.
  const trace = { sequence: 1, socket: 40, wait: 12, tick: 3, send: 2, acknowledgement: 80 };
  expect(tracer.last(WHO)).toMatchObject(trace);
  follow(2, 40 + 25, [1, 1, 1, 90]);
  expect(tracer.last(WHO)).toMatchObject({ sequence: 2, socket: 25 + 40, acknowledgement: 90 });
  follow(3, 40 - 8, [1, 1, 1, 60]);
  expect(tracer.last(WHO)).toMatchObject({ sequence: 3, socket: 30 });
});

test("keeps the one that took longest in the last minute, and no longer", () => {
  follow(1, 10, [1, 1, 1, 20]);
  follow(2, 10, [500, 1, 1, 20]);
  follow(3, 10, [1, 1, 1, 20]);
  expect(tracer.worst(WHO)?.sequence).toBe(2);
  expect(tracer.last(WHO)?.sequence).toBe(3);
  now += 59_000;
  expect(tracer.worst(WHO)?.sequence).toBe(2);
  follow(4, 10, [2, 1, 1, 20]);
  now += 1500;
  expect(tracer.worst(WHO)?.sequence).toBe(4);
  now += 60_000;
  expect(tracer.worst(WHO)).toBeNull();
});

test("the quickest way is that of the last minute: clocks drift", () => {
  follow(1, 10, [1, 1, 1, 20]);
  now += 61_000;
  follow(2, 30, [1, 1, 1, 20]);
  expect(tracer.last(WHO)?.socket).toBe(10);
});

test("a client that does not stamp its intents is taken to be quick", () => {
  for (let sequence = 1; sequence < 4; sequence++) {
    tracer.arrived(WHO, sequence, 0);
    now += 5;
    tracer.tickBegins(now);
    tracer.stepped(() => sequence);
    tracer.sent(WHO, sequence);
    now += 8;
    tracer.acknowledged(WHO, sequence);
    expect(tracer.last(WHO)).toMatchObject({ socket: 4, wait: 5, acknowledgement: 8 });
    now += 3000;
  }
});

describe("one intent at a time is followed", () => {
  test("from the tick that took it to the acknowledgement of that tick", () => {
    tracer.arrived(WHO, 5, now);
    now += 1;
    tracer.arrived(WHO, 6, now);
    tracer.tickBegins(now);
    tracer.stepped(() => 4); // not taken: it came over the limit of a tick
    tracer.sent(WHO, 100);
    tracer.acknowledged(WHO, 100);
    expect(tracer.last(WHO)).toBeNull();
    now += 25;
    tracer.tickBegins(now);
    tracer.stepped(() => 6);
    tracer.sent(WHO, 101);
    tracer.acknowledged(WHO, 100); // of what came before
    expect(tracer.last(WHO)).toBeNull();
    now += 9;
    tracer.acknowledged(WHO, 102);
    expect(tracer.last(WHO)).toMatchObject({ sequence: 5, wait: 26, acknowledgement: 9 });
  });

  test("one that nothing comes of is given up", () => {
    tracer.arrived(WHO, 5, now);
    now += 9999;
    tracer.arrived(WHO, 6, now);
    now += 1;
    follow(7, 0, [1, 1, 1, 1]);
    expect(tracer.last(WHO)?.sequence).toBe(7);
  });
});

describe("who is watched", () => {
  test("nobody: nothing is noted", () => {
    tracer.unwatch(WHO);
    expect(tracer.isOn).toBe(false);
    follow(1, 1, [1, 1, 1, 1]);
    expect(tracer.last(WHO)).toBeNull();
    tracer.unwatch(WHO);
  });

  test("by two pages until neither looks", () => {
    tracer.watch(WHO);
    tracer.unwatch(WHO);
    follow(1, 1, [1, 1, 1, 1]);
    expect(tracer.last(WHO)?.sequence).toBe(1);
    tracer.unwatch(WHO);
    expect(tracer.isOn).toBe(false);
  });

  test("no more than there are pages", () => {
    for (let i = 1; i < WATCHED_MAX; i++) expect(tracer.watch(100 + i)).toBe(true);
    expect(tracer.watch(200)).toBe(false);
    expect(tracer.watch(WHO)).toBe(true);
    tracer.unwatch(101);
    expect(tracer.watch(200)).toBe(true);
  });
});
