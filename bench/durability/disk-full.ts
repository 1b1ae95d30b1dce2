// No room on PostgreSQL's disk for a while: the world goes on, nothing that was told is lost, and
// it heals by itself when there is room.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { isRoot, type PrivatePostgres } from "../../test/integration/postgres.ts";
import { sleep, until } from "../waiting.ts";
import { compareBooks } from "./books.ts";
import { type Case, type Finding, found, type Setting } from "./finding.ts";
import { SmallDisk } from "./small-disk.ts";
import { GRACE_MS, Stage } from "./stage.ts";

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
  const database = (postgres: PrivatePostgres): Promise<string> => databaseOn(disk, postgres);
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
    await stage.settle();
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
 * The tables of a database lie on the disk; PostgreSQL's log of writes does not, because without
 * room for that it stops, and waits for an operator.
 * @returns the URL of the database
 */
async function databaseOn(disk: SmallDisk, postgres: PrivatePostgres): Promise<string> {
  const place = join(disk.folder, "tables");
  execFileSync("install", ["-d", "-o", "postgres", place]);
  await postgres.query(postgres.url, `CREATE TABLESPACE small LOCATION '${place}'`);
  await postgres.query(postgres.url, "CREATE DATABASE small TABLESPACE small");
  return postgres.urlOf("small");
}
