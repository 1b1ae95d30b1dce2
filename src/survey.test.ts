// What is looked at once a second: what the store and its thread say, each number in its place.
import { expect, test } from "vitest";
import { idleGateway } from "../test/idle-gateway.ts";
import { worldRules } from "./config/rules.ts";
import { defaultConfig } from "./config/schema.ts";
import { Rescue } from "./engine/rescue.ts";
import { World } from "./engine/world.ts";
import { openKernel } from "./kernel/open.ts";
import { Histogram, histogramCells } from "./numbers/histogram.ts";
import { FLUSH_EDGES } from "./numbers/edges.ts";
import { Board } from "./observability/board.ts";
import { CELLS, STORE } from "./observability/catalogue.ts";
import { Health } from "./observability/health.ts";
import { createLog } from "./observability/log.ts";
import { SessionLog } from "./observability/sessions.ts";
import { TickNumbers } from "./observability/ticks.ts";
import type { KeeperStatus } from "./persistence/keeper-status.ts";
import type { Keeper } from "./persistence/keeper.ts";
import { Survey } from "./survey.ts";
import { besideOf } from "./wiring.ts";

const STATUS: KeeperStatus = {
  ...{ store: "a store", durableTick: 3001, durableAgeMs: 3_002_000, isAway: false },
  ...{ waiting: 3003, factsMax: 3004, flights: 3005, flightMs: 3_006_000, workersLost: 3007 },
  imageBytes: 3019,
  numbers: {
    ...{ flushFaults: 3008, historyCut: 3009 },
    pool: { idle: 3020, busy: 3021, waiting: 3022, capacity: 3023 },
    outbox: { waiting: 3010, oldestMs: 3_011_000, dead: 3012 },
    relay: { delivered: 3013, failed: 3014, fault: null },
    presence: { beats: 3015, failures: 3016, skipped: 3017, entries: 3018, fault: "it is away" },
  },
};

/** @returns what the board shows of a store that says so of itself */
function shownOf(status: KeeperStatus | null): Record<string, number> {
  const { cells } = new Board(CELLS);
  const world = new World(openKernel("js"), worldRules(defaultConfig()));
  const { log } = createLog({ level: "silent", fd: 1 });
  const flights = new Histogram(FLUSH_EDGES, new Float64Array(histogramCells(FLUSH_EDGES)));
  const keeper = status && ({ status, flights } as Partial<Keeper> as Keeper);
  new Survey({
    rescue: new Rescue({ open: openKernel, windowTicks: 0, onTrap: () => undefined }),
    ...{
      cells,
      world,
      gateway: idleGateway(world),
      keeper,
      journal: null,
      inspector: null,
      app: null,
    },
    ...{ maxConnections: 200 },
    ...{ health: new Health([], () => ""), sessions: new SessionLog(log, () => 0) },
    ...{
      numbers: new TickNumbers(cells, 25),
      logLines: { dropped: 0, suppressed: 0 },
      certificateEndsMs: () => 0,
    },
  }).afterTick(0);
  const plain = Object.entries(STORE).filter(([name]) => name !== "flushDuration");
  return Object.fromEntries(plain.map(([name, { at }]) => [name, cells[at] ?? NaN]));
}

const OF_KEEPER = {
  ...{ up: 1, durableAge: 3002, waiting: 3003, factsMax: 3004, flushes: 3005 },
  ...{ flushSeconds: 3006, workersLost: 3007, imageBytes: 3019 },
};
const OF_WORKER = {
  ...{ flushFaults: 3008, historyCut: 3009, pool: 3020, poolWaiting: 3022, poolCapacity: 3023 },
  ...{ outboxWaiting: 3010, outboxOldest: 3011, outboxDead: 3012, relayUp: 1, delivered: 3013 },
  ...{ refused: 3014, presenceUp: 0, beats: 3015, failures: 3016, skipped: 3017, entries: 3018 },
};

test("what the store and its thread say reaches a scrape, and the checks of health", () => {
  const zeros = (of: object) => Object.fromEntries(Object.keys(of).map((name) => [name, 0]));
  expect(shownOf(STATUS)).toEqual({ ...OF_KEEPER, ...OF_WORKER });
  expect(shownOf({ ...STATUS, numbers: null })).toEqual({ ...OF_KEEPER, ...zeros(OF_WORKER) });
  expect(shownOf(null)).toEqual({ ...zeros(OF_KEEPER), ...zeros(OF_WORKER) });
  expect(besideOf(STATUS)).toEqual({
    outbox: { waiting: 3010, dead: 3012, isAway: false },
    presence: { entries: 3018, isAway: true },
  });
  expect(besideOf({ ...STATUS, numbers: null })).toBe(null);
});
