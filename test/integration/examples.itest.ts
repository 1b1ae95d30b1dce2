// The examples of applications as people run them: crowd in full, and fleet with a PostgreSQL, a
// Redis and kills, in which each crossing of a fence arrives, and once.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { readMetrics } from "../../bench/durability/metrics.ts";
import { FENCES } from "../../examples/fleet/fleet.ts";
import { routesOfTrace } from "../../examples/fleet/routes.ts";
import { eventsKey } from "../../src/persistence/sinks/redis.ts";
import { crossingsOf } from "../crossings.ts";
import { randomOf } from "../kernel/scenario.ts";
import { PrivatePostgres } from "./postgres.ts";
import { PrivateRedis } from "./redis.ts";
import { ServerProcess } from "./server-process.ts";

const appFile = (name: string): string =>
  fileURLToPath(new URL(`../../examples/${name}/${name}.ts`, import.meta.url));
const PATIENCE = { timeout: 60_000, interval: 100 };
const SLOW_MS = 240_000;
const TICK_MS = 25;
const VEHICLES = 12;
const SECONDS = 24;
const KILLS = 3;

const postgres = new PrivatePostgres();
const redis = new PrivateRedis({ durable: true });
const folder = mkdtempSync(join(tmpdir(), "aether-examples-"));
const servers: ServerProcess[] = [];

beforeAll(async () => {
  await Promise.all([postgres.start(), redis.start()]);
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.destroy();
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
  rmSync(folder, { recursive: true });
});

function serve(name: string, env: Readonly<Record<string, string>> = {}): ServerProcess {
  const server = new ServerProcess({ argv: ["--app", appFile(name)], env });
  servers.push(server);
  return server;
}

/** Vehicles that go from place to place, a sample every 200 ms. */
function makeTrace(): string {
  const random = randomOf(9);
  const side = (): number => (random() - 0.5) * 580;
  const rows = ["t_ms,entity_id,x,y"];
  const places = Array.from({ length: VEHICLES }, () => ({ x: side(), y: side() }));
  let goals = places;
  for (let ms = 0; ms <= SECONDS * 1000; ms += 200) {
    if (ms % 3000 === 0) goals = places.map(() => ({ x: side(), y: side() }));
    for (const [i, place] of places.entries()) {
      rows.push(`${ms},van-${i},${place.x.toFixed(3)},${place.y.toFixed(3)}`);
      place.x += ((goals[i]?.x ?? 0) - place.x) * 0.2;
      place.y += ((goals[i]?.y ?? 0) - place.y) * 0.2;
    }
  }
  return `${rows.join("\n")}\n`;
}

interface Entry {
  readonly key: string;
  readonly stream: string;
  readonly type: string;
  readonly payload: { readonly vehicle: number; readonly fence: string; readonly nth: number };
}

async function entriesIn(client: Redis): Promise<Entry[]> {
  const entries = await client.xrange(eventsKey("fleet"), "-", "+");
  return entries.map(([, fields]) => {
    const of = (name: string): string => fields[fields.indexOf(name) + 1] ?? "";
    const payload = JSON.parse(of("payload")) as Entry["payload"];
    return { key: of("key"), stream: of("stream"), type: of("type"), payload };
  });
}

/** What is left when later copies of an event are thrown away. */
function firstOf(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.toReversed().map((entry) => [entry.key, entry])).values()].reverse();
}

test(
  "fleet: whatever is killed, each crossing is published, and once",
  async () => {
    const trace = makeTrace();
    const file = join(folder, "trace.csv");
    writeFileSync(file, trace);
    const routes = routesOfTrace(trace);
    const due = Array.from({ length: VEHICLES }, (_, i) => {
      const place = (step: number) => routes.at(i + 1, step * TICK_MS);
      return crossingsOf(place, FENCES, (SECONDS * 1000) / TICK_MS);
    });
    const count = due.reduce((sum, crossings) => sum + crossings.length, 0);
    expect(count).toBeGreaterThan(100);

    const env = {
      AETHER_PERSISTENCE_URL: postgres.url,
      AETHER_PRESENCE_REDIS_URL: redis.url,
      FLEET_TRACE: file,
    };
    const client = new Redis(redis.url);
    try {
      for (let kill = 1; kill <= KILLS; kill++) {
        const server = serve("fleet", env);
        await server.listening();
        const wanted = (count * kill) / (KILLS + 1);
        await expect
          .poll(async () => (await entriesIn(client)).length, PATIENCE)
          .toBeGreaterThan(wanted);
        server.signal("SIGKILL");
        await server.ended();
      }
      const last = serve("fleet", env);
      const { metrics } = await last.listening();
      const seen = async (): Promise<number> => firstOf(await entriesIn(client)).length;
      await expect.poll(seen, PATIENCE).toBeGreaterThanOrEqual(count);
      // Nothing more comes: vehicles have arrived, and what was emitted is out.
      const waiting = "aether_outbox_waiting";
      await expect.poll(async () => (await readMetrics(metrics)).get(waiting), PATIENCE).toBe(0);
      const values = await readMetrics(metrics);
      for (const system of ["enter", "drive", "hooks"])
        expect(values.get(`aether_app_throws_total{system="${system}"}`)).toBe(0);

      const entries = await entriesIn(client);
      const told = firstOf(entries);
      console.info(`fleet: ${count} crossings, ${KILLS} kills, ${entries.length} published`);
      expect(told).toHaveLength(count);
      due.forEach((crossings, i) => {
        const own = told.filter(({ stream }) => stream === `vehicle:${i + 1}`);
        const seenOf = own.map(({ payload, type }) => `${payload.nth} ${type} ${payload.fence}`);
        expect(seenOf).toEqual(crossings.map(({ fence, what }, n) => `${n + 1} ${what} ${fence}`));
      });
    } finally {
      client.disconnect();
    }
  },
  SLOW_MS,
);

test("crowd: 5,000 walkers are there by its own settings, and nothing of it throws", async () => {
  const server = serve("crowd");
  const { metrics } = await server.listening();
  const valueOf = async (name: string): Promise<number> =>
    (await readMetrics(metrics)).get(name) ?? NaN;
  await expect.poll(() => valueOf("aether_entity_count"), PATIENCE).toBe(5000);
  const runs = 'aether_app_runs_total{system="walk"}';
  await expect.poll(() => valueOf(runs), PATIENCE).toBeGreaterThan(40);
  for (const system of ["enter", "walk", "hooks"])
    expect(await valueOf(`aether_app_throws_total{system="${system}"}`)).toBe(0);
  server.signal("SIGTERM");
  expect(await server.ended()).toBe(0);
});
