import { expect, test } from "vitest";
import { LoadLog } from "./load.ts";
import type { Log } from "./log.ts";

function open(): { load: LoadLog; said: [string, object][] } {
  const said: [string, object][] = [];
  const note = (fields: object, message: string): number => said.push([message, fields]);
  return { load: new LoadLog({ warn: note, info: note } as Partial<Log> as Log), said };
}

test("ticks given up are said once a second, with all that came together", () => {
  const { load, said } = open();
  for (let now = 0; now <= 2000; now += 100) load.skipped(3, now);
  expect(said.map(([, fields]) => fields)).toEqual([{ ticks: 3 }, { ticks: 30 }, { ticks: 30 }]);
  expect(said[0]?.[0]).toMatch(/given up/);
});

test("each level is said, but not each of a flurry; that updates are whole again always", () => {
  const { load, said } = open();
  load.thinned(1, 16.04, 0);
  load.thinned(2, 16, 500);
  load.thinned(3, 16, 1000);
  load.thinned(0, 4, 1100);
  expect(said.map(([, fields]) => fields)).toEqual([
    { level: 1, tickMs: 16, changes: 1 },
    { level: 3, tickMs: 16, changes: 2 },
    { level: 0, tickMs: 4, changes: 1 },
  ]);
  expect(said[2]?.[0]).toMatch(/whole again/);
});
