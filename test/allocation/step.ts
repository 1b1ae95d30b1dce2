// Program of allocation.test.ts: `node step.ts ENGINE` walks a crowd, and prints as JSON the bytes
// that windows of ticks allocated: queries asked, moves steered, intents deposited, the step taken
// and journaled, its copy kept.
// One more window has a known allocation planted in each tick, to show that it would be seen.
import { NONE, SENT_TOTAL } from "#layout";
import { Rescue } from "../../src/engine/rescue.ts";
import { World } from "../../src/engine/world.ts";
import { JournalRecorder } from "../../src/journal/recorder.ts";
import { Ring, RingReader, sharedRing, STEP } from "../../src/journal/ring.ts";
import { ENGINES } from "../../src/kernel/kernel.ts";
import { openKernel } from "../../src/kernel/open.ts";
import { RULES } from "../house.ts";
import { joinSpec, randomOf } from "../kernel/scenario.ts";
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
  /** Ticks of the windows that reached the journal. */
  readonly journaled: number;
}

const WALKERS = 300;
/** Long enough for every function of the step to be compiled by the last compiler. */
const WARM_UP_WINDOWS = 7;
const WINDOWS = 5;
const WINDOW_TICKS = 500;
/** Largest step along an axis, position units: a few of them are over the bank. */
const DELTA_MAX = 900;
/** How far those look who avoid others, position units. */
const NEAR = 100 * 256;

const engine = ENGINES.find((name) => name === process.argv[2]);
if (engine === undefined) throw new Error(`name an engine: ${ENGINES.join(", ")}`);

const rescue = new Rescue({ open: openKernel, windowTicks: 2400, onTrap: () => undefined });
const ring = new Ring(sharedRing(2 ** 20));
const journal = new JournalRecorder(ring);
const world = new World(openKernel(engine), RULES, journal, rescue);
const random = randomOf(1);
for (let i = 0; i < WALKERS; i++) {
  world.join({
    ...joinSpec(RULES),
    x: RULES.minX + Math.floor(random() * (RULES.maxX - RULES.minX)),
    y: RULES.minY + Math.floor(random() * (RULES.maxY - RULES.minY)),
  });
}
journal.begin(world);
world.step();

/** The worker's side of the journal, in the place of its thread: ticks that it was handed. */
const reader = new RingReader(ring);
let journaled = 0;
function readJournal(): void {
  for (let at = reader.next(); at >= 0; at = reader.next())
    if (ring.words[at + 1] === STEP) journaled++;
  reader.release();
}

/** Drawn before, because a fraction is a heap number. Their count is prime to the walkers'. */
const deltas = Int32Array.from({ length: 8191 }, () => Math.floor((random() * 2 - 1) * DELTA_MAX));
const handles = Uint32Array.from({ length: WALKERS }, (_, row) => world.handle(row));
let sequence = 0;
let drawn = 0;

function delta(): number {
  drawn = drawn + 1 < deltas.length ? drawn + 1 : 0;
  return deltas[drawn] ?? 0;
}

/** As a system of an application does: from whoever is near, away. */
function avoid(handle: number): void {
  const { queries } = world;
  const row = handle & NONE;
  const [x, y] = [world.posX(row), world.posY(row)];
  queries.circle(x, y, NEAR);
  queries.rectangle(x, y, x + NEAR, y + NEAR);
  if (queries.nearest(x, y, 2, NEAR) < 2) return;
  const other = queries.row(1);
  world.steer(handle, x - world.posX(other), y - world.posY(other));
}

function walk(): void {
  sequence++;
  for (const handle of handles) if ((handle & 7) === 0) avoid(handle);
  for (const handle of handles) world.intent(handle, sequence, delta(), delta());
  world.step();
  journal.afterTick(world, -1);
  readJournal();
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
// Two memories of a world make the collector begin: it ends here, and not in a window.
collect();
const meter = new Meter();
const sentBefore = world.total(SENT_TOTAL);
const bytes: number[] = [];
journaled = 0;
for (let i = 0; i < WINDOWS; i++) {
  collect();
  bytes.push(meter.bytesOf(walkFor));
}
const updates = (world.total(SENT_TOTAL) - sentBefore) / WINDOWS / WINDOW_TICKS;
const written = journaled;
const planted = meter.bytesOf(walkWithPlant);
const told: StepBytes = { bytes, planted, ticks: WINDOW_TICKS, updates, journaled: written };
console.log(JSON.stringify(told));
