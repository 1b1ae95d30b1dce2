// The examples of applications: what they promise, and that a replay of them is the same.
import { expect, test } from "vitest";
import crowd, { GAP, Walker } from "../examples/crowd/crowd.ts";
import fleet, { FENCES } from "../examples/fleet/fleet.ts";
import { madeUpRoutes, routesOfTrace } from "../examples/fleet/routes.ts";
import { isApp } from "../src/app/definition.ts";
import type { App } from "../src/app/definition.ts";
import type { Fact } from "../src/engine/facts.ts";
import { AppStage } from "./app-stage.ts";
import { crossingsOf } from "./crossings.ts";

const UNIT = 256;
const WALKERS = 5000;

function appOf(value: unknown): App {
  if (isApp(value)) return value;
  throw new Error("an example is no application");
}

/** The square of the least distance of two, position units: looked for cell by cell. */
function closest({ world, runtime }: AppStage): number {
  const cells = new Map<string, { readonly x: number; readonly y: number }[]>();
  let least = Infinity;
  runtime.world.each(Walker, (entity) => {
    const [x, y] = [world.posX(entity & 65535), world.posY(entity & 65535)];
    const [column, row] = [Math.floor(x / 512), Math.floor(y / 512)];
    for (let i = 0; i < 9; i++)
      for (const other of cells.get(`${column - 1 + (i % 3)} ${row - 1 + Math.floor(i / 3)}`) ?? [])
        least = Math.min(least, (other.x - x) ** 2 + (other.y - y) ** 2);
    const cell = cells.get(`${column} ${row}`) ?? [];
    cells.set(`${column} ${row}`, cell);
    cell.push({ x, y });
  });
  return least;
}

test("crowd: 5,000 walk, none is closer to another than GAP, and it replays bit for bit", () => {
  const stage = new AppStage(appOf(crowd));
  let least = Infinity;
  let moved = 0;
  const ticks = 240;
  for (let t = 0; t < ticks; t++) {
    const { posX, posY } = stage.world.kernel.views;
    const before = [posX.slice(0, WALKERS), posY.slice(0, WALKERS)] as const;
    stage.tick();
    for (let row = 0; row < WALKERS; row++)
      if (posX[row] !== before[0][row] || posY[row] !== before[1][row]) moved++;
    if (t % 8 === 7) least = Math.min(least, closest(stage));
  }
  expect(stage.said).toEqual([]);
  expect(stage.world.liveCount).toBe(WALKERS);
  expect(least).toBeGreaterThanOrEqual((GAP * UNIT) ** 2);
  // They do come close, and most of them get on.
  expect(least).toBeLessThan(((GAP + 0.2) * UNIT) ** 2);
  expect(moved).toBeGreaterThan(0.8 * WALKERS * (ticks - 3));
  const { played, witness } = stage.replay();
  expect(played).toMatchObject({ ticks, difference: null });
  expect(witness).toMatchObject({ fault: null, checked: ticks, unchecked: 0 });
});

const TICK_MS = 25;
/** 5 vehicles for 30 s, a sample every 0.4 s: they jump about. */
const TRACE = [
  "t_ms,entity_id,x,y",
  ...Array.from({ length: 75 }, (_, i) =>
    Array.from({ length: 5 }, (_, v) => {
      const share = (n: number): number => ((n * 2654435761) % 1009) / 1009;
      const [x, y] = [share(i * 5 + v) * 590 - 295, share(i * 7 + v * 3) * 590 - 295];
      return `${i * 400},car-${v},${x.toFixed(2)},${y.toFixed(2)}`;
    }).join("\n"),
  ),
].join("\n");

const payloadOf = (fact: Fact): Record<string, unknown> =>
  (fact.what === "emitted" ? JSON.parse(fact.payload) : {}) as Record<string, unknown>;

test("fleet: each crossing of a fence is emitted once, also when there was no room", () => {
  const stage = new AppStage(appOf(fleet));
  for (let t = 0; t < 1600; t++) {
    stage.hasRoom = t % 100 < 60;
    stage.tick();
  }
  expect(stage.said).toEqual([]);
  expect(stage.runtime.outbox.refused).toBeGreaterThan(0);
  const routes = madeUpRoutes(300);
  expect(stage.world.liveCount).toBe(routes.count);
  const emitted = Map.groupBy(stage.facts.map(payloadOf), ({ vehicle }) => Number(vehicle));
  let count = 0;
  for (let vehicle = 1; vehicle <= routes.count; vehicle++) {
    const told = emitted.get(vehicle) ?? [];
    const due = crossingsOf((step) => routes.at(vehicle, step * TICK_MS), FENCES, 1600);
    const seen = told.map(({ fence, nth }) => `${String(nth)} ${String(fence)}`);
    // Those behind the last one that was told are still before it.
    expect(seen).toEqual(due.slice(0, seen.length).map(({ fence }, i) => `${i + 1} ${fence}`));
    count += seen.length;
  }
  expect(count).toBeGreaterThan(100);
  const { played, witness } = stage.replay();
  expect(played.difference).toBeNull();
  expect(witness).toMatchObject({ fault: null, checked: 1600 });
});

test("fleet: a trace is driven in its order and time, and ends", () => {
  const routes = routesOfTrace(TRACE);
  expect(routes.count).toBe(5);
  const [first, second] = [routes.at(1, 0), routes.at(1, 400)];
  const middle = routes.at(1, 200);
  expect(middle?.x).toBeCloseTo(((first?.x ?? 0) + (second?.x ?? 0)) / 2, 9);
  expect(routes.at(1, 74 * 400)).toBeNull();
  expect(routes.at(6, 0)).toBeNull();
  expect(() => routesOfTrace("t_ms,entity_id,x,y\n0,1,2\n")).toThrow(/row 2 of the trace is 0,1,2/);
});
