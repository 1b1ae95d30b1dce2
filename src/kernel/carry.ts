// Carries a world from one memory to another, between two steps: its state, what clients were
// told, the index. A kernel on the other memory goes on with the same bytes, so that nobody can
// tell but by the time that a step takes. Both memories have one map; what a step makes anew
// (candidates, frames, verdicts) stays behind.
import * as layout from "#layout";
import type { Views } from "./views.ts";

/** Columns of rows, from first to last: each ends where the next one starts. */
const ROW_COLUMNS = [
  layout.GENERATION,
  layout.KIND,
  layout.FLAGS,
  layout.LAYER,
  layout.POS_X,
  layout.POS_Y,
  layout.BANK,
  layout.BANK_TICK,
  layout.SEQUENCE,
  layout.MAX_SPEED,
  layout.AOI_RADIUS,
  layout.COMPONENT,
  layout.FREE,
  layout.ROW_HASH_A,
  layout.ROW_HASH_B,
  layout.ROW_REST_A,
  layout.ROW_REST_B,
  layout.WIRE,
  layout.BORN,
  layout.MOVED,
  layout.CLEAN,
  layout.CURSOR,
  layout.LAP,
  layout.LAST_LOOK,
  layout.WROTE,
  layout.TOLD_AT,
  layout.TOLD_COUNT,
  layout.MASK_AT,
  layout.SLOT,
  layout.FRAME_FIRST,
  layout.INTENT_FIRST,
  layout.INTENT_LAST,
  layout.FRAME_COUNT,
  layout.LOOK_AT,
  layout.VIEW_FLAGS,
  layout.VERDICT,
  layout.CORRECTION,
  layout.MARKS,
  layout.TOUCHED,
  layout.OUTPUT_END,
];
/** Start and bytes an entry. */
const SLOT_COLUMNS = [
  [layout.SLOT_WIRE, 4],
  [layout.SLOT_ROW, 2],
  [layout.SLOT_LAYER, 1],
  [layout.SLOT_MOVED, 1],
  [layout.SLOT_NODE, 4],
] as const;
const NODE_COLUMNS = [
  [layout.NODE_MIN_X, 4],
  [layout.NODE_MIN_Y, 4],
  [layout.NODE_MAX_X, 4],
  [layout.NODE_MAX_Y, 4],
  [layout.NODE_LOW, 4],
  [layout.NODE_HIGH, 4],
  [layout.NODE_SKIP, 4],
  [layout.NODE_FRESH, 1],
] as const;
/** Least bytes of a view, so that a few more of something make no other one. */
const RUN_BYTES_MIN = 256;
/** How often, in carries, views that have become too large are made smaller. */
const SHRINK_CARRIES = 1024;

/** Bytes from a place on, of which more or fewer are in use. */
class Run {
  readonly #from: Uint8Array;
  readonly #to: Uint8Array;
  readonly #start: number;
  readonly #max: number;
  /** Views made once, so that copying makes none. */
  #source: Uint8Array;
  #target: Uint8Array;
  #peak = 0;

  constructor(from: Uint8Array, to: Uint8Array, start: number, max: number) {
    this.#from = from;
    this.#to = to;
    this.#start = start;
    this.#max = max;
    this.#source = this.#target = from.subarray(start, start);
  }

  /** @param bytes in use; some behind them may go along */
  copy(bytes: number): void {
    if (bytes > this.#peak) this.#peak = bytes;
    if (bytes > this.#source.length) this.#fit(bytes);
    if (bytes > 0) this.#target.set(this.#source);
  }

  /** Copies no more from now on than was in use at most since the last call. */
  shrink(): void {
    if (this.#peak * 2 + RUN_BYTES_MIN < this.#source.length) this.#fit(this.#peak);
    this.#peak = 0;
  }

  #fit(bytes: number): void {
    const room = Math.max(RUN_BYTES_MIN, bytes + (bytes >> 3));
    const end = this.#start + Math.min(this.#max, room);
    this.#source = this.#from.subarray(this.#start, end);
    this.#target = this.#to.subarray(this.#start, end);
  }
}

/** A column, by the bytes that one entry of it takes. */
interface Column {
  readonly run: Run;
  readonly width: number;
}

/**
 * From one memory to another, again and again; allocates nothing once the views are made that a
 * world of its size takes.
 */
export class Carry {
  readonly #from: Views;
  readonly #to: Views;
  readonly #words: Run;
  readonly #rows: readonly Column[];
  readonly #slots: readonly Column[];
  readonly #nodes: readonly Column[];
  readonly #ranges: Run;
  readonly #transit: Run;
  readonly #masks: Run;
  /** Sets that are written down lie in the half of the last step. */
  readonly #told: readonly [Run, Run];
  readonly #runs: Run[] = [];
  /** Where the free list ended when it was carried last; null: never. */
  #freeTail: number | null = null;
  #carries = 0;

  constructor(from: Views, to: Views) {
    this.#from = from;
    this.#to = to;
    const { ROWS, SLOTS, NODES, POOL_HALF } = layout;
    const column = (start: number, width: number, entries: number): Column => ({
      run: this.#run(start, width * entries),
      width,
    });
    this.#words = this.#run(layout.WORLD, layout.WORLD_WORDS * 4);
    this.#rows = ROW_COLUMNS.slice(0, -1).flatMap((start, i) => {
      const width = ((ROW_COLUMNS[i + 1] ?? 0) - start) / ROWS;
      return start === layout.FREE ? [] : [column(start, width, ROWS)];
    });
    this.#slots = SLOT_COLUMNS.map(([start, width]) => column(start, width, SLOTS));
    this.#nodes = NODE_COLUMNS.map(([start, width]) => column(start, width, NODES));
    this.#ranges = this.#run(layout.RANGE, layout.RANGES * 4);
    this.#transit = this.#run(layout.TRANSIT, SLOTS * 4);
    this.#masks = this.#run(layout.MASKS, layout.TOLD - layout.MASKS);
    this.#told = [
      this.#run(layout.TOLD, POOL_HALF * 2),
      this.#run(layout.TOLD + POOL_HALF * 2, POOL_HALF * 2),
    ];
  }

  /** Call between two steps of either. */
  run(): void {
    const { world, slotOf } = this.#from;
    this.#words.copy(layout.WORLD_WORDS * 4);
    copyAll(this.#rows, world[layout.ROW_END]!);
    this.#carryFree();
    // The row that stands for none is in no slot.
    this.#to.slotOf[layout.NONE] = slotOf[layout.NONE]!;
    copyAll(this.#slots, world[layout.SLOT_END]!);
    copyAll(this.#nodes, world[layout.NODE_COUNT]!);
    this.#ranges.copy(world[layout.RANGES_USED]! * 4);
    this.#transit.copy(world[layout.TRANSIT_COUNT]! * 4);
    this.#masks.copy(world[layout.MASKS_USED]! * 4);
    const parity = world[layout.PARITY]!;
    const pairs = world[layout.PAIRS_USED]! - parity * layout.POOL_HALF;
    (parity === 0 ? this.#told[0] : this.#told[1]).copy(pairs * 2);
    this.#carries++;
    if (this.#carries % SHRINK_CARRIES === 0) for (const run of this.#runs) run.shrink();
  }

  /** The list lies in a ring, whose places are written once a round, at its end. */
  #carryFree(): void {
    const { free, world } = this.#from;
    const tail = world[layout.FREE_TAIL]!;
    const written = this.#freeTail === null ? layout.ROWS : (tail - this.#freeTail) | 0;
    const to = this.#to.free;
    for (let back = Math.min(written, layout.ROWS); back > 0; back--) {
      const place = (tail - back) & layout.NONE;
      to[place] = free[place]!;
    }
    this.#freeTail = tail;
  }

  #run(start: number, max: number): Run {
    const run = new Run(this.#from.bytes, this.#to.bytes, start, max);
    this.#runs.push(run);
    return run;
  }
}

function copyAll(columns: readonly Column[], entries: number): void {
  for (let i = 0; i < columns.length; i++) {
    const { run, width } = columns[i]!;
    run.copy(Math.ceil(width * entries));
  }
}

/** Once. The memories are of this process, and `to` is used by nobody else. */
export function carryWorld(from: Views, to: Views): void {
  new Carry(from, to).run();
}
