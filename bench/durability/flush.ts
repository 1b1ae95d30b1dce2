// What a flush costs: a large world's image with events, beside a transaction of one row on a
// connection of the same settings, by turns.
import { Client } from "pg";
import { defaultConfig } from "../../src/config/schema.ts";
import { worldRules } from "../../src/config/rules.ts";
import { World } from "../../src/engine/world.ts";
import { openKernel } from "../../src/kernel/open.ts";
import type { MarkedFact } from "../../src/persistence/contract.ts";
import { openWorldStore } from "../../src/persistence/open.ts";
import { seal } from "../../src/persistence/snapshot.ts";
import { settingsFor, timed } from "../../src/persistence/postgres/link.ts";
import { RandomStream } from "../../src/swarm/random.ts";
import { PrivatePostgres } from "../../test/integration/postgres.ts";
import { quantile, median } from "../statistic.ts";
import { SPREAD_MAX, type Verdict } from "../verdict.ts";
import { type Case, type Finding, found, isWhole, type Setting } from "./finding.ts";

const ENTITIES = 10_000;
/** As many neighbours a view as the memory of views allows for so many entities. */
const MAX_VISIBLE = 512;
const EVENTS = 20;
const PAIRS = 400;
const FEW_PAIRS = 100;
const WARM_UP = 30;
const RATIO_MAX = 3;
const LIMIT_MS = 5000;

export const flush: Case = async (setting) => {
  const postgres = new PrivatePostgres();
  try {
    await postgres.start();
    return await measure(setting, postgres.url);
  } finally {
    await postgres.stop();
  }
};

async function measure(setting: Setting, url: string): Promise<Finding> {
  const { world, wander } = largeWorld(setting.seed);
  const pairs = isWhole(setting) ? PAIRS : FEW_PAIRS;
  const store = await openWorldStore(url, { world: "large", poolSize: 2 });
  const client = new Client(settingsFor({ url, where: url }));
  client.on("error", () => undefined);
  try {
    await store.claim("prove durability");
    await client.connect();
    await client.query("CREATE TABLE control (id integer PRIMARY KEY, n integer NOT NULL)");
    await client.query("INSERT INTO control VALUES (1, 0)");
    const oneRow = { name: "one_row", text: "UPDATE control SET n = n + 1 WHERE id = 1" };
    const room = new Uint8Array(world.imageBytesMax);
    const ours: number[] = [];
    const theirs: number[] = [];
    // Apart, because it is the part of a flush that no database has a share in.
    const seals: number[] = [];
    let [imageBytes, sealedBytes] = [0, 0];
    for (let i = -WARM_UP; i < pairs; i++) {
      wander();
      imageBytes = world.writeImage(room);
      const { tick } = world;
      const flight = { tick, image: room.subarray(0, imageBytes), facts: factsOf(tick) };
      const flushMs = await durationOf(() => store.flush(flight));
      const controlMs = await durationOf(() => client.query(timed(oneRow, [], LIMIT_MS)));
      if (i < 0) continue;
      const began = performance.now();
      sealedBytes = seal(flight.image, tick).length;
      seals.push(performance.now() - began);
      ours.push(flushMs);
      theirs.push(controlMs);
    }
    const sizes = { imageBytes, sealedBytes, sealMs: median(seals) };
    return conclude(ours, theirs, sizes);
  } finally {
    await client.end();
    await store.close();
  }
}

function conclude(
  ours: readonly number[],
  theirs: readonly number[],
  sizes: Readonly<Record<string, number>>,
): Finding {
  const flushMs = median(ours);
  const oneRowMs = median(theirs);
  const ratio = flushMs / oneRowMs;
  const half = theirs.length / 2;
  const halves = [median(theirs.slice(0, half)), median(theirs.slice(half))];
  const controlSpread = Math.max(...halves) / Math.min(...halves);
  const verdict: Verdict =
    controlSpread > SPREAD_MAX ? "inconclusive" : ratio <= RATIO_MAX ? "met" : "missed";
  const figures = {
    pairs: ours.length,
    entities: ENTITIES,
    events: EVENTS,
    ...sizes,
    flushMs,
    flushP90Ms: quantile(ours, 0.9),
    oneRowMs,
    oneRowP90Ms: quantile(theirs, 0.9),
    ratio,
    controlSpread,
  };
  return found([], [verdict], figures);
}

async function durationOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function factsOf(tick: number): MarkedFact[] {
  const payload = JSON.stringify({ item: "a thing that was picked up", by: tick });
  return Array.from({ length: EVENTS }, (_, index) => {
    return { what: "emitted", stream: `entity:${index}`, type: "told", payload, tick, index };
  });
}

/** A full world of which a part moves each time, so that no image is like the one before. */
function largeWorld(seed: number): { world: World; wander: () => void } {
  const config = defaultConfig();
  Object.assign(config.engine, { max_entities: ENTITIES, max_visible: MAX_VISIBLE });
  const rules = worldRules(config);
  const world = new World(openKernel(config.engine.kernel), rules);
  const random = new RandomStream(seed);
  const between = (min: number, max: number): number =>
    Math.floor(min + random.next() * (max - min));
  const { maxSpeed, aoiRadius } = rules;
  const same = { kind: 1, maxSpeed, aoiRadius, layer: 0, observer: false, visible: true };
  while (world.liveCount < ENTITIES) {
    for (let i = world.liveCount; i < ENTITIES; i++) {
      const x = between(rules.minX, rules.maxX);
      const y = between(rules.minY, rules.maxY);
      if (world.join({ ...same, x, y, bank: -1, sequence: 0 }) < 0) break;
    }
    world.step();
  }
  const handles = [...world.liveHandles()];
  let sequence = 0;
  const wander = (): void => {
    sequence++;
    for (const handle of handles) {
      const [dx, dy] = [between(-maxSpeed, maxSpeed), between(-maxSpeed, maxSpeed)];
      if (!world.intent(handle, sequence, dx, dy)) break;
    }
    world.step();
  };
  return { world, wander };
}
