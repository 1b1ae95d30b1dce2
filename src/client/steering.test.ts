import { describe, expect, test } from "vitest";
import { randomOf } from "../../test/kernel/scenario.ts";
import { TWIN } from "./motion.ts";
import { Steering } from "./steering.ts";

const SPEED = 1280;

function taken(steering: Steering, limit = Infinity): [number, number] {
  steering.take(limit);
  return [steering.dx, steering.dy];
}

describe("rounding", () => {
  test("steps finer than 1/256 unit add up, in both directions", () => {
    const steering = new Steering();
    let [x, y] = [0, 0];
    for (let i = 0; i < 1000; i++) {
      steering.add(0.001, -0.0003);
      const [dx, dy] = taken(steering, SPEED);
      x += dx;
      y += dy;
    }
    expect([x, y]).toEqual([256, -77]);
  });

  test("what was cut leaves nothing behind", () => {
    const steering = new Steering();
    steering.add(5.001, 0);
    expect(taken(steering, SPEED)).toEqual([SPEED, 0]);
    expect(taken(steering, SPEED)).toEqual([0, 0]);
    steering.add(1e9, 0);
    expect(taken(steering)).toEqual([16777216, 0]);
    expect(taken(steering)).toEqual([0, 0]);
  });

  test("clear forgets what is wanted and what rounding left", () => {
    const steering = new Steering();
    steering.add(1.001, 1);
    steering.take(SPEED);
    steering.add(3, 3);
    steering.clear();
    expect(taken(steering)).toEqual([0, 0]);
  });
});

describe("the limit", () => {
  test("nothing taken is longer, however much is wanted, and the direction stays", () => {
    const steering = new Steering();
    const random = randomOf(5);
    let cut = 0;
    for (let i = 0; i < 20_000; i++) {
      const limit = Math.floor(random() * 16385);
      const [x, y] = [(random() * 2 - 1) * 10 ** (random() * 9 - 3), (random() * 2 - 1) * 40];
      steering.clear();
      steering.add(x, y);
      const [dx, dy] = taken(steering, limit);
      expect(TWIN.moveLength(dx, dy)).toBeLessThanOrEqual(limit);
      if (Math.hypot(x, y) * 256 <= limit + 2) continue;
      cut++;
      // As long as may be, and not aside of the way by more than rounding.
      expect(Math.hypot(dx, dy)).toBeGreaterThan(limit - 3);
      expect(Math.abs(dx * y - dy * x) / Math.hypot(x, y)).toBeLessThan(2);
    }
    expect(cut).toBeGreaterThan(5000);
  });

  test("of nothing nothing is taken", () => {
    const steering = new Steering();
    steering.add(1, 1);
    expect(taken(steering, 0)).toEqual([0, 0]);
  });
});
