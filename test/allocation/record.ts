// Program of allocation.test.ts: what a tick writes down for the metrics, alone: the clock's
// readings, the numbers of gateway and world, the copy for the readers. Prints the bytes that
// windows of ticks allocated, and one more with a known allocation planted in each.
import { TICK as METRICS } from "../../src/observability/catalogue.ts";
import { createLog } from "../../src/observability/log.ts";
import { numbersOf } from "../board.ts";
import { House, TICK_MS } from "../house.ts";
import { collect, Meter } from "./allocated.ts";

/** What it prints. */
export interface RecordBytes {
  /** Of each window. */
  readonly bytes: readonly number[];
  /** Of the window with the plant. */
  readonly planted: number;
  /** Length of a window. */
  readonly ticks: number;
  /** Ticks that the numbers show in the end, so that nobody measures what does not happen. */
  readonly shown: number;
}

/** Long enough for all of it to be compiled by the last compiler. */
const WARM_UP_WINDOWS = 40;
const WINDOWS = 5;
const WINDOW_TICKS = 500;

const house = await House.start();
const { gateway, world } = house;
const { log } = createLog({ level: "silent", fd: 1 });
const { board, numbers, tally } = numbersOf(world, gateway, TICK_MS, log);
// What a host's clock says: numbers on the heap, made before.
const times = Array.from({ length: 7 }, (_, i) => 1000.375 + i * 0.21);
const [due = 0, start = 0, taken = 0, stepped = 0, published = 0, kept = 0, end = 0] = times;

function record(): void {
  numbers.begin(start, due, 0);
  numbers.phase(0, start, taken);
  numbers.phase(1, taken, stepped);
  numbers.phase(2, stepped, published);
  numbers.phase(3, published, kept);
  tally.take(kept);
  numbers.phase(4, kept, end);
  numbers.finish(start, end);
  tally.publish();
}

function recordFor(): void {
  for (let tick = 0; tick < WINDOW_TICKS; tick++) record();
}

const plants: unknown[] = new Array<unknown>(WINDOW_TICKS).fill(null);
function recordWithPlant(): void {
  for (let tick = 0; tick < WINDOW_TICKS; tick++) {
    record();
    plants[tick] = [tick];
  }
}

for (let i = 0; i < WARM_UP_WINDOWS; i++) recordFor();
recordWithPlant();
const meter = new Meter();
const bytes: number[] = [];
for (let i = 0; i < WINDOWS; i++) {
  collect();
  bytes.push(meter.bytesOf(recordFor));
}
const planted = meter.bytesOf(recordWithPlant);
const { at, edges } = METRICS.duration;
const shown = board.cells.slice(at, at + edges.length).reduce((sum, count) => sum + count, 0);
const told: RecordBytes = { bytes, planted, ticks: WINDOW_TICKS, shown };
console.log(JSON.stringify(told));
house.stop();
