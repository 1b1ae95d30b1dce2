// Crowds as the clients see them, over the real gateway and kernel: everybody in one spot, and
// everybody on the edge of what is seen. Longer: `npm run prove -- crowd`.
import { describe, expect, test } from "vitest";
import { boundOf, playCrowd } from "../bench/crowd/crowd.ts";
import { FrameTally, Onlooker } from "../bench/crowd/onlooker.ts";
import { SimulatedServer } from "../bench/simulated/server.ts";
import type { World } from "../src/engine/world.ts";

const UNIT = 256;
const FRAME = 512;

describe("everybody in one spot", () => {
  test("the bound is that of the architecture's example", () => {
    expect([boundOf(200, 1), boundOf(80, 1), boundOf(999, 4)]).toEqual([4, 1, 5]);
  });

  test.each([
    [300, 1],
    [120, 1],
    [200, 4],
  ])(
    "H11 %i clients at %i frames a tick: no frame too large, nobody starves, nobody is forgotten",
    (clients, framesPerTick) => {
      const finding = playCrowd({ clients, framesPerTick, frames: 20_000, seed: 11 });
      expect(finding.faults).toEqual([]);
      expect(finding.frames).toBeGreaterThanOrEqual(20_000);
      expect(finding.largestBytes).toBeLessThanOrEqual(FRAME);
      expect(finding.mostBytes).toBeLessThanOrEqual(FRAME * framesPerTick);
      expect(finding.oldestTicks).toBeLessThanOrEqual(finding.boundTicks);
      expect(finding.waitedTicks).toBeLessThanOrEqual(finding.waitBoundTicks);
      expect(finding.cameAndWent).toBe(40);
      expect(finding.compared).toBeGreaterThan(clients * 60);
      const { clients: all } = finding;
      if (all > 80 * framesPerTick) expect(finding.incomplete).toBeGreaterThan(clients);
    },
  );
});

describe("everybody on the edge", () => {
  const RADIUS = 200;
  const LEAVE = 220;
  const MOVERS = 300;
  /** They go between these, which are inside and outside of both radii, in steps of 5. */
  const [INNER, OUTER, STEP] = [130, 230, 5];
  const TICKS = 240;

  /** By the rule: in at the radius, and out beyond the leave radius who was shown before. */
  function isSeen(world: World, mover: number, wasShown: boolean): boolean {
    const row = mover & 0xffff;
    const [x, y] = [world.posX(row) >> 3, world.posY(row) >> 3];
    return x * x + y * y <= ((wasShown ? LEAVE : RADIUS) * 32) ** 2;
  }

  /** World units, on a ray that no mover shares; 1/256 unit at last. */
  const ray = (i: number): readonly [number, number] => {
    const angle = (i / MOVERS) * 2 * Math.PI;
    return [Math.cos(angle), Math.sin(angle)];
  };

  test.each([1, 4])(
    "H10 300 go in and out at once, %i frames a tick: bytes bounded, the sets exact",
    (framesPerTick) => {
      const house = new SimulatedServer({
        AETHER_GATEWAY_FRAMES_PER_TICK: String(framesPerTick),
        AETHER_SESSION_GRACE_MS: "0",
        AETHER_ENGINE_CLIENT_SPAWN: "always",
      });
      const { world } = house.server;
      const tally = new FrameTally();
      const onlooker = new Onlooker(house.transport, tally);
      expect(onlooker.join(0, 0)).toBe(true);
      house.tick();
      const at = (i: number): { x: number; y: number } => {
        const [x, y] = ray(i);
        return { x: Math.round(x * OUTER * UNIT), y: Math.round(y * OUTER * UNIT) };
      };
      const own = { kind: 1, maxSpeed: 5 * UNIT, aoiRadius: RADIUS * 32, layer: 0 };
      const rest = { bank: -1, sequence: 0, visible: true, observer: false };
      const tickets = Array.from({ length: MOVERS }, (_, i) =>
        world.join({ ...own, ...rest, ...at(i) }),
      );
      house.tick();
      const movers = tickets.map((ticket) => world.joined(ticket));

      let shown = new Set<number>();
      let [whole, crossings, most, wholeWithAll] = [0, 0, 0, 0];
      const half = (OUTER - INNER) / STEP;
      for (let tick = 0; tick < TICKS; tick++) {
        const inwards = tick % (2 * half) < half;
        for (const [i, mover] of movers.entries()) {
          const [x, y] = ray(i);
          const step = (inwards ? -STEP : STEP) * 0.999 * UNIT;
          world.intent(mover, tick + 1, Math.round(x * step), Math.round(y * step));
        }
        onlooker.move(0, 0);
        house.tick();
        const before = shown;
        const seen = new Set(movers.filter((mover) => isSeen(world, mover, before.has(mover))));
        shown = new Set(onlooker.replica.ids.subarray(0, onlooker.replica.size));
        crossings += movers.filter((mover) => before.has(mover) !== shown.has(mover)).length;
        most = Math.max(most, onlooker.bytes);
        expect([...shown].filter((id) => !seen.has(id))).toEqual([]);
        if (onlooker.isIncomplete) continue;
        whole++;
        expect(shown.size).toBe(seen.size);
        if (seen.size === MOVERS) wholeWithAll++;
      }
      expect(tally.faults).toBe(0);
      expect(crossings).toBeGreaterThan(MOVERS * (framesPerTick === 4 ? 10 : 3));
      expect(whole).toBeGreaterThan(20);
      if (framesPerTick === 4) expect(wholeWithAll).toBeGreaterThan(20);
      expect(most).toBeLessThanOrEqual(framesPerTick * FRAME);
      expect(tally.largest).toBeLessThanOrEqual(FRAME);
    },
  );
});
