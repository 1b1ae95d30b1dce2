// Random worlds to drive a kernel through: what happens in one tick, drawn from a seed.
import { BRUTE_ROWS } from "#layout";
import type { JoinSpec, WorldRules } from "../../src/engine/rules.ts";

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for tests. */
export function randomOf(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const UNIT = 256;

export function rules(half: number, over: Partial<WorldRules> = {}): WorldRules {
  return {
    minX: -half * UNIT,
    minY: -half * UNIT,
    maxX: half * UNIT,
    maxY: half * UNIT,
    maxSpeed: 5 * UNIT,
    burstTicks: 16,
    aoiRadius: 200 * 32,
    hysteresisPermille: 100,
    maxEntities: 400,
    maxVisible: 1024,
    framesPerTick: 8,
    componentBytes: 0,
    index: "quadtree",
    seed: 7,
    ...over,
  };
}

/** An entity at the origin that sees and is seen as far as the rules say, with a full bank. */
export function joinSpec({ aoiRadius, maxSpeed }: WorldRules): JoinSpec {
  return {
    ...{ kind: 1, x: 0, y: 0, maxSpeed, aoiRadius, layer: 0 },
    ...{ observer: true, visible: true, bank: -1, sequence: 0 },
  };
}

/** How one world is lived in; chances are per tick, or per entity and tick. */
export interface Scenario {
  readonly name: string;
  readonly rules: WorldRules;
  readonly population: number;
  readonly join: number;
  readonly leave: number;
  readonly teleport: number;
  readonly move: number;
  /** Ticks of intents that arrive at once, at most. */
  readonly burst: number;
  /** Largest delta asked for, position units. */
  readonly delta: number;
  /** Of that, what everybody goes slantwise, on a course of its own that it keeps for 16 ticks. */
  readonly drift: number;
  /** Half the width of the square in which newcomers appear, world units. */
  readonly home: number;
  /** Likewise for those that are teleported. */
  readonly away: number;
  /** Chance that an observer's view is asked for again, per tick. */
  readonly reset: number;
  /** Chance that an observer's window closes, per tick. */
  readonly stall: number;
  /** For how many ticks, at most. */
  readonly stallTicks: number;
  /** Layers in use. */
  readonly layers: number;
  /** Chance that most are teleported to one place at once, per tick. */
  readonly exodus: number;
  /** Chance that the index is made anew from outside, before the step and after it. */
  readonly rebuild: number;
  /** Chance that the clock goes on without ticks, per tick. */
  readonly skip: number;
  /** Chance that observers are from now on told more or less, per tick. */
  readonly thin: number;
  /** Chance that components are written, per entity and tick. */
  readonly write: number;
  /** Chance that the server moves it, per entity and tick. */
  readonly steer: number;
  /** Chance that it becomes faster or slower, and sees farther or less far; likewise. */
  readonly traits: number;
}

const CALM: Scenario = {
  name: "a plain crowd",
  rules: rules(1000),
  population: 50,
  join: 0.3,
  leave: 0.2,
  teleport: 0.002,
  move: 0.9,
  burst: 1,
  delta: 5 * UNIT,
  drift: 0,
  home: 400,
  away: 600,
  reset: 0.005,
  stall: 0.01,
  stallTicks: 40,
  layers: 1,
  exodus: 0,
  rebuild: 0.01,
  skip: 0,
  thin: 0,
  write: 0,
  steer: 0,
  traits: 0,
};

export const SCENARIOS: readonly Scenario[] = [
  CALM,
  { ...CALM, name: "wobble on the edge", delta: 40, home: 145, join: 0, leave: 0, population: 40 },
  { ...CALM, name: "at the border", home: 1000, rules: rules(60), delta: 64 * UNIT },
  { ...CALM, name: "bursts and cheats", burst: 20, delta: 90 * UNIT, move: 0.5, home: 300 },
  { ...CALM, name: "a sparse world", rules: rules(6000), home: 6000, population: 100 },
  { ...CALM, name: "a huge world", rules: rules(1000000), home: 3000, teleport: 0.02 },
  {
    ...CALM,
    name: "bounds that are no multiples of a sight unit, a power of two apart",
    rules: { ...rules(1024), minX: -1024 * UNIT + 3, minY: -1024 * UNIT + 3 },
    home: 1100,
    away: 1100,
    teleport: 0.02,
    population: 120,
  },
  { ...CALM, name: "churn and teleports", join: 4, leave: 4, teleport: 0.05, home: 500 },
  {
    ...CALM,
    name: "few rows, used again",
    join: 3,
    leave: 3,
    rules: rules(300, { maxEntities: 9 }),
  },
  { ...CALM, name: "layers", layers: 3, teleport: 0.01 },
  {
    ...CALM,
    name: "all in one point, one frame",
    rules: rules(1000, { framesPerTick: 1 }),
    population: 120,
    home: 0,
    delta: 2 * UNIT,
    join: 0.5,
  },
  {
    ...CALM,
    name: "more than may be seen",
    rules: rules(1000, { maxVisible: 20, framesPerTick: 1 }),
    population: 50,
    home: 100,
  },
  { ...CALM, name: "slow clients", stall: 0.3, home: 300 },
  {
    ...CALM,
    name: "a crowd left at once",
    rules: rules(1000, { framesPerTick: 1 }),
    population: 180,
    home: 20,
    away: 900,
    teleport: 0.0004,
    join: 2,
    leave: 0,
    delta: 256,
  },
  { ...CALM, name: "brute force", rules: rules(1000, { index: "brute" }) },
  {
    ...CALM,
    name: "brute force with churn, teleports and slow clients",
    rules: rules(1000, { index: "brute", maxVisible: 30, framesPerTick: 1 }),
    join: 3,
    leave: 3,
    teleport: 0.03,
    stall: 0.1,
    home: 300,
  },
  {
    ...CALM,
    name: "brute force and back to the quadtree",
    rules: rules(1000, { index: "auto" }),
    population: BRUTE_ROWS + 32,
    join: 3,
    leave: 3,
    stall: 0.05,
  },
  {
    ...CALM,
    name: "everybody on the way",
    population: 250,
    join: 0.5,
    leave: 0.5,
    move: 1,
    home: 900,
    away: 900,
    stall: 0.05,
  },
  {
    ...CALM,
    name: "small areas, leaves far apart",
    rules: rules(1000, { aoiRadius: 50 * 32, hysteresisPermille: 0 }),
    population: 220,
    join: 0.5,
    leave: 0.5,
    move: 1,
    delta: 1 * UNIT,
    drift: 3 * UNIT,
    home: 700,
    teleport: 0,
  },
  {
    ...CALM,
    name: "no margin",
    rules: rules(1000, { maxSpeed: 1, hysteresisPermille: 0 }),
    population: 150,
    home: 600,
    delta: 2,
    teleport: 0.02,
  },
  {
    ...CALM,
    name: "as fast and as far as may be",
    rules: rules(3000, { maxSpeed: 64 * UNIT, aoiRadius: 349 * 32, burstTicks: 4 }),
    population: 200,
    move: 1,
    delta: 64 * UNIT,
    home: 1500,
    away: 3000,
    stall: 0.05,
  },
  {
    ...CALM,
    name: "clients that stop for long while rows are used again",
    rules: rules(1000, { maxEntities: 160 }),
    population: 150,
    join: 2,
    leave: 2,
    teleport: 0.01,
    stall: 0.02,
    stallTicks: 400,
    home: 500,
  },
  {
    ...CALM,
    name: "most go somewhere else at once",
    population: 200,
    join: 3,
    leave: 1,
    home: 900,
    away: 900,
    stall: 0.05,
    exodus: 0.03,
    reset: 0.05,
  },
  {
    ...CALM,
    name: "another index every few ticks",
    rules: rules(1000, { index: "auto", maxEntities: BRUTE_ROWS + 10 }),
    population: BRUTE_ROWS + 8,
    join: 8,
    leave: 7.8,
    stall: 0.1,
    exodus: 0.02,
    rebuild: 0.3,
  },
  {
    ...CALM,
    name: "brute force over all that 16 bits tell apart",
    rules: { ...rules(1000, { index: "brute" }), maxX: -1000 * UNIT + 65534 * 8 + 7 },
    home: 1100,
    away: 1100,
    teleport: 0.03,
    move: 1,
  },
  {
    ...CALM,
    name: "the nearest few, asked for again and again",
    rules: rules(1000, { maxVisible: 12, maxEntities: 65535 }),
    population: 120,
    home: 250,
    reset: 0.05,
    stall: 0.05,
    rebuild: 0.1,
    layers: 2,
  },
  {
    ...CALM,
    name: "updates thinned to and fro",
    population: 150,
    home: 200,
    join: 2,
    leave: 2,
    teleport: 0.01,
    reset: 0.02,
    stall: 0.05,
    rebuild: 0.05,
    thin: 0.05,
  },
  {
    ...CALM,
    name: "components, of which observers are told 6 bytes",
    rules: rules(1000, { componentBytes: 6 }),
    population: 120,
    home: 300,
    teleport: 0.01,
    reset: 0.02,
    stall: 0.05,
    rebuild: 0.05,
    write: 0.1,
  },
  {
    ...CALM,
    name: "components of a crowd, one frame",
    rules: rules(1000, { componentBytes: 16, framesPerTick: 1 }),
    population: 120,
    home: 80,
    stall: 0.03,
    thin: 0.02,
    join: 0.5,
    leave: 0.5,
    write: 0.4,
  },
  {
    ...CALM,
    name: "components, brute force, while most stand",
    rules: rules(1000, { componentBytes: 1, framesPerTick: 2, index: "brute", maxVisible: 60 }),
    population: 110,
    home: 120,
    move: 0.05,
    layers: 2,
    stall: 0.1,
    write: 0.05,
  },
  {
    ...CALM,
    name: "components of which nobody is told",
    rules: rules(1000),
    write: 0.1,
  },
  {
    ...CALM,
    name: "steered, while speeds and radii change",
    population: 150,
    join: 1,
    leave: 1,
    teleport: 0.01,
    stall: 0.05,
    rebuild: 0.03,
    move: 0.4,
    steer: 0.6,
    traits: 0.03,
  },
  {
    ...CALM,
    name: "steered at the border, brute force",
    rules: rules(60, { index: "brute", maxSpeed: 64 * UNIT, burstTicks: 1 }),
    home: 60,
    layers: 2,
    steer: 0.9,
    traits: 0.2,
    reset: 0.02,
  },
];
