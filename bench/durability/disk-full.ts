// No room on PostgreSQL's disk for a while: the world goes on, nothing that was told is lost, and
// it heals by itself when there is room.
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isRoot, type PrivatePostgres } from "../../test/integration/postgres.ts";
import { sleep, until } from "../waiting.ts";
import { compareBooks } from "./books.ts";
import { type Case, type Finding, found, type Setting } from "./finding.ts";
import { GRACE_MS, Stage } from "./stage.ts";

const DISK_MB = 64;
/** It is filled by so much at a time: a page. */
const PIECE_BYTES = 4096;
/** Shares of the time before, during and after; what is left of it is healing. */
const [BEFORE, DURING, AFTER] = [0.25, 0.5, 0.25];
const SKIPPED = "skipped: only root can make a small disk";

export const diskFull: Case = async (setting) => {
  if (!isRoot()) return found([], ["inconclusive"], {}, [SKIPPED]);
  const disk = new SmallDisk();
  try {
    return await play(setting, disk);
  } finally {
    disk.remove();
  }
};

function play(setting: Setting, disk: SmallDisk): Promise<Finding> {
  const database = (postgres: PrivatePostgres): Promise<string> => disk.database(postgres);
  return Stage.with(setting, { database }, async (stage) => {
    const { seconds, say } = setting;
    const server = await stage.serve();
    const bots = await stage.crowd(server, { churns: true, isWitness: false });
    await sleep(seconds * BEFORE);
    const faults = async (): Promise<number> =>
      (await server.metrics()).get("aether_flush_faults_total") ?? 0;
    const faultsBefore = await faults();
    disk.fill();
    say("the disk is full");
    // Pages that PostgreSQL has already are used up first.
    const felt = until("a flush to fail", async () => (await faults()) > faultsBefore);
    const isFelt = await felt.then(
      () => true,
      () => false,
    );
    await sleep(seconds * DURING);
    const inOutage = await server.metrics();
    disk.empty();
    const healedS = await until("a flight to land", async () => {
      const metrics = await server.metrics();
      return metrics.get("aether_facts_waiting") === 0;
    });
    say(`healed after ${healedS.toFixed(2)} s`);
    await sleep(seconds * AFTER);

    const report = await bots.stop();
    await sleep(GRACE_MS / 1000);
    await until("the world to be empty", async () => {
      return (await server.metrics()).get("aether_entity_count") === 0;
    });
    await stage.settle(server);
    const books = await compareBooks(stage, [report]);
    const flushFaults = (inOutage.get("aether_flush_faults_total") ?? 0) - faultsBefore;
    const factsWaited = inOutage.get("aether_facts_waiting") ?? 0;
    const verdict = isFelt ? "met" : "inconclusive";
    const remarks = isFelt ? [] : ["no flush failed: the disk was not full enough"];
    const figures = { healedS, flushFaults, factsWaited, ...books.figures };
    return found(books.faults, [verdict], figures, remarks);
  });
}

/**
 * Memory that is mounted as a disk. The tables of a database lie on it; PostgreSQL's log of writes
 * does not, because without room for that it stops, and waits for an operator.
 */
class SmallDisk {
  readonly #folder = mkdtempSync(join(tmpdir(), "aether-disk-"));
  readonly #ballast = join(this.#folder, "ballast");
  readonly #lastResort = (): void => this.#unmount();

  constructor() {
    const options = `size=${DISK_MB}m,mode=0777`;
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", this.#folder]);
    process.on("exit", this.#lastResort);
  }

  /** @returns the URL of a database whose tables are on this disk */
  async database(postgres: PrivatePostgres): Promise<string> {
    const place = join(this.#folder, "tables");
    execFileSync("install", ["-d", "-o", "postgres", place]);
    await postgres.query(postgres.url, `CREATE TABLESPACE small LOCATION '${place}'`);
    await postgres.query(postgres.url, "CREATE DATABASE small TABLESPACE small");
    return postgres.urlOf("small");
  }

  /** Takes all the room that is left, while PostgreSQL takes some of it as well. */
  fill(): void {
    const file = openSync(this.#ballast, "w");
    const piece = Buffer.alloc(PIECE_BYTES);
    try {
      while (writeSync(file, piece) > 0);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(this.#ballast);
  }

  remove(): void {
    process.off("exit", this.#lastResort);
    this.#unmount();
  }

  #unmount(): void {
    // Lazily: who was killed a moment ago may still have a file open.
    execFileSync("umount", ["-l", this.#folder]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
