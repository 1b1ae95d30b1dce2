import { expect, test } from "vitest";

import { FloodWatch } from "./flood-watch.ts";
import type { Transport } from "./transport.ts";

function watching(): { watch: FloodWatch; asked: number[] } {
  const asked: number[] = [];
  const transport: Partial<Transport> = {
    unread: (least) => {
      asked.push(least);
      return ["192.0.2.7"];
    },
  };
  const options = { transport: transport as Transport, tickMs: 25, bytesPerSecond: 1000 };
  return { watch: new FloodWatch(options), asked };
}

test("looks only when a tick was late, and no more than once a second", () => {
  const { watch, asked } = watching();
  const found: number[] = [];
  for (const now of [1000, 1025, 1100, 1176, 1300, 1400, 2175, 2250, 2351])
    found.push(watch.beginTick(now).length);
  // 76 ms after a tick is late by more than two; what comes within the second is not looked into.
  expect(found).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 1]);
  expect(asked).toEqual([262_144 + 152, 262_144 + 202]);
});

test("after a time in which the process stood still, more may wait of honest clients", () => {
  const { watch, asked } = watching();
  watch.beginTick(0);
  watch.beginTick(60_000);
  expect(asked).toEqual([262_144 + 120_000]);
});
