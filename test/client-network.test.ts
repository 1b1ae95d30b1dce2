// What the client promises on a bad network, against the whole server on simulated time: who keeps
// to the rules is never corrected and predicts to the bit, and nobody is shown to jump.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { motionOf } from "../src/client/motion.ts";
import { SHOWN_SPEED_MAX } from "../src/client/view.ts";
import { Stage } from "./sim/players.ts";
import type { Player } from "./sim/players.ts";

const TICK_MS = 25;
const FRAME_MS = 1000 / 60;
/** World units a tick: engine.max_speed. */
const SPEED = 5;
const MINUTE_MS = 60_000;
/** A round trip of 150 ± 50 ms, and every fiftieth message up to 300 ms later. */
const WEATHER = { delayMs: 50, jitterMs: 50, stallShare: 0.02, stallMs: 300 };
const PLAYERS = 6;
/** Half the width of the world: they meet, part, and run into its bounds. */
const HALF = 150;
const BOUNDS = { min_x: -HALF, min_y: -HALF, max_x: HALF, max_y: HALF };

const { instance } = await WebAssembly.instantiate(
  readFileSync(new URL("../build/motion.wasm", import.meta.url)),
);

/** Players who wander, half of them predicting by WebAssembly, and what is seen of them. */
async function wander(seed: number, weather: Partial<typeof WEATHER> = WEATHER) {
  const stage = new Stage({ seed, weather, engine: { world_bounds: BOUNDS } });
  await stage.start();
  const seen = { compared: 0, different: 0, frames: 0, fastest: 0, resumed: 0, born: 0 };
  stage.onTick = () => {
    const { world } = stage.house.server;
    for (const { client, predicted, row } of stage.players) {
      if (client.state !== "joined") continue;
      const at = predicted.get(world.sequence(row));
      if (at === undefined) continue;
      seen.compared++;
      if (at.x !== world.posX(row) || at.y !== world.posY(row)) seen.different++;
    }
  };
  for (let i = 0; i < PLAYERS; i++) {
    const spawn = { x: 40 * (i % 3), y: 40 * (i % 2) };
    const motion = i % 2 === 0 ? {} : { motion: motionOf(instance.exports) };
    const player = stage.join({ spawn, ...motion });
    player.wander();
    player.client.on("state", (state, { isResumed }) => {
      if (state === "joined") seen[isResumed ? "resumed" : "born"]++;
    });
    watch(stage, player, seen);
  }
  return { stage, seen };
}

/** Notes after each frame how far everybody was shown to go since the last one. */
function watch(stage: Stage, { client }: Player, seen: { frames: number; fastest: number }): void {
  const last = new Map<number, { x: number; y: number }>();
  client.on("leave", (id) => last.delete(id));
  const { view } = client;
  const frame = (): void => {
    stage.schedule.after(FRAME_MS, frame);
    client.frame();
    for (let row = 0; row < view.size; row++) {
      const [id, x, y] = [view.replica.ids[row] ?? 0, view.x[row] ?? NaN, view.y[row] ?? NaN];
      const before = last.get(id);
      last.set(id, { x, y });
      if (before === undefined) continue;
      seen.frames++;
      const ticks = FRAME_MS / TICK_MS;
      seen.fastest = Math.max(seen.fastest, Math.hypot(x - before.x, y - before.y) / ticks);
    }
  };
  frame();
}

function total(stage: Stage, of: (player: Player) => number): number {
  return stage.players.reduce((sum, player) => sum + of(player), 0);
}

/** No player was corrected, by the server's word or in what it predicted. */
function expectNoCorrection({ players, house }: Stage): void {
  expect(players.map(({ corrections }) => corrections)).toEqual(players.map(() => []));
  expect(house.server.gateway.counters.corrections).toBe(0);
  for (const { client } of players)
    expect(client.counters).toMatchObject({ corrections: 0, protocolFaults: 0, digestsBad: 0 });
}

describe("on a round trip of 150 ± 50 ms, with stalls up to 300 ms", () => {
  test("ten minutes: no correction, predicted to the bit, no jump", async () => {
    const { stage, seen } = await wander(1);
    await stage.run(10 * MINUTE_MS);
    expectNoCorrection(stage);
    expect(seen.different).toBe(0);
    expect(seen.compared).toBeGreaterThan(PLAYERS * 23_000);
    expect(seen.fastest).toBeLessThanOrEqual(SHOWN_SPEED_MAX * SPEED + 1e-6);
    expect(seen.frames).toBeGreaterThan(300_000);
    // What was promised was put to the test: a burst was shown, full speed was walked, walls met.
    expect(stage.simulator.stalls).toBeGreaterThan(3000);
    expect(seen.fastest).toBeGreaterThan(2.9 * SPEED);
    expect(total(stage, ({ client }) => client.counters.digestsOk)).toBeGreaterThan(600);
    // Moves are held back where a stall has left too much under way, and seldom.
    const held = total(stage, ({ client }) => client.held);
    expect(held).toBeGreaterThan(0);
    expect(held / total(stage, ({ client }) => client.counters.sent)).toBeLessThan(0.03);
  });

  test("the links are cut now and then: the same entity, and no correction", async () => {
    const { stage, seen } = await wander(2);
    for (let cut = 0; cut < 12; cut++) {
      await stage.run(5000);
      stage.simulator.cut();
    }
    await stage.run(2000);
    expect([seen.born, seen.resumed]).toEqual([PLAYERS, 12 * PLAYERS]);
    expectNoCorrection(stage);
    expect(seen.different).toBe(0);
    expect(seen.fastest).toBeLessThanOrEqual(SHOWN_SPEED_MAX * SPEED + 1e-6);
  });

  test("everything stands for three seconds: it holds still, and is not corrected", async () => {
    const { stage, seen } = await wander(3);
    for (let stall = 0; stall < 6; stall++) {
      await stage.run(5000);
      stage.simulator.stall(3000);
    }
    await stage.run(5000);
    expectNoCorrection(stage);
    expect(seen.different).toBe(0);
    expect(total(stage, ({ client }) => client.held)).toBeGreaterThan(500);
  });
});

describe("a correction", () => {
  /** A round trip of exactly 150 ms. */
  const STEADY = { delayMs: 75, jitterMs: 0, stallShare: 0, stallMs: 0 };
  const ROUND_TRIP_MS = 150;

  test("that an intent brings shows within a round trip and two ticks", async () => {
    const { stage } = await wander(4, STEADY);
    await stage.run(5000);
    for (const player of stage.players) {
      const { client, corrections } = player;
      const before = corrections.length;
      // Further than any bank holds: the server refuses it whole.
      player.nextDelta = 64;
      expect(await stage.run(10_000, () => player.nextDelta === null)).toBe(true);
      const { sentMs } = player;
      const isCorrected = await stage.run(1000, () => corrections.length > before);
      expect(isCorrected).toBe(true);
      const ms = stage.schedule.now - sentMs;
      expect(ms).toBeLessThanOrEqual(ROUND_TRIP_MS + 2 * TICK_MS);
      // It shows at once, and where it is: what was sent since is applied on top.
      const [correction] = corrections.slice(before);
      expect([client.self.x, client.self.y]).toEqual([correction?.x, correction?.y]);
    }
    await stage.run(1000);
    for (const { client, corrections } of stage.players)
      expect([client.counters.corrections, corrections.length]).toEqual([1, 1]);
  });
});
