// One world over many lives of its server: each ends by a crash in the midst of a write, the store
// has landed some flights and not others, may be brought back from an older copy, and the disk may
// be full for a while. After each crash the world is what the journal's last whole tick says, and
// every fact is in the store once, or noted again once, or belongs to a tick that was lost.
import { expect, test } from "vitest";
import { Journaled } from "../../test/journaled.ts";
import { randomOf } from "../../test/kernel/scenario.ts";
import { MemoryDisk } from "../../test/memory-disk.ts";
import { openKernel } from "../kernel/open.ts";
import type { NotedFact } from "./noted.ts";
import { SegmentReader } from "./reader.ts";
import { recover } from "./recovery.ts";

/** What a store has: the newest flight, and the names of all facts that flights have brought. */
class Store {
  epoch = 0;
  tick = 0;
  image: Uint8Array | null = null;
  facts: string[] = [];

  /** A flight with all facts up to a tick lands. */
  land(life: Journaled, epoch: number, waiting: NotedFact[]): void {
    const { tick } = life.world;
    this.epoch = epoch;
    this.tick = tick;
    this.image = life.moments.get(tick) ?? null;
    this.facts.push(...waiting.map((fact) => nameOf(fact, epoch)));
    waiting.length = 0;
    life.durableTick = tick;
  }

  copy(): Store {
    return Object.assign(new Store(), this, { facts: [...this.facts] });
  }
}

function nameOf(fact: NotedFact, epoch: number): string {
  return `${fact.epoch ?? epoch}:${fact.tick}:${fact.index}`;
}

/** The last whole tick of the newest segment that can be begun from; by the reader alone. */
function endOf(disk: MemoryDisk): { epoch: number; tick: number } | null {
  for (const { epoch, name } of disk.list().toReversed()) {
    const reader = new SegmentReader(disk.open(name));
    const types: string[] = [];
    for (let item = reader.next(); item !== null; item = reader.next()) types.push(item.type);
    if (types.includes("checkpoint")) return { epoch, tick: reader.end.lastTick };
  }
  return null;
}

interface Run {
  readonly recovered: number;
  readonly torn: number;
  readonly backwards: number;
}

function liveThrough(seed: number, lives: number): Run {
  const random = randomOf(seed);
  const disk = new MemoryDisk();
  let store = new Store();
  let older = store.copy();
  let image: Uint8Array | undefined;
  let waiting: NotedFact[] = [];
  /** Images of all lives, by epoch and tick. */
  const lived = new Map<string, Uint8Array>();
  /** Names of facts that were noted, and of those that no recovery and no flight has. */
  const kept = new Set<string>();
  const lost = new Set<string>();
  let [recovered, torn, backwards] = [0, 0, 0];
  for (let epoch = 1; epoch <= lives; epoch++) {
    const base = { epoch: store.epoch, tick: store.tick };
    const from = image === undefined ? {} : { image };
    const own = { disk, epoch, base, facts: waiting, seed: seed * 99 + epoch };
    const life = new Journaled({ ...own, ...from });
    const noted = life.facts;
    let count = 0;
    const ticks = 10 + Math.floor(random() * 60);
    const fullAt = random() < 0.3 ? Math.floor(random() * ticks) : -1;
    for (let i = 0; i < ticks; i++) {
      if (i === fullAt) disk.room = disk.bytes + 200;
      if (i === fullAt + 8) disk.room = Infinity;
      life.tick();
      waiting.push(...noted.slice(count));
      count = noted.length;
      if (random() < 0.5) life.turn();
      if (random() < 0.02) life.recorder.wantsCheckpoint = true;
      if (random() < 0.1) {
        older = store.copy();
        store.land(life, epoch, waiting);
      }
    }
    disk.room = Infinity;
    // The crash: of its last write a part arrives, and nothing after it is even tidied up.
    const before = new Map(disk.files);
    disk.arriving = (bytes) => Math.floor(random() * bytes.length);
    life.turn();
    for (const [name, bytes] of before) if (!disk.files.has(name)) disk.files.set(name, bytes);
    disk.arriving = (bytes) => bytes.length;
    for (const [tick, bytes] of life.moments) lived.set(`${epoch}:${tick}`, bytes);
    for (const fact of noted) kept.add(nameOf(fact, epoch));
    if (random() < 0.2 && older.epoch > 0) {
      store = older.copy();
      backwards++;
    }

    const images = store.image === null ? [] : [store.image];
    const state = { epoch: store.epoch, tick: store.tick, images };
    const openOne = () => openKernel("js");
    const kernels = { openKernel: openOne, openTwin: openOne };
    const found = recover({ disk, world: "test", store: state, ...kernels });
    if (found.story.length > 0) torn++;
    const end = endOf(disk);
    const isNewer = end !== null && end.epoch >= store.epoch && end.tick > store.tick;
    if (isNewer && backwards === 0) expect(found.recovered?.tick).toBe(end.tick);
    const after = found.recovered;
    if (after !== null) {
      recovered++;
      // To the last byte a world that was, in whichever life.
      const same = [...lived].filter(([name]) => name.endsWith(`:${after.tick}`));
      expect(same.some(([, bytes]) => Buffer.compare(bytes, after.image) === 0)).toBe(true);
    }
    image = after?.image ?? store.image ?? undefined;
    waiting = [...(after?.facts ?? [])];
    const there = new Set([...store.facts, ...waiting.map((fact) => nameOf(fact, epoch))]);
    expect(there.size).toBe(store.facts.length + waiting.length);
    for (const name of kept) if (!there.has(name)) lost.add(name);
    // What is lost belongs to ticks behind the one that the world goes on from, of this life.
    const goesOn = after?.tick ?? store.tick;
    if (backwards === 0) {
      for (const name of lost) {
        const [of = 0, tick = 0] = name.split(":").map(Number);
        if (of === epoch) expect(tick).toBeGreaterThanOrEqual(goesOn);
      }
    }
    for (const name of lost) kept.delete(name);
  }
  return { recovered, torn, backwards };
}

test.each([1, 2, 3])("H60 crashes in the midst of writes, life after life: seed %i", (seed) => {
  const { recovered, torn } = liveThrough(seed, 12);
  expect(recovered).toBeGreaterThan(5);
  expect(torn).toBeGreaterThan(0);
});
