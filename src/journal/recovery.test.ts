// From a journal back to a world: after crashes at every byte, torn tails, flipped bytes, gaps,
// older snapshots, and where somebody else has gone on.
import { TICK } from "#layout";
import { describe, expect, test } from "vitest";
import { Journaled } from "../../test/journaled.ts";
import { MemoryDisk } from "../../test/memory-disk.ts";
import type { Engine, Kernel } from "../kernel/kernel.ts";
import { openKernel } from "../kernel/open.ts";
import type { Recovered, Recovery, StoreState } from "./recovery.ts";
import { recover } from "./recovery.ts";

const NOTHING: StoreState = { epoch: 0, tick: 0, images: [] };

function look(disk: MemoryDisk, store: StoreState = NOTHING): Recovery {
  const openJs = (): Kernel => openKernel("js");
  return recover({ disk, world: "test", store, openKernel: openJs, openTwin: openJs });
}

/** Whether a recovered world is, to the last byte, what it was after that tick. */
function isAsLived(recovered: Recovered | null, ...lives: Journaled[]): boolean {
  if (recovered === null) return false;
  const { image, tick } = recovered;
  return lives.some((life) => {
    const lived = life.moments.get(tick);
    return lived !== undefined && Buffer.compare(lived, image) === 0;
  });
}

/** The store as a flight at a tick of that life left it. */
function storedAt(life: Journaled, tick: number, epoch = 1): StoreState {
  const image = life.moments.get(tick);
  return { epoch, tick, images: image === undefined ? [] : [image] };
}

function ticksOf(life: Journaled): number[] {
  return [...life.moments.keys()];
}

test("without a journal there is nothing to say", () => {
  expect(look(new MemoryDisk())).toEqual({ recovered: null, story: [] });
});

test("a world that the store never had comes back whole, with all its facts", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  life.run(200);
  life.turn();
  const { recovered, story } = look(disk);
  expect(story).toEqual([]);
  const { tick } = life.world;
  expect(recovered).toMatchObject({ tick, from: "checkpoint" });
  expect(isAsLived(recovered, life)).toBe(true);
  expect(life.facts.length).toBeGreaterThan(20);
  expect(recovered?.facts).toEqual(life.facts.map((fact) => ({ ...fact, epoch: 1 })));
});

test("from a snapshot on only what came after it is lived through, and noted again", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  life.run(100);
  const at = life.world.tick;
  life.durableTick = at;
  life.run(30);
  life.turn();
  const { recovered } = look(disk, storedAt(life, at));
  expect(recovered).toMatchObject({ tick: life.world.tick, from: "snapshot", ticks: 30 });
  expect(isAsLived(recovered, life)).toBe(true);
  const after = life.facts.filter(({ tick }) => tick > at);
  expect(after.length).toBeGreaterThan(0);
  expect(recovered?.facts.map(({ tick }) => tick)).toEqual(after.map(({ tick }) => tick));
});

test("where the store is as new, its snapshot is the truth", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  life.run(50);
  life.recorder.end(life.world.tick);
  life.turn();
  expect(look(disk, storedAt(life, life.world.tick))).toEqual({
    recovered: null,
    story: [],
  });
});

test("a journal without a tick is none: the world begins, and not again without its rules", () => {
  const disk = new MemoryDisk();
  new Journaled({ disk, epoch: 1 }).turn();
  expect(look(disk)).toEqual({ recovered: null, story: [] });
});

test("H60 cut off at any byte of its tail: the last whole tick, and no fact of a later one", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  life.run(60);
  life.turn();
  const [[name, whole] = ["", new Uint8Array(0)]] = disk.files;
  const ticks = ticksOf(life);
  let last = Infinity;
  // Every byte of some ticks, then some of many.
  for (let cut = 0; cut < 1500; cut += cut < 12 ? 1 : 61) {
    const length = whole.length - cut;
    disk.files.set(name, whole.subarray(0, length));
    const { recovered, story } = look(disk);
    const tick = recovered?.tick ?? 0;
    expect(ticks).toContain(tick);
    expect(tick).toBeLessThanOrEqual(last);
    last = tick;
    expect(isAsLived(recovered, life)).toBe(true);
    const noted = life.facts.filter((fact) => fact.tick <= tick).length;
    expect(recovered?.facts.length).toBe(noted);
    if (story.length > 0) {
      expect(story.join()).toMatch(/000000000000-1\.aej was cut off\. It .* at byte \d+ of \d+/);
    }
  }
  expect(last).toBeLessThan(life.world.tick - 1);
});

test("one flipped bit anywhere is found, named and survived", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  life.run(40);
  const at = life.world.tick;
  life.recorder.wantsCheckpoint = true;
  life.run(40);
  life.turn();
  expect(disk.files.size).toBe(2);
  const ticks = ticksOf(life);
  for (const [name, whole] of [...disk.files]) {
    for (let i = 0; i < 24; i++) {
      const byte = Math.floor(((i + 0.5) * whole.length) / 24);
      const bytes = whole.slice();
      bytes[byte]! ^= 1 << (i % 8);
      disk.files.set(name, bytes);
      const { recovered, story } = look(disk);
      const isNewest = name === [...disk.files.keys()].at(-1);
      if (isNewest) expect(story.join()).toContain(`The journal's ${name} `);
      expect(ticks).toContain(recovered?.tick);
      expect(recovered!.tick).toBeGreaterThanOrEqual(isNewest ? at : life.world.tick);
      expect(isAsLived(recovered, life)).toBe(true);
    }
    disk.files.set(name, whole);
  }
});

test("an older snapshot than the store had: the journal reaches to its end all the same", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  life.run(30);
  const old = life.world.tick;
  life.run(30);
  life.durableTick = life.world.tick;
  life.recorder.wantsCheckpoint = true;
  life.run(30);
  life.turn();
  const { recovered } = look(disk, storedAt(life, old));
  expect(recovered?.tick).toBe(life.world.tick);
  // Those that the store had before it was brought back are noted again, under the same names.
  const after = life.facts.filter(({ tick }) => tick > old);
  expect(recovered?.facts).toEqual(after.map((fact) => ({ ...fact, epoch: 1 })));
});

test("a second crash, before the server after the first one has written anything", () => {
  const disk = new MemoryDisk();
  const first = new Journaled({ disk, epoch: 1 });
  first.run(40);
  const at = first.world.tick;
  first.run(20);
  first.turn();
  const store = storedAt(first, at);
  const { image, facts, tick } = look(disk, store).recovered!;
  const base = { epoch: 1, tick: at };
  const second = new Journaled({ disk, epoch: 2, base, image, facts, seed: 2 });
  second.run(10);
  second.turn();
  const again = look(disk, store).recovered;
  expect(again?.tick).toBe(second.world.tick);
  expect(isAsLived(again, second)).toBe(true);
  const own = second.facts.map((fact) => ({ ...fact, epoch: 2 }));
  expect(again?.facts).toEqual([...facts, ...own]);
  // Its checkpoint is damaged: then that of the first.
  const name = [...disk.files.keys()].at(-1)!;
  disk.files.set(
    name,
    disk.files.get(name)!.map((byte, i) => (i === 600 ? ~byte : byte)),
  );
  const third = look(disk, store);
  expect(third.recovered?.tick).toBe(tick);
  expect(third.story.join()).toContain(`The journal's ${name} cannot be used: it has a record`);
});

test("where somebody else has written to the store since, the journal does not count", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  life.run(40);
  life.turn();
  expect(look(disk, storedAt(life, 20, 5))).toEqual({ recovered: null, story: [] });
  const base = { epoch: 3, tick: 10 };
  const other = new Journaled({ disk, epoch: 7, base, seed: 2 });
  other.run(4);
  other.turn();
  const { recovered, story } = look(disk, storedAt(life, 20, 5));
  expect(recovered).toBeNull();
  expect(story.join()).toContain("epoch 7 does not follow what the store has: epoch 5, tick 20");
});

test("a tick that comes out otherwise is the end: its number, and how many are lost", () => {
  const disk = new MemoryDisk();
  const life = new Journaled({ disk, epoch: 1 });
  life.run(40, 100);
  const at = life.world.tick;
  // A row moved past the commands: no record says so.
  life.world.kernel.views.posX[0]! ^= 1;
  life.world.kernel.rehashState();
  life.run(5, 100);
  life.turn();
  const { recovered, story } = look(disk);
  expect(recovered?.tick).toBe(at);
  expect(isAsLived(recovered, life)).toBe(true);
  const first = ticksOf(life).find((tick) => tick > at);
  const lost = life.world.tick - at;
  expect(story.join()).toContain(`otherwise from tick ${first} on: ${lost} ticks are lost`);
});

describe("H84 a kernel that traps in a recorded tick", () => {
  function livedThrough(traps: readonly Engine[]) {
    const disk = new MemoryDisk();
    const life = new Journaled({ disk, epoch: 1 });
    life.run(60);
    life.turn();
    const [before = 0, at = 0] = ticksOf(life).slice(40);
    const open = (engine: Engine) => (): Kernel => {
      const kernel = openKernel(engine);
      const step = (): void => {
        kernel.step();
        const isThere = kernel.views.world[TICK] === at;
        if (isThere && traps.includes(engine)) throw new Error("unreachable");
      };
      return { ...kernel, step };
    };
    const kernels = { openKernel: open("wasm"), openTwin: open("js") };
    const { recovered, story } = recover({ disk, world: "test", store: NOTHING, ...kernels });
    expect(isAsLived(recovered, life)).toBe(true);
    return { life, recovered, before, at, story: story.join() };
  }

  test("the twin lives through it, and to the end", () => {
    const { at, life, recovered, story } = livedThrough(["wasm"]);
    expect(recovered?.tick).toBe(life.world.tick);
    expect(story).toMatch(`traps the wasm kernel in tick ${at}: the twin runs.`);
    expect(story).not.toContain("are lost");
  });

  test("and the twin as well: the tick before it, and that is said", () => {
    const { at, before, recovered, story } = livedThrough(["wasm", "js"]);
    expect(recovered?.tick).toBe(before);
    expect(story).toMatch(`comes out otherwise from tick ${at} on`);
  });
});
