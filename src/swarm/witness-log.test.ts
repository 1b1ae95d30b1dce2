import { expect, test } from "vitest";
import { isView, nextRecord, readRecord, tickOf, WitnessLog } from "./witness-log.ts";

/** All records of a batch as calls. */
function replay(words: Int32Array): unknown[][] {
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (...values: number[]) => {
      calls.push([name, ...values]);
    };
  for (let at = 0; at < words.length; at = nextRecord(words, at)) {
    expect(tickOf(words, at)).toBeGreaterThan(0);
    readRecord(words, at, {
      joined: note("joined"),
      stood: note("stood"),
      unseen: (bot, tick) => calls.push(["unseen", bot, tick]),
      left: note("left"),
      gone: note("gone"),
      voided: (bot, tick) => calls.push(["voided", bot, tick]),
      view: (bot, tick, flags, all, start, count) => {
        expect(isView(words, at)).toBe(true);
        calls.push(["view", bot, tick, flags, ...all.subarray(start, start + count * 3)]);
      },
    });
  }
  return calls;
}

test("what is written is read, in order; ids keep all 32 bits", () => {
  const log = new WitnessLog();
  const view = {
    size: 2,
    ids: Uint32Array.of(0xffff_0001, 7, 99),
    x: Int32Array.of(-5, 6, 99),
    y: Int32Array.of(8, -9, 99),
  };
  log.joined(1, 10, 0xf000_0002, -3, 4);
  log.stood(1, 11, 6, -256_000, 256_000);
  log.view(1, 11, 4, view, -1);
  log.view(1, 11, 0, view, 1);
  log.voided(1, 11);
  log.unseen(1, 12);
  log.left(1, 13, 0xf000_0002);
  log.gone(1, 53, 0xf000_0002);
  const first = 0xffff_0001 | 0;
  expect(replay(log.take())).toEqual([
    ["joined", 1, 10, 0xf000_0002, -3, 4],
    ["stood", 1, 11, 6, -256_000, 256_000],
    ["view", 1, 11, 4, first, -5, 8, 7, 6, -9],
    ["view", 1, 11, 0, first, -5, 8, 7, 7, -9],
    ["voided", 1, 11],
    ["unseen", 1, 12],
    ["left", 1, 13, 0xf000_0002],
    ["gone", 1, 53, 0xf000_0002],
  ]);
  expect(log.take()).toHaveLength(0);
});

test("it grows past its first size", () => {
  const log = new WitnessLog();
  for (let i = 1; i <= 30_000; i++) log.stood(i & 0xff, i, 0, i, -i);
  const calls = replay(log.take());
  expect(calls).toHaveLength(30_000);
  expect(calls.at(-1)).toEqual(["stood", 30_000 & 0xff, 30_000, 0, 30_000, -30_000]);
});
