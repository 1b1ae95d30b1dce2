import { beforeEach, describe, expect, test } from "vitest";
import { TWIN } from "./motion.ts";
import { OwnEntity } from "./own-entity.ts";
import type { WelcomeRules } from "./welcome.ts";

const ID = 0x10007;
const SPEED = 1280;
const BURST = 16;

const RULES: WelcomeRules = {
  tickMs: 25,
  minX: -25600,
  minY: -25600,
  maxX: 25600,
  maxY: 25600,
  unitsPerPosition: 256,
  unitsPerSight: 32,
  maxSpeed: SPEED,
  moveBurstTicks: BURST,
  aoiRadius: 6400,
  leaveRadius: 7040,
  maxVisible: 1024,
  windowTicks: 40,
  componentBytes: 0,
  rules: new Uint8Array(0),
};

let self: OwnEntity;
beforeEach(() => {
  self = new OwnEntity(TWIN);
  self.begin(ID, 100, -200, 7, RULES);
});

const predicted = () => [self.predictedX, self.predictedY];

describe("prediction", () => {
  test("is what the server said and all that was sent since", () => {
    self.sent(10, 0, 0);
    self.sent(0, -5, 25);
    expect([predicted(), self.pending]).toEqual([[110, -205], 2]);
    expect(self.confirm(8, 110, -200)).toBe(true);
    expect([predicted(), self.pending, self.trueX]).toEqual([[110, -205], 1, 110]);
    expect(self.confirm(9, 110, -205)).toBe(true);
    expect([predicted(), self.pending, self.ackSequence]).toEqual([[110, -205], 0, 9]);
  });

  test("what the server refused is taken back, what comes after it is applied again", () => {
    for (let i = 0; i < 3; i++) self.sent(10, 1, 0);
    expect(self.confirm(8, 100, -200)).toBe(false);
    expect([predicted(), self.pending]).toEqual([[120, -198], 2]);
    // From there on it is right again.
    expect(self.confirm(9, 110, -199)).toBe(true);
    expect(self.confirm(10, 120, -198)).toBe(true);
  });

  test("several intents may be acknowledged at once, and none", () => {
    for (let i = 0; i < 5; i++) self.sent(1, 0, 0);
    expect(self.confirm(7, 100, -200)).toBe(true);
    expect(self.confirm(11, 104, -200)).toBe(true);
    expect(self.pending).toBe(1);
  });

  test("the server may put it elsewhere without having been asked", () => {
    expect(self.confirm(7, 5000, 5000)).toBe(false);
    expect([predicted(), self.x, self.y]).toEqual([[5000, 5000], 5000 / 256, 5000 / 256]);
  });

  test("a ring of 256 is enough for what may be under way, over any number of intents", () => {
    for (let sequence = 8; sequence < 5000; sequence++) {
      self.sent(sequence % 3, 1 - (sequence % 2) * 2, 0);
      const lag = sequence - 200;
      if (lag <= 7) continue;
      const before = self.pending;
      // Where 200 intents before would have led is known only by having kept it.
      const x = 100 + sumOf(lag, (i) => i % 3);
      const y = -200 + sumOf(lag, (i) => 1 - (i % 2) * 2);
      expect(self.confirm(lag, x, y)).toBe(true);
      expect([before, self.pending]).toEqual([201, 200]);
    }
  });

  function sumOf(last: number, of: (sequence: number) => number): number {
    let sum = 0;
    for (let sequence = 8; sequence <= last; sequence++) sum += of(sequence);
    return sum;
  }
});

describe("bounds", () => {
  test("of a step that leaves the world what stays within is left", () => {
    self.confirm(7, 25500, -25600);
    expect([self.withinX(300), self.withinX(-300)]).toEqual([100, -300]);
    expect([self.withinY(-1), self.withinY(1)]).toEqual([0, 1]);
  });

  test("what is applied again is held within them too", () => {
    self.sent(1000, 0, 0);
    self.sent(1000, 0, 0);
    expect(self.confirm(8, 25000, 0)).toBe(false);
    expect(predicted()).toEqual([25600, 0]);
  });
});

describe("what may be sent", () => {
  test("as much as the bank holds, if all arrived at once", () => {
    for (let i = 0; i < BURST; i++) {
      expect(self.covers(SPEED, 0, 0)).toBe(true);
      self.sent(SPEED, 0, 0);
    }
    expect(self.covers(1, 0, 0)).toBe(false);
    self.confirm(8, 100 + SPEED, -200);
    expect(self.covers(SPEED, 0, 0)).toBe(true);
    expect(self.covers(SPEED, 1, 0)).toBe(false);
  });

  test("no more intents than a tick applies, however short", () => {
    for (let i = 0; i < 16; i++) self.sent(1, 0, 0);
    expect(self.covers(1, 0, 0)).toBe(false);
  });

  test("on a long way as much as is under way in any case, and a little more", () => {
    for (let i = 0; i < 24; i++) self.sent(SPEED, 0, 0);
    expect(self.covers(SPEED, 0, 475)).toBe(false);
    expect(self.covers(SPEED, 0, 525)).toBe(true);
  });
});

describe("after a loss", () => {
  beforeEach(() => {
    for (let i = 1; i <= 4; i++) self.sent(i, 0, 0);
  });

  test("what the server has not applied is sent again", () => {
    expect(self.takePending(9)).toEqual([
      { dx: 3, dy: 0 },
      { dx: 4, dy: 0 },
    ]);
    expect(self.pending).toBe(0);
  });

  test("all of it, where the server has gone back behind what it had acknowledged", () => {
    self.confirm(8, 101, -200);
    expect(self.takePending(3)).toHaveLength(3);
  });
});

test("it is shown on its way from one prediction to the next, within a tick", () => {
  self.sent(256, 0, 1000);
  const at = (ms: number) => {
    self.show(ms);
    return self.x * 256;
  };
  expect([at(1000), at(1012.5), at(1025), at(1100)]).toEqual([100, 228, 356, 356]);
  // The next one begins where that ended.
  self.sent(256, 0, 1025);
  expect([at(1025), at(1030)]).toEqual([356, 407.2]);
});
