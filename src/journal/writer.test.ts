// Both sides of the journal together: gaps, a full disk, rotation, retention, a step that is run
// again.
import { expect, test } from "vitest";
import { Journaled } from "../../test/journaled.ts";
import { MemoryDisk } from "../../test/memory-disk.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { openKernel } from "../kernel/open.ts";
import { SegmentReader } from "./reader.ts";
import type { Item } from "./reader.ts";
import { recover } from "./recovery.ts";
import { SEGMENT_MS } from "./writer.ts";

const openJs = (): Kernel => openKernel("js");
const NOTHING = { epoch: 0, tick: 0, images: [] };

function itemsOf(disk: MemoryDisk, name: string): Item[] {
  const reader = new SegmentReader(disk.open(name));
  const items: Item[] = [];
  for (let item = reader.next(); item !== null; item = reader.next()) {
    // Its record is the reader's own, and the next one's.
    items.push(item.type === "tick" ? { ...item, record: { ...item.record } } : item);
  }
  return items;
}

const recoveredTick = (disk: MemoryDisk): number | undefined =>
  recover({ disk, world: "test", store: NOTHING, openKernel: openJs, openTwin: openJs }).recovered
    ?.tick;

test("H65 a full disk: said once, counted, and gone on from with a checkpoint", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  life.run(20);
  const before = disk.files.size;
  disk.room = disk.bytes + 100;
  life.run(100);
  const numbers = life.writer.takeNumbers();
  expect(numbers.fault).toContain("ENOSPC");
  expect(numbers.faults).toBeGreaterThan(1);
  expect(numbers.lostTicks).toBeGreaterThan(40);
  // No try leaves a piece of a segment behind.
  expect(disk.files.size).toBe(before);
  disk.room = Infinity;
  life.run(80);
  life.turn();
  expect(life.log).toEqual([
    "The journal cannot be written: recovery has less",
    "The journal is written again",
  ]);
  expect(life.writer.takeNumbers().fault).toBeNull();
  expect(recoveredTick(disk)).toBe(life.world.tick);
});

test("a ring that is full is a gap, never a stop; the next segment says how long it was", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1, ringBytes: 64 * 1024 });
  life.run(10);
  // Nobody reads the ring.
  life.run(300, 1e9);
  const { lostTicks } = life.recorder;
  expect(lostTicks).toBeGreaterThan(50);
  life.run(20);
  life.turn();
  const last = disk.list().at(-1)!;
  const marks = itemsOf(disk, last.name).filter(({ type }) => type === "mark");
  expect(marks).toEqual([{ type: "mark", mark: { what: "gap", ticks: life.recorder.lostTicks } }]);
  const found = recover({
    ...{ disk, world: "test", store: NOTHING },
    openKernel: openJs,
    openTwin: openJs,
  });
  expect(found.recovered?.tick).toBe(life.world.tick);
  expect(found.recovered?.facts.length).toBe(life.facts.length);
});

test("segments are left for another in time, and close in good order", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  for (let ms = 0; ms < 2.2 * SEGMENT_MS; ms += 25) {
    life.tick();
    if (ms % 1000 === 0) life.turn();
  }
  life.turn();
  const names = disk.list().map(({ name }) => name);
  expect(names.length).toBe(3);
  const reader = new SegmentReader(disk.open(names[0]!));
  while (reader.next() !== null);
  expect(reader.end.kind).toBe("clean");
  expect(recoveredTick(disk)).toBe(life.world.tick);
});

test("of too many bytes the oldest go, and the last two stay", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1, maxBytes: 1 });
  for (let i = 0; i < 6; i++) {
    life.recorder.wantsCheckpoint = true;
    life.run(4);
  }
  expect(disk.files.size).toBe(2);
  expect(life.writer.takeNumbers().removed).toBeGreaterThan(3);
});

test("H84 a step that is run again with less input is recorded as it took effect", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  life.run(4);
  const { recorder, world } = life;
  const words = new Int32Array(24).fill(7);
  // The first try trapped: there was no output.
  recorder.input(words, 2, words, 3);
  recorder.input(words, 0, words, 1);
  recorder.output(world.tick + 1, 5, 6);
  recorder.afterTick(world, -1);
  life.turn();
  const ticks = itemsOf(disk, disk.list()[0]!.name).flatMap((item) =>
    item.type === "tick" ? [item.record] : [],
  );
  expect(ticks.at(-1)).toMatchObject({ tick: world.tick + 1, commandCount: 0, intentCount: 1 });
});
