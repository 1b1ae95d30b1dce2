// The world: deposits become commands and intents in the kernel's input, step() is one kernel call,
// results are read in place. The only way to change a world.
import * as layout from "#layout";
import { carryWorld } from "../kernel/carry.ts";
import { adoptImage, imageBytesMax, keptOf, writeImage } from "../kernel/image.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Views } from "../kernel/views.ts";
import { configOf } from "./configure.ts";
import { Corrections } from "./corrections.ts";
import { Digests } from "./digests.ts";
import { Kept } from "./kept.ts";
import { OP_NOTE } from "./note.ts";
import { Queries } from "./queries.ts";
import type { Recorder } from "./recorder.ts";
import type { Rescue } from "./rescue.ts";
import type { JoinSpec, WorldRules } from "./rules.ts";
import { type Poison, StepInput } from "./step-input.ts";

/** What setLook takes, the verdicts of which a row's client is told, a bit mask; and a command. */
export { CLIPPED, LOOK, LOOK_NOT, LOOK_RESET, OP_LEAVE, OVER_BANK, OVER_RATE } from "#layout";

const { COMMANDS, COMMAND_WORDS, INTENTS, INTENT_WORDS, NONE } = layout;

const NO_POISON: readonly Poison[] = [];

export class World {
  readonly rules: WorldRules;
  /** Of an application; in images. */
  readonly kept = new Kept();
  /** Who is where, as of the last step. */
  readonly queries = new Queries(this);
  readonly digests = new Digests(this);
  readonly corrections = new Corrections(this);
  #kernel: Kernel;
  #views: Views;
  readonly #recorder: Recorder | undefined;
  readonly #rescue: Rescue | undefined;
  #commands = 0;
  #intents = 0;
  #poisons = NO_POISON;
  /** Rows whose told sets are gone and whose clients do not know; null: there are none. */
  #untold: Uint8Array | null = null;

  /** @param rescue where there is none, a step throws what the kernel throws */
  constructor(kernel: Kernel, rules: WorldRules, recorder?: Recorder, rescue?: Rescue) {
    this.#kernel = kernel;
    this.rules = rules;
    this.#views = kernel.views;
    this.#recorder = recorder;
    this.#rescue = rescue;
    rescue?.watch(kernel);
    this.#command(layout.OP_CONFIG, 0);
    this.#views.commands.set(configOf(rules));
  }

  /** The kernel that runs it now. */
  get kernel(): Kernel {
    return this.#kernel;
  }
  /** Linear memory; frames are parts of it. */
  get memory(): Uint8Array {
    return this.#views.bytes;
  }

  /**
   * Goes on with another kernel, between two steps: same state, same hashes, same frames. What was
   * deposited goes along; results of the last step are lost.
   * @param kernel one that no world uses
   */
  changeKernel(kernel: Kernel): void {
    carryWorld(this.#views, kernel.views);
    const { commands, intents } = this.#views;
    kernel.views.commands.set(commands.subarray(0, this.#commands * COMMAND_WORDS));
    kernel.views.intents.set(intents.subarray(0, this.#intents * INTENT_WORDS));
    this.#goOnWith(kernel);
    this.#rescue?.watch(kernel);
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

  // ---------------------------------------------------------------- images

  /** Bytes that hold any image of this world. */
  get imageBytesMax(): number {
    return imageBytesMax(this.rules.maxEntities);
  }

  /** Writes the state as of the last step. @returns how many bytes */
  writeImage(out: Uint8Array): number {
    return writeImage(this.#views, this.rules, out, this.kept.bytes);
  }

  /**
   * Goes on from a stored state, in place of this world's own; only before its first step. Nobody
   * observes until setLook says so.
   * @throws Error in words when the image does not fit
   */
  adopt(image: Uint8Array): void {
    if (this.tick !== 0) throw new Error("a world that has begun takes over no other");
    this.step(); // the rules are a command like others
    adoptImage(this.#kernel, this.rules, image);
    this.kept.set(keptOf(image));
    this.#rescue?.watch(this.#kernel);
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
    return this.#pair(layout.OP_TELEPORT, handle, x, y);
  }

  /**
   * Moves what the server owns, without bank, sequence or correction. A delta longer than the row's
   * speed becomes as long as that. @param dx position units, whole numbers of 32 bits
   */
  steer(handle: number, dx: number, dy: number): boolean {
    return this.#pair(layout.OP_STEER, handle, dx, dy);
  }

  /** Speed in position units a tick, up to DELTA_MAX; radius in sight units, up to the rules'. */
  setTraits(handle: number, maxSpeed: number, aoiRadius: number): boolean {
    return this.#pair(layout.OP_TRAITS, handle, maxSpeed, aoiRadius);
  }

  /** Counts ticks that the host could not run: the world's clock goes on without them. */
  skip(ticks: number): boolean {
    return this.#pair(layout.OP_SKIP, 0, ticks, 0);
  }

  /**
   * How much observers are told from the next step on.
   * @param frames for each in a step; never more than rules.framesPerTick
   * @param lookShift log2 of the steps of which one looks at it: 0 = each, to 3
   */
  budget(frames: number, lookShift: number): boolean {
    return this.#pair(layout.OP_BUDGET, 0, Math.min(frames, this.rules.framesPerTick), lookShift);
  }

  /**
   * Writes an application's own on a row, as far as a mask says.
   * @param words COMPONENTS of them, from `at` on; behind them as many of the mask
   */
  writeComponents(handle: number, words: Int32Array, at: number): boolean {
    if (!this.#command(layout.OP_COMPONENT, handle)) return false;
    for (let i = 0; i < 2 * layout.COMPONENTS; i++) this.#argument(2 + i, words[at + i] ?? 0);
    return true;
  }

  /**
   * Stands in the history and does nothing: behind it are an application's commands. Beside the
   * word it says how many intents there are: the kernel may trap with one, and run without it.
   */
  mark(word: number): boolean {
    return this.#pair(OP_NOTE, 0, word, this.#intents);
  }

  /** Commands and intents deposited for the next step. */
  get commandCount(): number {
    return this.#commands;
  }
  get intentCount(): number {
    return this.#intents;
  }

  /** Takes back all commands, and intents, but the first so many. */
  takeBack(commands: number, intents = this.#intents): void {
    this.#commands = Math.min(this.#commands, commands);
    this.#intents = Math.min(this.#intents, intents);
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
    const asked = look === layout.LOOK && this.#untold?.[row] === 1 ? layout.LOOK_RESET : look;
    if (asked === layout.LOOK_RESET && this.#untold !== null) this.#untold[row] = 0;
    this.#views.lookAt[row] = asked;
    this.#rescue?.setLook(row, asked);
  }

  // ---------------------------------------------------------------- the tick

  /** One tick. Results are valid until the next. @throws what the kernel throws, if not rescued */
  step(): void {
    const views = this.#views;
    const commands = this.#commands;
    const intents = this.#intents;
    views.world[layout.COMMAND_COUNT] = commands;
    views.world[layout.INTENT_COUNT] = intents;
    this.#recorder?.input(views.commands, commands, views.intents, intents);
    this.#commands = 0;
    this.#intents = 0;
    this.#poisons = NO_POISON;
    try {
      this.#kernel.step();
    } catch (error) {
      this.#save(StepInput.of(views, commands, intents), error);
    }
    this.#rescue?.keep();
    this.#recorder?.output(this.tick, this.#word(layout.HASH_LOW), this.#word(layout.HASH_HIGH));
  }

  /** What of the last step's input was left out, since the kernel traps with it. */
  get poisons(): readonly Poison[] {
    return this.#poisons;
  }

  #save(input: StepInput, error: unknown): void {
    if (this.#rescue === undefined) throw error;
    const saved = this.#rescue.save(this.#kernel, this.rules, input, error);
    this.#goOnWith(saved.kernel);
    this.#poisons = saved.poisons;
    if (saved.isUntold)
      this.#untold = this.#views.lookAt.map((look) => (look === layout.LOOK_NOT ? 1 : 0));
    const { commands, commandCount, intents, intentCount } = saved.input;
    this.#recorder?.input(commands, commandCount, intents, intentCount);
  }

  #goOnWith(kernel: Kernel): void {
    this.#kernel = kernel;
    this.#views = kernel.views;
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
  /** Position units a tick. */
  maxSpeed(row: number): number {
    return this.#views.maxSpeed[row] ?? 0;
  }
  /** Sight units (1/32 unit). */
  aoiRadius(row: number): number {
    return this.#views.aoiRadius[row] ?? 0;
  }
  /** One of a row's COMPONENTS words. */
  component(row: number, index: number): number {
    return this.#views.component[row * layout.COMPONENTS + index] ?? 0;
  }
  /** What is left in the bank as of the row's last intent, position units. */
  bank(row: number): number {
    return this.#views.bank[row] ?? 0;
  }
  /** The last sequence applied or refused. */
  sequence(row: number): number {
    return this.#views.sequence[row] ?? 0;
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
    this.#kernel.listTold(row);
    return this.#word(layout.LISTED_COUNT);
  }
  told(i: number): number {
    return this.#views.listed[i] ?? NONE;
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

  /** A command of two arguments. */
  #pair(op: number, handle: number, a: number, b: number): boolean {
    if (!this.#command(op, handle)) return false;
    this.#argument(2, a);
    this.#argument(3, b);
    return true;
  }

  #argument(index: number, value: number): void {
    this.#views.commands[(this.#commands - 1) * COMMAND_WORDS + index] = value;
  }
}
