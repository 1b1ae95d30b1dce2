import { beforeEach, describe, expect, test } from "vitest";
import type { SocketEvents } from "../client/socket.ts";
import type { WelcomeRules } from "../client/welcome.ts";
import {
  BODY_HELLO,
  BODY_LEAVE,
  BODY_MOVE,
  BODY_SPAWN,
  ClientDecoder,
} from "../protocol/decode.ts";
import { aether } from "../protocol/schema.ts";
import { Fleet } from "./fleet.ts";
import type { Movement, Place, Step } from "./movement.ts";
import { Oracle } from "./oracle.ts";
import type { SocketTap } from "./socket.ts";
import { WitnessLog } from "./witness-log.ts";

const LAST = 1;
const RESET = 2;
const INCOMPLETE = 4;
const MERGED = 8;
const AGENTS = 4;

const RULES: WelcomeRules = {
  ...{ tickMs: 25, minX: -256_000, minY: -256_000, maxX: 256_000, maxY: 256_000 },
  ...{ unitsPerPosition: 256, unitsPerSight: 32, maxSpeed: 1280, moveBurstTicks: 16 },
  ...{ aoiRadius: 6400, leaveRadius: 7040, maxVisible: 1024, windowTicks: 40 },
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

interface Line {
  readonly events: SocketEvents;
  readonly tap: SocketTap;
  readonly heard: number[];
  readonly shown: Map<number, number>;
  /** 0 = not in the world; what was asked for is granted in the next tick. */
  id: number;
  isWaiting: boolean;
  x: number;
  sequence: number;
}

/** A server in which everybody sees everybody; an entity's alias is its id's low half. */
class ToyServer {
  readonly lines: Line[] = [];
  tick = 500;
  refuses = false;
  private nextId = 65_537;
  private readonly decoder = new ClientDecoder();

  readonly dial = (_url: string, events: SocketEvents, tap: SocketTap) => {
    const shown = new Map<number, number>();
    const line: Line = {
      ...{ events, tap, heard: [], shown, id: 0, isWaiting: false, x: 0, sequence: 0 },
    };
    queueMicrotask(() => {
      if (this.refuses) events.close(1006, "the server answered 503");
      else {
        this.lines.push(line);
        events.open();
      }
    });
    return {
      send: (bytes: Uint8Array) => {
        this.hear(line, bytes);
      },
      close: (code = 1000, reason = "") => {
        this.cut(line, code, reason);
      },
    };
  };

  cut(line: Line, code: number, reason: string): void {
    this.lines.splice(this.lines.indexOf(line), 1);
    line.events.close(code, reason);
  }

  /** One tick. `deaf` are sent nothing; `spoil` changes a message before it goes out. */
  step(flags = 0, deaf: readonly Line[] = [], spoil?: (aoi: Update, line: Line) => void): void {
    this.tick += 1;
    const { tick } = this;
    const players = this.lines.filter((line) => line.id !== 0);
    const joining = this.lines.filter((line) => line.isWaiting);
    for (const line of joining) line.id = this.nextId++;
    for (const line of players) {
      if (deaf.includes(line)) continue;
      const aoi = this.update(line, flags);
      spoil?.(aoi, line);
      this.send(line, { aoi });
    }
    for (const line of joining) {
      line.isWaiting = false;
      this.send(line, { welcome: { session: "s", tick, entity_id: line.id, x: line.x } });
    }
  }

  private update(line: Line, flags: number): Update {
    const others = this.lines.filter((other) => other !== line && other.id !== 0);
    const alias = (id: number): number => id & 0xffff;
    const entered = others
      .filter((other) => !line.shown.has(other.id))
      .map((other) => ({ alias: alias(other.id), id: other.id, kind: 0, x: other.x >> 3, y: 0 }));
    const moved = others
      .filter((other) => line.shown.has(other.id) && line.shown.get(other.id) !== other.x)
      .flatMap((other) => u16(alias(other.id), other.x >> 3, 0));
    const left = [...line.shown.keys()].filter((id) => !others.some((other) => other.id === id));
    const isFirst = line.shown.size === 0 && line.sequence === 0;
    line.shown.clear();
    for (const other of others) line.shown.set(other.id, other.x);
    return {
      ...{ tick: this.tick, ack_sequence: line.sequence, self_x: line.x, self_y: 0 },
      flags: LAST | flags | (isFirst ? RESET : 0),
      moved: Uint8Array.from(moved),
      left: Uint8Array.from(left.flatMap((id) => u16(alias(id)))),
      entered,
    };
  }

  private send(line: Line, message: aether.ServerMessage.$Properties): void {
    const bytes = aether.ServerMessage.encode(aether.ServerMessage.create(message)).finish();
    line.tap.frame(bytes);
    line.events.message(bytes);
  }

  private hear(line: Line, bytes: Uint8Array): void {
    const { decoder } = this;
    const kind = decoder.decode(bytes);
    line.heard.push(kind);
    if (kind === BODY_HELLO) this.send(line, { welcome: { session: "s", tick: this.tick } });
    else if (kind === BODY_SPAWN) {
      line.isWaiting = true;
      line.x = decoder.spawnX * 256;
    } else if (kind === BODY_MOVE) {
      line.sequence = decoder.moveSequence;
      line.x += Math.round(decoder.moveDeltaX * 256);
    } else if (kind === BODY_LEAVE) this.cut(line, 1000, "left");
  }
}

interface Update extends aether.AoiUpdate.$Properties {
  moved: Uint8Array;
}

function u16(...values: number[]): number[] {
  return values.flatMap((value) => [value & 0xff, (value >> 8) & 0xff]);
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
