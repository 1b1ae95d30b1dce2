// Steering and traits at their limits; the random ones are in the scenarios.
import * as layout from "#layout";
import { describe, expect, test } from "vitest";
import { randomOf } from "./scenario.ts";
import { Story } from "./story.ts";

const UNIT = 256;
const SPEED = 5 * UNIT;

describe("steering", () => {
  test("a move is as long as it was asked for up to the speed, and never longer", () => {
    const story = new Story();
    story.add(0, 0, { observer: false });
    const [id = 0] = story.tick();
    const random = randomOf(4);
    for (let t = 0; t < 400; t++) {
      story.put(id, 0, 0);
      const far = 2 ** (t % 31);
      const [dx = 0, dy = 0] = Int32Array.of((random() * 2 - 1) * far, (random() * 2 - 1) * far);
      story.steer(id, dx, dy);
      story.tick();
      const [x, y] = [story.world.posX(id & 65535), story.world.posY(id & 65535)];
      const asked = Math.hypot(dx, dy);
      if (asked <= SPEED) expect([x, y]).toEqual([dx, dy]);
      else {
        expect(x ** 2 + y ** 2).toBeLessThanOrEqual(SPEED ** 2);
        expect(Math.hypot(x, y)).toBeGreaterThan(SPEED - 3);
        // the direction: how far the end lies beside the line that was asked for
        expect(Math.abs(x * dy - y * dx) / asked).toBeLessThan(2);
      }
    }
  });

  test("costs no bank, takes no sequence, is corrected to nobody, and stops at the border", () => {
    const story = new Story({}, 60);
    story.add(55, 0);
    const [id = 0] = story.tick();
    const row = id & 65535;
    const bank = story.world.bank(row);
    for (let t = 0; t < 3; t++) {
      story.steer(id, 4 * UNIT, 3 * UNIT);
      story.tick();
      expect(story.world.corrections.count).toBe(0);
    }
    expect([story.world.posX(row), story.world.posY(row)]).toEqual([60 * UNIT, 9 * UNIT]);
    expect([story.world.bank(row), story.world.sequence(row)]).toEqual([bank, 0]);
  });

  test("the dead are not moved, and nobody has their row moved instead", () => {
    const story = new Story({ maxEntities: 1 });
    story.add(0, 0);
    const [old = 0] = story.tick();
    story.leave(old);
    story.tick();
    story.add(0, 0);
    story.tick();
    for (const w of story.worlds) w.steer(old, UNIT, UNIT);
    for (const w of story.worlds) w.setTraits(old, 0, 0);
    story.tick();
    expect([story.world.posX(0), story.world.maxSpeed(0)]).toEqual([0, SPEED]);
  });
});

describe("traits", () => {
  test("a bank is refilled at the speed of its time, and holds what the new speed lets it", () => {
    const story = new Story();
    story.add(0, 0, { bank: 0 });
    const [id = 0] = story.tick();
    const row = id & 65535;
    story.tick(3);
    story.setTraits(id, 2 * SPEED, 6400);
    story.tick();
    expect(story.world.bank(row)).toBe(4 * SPEED);
    story.tick(2);
    story.setTraits(id, SPEED / 8, 6400);
    story.tick();
    expect(story.world.bank(row)).toBe((SPEED / 8) * story.rules.burstTicks);
  });

  test("limits are those of a join", () => {
    const story = new Story();
    story.add(0, 0);
    const [id = 0] = story.tick();
    story.setTraits(id, 1e6, 1e6);
    story.tick();
    const { world } = story;
    expect([world.maxSpeed(id & 65535), world.aoiRadius(id & 65535)]).toEqual([
      layout.DELTA_MAX,
      story.rules.aoiRadius,
    ]);
    story.setTraits(id, -5, -5);
    story.tick();
    expect([world.maxSpeed(id & 65535), world.aoiRadius(id & 65535)]).toEqual([0, 0]);
  });

  test("a view follows its radius: who is beyond leaves, who is within enters", () => {
    const story = new Story();
    story.add(0, 0);
    for (const x of [10, 20, 30, 40]) story.add(x, 0, { observer: false });
    const [id = 0] = story.tick();
    const told = (): number => story.world.toldCount(id & 65535);
    expect(told()).toBe(4);
    for (const [units, count] of [
      [28, 3], // 30 is within the leave radius of 28
      [10, 1],
      [0, 0],
      [35, 3],
    ] as const) {
      story.setTraits(id, SPEED, units * 32);
      story.tick();
      expect(told(), `${String(units)} units`).toBe(count);
    }
  });
});
