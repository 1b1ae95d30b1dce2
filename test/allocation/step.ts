// Program of allocation.test.ts: `node step.ts ENGINE` walks a crowd, and prints as JSON the bytes
// that windows of ticks allocated: intents deposited and the step taken, nothing else. One more
// window has a known allocation planted in each tick, to show that it would be seen.
import { SENT_TOTAL } from "#layout";
import { World } from "../../src/engine/world.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { RULES } from "../house.ts";
import { randomOf } from "../kernel/scenario.ts";
import { collect, Meter } from "./allocated.ts";

/** What it prints. */
export interface StepBytes {
  /** Of each window. */
  readonly bytes: readonly number[];
  /** Of the window with the plant. */
  readonly planted: number;
  /** Length of a window. */
  readonly ticks: number;
  /** Records of moved neighbours that a tick framed, on average. */
  readonly updates: number;
}

const WALKERS = 300;
/** Long enough for every function of the step to be compiled by the last compiler. */
const WARM_UP_WINDOWS = 7;
const WINDOWS = 5;
const WINDOW_TICKS = 500;
/** Largest step along an axis, position units: a few of them are over the bank. */
const DELTA_MAX = 900;

const engine = ENGINES.find((name) => name === process.argv[2]);
if (engine === undefined) throw new Error(`name an engine: ${ENGINES.join(", ")}`);

const world = new World(openKernel(engine), RULES);
const random = randomOf(1);
for (let i = 0; i < WALKERS; i++) {
  world.join({
    kind: 1,
    x: RULES.minX + Math.floor(random() * (RULES.maxX - RULES.minX)),
    y: RULES.minY + Math.floor(random() * (RULES.maxY - RULES.minY)),
    maxSpeed: RULES.maxSpeed,
    aoiRadius: RULES.aoiRadius,
    layer: 0,
    observer: true,
    visible: true,
    bank: -1,
    sequence: 0,
  });
}
world.step();

/** Drawn before, because a fraction is a heap number. Their count is prime to the walkers'. */
const deltas = Int32Array.from({ length: 8191 }, () => Math.floor((random() * 2 - 1) * DELTA_MAX));
const handles = Uint32Array.from({ length: WALKERS }, (_, row) => world.handle(row));
let sequence = 0;
let drawn = 0;

function delta(): number {
  drawn = drawn + 1 < deltas.length ? drawn + 1 : 0;
  return deltas[drawn] ?? 0;
}

function walk(): void {
  sequence++;
  for (const handle of handles) world.intent(handle, sequence, delta(), delta());
  world.step();
}

function walkFor(): void {
  for (let tick = 0; tick < WINDOW_TICKS; tick++) walk();
}

const kept: unknown[] = new Array<unknown>(WINDOW_TICKS).fill(null);
function walkWithPlant(): void {
  for (let tick = 0; tick < WINDOW_TICKS; tick++) {
    walk();
    kept[tick] = [tick];
  }
}

for (let i = 0; i < WARM_UP_WINDOWS; i++) walkFor();
walkWithPlant();
const meter = new Meter();
const sentBefore = world.total(SENT_TOTAL);
const bytes: number[] = [];
for (let i = 0; i < WINDOWS; i++) {
  collect();
  bytes.push(meter.bytesOf(walkFor));
}
const updates = (world.total(SENT_TOTAL) - sentBefore) / WINDOWS / WINDOW_TICKS;
const planted = meter.bytesOf(walkWithPlant);
const told: StepBytes = { bytes, planted, ticks: WINDOW_TICKS, updates };
console.log(JSON.stringify(told));
