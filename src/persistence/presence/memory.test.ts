import { describe, expect, test } from "vitest";

import { online, playing, presenceSuite } from "../../../test/presence-suite.ts";
import { MemoryPresence } from "./memory.ts";

const clock = { now: 0 };

function open(ttlMs: number): MemoryPresence {
  return new MemoryPresence({ server: "server", ttlMs }, { now: () => clock.now });
}

describe("in process", () => {
  presenceSuite({
    open(_world, ttlMs) {
      const presence = open(ttlMs);
      return Promise.resolve({ presence, reader: presence });
    },
    pass(ms) {
      clock.now += ms;
      return Promise.resolve();
    },
  });
});

test("a beat renews everything, and a clock that was set back does no harm", async () => {
  const presence = open(100);
  presence.put(playing("a"));
  await presence.beat(5000);
  clock.now += 99;
  expect(await online(presence)).toEqual([playing("a")]);
  await presence.beat(1000);
  clock.now += 99;
  expect(await online(presence)).toEqual([playing("a")]);
  clock.now += 1;
  expect(await online(presence)).toEqual([]);
});

test("what a reader was given does not change under it", async () => {
  const presence = open(100);
  presence.put(playing("a"));
  await presence.beat(0);
  const before = await presence.list();
  presence.remove("a");
  await presence.beat(1);
  expect(before).toEqual([playing("a")]);
});
