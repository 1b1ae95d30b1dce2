// The world: deposits become commands and intents in the kernel's input, step() is one kernel call,
// results are read in place. The only way to change a world.
import * as layout from "#layout";
import { adoptImage, imageBytesMax, writeImage } from "../kernel/image.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Views } from "../kernel/views.ts";
import type { Recorder } from "./recorder.ts";
import type { IndexKind, JoinSpec, WorldRules } from "./rules.ts";

/** What setLook takes, and the verdicts of which a row's client is told, a bit mask. */
export { CLIPPED, LOOK, LOOK_NOT, LOOK_RESET, OVER_BANK, OVER_RATE } from "#layout";

const { COMMANDS, COMMAND_WORDS, INTENTS, INTENT_WORDS, NONE } = layout;

const INDEX_CODES: Readonly<Record<IndexKind, number>> = {
  auto: layout.INDEX_AUTO,
  quadtree: layout.INDEX_QUADTREE,
  brute: layout.INDEX_BRUTE,
};

export class World {
  readonly kernel: Kernel;
  readonly rules: WorldRules;
  /** Linear memory; frames are parts of it. */
  readonly memory: Uint8Array;
  readonly #views: Views;
  readonly #recorder: Recorder | undefined;
  #commands = 0;
  #intents = 0;
  #placed = 0;

  constructor(kernel: Kernel, rules: WorldRules, recorder?: Recorder) {
    this.kernel = kernel;
    this.rules = rules;
    this.#views = kernel.views;
    this.memory = kernel.views.bytes;
    this.#recorder = recorder;
    this.#command(layout.OP_CONFIG, 0);
    this.#argument(1, rules.maxSpeed);
    this.#argument(2, rules.minX);
    this.#argument(3, rules.minY);
    this.#argument(4, rules.maxX);
    this.#argument(5, rules.maxY);
    this.#argument(6, rules.burstTicks);
    this.#argument(7, rules.maxEntities);
    this.#argument(8, rules.aoiRadius);
    this.#argument(9, rules.hysteresisPermille | (rules.framesPerTick << 16));
    this.#argument(10, rules.maxVisible | (INDEX_CODES[rules.index] << 16));
    this.#argument(11, rules.seed | 0);
  }

  // ---------------------------------------------------------------- the world now

  get tick(): number {
    return this.#word(layout.TICK);
  }
  get liveCount(): number {
    return this.#word(layout.LIVE_COUNT);
  }
  get isEmpty(): boolean {
    return this.liveCount === 0;
  }
  /** The state hash, two words of 32 bits. */
  get hashLow(): number {
    return this.#word(layout.HASH_LOW) >>> 0;
  }
  get hashHigh(): number {
    return this.#word(layout.HASH_HIGH) >>> 0;
  }
  /** A running total of the kernel, by its index in the layout (LOOKS_TOTAL …), mod 2^32. */
  total(index: number): number {
    return this.#word(index) >>> 0;
  }

  /** How far an entity that entered a view is seen, 1/32 unit. */
  get leaveRadius(): number {
    const { aoiRadius, hysteresisPermille } = this.rules;
    return Math.floor((aoiRadius * (1000 + hysteresisPermille)) / 1000);
  }

  // ---------------------------------------------------------------- images

  /** Bytes that hold any image of this world. */
  get imageBytesMax(): number {
    return imageBytesMax(this.rules.maxEntities);
  }

  /** Writes the state as of the last step. @returns how many bytes */
  writeImage(out: Uint8Array): number {
    return writeImage(this.kernel, this.rules, out);
  }

  /**
   * Goes on from a stored state, in place of this world's own; only before its first step. Nobody
   * observes until setLook says so.
   * @throws Error in words when the image does not fit
   */
  adopt(image: Uint8Array): void {
    if (this.tick !== 0) throw new Error("a world that has begun takes over no other");
    this.step(); // the rules are a command like others
    adoptImage(this.kernel, this.rules, image);
  }

  // ---------------------------------------------------------------- deposits

  /** @returns a ticket for joined(), or -1 when this tick's queue is full */
  join(spec: JoinSpec): number {
    if (!this.#command(layout.OP_JOIN, 0)) return -1;
    const flags = (spec.visible ? layout.VISIBLE : 0) | (spec.observer ? layout.OBSERVER : 0);
    this.#argument(2, spec.kind);
    this.#argument(3, spec.x);
    this.#argument(4, spec.y);
    this.#argument(5, spec.maxSpeed);
    this.#argument(6, spec.aoiRadius);
    this.#argument(7, spec.layer | (flags << 8));
    this.#argument(8, spec.bank);
    this.#argument(9, spec.sequence);
    return this.#commands - 1;
  }

  /** Every deposit below answers false when this tick's queue is full. */
  leave(handle: number): boolean {
    return this.#command(layout.OP_LEAVE, handle);
  }

  /** @param x position units; kept within the world */
  teleport(handle: number, x: number, y: number): boolean {
    if (!this.#command(layout.OP_TELEPORT, handle)) return false;
    this.#argument(2, x);
    this.#argument(3, y);
    return true;
  }

  /** Counts ticks that the host could not run: the world's clock goes on without them. */
  skip(ticks: number): boolean {
    if (!this.#command(layout.OP_SKIP, 0)) return false;
    this.#argument(2, ticks);
    return true;
  }

  /**
   * How much observers are told from the next step on.
   * @param frames for each in a step; never more than rules.framesPerTick
   * @param lookShift log2 of the steps of which one looks at it: 0 = each, to 3
   */
  budget(frames: number, lookShift: number): boolean {
    if (!this.#command(layout.OP_BUDGET, 0)) return false;
    this.#argument(2, Math.min(frames, this.rules.framesPerTick));
    this.#argument(3, lookShift);
    return true;
  }

  /** Writes 32 bits of an application's own on a row. */
  setComponent(handle: number, index: number, value: number): boolean {
    if (!this.#command(layout.OP_COMPONENT, handle)) return false;
    this.#argument(2, index);
    this.#argument(3, value);
    return true;
  }

  /** @param dx position units, as quantizeDelta makes them */
  intent(handle: number, sequence: number, dx: number, dy: number): boolean {
    if (this.#intents === INTENTS) return false;
    const at = this.#intents * INTENT_WORDS;
    const intents = this.#views.intents;
    intents[at] = handle;
    intents[at + 1] = sequence;
    intents[at + 2] = dx;
    intents[at + 3] = dy;
    this.#intents++;
    return true;
  }

  /**
   * Whether an observer is scanned from the next step on: 0 keeps its view as it was told, 1 scans,
   * 2 forgets what it was told, scans, and becomes 1.
   */
  setLook(row: number, look: 0 | 1 | 2): void {
    this.#views.lookAt[row] = look;
  }

  // ---------------------------------------------------------------- the tick

  /** One tick. Results are valid until the next. */
  step(): void {
    const views = this.#views;
    views.world[layout.COMMAND_COUNT] = this.#commands;
    views.world[layout.INTENT_COUNT] = this.#intents;
    this.#recorder?.input(views.commands, this.#commands, views.intents, this.#intents);
    this.#commands = 0;
    this.#intents = 0;
    this.kernel.step();
    this.#recorder?.output(this.tick, this.hashLow, this.hashHigh);
  }

  // ---------------------------------------------------------------- results

  /** @returns the handle that a join was given, 0 when the world is full */
  joined(ticket: number): number {
    return (this.#views.results[ticket] ?? 0) >>> 0;
  }

  /** The present handle of a row. */
  handle(row: number): number {
    return (row | ((this.#views.generation[row] ?? 0) << 16)) >>> 0;
  }

  isLive(handle: number): boolean {
    const row = handle & NONE;
    return this.handle(row) === handle && ((this.#views.flags[row] ?? 0) & layout.LIVE) !== 0;
  }

  /** Handles of all entities. */
  *liveHandles(): Generator<number> {
    const rows = this.#word(layout.ROW_END);
    for (let row = 0; row < rows; row++) {
      const handle = this.handle(row);
      if (this.isLive(handle)) yield handle;
    }
  }

  kind(row: number): number {
    return this.#views.kind[row] ?? 0;
  }
  /** Position units. */
  posX(row: number): number {
    return this.#views.posX[row] ?? 0;
  }
  posY(row: number): number {
    return this.#views.posY[row] ?? 0;
  }
  /** What is left in the bank as of the row's last intent, position units. */
  bank(row: number): number {
    return this.#views.bank[row] ?? 0;
  }
  /** The last sequence applied or refused. */
  sequence(row: number): number {
    return this.#views.sequence[row] ?? 0;
  }

  /** Rows whose client must be told where they are: something was refused or clipped. */
  get correctionCount(): number {
    return this.#word(layout.CORRECTION_COUNT);
  }
  correctionRow(i: number): number {
    return this.#views.correction[i] ?? NONE;
  }
  /** Bit mask: OVER_BANK 1, STALE 2, OVER_RATE 4, CLIPPED 8. */
  correctionVerdicts(i: number): number {
    return this.#views.verdict[this.correctionRow(i)] ?? 0;
  }

  /** Parts of this tick's AoiUpdate for an observer; 0 = nothing to tell. */
  frameCount(row: number): number {
    return this.#views.frameCount[row] ?? 0;
  }
  /** First byte of a part's body in `memory`; HEADROOM bytes before it are free for a header. */
  frameStart(row: number, part: number): number {
    const slot = (this.#views.frameFirst[row] ?? 0) + part;
    return layout.FRAMES + slot * layout.FRAME_STRIDE + layout.HEADROOM;
  }
  frameEnd(row: number, part: number): number {
    const slot = (this.#views.frameFirst[row] ?? 0) + part;
    return this.frameStart(row, part) + (this.#views.frameLength[slot] ?? 0);
  }
  /** Whether this step left an observer out, since it is looked at in turns: nothing to tell. */
  isResting(row: number): boolean {
    return this.viewFlags(row) === layout.FLAG_RESTING;
  }
  /** FLAG_RESET and FLAG_INCOMPLETE of this tick. A reset must be sent even without frames. */
  viewFlags(row: number): number {
    return this.#views.viewFlags[row] ?? 0;
  }
  /** How many rows an observer was told of. */
  toldCount(row: number): number {
    return this.#views.toldCount[row] ?? 0;
  }
  /** Lists the rows that an observer was told of, in no order, for told(). @returns how many */
  listTold(row: number): number {
    this.kernel.listTold(row);
    return this.#word(layout.LISTED_COUNT);
  }
  told(i: number): number {
    return this.#views.listed[i] ?? NONE;
  }

  /** Sums an observer's view; the three below then say what came out. */
  digest(row: number): void {
    this.kernel.digestView(row);
  }
  get digestCount(): number {
    return this.#word(layout.DIGEST_COUNT);
  }
  get digestHash(): number {
    return this.#word(layout.DIGEST_HASH) >>> 0;
  }
  /** False while some shown position is not the present one: the hash then covers ids only. */
  get digestPositions(): boolean {
    return this.#word(layout.DIGEST_POSITIONS) !== 0;
  }

  /**
   * A place for a newcomer who may not choose: a low-discrepancy walk over the world (the R2
   * sequence of M. Roberts) that begins at the seed: places are spread, and the same run gives the
   * same places.
   */
  nextPlace(out: { x: number; y: number }): void {
    const { minX, minY, maxX, maxY } = this.rules;
    const n = this.rules.seed + ++this.#placed;
    out.x = minX + Math.floor(((n * 0.7548776662466927) % 1) * (maxX - minX));
    out.y = minY + Math.floor(((n * 0.5698402909980532) % 1) * (maxY - minY));
  }

  #word(index: number): number {
    return this.#views.world[index] ?? 0;
  }

  #command(op: number, handle: number): boolean {
    if (this.#commands === COMMANDS) return false;
    const at = this.#commands * COMMAND_WORDS;
    this.#views.commands.fill(0, at, at + COMMAND_WORDS);
    this.#views.commands[at] = op;
    this.#views.commands[at + 1] = handle;
    this.#commands++;
    return true;
  }

  #argument(index: number, value: number): void {
    this.#views.commands[(this.#commands - 1) * COMMAND_WORDS + index] = value;
  }
}
