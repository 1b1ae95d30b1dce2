// What a crash leaves, with real servers that are killed: at any moment under clients that come and
// go, with a byte that flips in what lies there, with a disk that is full. No time is looked at.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { afterEach, describe, expect, test } from "vitest";

import { type Metrics, readMetrics } from "../../bench/durability/metrics.ts";
import { SmallDisk } from "../../bench/durability/small-disk.ts";
import { beginningOf, endOf } from "../../bench/recovery/journal-end.ts";
import { killOften } from "../../bench/recovery/kills.ts";
import { FolderDisk } from "../../src/journal/disk.ts";
import { isRoot } from "./postgres.ts";
import { ServerProcess } from "./server-process.ts";

const WORLD = "main";
const BOTS = 12;
/** A machine that does much else needs its time. */
const PATIENCE_MS = 180_000;
const KILLS_PATIENCE_MS = 2 * PATIENCE_MS;
const UNWRITTEN = "The journal cannot be written";

/** A world in a SQLite file, and whoever runs it. */
class House {
  readonly #folder = mkdtempSync(join(tmpdir(), "aether-crash-"));
  readonly database = join(this.#folder, "world.db");
  readonly journal: string;
  readonly #env: Readonly<Record<string, string>>;
  server: ServerProcess;
  #metrics = "";

  /** @param journals where the journal's folder is made; absent: beside the database */
  constructor(journals = join(this.#folder, "journal")) {
    this.journal = join(journals, WORLD);
    this.#env = {
      AETHER_PERSISTENCE_URL: `sqlite:${this.database}`,
      AETHER_PERSISTENCE_WORLD: WORLD,
      AETHER_JOURNAL_DIR: journals,
    };
    this.server = this.#serve();
  }

  /** Runs until so many ticks more are on the disk. */
  async lives(ticks: number): Promise<void> {
    await this.listening();
    const from = this.#syncedTick();
    await expect.poll(() => this.#syncedTick()).toBeGreaterThan(from + ticks);
  }

  async listening(): Promise<void> {
    this.#metrics = (await this.server.listening()).metrics;
  }

  metrics(): Promise<Metrics> {
    return readMetrics(this.#metrics);
  }

  async metric(name: string): Promise<number> {
    return (await this.metrics()).get(name) ?? NaN;
  }

  async kill(): Promise<void> {
    this.server.signal("SIGKILL");
    await this.server.ended();
  }

  restart(): void {
    this.server = this.#serve();
  }

  async destroy(): Promise<void> {
    await this.server.destroy();
    rmSync(this.#folder, { recursive: true });
  }

  #serve(): ServerProcess {
    return new ServerProcess({ argv: ["--bots", String(BOTS)], env: this.#env });
  }

  #syncedTick(): number {
    return endOf(this.journal)?.tick ?? 0;
  }
}

let house: House | null = null;

afterEach(async () => {
  await house?.destroy();
  house = null;
});

/**
 * The next server begins where the journal ends, with the hash that was recorded there.
 * @param hasNewest whether the store's newest snapshot can be read
 */
async function expectGoesOn(of: House, hasNewest = true): Promise<void> {
  const end = endOf(of.journal)!;
  of.restart();
  await of.listening();
  const { storeTick, ...beginning } = beginningOf(of.journal)!;
  // A flight may have landed whose tick was not yet written: then the store knows more.
  if (hasNewest && storeTick > end.tick) expect(beginning.tick).toBe(storeTick);
  else expect(beginning).toEqual(end);
}

/** What a server said of what it found. */
function storyOf({ server }: House): string[] {
  return server.log.filter(({ level }) => level === "warn").map(({ message }) => message);
}

test(
  "H60 killed 20 times with relay and database: nothing told is lost, doubled or refused",
  async () => {
    const say = (line: string): void => {
      console.info(line);
    };
    const { faults, figures } = await killOften({ kills: 20, bots: 12, seed: 60, say });
    expect(faults).toEqual([]);
    const deaths = { server: 10, serverWithoutDatabase: 4, relay: 3, database: 3 };
    expect(figures).toMatchObject({ ...deaths, lost: 0, doubled: 0, refused: 0 });
    const { factsNotedAgain, fromJournal, sessionsResumed, sessionsTold } = figures;
    expect((fromJournal ?? 0) + (figures["storeAhead"] ?? 0)).toBe(14);
    expect(figures["ticksLivedAgain"]).toBeGreaterThan(0);
    expect(factsNotedAgain).toBeGreaterThan(0);
    expect(sessionsTold).toBeGreaterThanOrEqual(12);
    expect(sessionsResumed).toBeGreaterThan(0);
  },
  KILLS_PATIENCE_MS,
);

describe("H60 one byte flips after SIGKILL", () => {
  test(
    "in either snapshot: it is named, and the world is the journal's last whole tick",
    async () => {
      house = new House();
      for (const nth of [0, 1]) {
        await house.lives(40);
        await house.kill();
        const tick = flipSnapshot(house.database, nth);
        await expectGoesOn(house, nth > 0);
        const named = new RegExp(`^The snapshot of tick ${tick} in slot [01] cannot be read: `);
        expect(storyOf(house)).toContainEqual(expect.stringMatching(named));
      }
    },
    PATIENCE_MS,
  );

  test(
    "in the journal's last tick, and in its checkpoint: file and byte are named",
    async () => {
      house = new House();
      await house.lives(40);
      await house.kill();
      const tail = flipSegment(house.journal, (bytes) => bytes.length - 3);
      await expectGoesOn(house);
      expect(storyOf(house).join()).toMatch(
        new RegExp(`The journal's ${tail} .* at byte \\d+ of \\d+; tick \\d+ is its last`),
      );
      await house.lives(40);
      await house.kill();
      const head = flipSegment(house.journal, () => 700);
      house.restart();
      await house.server.logged("The world goes on from ");
      expect(storyOf(house).join()).toMatch(
        new RegExp(`The journal's ${head} cannot be used: it has .* at byte \\d+`),
      );
    },
    PATIENCE_MS,
  );
});

/** @param nth counted from the newest @returns the tick of the snapshot */
function flipSnapshot(database: string, nth: number): number {
  const db = new DatabaseSync(database);
  try {
    const rows = db.prepare("SELECT slot, tick, sealed FROM snapshots ORDER BY tick DESC").all();
    const { slot, sealed, tick } = rows[nth]!;
    const bytes = sealed as Uint8Array;
    bytes[bytes.length >> 1]! ^= 1;
    db.prepare("UPDATE snapshots SET sealed = ? WHERE slot = ?").run(bytes, slot!);
    return Number(tick);
  } finally {
    db.close();
  }
}

/** Of the newest segment. @returns its name */
function flipSegment(folder: string, at: (bytes: Buffer) => number): string {
  const { name } = new FolderDisk(folder).list().at(-1)!;
  const bytes = readFileSync(join(folder, name));
  bytes[at(bytes)]! ^= 1;
  writeFileSync(join(folder, name), bytes);
  return name;
}

test(
  "H65 a full disk under the journal: the world goes on, starts on it, and heals",
  async ({ skip }) => {
    skip(!isRoot(), "only root can make a small disk");
    const disk = new SmallDisk();
    try {
      house = new House(disk.folder);
      await house.lives(20);
      disk.fill();
      const { http } = await house.server.listening();
      await expect.poll(() => house!.metric("aether_journal_up")).toBe(0);
      await expect.poll(() => house!.metric("aether_journal_lost_ticks_total")).toBeGreaterThan(20);
      expect(await house.metric("aether_entity_count")).toBe(BOTS);
      const ready: unknown = await (await fetch(`${http}/readyz`)).json();
      expect(ready).toMatchObject({ checks: { journal: { status: "degraded" } } });
      const told = house.server.log.filter(({ message }) => message.startsWith(UNWRITTEN));
      expect(told.map(({ reason }) => String(reason))).toEqual([expect.stringMatching(/ENOSPC/)]);

      await house.kill();
      const end = endOf(house.journal)!;
      house.restart();
      const began = await house.server.logged("The world goes on from ");
      expect(began["tick"]).toBeGreaterThanOrEqual(end.tick);
      await house.listening();
      await expect.poll(() => house!.metric("aether_journal_up")).toBe(0);

      disk.empty();
      await house.server.logged("The journal is written again");
      await expect.poll(() => house!.metric("aether_journal_up")).toBe(1);
      await house.lives(20);
      await house.kill();
      await expectGoesOn(house);
    } finally {
      await house?.kill();
      disk.remove();
    }
  },
  PATIENCE_MS,
);
