import { beforeEach, describe, expect, test } from "vitest";
import { ToyServer, u16 } from "../../test/toy-server.ts";
import type { Line, Update } from "../../test/toy-server.ts";
import type { WelcomeRules } from "../client/welcome.ts";
import { BODY_HELLO, BODY_SPAWN } from "../protocol/decode.ts";
import { Fleet } from "./fleet.ts";
import { Histogram } from "./histogram.ts";
import type { Movement, Place, Step } from "./movement.ts";
import { Oracle } from "./oracle.ts";
import { WitnessLog } from "./witness-log.ts";

const INCOMPLETE = 4;
const MERGED = 8;
const AGENTS = 4;

const RULES: WelcomeRules = {
  ...{ tickMs: 25, minX: -256_000, minY: -256_000, maxX: 256_000, maxY: 256_000 },
  ...{ unitsPerPosition: 256, unitsPerSight: 32, maxSpeed: 1280, moveBurstTicks: 16 },
  ...{ aoiRadius: 6400, leaveRadius: 7040, maxVisible: 1024, windowTicks: 40, componentBytes: 0 },
  rules: new Uint8Array(0),
};

/** Agents 10 units apart, each walking east by `pace` a turn; both fields are the test's to set. */
class Row implements Movement {
  readonly agents = AGENTS;
  readonly lapMs = Infinity;
  readonly away = new Set<number>();
  pace = 1;
  visit(agent: number): number {
    return this.away.has(agent) ? -1 : 0;
  }
  start(agent: number, _ms: number, place: Place): void {
    place.x = agent * 10;
    place.y = 0;
  }
  step(_agent: number, _ms: number, _x: number, _y: number, _view: unknown, step: Step): void {
    step.dx = this.pace;
    step.dy = 0;
  }
}

let server: ToyServer;
let row: Row;
let fleet: Fleet;
let oracle: Oracle;
let differences: string[];
let nowMs: number;

function build(more: { corrupt?: boolean } = {}): void {
  server = new ToyServer();
  row = new Row();
  nowMs = 0;
  differences = [];
  fleet = new Fleet({
    ...{ url: "ws://toy", rules: RULES, movement: row, dial: server.dial },
    now: () => nowMs,
    ...{ log: new WitnessLog(), sampleTicks: 2, corrupt: more.corrupt ?? false },
    agents: Array.from({ length: AGENTS }, (_, agent) => agent),
  });
  oracle = new Oracle(AGENTS, RULES, (difference) => differences.push(difference));
  fleet.gather();
}

/** Turns and ticks; what was witnessed goes to the oracle after each. */
async function play(rounds: number, step = () => server.step()): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    // In steps of a millisecond, so that nobody is late.
    for (let ms = 0; ms < 25; ms++) {
      nowMs += 1;
      fleet.advance();
      await Promise.resolve();
      await Promise.resolve();
    }
    step();
    const { words, tick, maxTick } = fleet.testify();
    oracle.accept(words.slice());
    oracle.advance(Math.min(tick, maxTick - 5));
  }
}

const tally = () => fleet.tally(0);
const clean = { missing: 0, extra: 0, wrongPositions: 0, late: 0, strangers: 0 };

beforeEach(() => {
  build();
});

test("bots come, stand until it begins, walk, are checked, and leave", async () => {
  await play(10);
  expect(fleet.areGathered).toBe(true);
  expect(tally().counts).toMatchObject({ joins: AGENTS, intents: 0 });
  expect(server.lines[0]?.heard.slice(0, 2)).toEqual([BODY_HELLO, BODY_SPAWN]);
  fleet.begin(nowMs);
  await play(100);
  const { counts, model } = tally();
  expect(counts.intents).toBeGreaterThan(AGENTS * 95);
  expect(model.applied).toBeGreaterThan(AGENTS * 95);
  expect(oracle.figures).toMatchObject({ ...clean, merged: 0 });
  expect(oracle.figures.views).toBeGreaterThan(AGENTS * 45);
  fleet.end();
  await play(4);
  expect(fleet.areAway).toBe(true);
  const { findings, counts: last } = tally();
  expect([findings, differences]).toEqual([[], []]);
  expect(last).toMatchObject({ leaves: AGENTS, losses: 0, protocolFaults: 0, refusals: 0 });
  expect(last.rateMin).toBeGreaterThan(39);
  expect(tally().acknowledged.some((cell) => cell > 0)).toBe(true);
  expect(tally().neighbour.some((cell) => cell > 0)).toBe(true);
});

/** How often each was timed. */
function timed() {
  const { lateness, acknowledged, neighbour } = tally();
  const count = (cells: Float64Array) => new Histogram(cells).count;
  return {
    lateness: count(lateness),
    acknowledged: count(acknowledged),
    neighbour: count(neighbour),
  };
}

test("times that were taken before all is warm do not count", async () => {
  await play(10);
  fleet.begin(nowMs);
  await play(50);
  expect(timed().acknowledged).toBeGreaterThan(100);
  fleet.warmedUp();
  expect(timed()).toEqual({ lateness: 0, acknowledged: 0, neighbour: 0 });
  await play(50);
  expect(timed().acknowledged).toBeGreaterThan(100);
});

test("an agent that goes leaves and comes again as somebody new", async () => {
  await play(10);
  fleet.begin(nowMs);
  await play(10);
  row.away.add(2);
  await play(60);
  expect([fleet.playing, server.lines.length]).toEqual([3, 3]);
  row.away.delete(2);
  await play(30);
  expect(fleet.playing).toBe(4);
  expect(tally().counts).toMatchObject({ joins: 5, leaves: 1, losses: 0 });
  expect(oracle.figures).toMatchObject(clean);
});

test("who is refused or cut off comes again after a while, and it is counted", async () => {
  server.refuses = true;
  await play(3);
  server.refuses = false;
  await play(12);
  expect(tally().counts).toMatchObject({ refusals: AGENTS, joins: AGENTS });
  server.cut(server.lines[1]!, 4009, "too slow");
  expect(fleet.playing).toBe(3);
  await play(12);
  expect(fleet.playing).toBe(4);
  expect(tally().counts).toMatchObject({ losses: 1, joins: 5 });
  expect(tally().findings.join()).toMatch(/lost its connection: 4009 too slow/);
  expect(oracle.figures).toMatchObject(clean);
});

test("who is put off asks again after the time that it was told, on its connection", async () => {
  server.retryAfterMs = 6000;
  await play(20);
  expect(tally().counts).toMatchObject({ putOffs: AGENTS, joins: 0, errors: 0 });
  // Longer than a connection may otherwise take to be in the world.
  await play(210);
  server.retryAfterMs = 0;
  expect(tally().counts).toMatchObject({ dials: AGENTS, putOffs: AGENTS });
  await play(20);
  expect(tally().counts).toMatchObject({ dials: AGENTS, joins: AGENTS, refusals: 0, errors: 0 });
  const asked = server.lines.map(({ heard }) => heard.filter((kind) => kind === BODY_SPAWN).length);
  expect(asked).toEqual([2, 2, 2, 2]);
});

test("who is put off does not wait when all is over", async () => {
  server.retryAfterMs = 60_000;
  await play(20);
  fleet.end();
  await play(4);
  expect(fleet.areAway).toBe(true);
  expect(tally().counts).toMatchObject({ putOffs: AGENTS, errors: 0, joins: 0 });
});

test("ticks that the server skipped for one are not compared, nor is it where it was", async () => {
  await play(10);
  fleet.begin(nowMs);
  await play(10);
  const slow = server.lines[0]!;
  for (let i = 0; i < 9; i++) await play(1, () => server.step(0, [slow]));
  await play(1, () => server.step(MERGED));
  await play(20);
  expect(tally().model).toMatchObject({ resyncs: 1, differences: 0 });
  expect(oracle.figures).toMatchObject(clean);
  expect(oracle.figures.merged).toBeGreaterThan(0);
  expect(oracle.figures.uncertain).toBeGreaterThan(0);
});

test("incomplete ticks are counted one by one, at the join and in silence as well", async () => {
  await play(3, () => server.step(INCOMPLETE));
  // An agent that joins in a tick hears of the next one first.
  const joined = tally().counts.incompleteTicks;
  expect(joined).toBeGreaterThan(0);
  await play(7);
  await play(6, () => server.step(INCOMPLETE));
  const [slow] = server.lines;
  for (let i = 0; i < 3; i++) await play(1, () => server.step(INCOMPLETE, [slow!]));
  await play(10);
  const { counts } = tally();
  expect(counts.incompleteTicks).toBe(joined + AGENTS * 9);
  expect(counts.incompleteRun).toBe(9);
  expect(counts.ticks).toBeLessThanOrEqual(AGENTS * 29);
  expect(counts.ticks).toBeGreaterThan(AGENTS * 25);
  // Every second view was sampled: by those it would have been half of them.
  expect(oracle.figures.incompleteRun).toBeLessThan(6);
});

test("who leaves and comes again begins a new run of incomplete ticks", async () => {
  await play(10);
  await play(3, () => server.step(INCOMPLETE));
  for (const agent of [0, 1, 2, 3]) row.away.add(agent);
  await play(3, () => server.step(INCOMPLETE));
  row.away.clear();
  await play(4, () => server.step(INCOMPLETE));
  await play(10);
  expect(tally().counts.joins).toBe(2 * AGENTS);
  expect(tally().counts.incompleteRun).toBeLessThan(6);
});

test("steps finer than 1/256 unit add up, and the model knows what was sent", async () => {
  row.pace = 0.0019;
  await play(10);
  fleet.begin(nowMs);
  await play(100);
  const { counts, model, findings } = tally();
  expect(counts.intents).toBeGreaterThan(AGENTS * 95);
  expect([model.differences, findings]).toEqual([0, []]);
  for (const line of server.lines) {
    // Agents start 10 units apart.
    const walked = line.x % 2560;
    expect(walked).toBe(Math.floor(line.sequence * 0.0019 * 256 + 0.5));
    expect(walked).toBeGreaterThan(40);
  }
});

test("the oracle does not wait for ever for one that hears nothing", async () => {
  await play(10);
  fleet.begin(nowMs);
  await play(10);
  const deaf = server.lines[3]!;
  for (let i = 0; i < 140; i++) await play(1, () => server.step(0, [deaf]));
  expect(tally().counts.silences).toBe(1);
  expect(oracle.figures.ticks).toBeGreaterThan(140);
  await play(1, () => server.step(MERGED));
  await play(20);
  expect(tally().counts.silences).toBe(1);
  expect(oracle.figures).toMatchObject(clean);
});

describe("finds", () => {
  test("its own corruption, once", async () => {
    build({ corrupt: true });
    await play(10);
    fleet.begin(nowMs);
    await play(120);
    expect(oracle.figures).toMatchObject({ ...clean, wrongPositions: 1 });
    expect(tally().counts.corrupted).toBe(1);
  });

  test("a record that the server sent wrongly", async () => {
    await play(10);
    fleet.begin(nowMs);
    await play(10);
    const spoil = (aoi: Update, line: Line): void => {
      if (line === server.lines[0]) aoi.moved[2]! ^= 1;
    };
    await play(2, () => server.step(0, [], spoil));
    await play(10);
    expect(oracle.figures).toMatchObject({ ...clean, wrongPositions: 1 });
  });

  test("an own position that the rule does not give", async () => {
    await play(10);
    fleet.begin(nowMs);
    await play(10);
    server.lines[1]!.x += 1;
    await play(10);
    expect(tally().model.differences).toBe(1);
    expect(tally().findings[0]).toMatch(/^bot \d: tick .* the server says/);
  });

  test("an entity that is taken away, and one that nobody knows", async () => {
    await play(10);
    fleet.begin(nowMs);
    await play(20);
    const [one, other] = server.lines;
    await play(1, () =>
      server.step(0, [], (aoi, line) => {
        if (line === one) aoi.left = Uint8Array.from(u16(other!.id & 0xffff));
        if (line === other) aoi.entered = [{ alias: 9, id: 9, kind: 0, x: 0, y: 0 }];
      }),
    );
    await play(12);
    expect(oracle.figures.missing).toBeGreaterThan(0);
    expect(oracle.figures.strangers).toBeGreaterThan(0);
    expect(differences[0]).toMatch(/is missing$/);
  });

  test("frames above 512 bytes", async () => {
    await play(10);
    const entered = Array.from({ length: 90 }, (_, i) => ({ alias: 100 + i, id: 100 + i }));
    await play(1, () => server.step(0, [], (aoi) => (aoi.entered = entered)));
    expect(tally().counts).toMatchObject({ oversize: AGENTS, protocolFaults: 0 });
    expect(tally().counts.frameMax).toBeGreaterThan(512);
  });
});
