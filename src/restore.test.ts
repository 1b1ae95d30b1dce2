// One flipped byte in what a server goes on from after a crash: a snapshot of its store, in either
// slot and in each of its regions, or the database's file where that lies. It is found and named,
// and the world is what it was.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Journaled } from "../test/journaled.ts";
import { MemoryDisk } from "../test/memory-disk.ts";
import type { Kernel } from "./kernel/kernel.ts";
import { openKernel } from "./kernel/open.ts";
import type { Recovery } from "./journal/recovery.ts";
import type { Opened } from "./persistence/messages.ts";
import { openWorldStore } from "./persistence/open.ts";
import { readWorld } from "./persistence/restore.ts";
import { lookIntoJournal } from "./restore.ts";

const WORLD = "test";
/** Where in a sealed snapshot a byte flips: src/persistence/snapshot.ts draws it. */
const REGIONS: readonly (readonly [name: string, at: (length: number) => number])[] = [
  ["magic", () => 1],
  ["version", () => 5],
  ["tick", () => 9],
  ["length", () => 17],
  ["checksum", () => 21],
  ["first byte of the image", () => 24],
  ["middle of the image", (length) => (24 + length) >> 1],
  ["last byte of the image", (length) => length - 1],
];

const folder = mkdtempSync(join(tmpdir(), "aether-flipped-"));
const path = join(folder, "world.db");
const disk = new MemoryDisk();
const life = new Journaled({ disk, epoch: 1 });
/** Of the two snapshots; the server went on for as many ticks as lie between them. */
let ticks: { readonly older: number; readonly newer: number };

/** A server's life: two flights land, a segment ends between them, then it is killed. */
beforeAll(async () => {
  const store = await openWorldStore(`sqlite:${path}`, { world: WORLD, poolSize: 1 });
  await store.claim("a test");
  const fly = async (): Promise<number> => {
    const { tick } = life.world;
    const facts = life.facts.filter((fact) => fact.tick > life.durableTick);
    await store.flush({ tick, image: life.moments.get(tick)!, facts });
    life.durableTick = tick;
    return tick;
  };
  life.run(40);
  const older = await fly();
  life.recorder.wantsCheckpoint = true;
  life.run(20);
  const newer = await fly();
  life.run(20);
  life.turn();
  ticks = { older, newer };
  await store.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

type Slot = keyof typeof ticks;

interface Found {
  readonly opened: Opened;
  readonly recovery: Recovery;
}

const openJs = (): Kernel => openKernel("js");

/** What the next server finds. */
async function look(journal: MemoryDisk | null = disk): Promise<Found> {
  const store = await openWorldStore(`sqlite:${path}`, { world: WORLD, poolSize: 1 });
  try {
    const opened = await readWorld(store, await store.claim("the next"), 0);
    const recovery = lookIntoJournal(journal, WORLD, opened, openJs, openJs);
    return { opened, recovery };
  } finally {
    await store.close();
  }
}

/** Runs `act` while a byte of some snapshots is another. */
async function whileFlipped(
  slots: readonly Slot[],
  at: (length: number) => number,
  act: () => Promise<void>,
): Promise<void> {
  const whole = readFileSync(path);
  const db = new DatabaseSync(path);
  for (const slot of slots) {
    const tick = ticks[slot];
    const row = db.prepare("SELECT sealed FROM snapshots WHERE tick = ?").get(tick);
    const sealed = row?.["sealed"] as Uint8Array;
    sealed[at(sealed.length)]! ^= 0x10;
    db.prepare("UPDATE snapshots SET sealed = ? WHERE tick = ?").run(sealed, tick);
  }
  db.close();
  try {
    await act();
  } finally {
    writeFileSync(path, whole);
  }
}

function expectNamed({ opened }: Found, slots: readonly Slot[]): void {
  expect(opened.images).toHaveLength(2 - slots.length);
  const named = opened.story.filter((sentence) => sentence.startsWith("The snapshot of tick "));
  expect(named).toHaveLength(slots.length);
  for (const slot of slots) {
    const sentence = new RegExp(`^The snapshot of tick ${ticks[slot]} in slot [01] cannot be read`);
    expect(named).toContainEqual(expect.stringMatching(sentence));
  }
}

/** To the last byte the world of its last tick, with all facts that the store has not got. */
function expectWhole({ recovery }: Found, from: "snapshot" | "checkpoint"): void {
  const { tick } = life.world;
  expect(recovery.recovered).toMatchObject({ tick, from });
  expect(recovery.recovered?.image).toEqual(life.moments.get(tick));
  const missing = life.facts.filter((fact) => fact.tick > ticks.newer);
  expect(missing.length).toBeGreaterThan(0);
  expect(recovery.recovered?.facts).toEqual(missing.map((fact) => ({ ...fact, epoch: 1 })));
}

test("without one: the newer snapshot and the ticks behind it, and nothing is said", async () => {
  const found = await look();
  expectNamed(found, []);
  expect(found.recovery.story).toEqual([]);
  expectWhole(found, "snapshot");
});

describe.each(REGIONS)("H60 a flipped byte in a snapshot's %s", (_name, at) => {
  test.each([
    [["newer"], "checkpoint"],
    [["older"], "snapshot"],
    [["newer", "older"], "checkpoint"],
  ] as const)("of the slots %j: found, named, and the world is whole", async (slots, from) => {
    await whileFlipped(slots, at, async () => {
      const found = await look();
      expectNamed(found, slots);
      expectWhole(found, from);
    });
  });

  test("without a journal the other slot is gone on from", async () => {
    await whileFlipped(["newer"], at, async () => {
      const { opened } = await look(null);
      expect(opened.images).toEqual([life.moments.get(ticks.older)]);
    });
    await whileFlipped(["newer", "older"], at, async () => {
      const { opened } = await look(null);
      expect(opened.images).toEqual([]);
      expect(opened.story.at(-1)).toMatch(/^No snapshot can be read: the world begins empty/);
    });
  });
});

test("H60 a flipped byte in the database's file, where a snapshot lies", async () => {
  const whole = readFileSync(path);
  const magic = Buffer.from("AESN");
  let met = 0;
  for (let at = whole.indexOf(magic); at >= 0; at = whole.indexOf(magic, at + 1)) {
    for (const offset of [0, 10, 22, 60, 200]) {
      const bytes = Buffer.from(whole);
      bytes[at + offset]! ^= 1;
      writeFileSync(path, bytes);
      const found = await look();
      const tick = Number(whole.readBigUInt64LE(at + 8));
      const slot = tick === ticks.newer ? "newer" : "older";
      expectNamed(found, [slot]);
      expectWhole(found, slot === "newer" ? "checkpoint" : "snapshot");
      met++;
    }
  }
  writeFileSync(path, whole);
  expect(met).toBe(10);
});

test("H60 the newer snapshot and the newest checkpoint at once: the segment before", async () => {
  const [first, second] = disk.list();
  const whole = disk.files.get(second!.name)!;
  const bytes = whole.slice();
  bytes[600]! ^= 1;
  disk.files.set(second!.name, bytes);
  await whileFlipped(
    ["newer"],
    () => 30,
    async () => {
      const found = await look();
      expectNamed(found, ["newer"]);
      const { recovered, story } = found.recovery;
      expect(story.join()).toContain(
        `The journal's ${second!.name} cannot be used: it has a record`,
      );
      expect(recovered?.tick).toBe(second!.tick);
      expect(recovered?.image).toEqual(life.moments.get(second!.tick));
      expect(first!.tick).toBeLessThan(ticks.older);
    },
  );
  disk.files.set(second!.name, whole);
});
