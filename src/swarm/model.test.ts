import { expect, test } from "vitest";
import { emptyModelFigures, MovementModel } from "./model.ts";

const RULES = {
  minX: -256_000,
  minY: -256_000,
  maxX: 256_000,
  maxY: 256_000,
  maxSpeed: 1280,
  moveBurstTicks: 16,
};
const FULL = 1280 * 16;
const UNIT = 256;

function setUp(x = 0, y = 0) {
  const figures = emptyModelFigures();
  const differences: string[] = [];
  const start = { x, y, tick: 100, sequence: 0 };
  const model = new MovementModel(RULES, start, figures, (what) => differences.push(what));
  return { model, figures, differences };
}

test("an intent moves by its rounded delta when it is acknowledged", () => {
  const { model, differences } = setUp();
  model.sent(1, 3.001, -2);
  expect([model.predictedX, model.predictedY]).toEqual([768, -512]);
  model.settle(101, 1, 768, -512, false);
  expect(differences).toEqual([]);
  expect([model.x, model.y, model.predictedX]).toEqual([768, -512, 768]);
});

test.each([
  [0.001953125, 1], // 1/512 rounds up
  [-0.001953125, 0], // -1/512 rounds up as well: floor(v + 0.5)
  [-0, 0],
  [0.0019, 0],
  [16777217 / 2 ** 22, 1024], // no 32-bit float: it is 4
])("%d units are %i of 1/256", (delta, expected) => {
  const { model, differences } = setUp();
  model.sent(1, delta, 0);
  model.settle(101, 1, expected, 0, false);
  expect(differences).toEqual([]);
});

test("a position that the rule does not give is found once, and not carried on", () => {
  const { model, figures, differences } = setUp();
  model.sent(1, 1, 0);
  model.settle(101, 1, UNIT + 1, 0, false);
  expect(differences).toHaveLength(1);
  expect(differences[0]).toContain("257,0");
  model.sent(2, 1, 0);
  model.settle(102, 2, 2 * UNIT + 1, 0, false);
  expect(figures.differences).toBe(1);
});

test("the bank: what it holds is applied, the next is refused whole, it refills by ticks", () => {
  const { model, figures, differences } = setUp();
  // 80 units in the bank and one tick's 5 are not added: it was full.
  model.sent(1, 64, 0);
  model.sent(2, 21.004, 0); // 64 + 21.004 > 80
  model.settle(101, 2, 64 * UNIT, 0, false);
  expect(figures).toMatchObject({ applied: 1, overBank: 1 });
  model.correction(64 * UNIT, 0, 2);
  // 16 left, 5 come with the tick: 21 exactly.
  model.sent(3, 21, 0);
  model.settle(102, 3, 85 * UNIT, 0, false);
  // 0 left: after three ticks 15.
  model.sent(4, 15.004, 0);
  model.sent(5, 15, 0);
  model.settle(105, 5, 100 * UNIT, 0, false);
  model.correction(100 * UNIT, 0, 5);
  expect(differences).toEqual([]);
  expect(figures).toMatchObject({ applied: 3, overBank: 2, corrections: 2 });
});

test("the length is rounded up", () => {
  const { model, figures } = setUp();
  // 1 x 1 of 1/256 is 1.41..: it costs 2. Empty the bank but for one.
  model.sent(1, (FULL - 1) / 2 / UNIT, 0);
  model.sent(2, Math.ceil((FULL - 1) / 2 - 0.5) / UNIT, 0);
  const x = Math.floor((FULL - 1) / 2 + 0.5) + Math.ceil((FULL - 1) / 2 - 0.5);
  expect(x).toBe(FULL - 1);
  model.sent(3, 1 / UNIT, 1 / UNIT);
  model.settle(101, 3, x, 0, false);
  expect(figures).toMatchObject({ applied: 2, overBank: 1, differences: 0 });
});

test("sixteen intents in a tick, the rest is over the rate", () => {
  const { model, figures, differences } = setUp();
  for (let sequence = 1; sequence <= 18; sequence++) model.sent(sequence, 1, 0);
  model.settle(101, 18, 16 * UNIT, 0, false);
  expect(figures).toMatchObject({ applied: 16, overRate: 2 });
  model.correction(16 * UNIT, 0, 18);
  model.settle(102, 18, 16 * UNIT, 0, false);
  expect(differences).toEqual([]);
});

test("the border clips, the bank pays the whole length, and a Correction is due", () => {
  const { model, figures, differences } = setUp(RULES.maxX - UNIT, 0);
  model.sent(1, 3, 4);
  model.settle(101, 1, RULES.maxX, 4 * UNIT, false);
  expect(figures.clipped).toBe(1);
  expect(differences).toEqual([]);
  for (let tick = 102; tick <= 142; tick++) model.settle(tick, 1, RULES.maxX, 4 * UNIT, false);
  expect(differences).toEqual(["sequence 1: the rule asks for a Correction, none came"]);
});

test("steps above 64 units are cut to 64 and corrected", () => {
  const { model, figures, differences } = setUp();
  model.sent(1, 64.001, 0);
  model.settle(101, 1, 64 * UNIT, 0, false);
  model.correction(64 * UNIT, 0, 1);
  expect(figures).toMatchObject({ clipped: 1, corrections: 1 });
  expect(differences).toEqual([]);
});

test("a Correction nobody can explain is found, before its update or after", () => {
  const { model, differences } = setUp();
  model.correction(5, 5, 0);
  model.settle(101, 0, 0, 0, false);
  expect(differences).toEqual(["sequence 0: a Correction that the rule does not explain"]);
});

test("a Correction that comes before its update fits as well; a wrong one does not", () => {
  const { model, figures, differences } = setUp(RULES.maxX, 0);
  model.sent(1, 1, 0);
  model.correction(RULES.maxX, 0, 1);
  model.settle(101, 1, RULES.maxX, 0, false);
  expect(figures.corrections).toBe(1);
  model.sent(2, 1, 0);
  model.settle(102, 2, RULES.maxX, 0, false);
  model.correction(RULES.maxX - 1, 0, 2);
  expect(differences).toHaveLength(1);
});

test("after skipped ticks the server's word is taken, until the bank is surely full again", () => {
  const { model, figures, differences } = setUp();
  model.sent(1, 60, 0);
  model.sent(2, 60, 0);
  model.settle(110, 2, 120 * UNIT, 0, true);
  expect(figures.resyncs).toBe(1);
  model.correction(120 * UNIT, 0, 2);
  model.sent(3, 5, 0);
  model.settle(111, 3, 125 * UNIT, 0, false);
  expect(figures).toMatchObject({ open: 0, applied: 1 });
  model.sent(4, 60, 0); // may be covered or not
  model.settle(112, 4, 125 * UNIT, 0, false);
  expect(figures.open).toBe(1);
  // Sixteen ticks later the bank is full whatever it was.
  model.sent(5, 60, 0);
  model.settle(128, 5, 125 * UNIT, 0, false);
  expect(differences).toHaveLength(1);
});

test("an acknowledgement of what was never sent is found", () => {
  const { model, figures } = setUp();
  model.settle(101, 1, 0, 0, false);
  expect(figures.differences).toBe(1);
});

test("it says when too many intents await an answer", () => {
  const { model } = setUp();
  for (let sequence = 1; sequence <= 256; sequence++) {
    expect(model.hasRoom).toBe(true);
    model.sent(sequence, 0, 0);
  }
  expect(model.hasRoom).toBe(false);
});

test("Corrections that wait without end are counted, and none is dropped in silence", () => {
  const { model, figures } = setUp(RULES.maxX, 0);
  for (let sequence = 1; sequence <= 17; sequence++) {
    model.sent(sequence, 1, 0);
    model.correction(RULES.maxX, 0, sequence);
  }
  expect(figures.unchecked).toBe(1);
});
