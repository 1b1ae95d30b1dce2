// The server's side of the live page: who watches, what they are shown, what they may change. Ten
// times a second what they see is copied to the frame board, for all and for each page what it has
// chosen. Nothing is done while nobody watches.
import type { World } from "../engine/world.ts";
import { FeedWriter } from "../feed/bytes.ts";
import { decodeCommand } from "../feed/command.ts";
import type { PageDoor, Pages } from "../feed/door.ts";
import { FRAME_MS, HELLO_BYTES, NOBODY, PAGES_MAX } from "../feed/format.ts";
import { NUMBER } from "../feed/frame-board.ts";
import type { FrameBoard } from "../feed/frame-board.ts";
import { writeHello } from "../feed/hello.ts";
import type { FeedHello } from "../feed/hello.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { ENGINES } from "../kernel/kernel.ts";
import type { Engine, Kernel } from "../kernel/kernel.ts";
import { takeSketch } from "../kernel/sketch.ts";
import { Choices } from "./chosen.ts";
import { Clients } from "./clients.ts";
import { LastTicks } from "./ticks.ts";

/** Commands of a page between two frames; a person makes one or two. */
const COMMANDS_PER_FRAME = 16;
/** Over how many ticks its own cost is averaged. */
const COST_TICKS = 40;
/** Position units in a world unit. */
const UNITS = 256;
/** Between two changes of the kernel, ms: each costs a tick some time, and the log a line. */
const KERNEL_REST_MS = 500;

const TRY_AGAIN = 1013;
const POLICY = 1008;

export interface InspectorParts {
  readonly world: World;
  readonly gateway: Gateway;
  /** Monotonic ms. */
  readonly now: () => number;
  readonly tickMs: number;
  /** Where frames are written. */
  readonly board: FrameBoard;
  /** Whoever has their sockets. */
  pages(): Pages;
  /** What pages are told first. */
  hello(): FeedHello;
  /** Of the tick: level of thinning, ticks given up. */
  readonly load: () => { readonly thinning: number; readonly skipped: number };
  readonly openKernel: (engine: Engine) => Kernel;
  /** The world runs on another engine from the next tick on. */
  onKernel(engine: Engine, tick: number): void;
}

interface Page {
  readonly number: number;
  /** Chosen; 0: nobody. */
  entity: number;
  commands: number;
}

export class Inspector implements PageDoor {
  // Totals; nothing is refused or dropped without one.
  opened = 0;
  refused = 0;
  kernelChanges = 0;
  /** What pages have cost the tick's thread, ms. */
  spentMs = 0;

  readonly #parts: InspectorParts;
  #pages: readonly Page[] = [];
  readonly #clients: Clients;
  readonly #choices: Choices;
  readonly #ticks: LastTicks;
  readonly #everyTicks: number;
  #framesLeftOut = 0;
  #sinceFrame = 0;
  #costTicks = 0;
  #spentBefore = 0;
  #costMs = 0;
  /** The kernel that the world does not use, once it was asked for. */
  #spare: Kernel | null = null;
  #isChangeDue = false;
  #changedAt = -Infinity;

  constructor(parts: InspectorParts) {
    const { board, gateway, tickMs, world } = parts;
    this.#parts = parts;
    this.#clients = new Clients(gateway, board);
    this.#choices = new Choices(world, gateway, board, this.#clients);
    this.#ticks = new LastTicks(board.memory.phases);
    this.#everyTicks = Math.max(1, Math.round(FRAME_MS / tickMs));
  }

  /** Frames by page: those that went out, and those that found the page or its thread behind. */
  get framesSent(): number {
    return this.#parts.board.numbers[NUMBER.framesSent]!;
  }
  get framesDropped(): number {
    return this.#framesLeftOut + this.#parts.board.numbers[NUMBER.framesMissed]!;
  }

  /** Pages that are open. */
  get pages(): number {
    return this.#pages.length;
  }

  // ---------------------------------------------------------------- the door

  came(number: number): void {
    const pages = this.#parts.pages();
    if (this.#pages.length >= PAGES_MAX) {
      this.refused++;
      pages.end(number, TRY_AGAIN, `${PAGES_MAX} pages are open, and no more may be: close one.`);
      return;
    }
    this.opened++;
    const hello = new FeedWriter(HELLO_BYTES);
    writeHello(hello, this.#parts.hello());
    pages.send(number, hello.bytes.subarray(0, hello.at));
    this.#pages = [...this.#pages, { number, entity: 0, commands: 0 }];
  }

  said(number: number, bytes: Uint8Array): void {
    const page = this.#pages.find((each) => each.number === number);
    if (page === undefined) return;
    page.commands++;
    const command = decodeCommand(bytes);
    if (command === null || page.commands > COMMANDS_PER_FRAME) {
      this.refused++;
      const what = command === null ? "That is no command." : "Too many commands at once.";
      this.#parts.pages().end(number, POLICY, what);
      this.gone(number);
      return;
    }
    // A token was asked for before the door, or by nobody.
    if (command.type === "choose") this.#choose(page, this.#livingIn(command.row));
    else if (command.type === "kernel") this.#wantKernel(command.engine);
    else if (command.type === "push") this.#push(command.row, command.dx, command.dy);
  }

  gone(number: number): void {
    const page = this.#pages.find((each) => each.number === number);
    if (page === undefined) return;
    this.#choose(page, 0);
    this.#pages = this.#pages.filter((each) => each !== page);
  }

  lost(): void {
    for (const page of this.#pages) this.#choose(page, 0);
    this.#pages = [];
    this.#parts.board.clear();
  }

  /** @returns a handle, 0 when nobody lives in the row */
  #livingIn(row: number): number {
    const { world } = this.#parts;
    const handle = row < NOBODY ? world.handle(row) : 0;
    return world.isLive(handle) ? handle : 0;
  }

  /** Whoever is pushed is corrected, like everybody whom the server puts elsewhere. */
  #push(row: number, dx: number, dy: number): void {
    const { world } = this.#parts;
    const handle = this.#livingIn(row);
    if (handle === 0) return;
    const [x, y] = [Math.round(dx * UNITS), Math.round(dy * UNITS)];
    world.teleport(handle, world.posX(row) + x, world.posY(row) + y);
  }

  #choose(page: Page, entity: number): void {
    const { tracer } = this.#parts.gateway.sight;
    if (page.entity !== 0) tracer.unwatch(page.entity);
    page.entity = entity;
    if (entity !== 0) tracer.watch(entity);
  }

  #wantKernel(engine: Engine): void {
    const { now, openKernel, world } = this.#parts;
    if (engine === world.kernel.engine || now() - this.#changedAt < KERNEL_REST_MS) return;
    this.#changedAt = now();
    this.#isChangeDue = true;
    // Here and not in the tick: a module is compiled.
    if (this.#spare?.engine !== engine) this.#spare = openKernel(engine);
  }

  // ---------------------------------------------------------------- the tick

  /** Before anything of a tick: the world may go on with another kernel. */
  beforeTick(): void {
    if (!this.#isChangeDue || this.#spare === null) return;
    const { world } = this.#parts;
    this.#isChangeDue = false;
    const left = world.kernel;
    world.changeKernel(this.#spare);
    this.#spare = left;
    this.kernelChanges++;
    this.#parts.onKernel(world.kernel.engine, world.tick);
  }

  /** Of the tick at hand: when it began, and when each of its phases ended so far, ms. */
  afterTick(
    start: number,
    taken: number,
    stepped: number,
    published: number,
    kept: number,
    recorded: number,
  ): void {
    if (this.#pages.length === 0) return;
    const ticks = this.#ticks;
    this.#sinceFrame++;
    if (this.#sinceFrame >= this.#everyTicks) {
      this.#sinceFrame = 0;
      this.#leaveFrame(recorded);
    }
    ticks.begin();
    ticks.note(0, taken - start);
    ticks.note(1, stepped - taken);
    ticks.note(2, published - stepped);
    ticks.note(3, kept - published);
    ticks.note(4, recorded - kept);
    const own = this.#parts.now() - recorded;
    ticks.note(5, own);
    this.#noteCost(own);
  }

  #noteCost(ms: number): void {
    this.spentMs += ms;
    this.#costTicks++;
    if (this.#costTicks < COST_TICKS) return;
    this.#costMs = (this.spentMs - this.#spentBefore) / COST_TICKS;
    this.#spentBefore = this.spentMs;
    this.#costTicks = 0;
  }

  /** What the other thread has not taken yet stays, and this frame is left out. */
  #leaveFrame(now: number): void {
    const { board, world } = this.#parts;
    const pages = this.#pages;
    for (const page of pages) page.commands = 0;
    if (!board.isFree) {
      this.#framesLeftOut += pages.length;
      return;
    }
    for (let i = 0; i < pages.length; i++) {
      const { number, entity } = pages[i]!;
      this.#choices.write(i, number, entity, now);
    }
    takeSketch(world.kernel.views, board.sketch);
    this.#ticks.moveTo(board);
    this.#clients.writeNext();
    this.#writeNumbers(board.numbers);
    board.fill();
  }

  #writeNumbers(numbers: Float64Array): void {
    const { gateway, load, world } = this.#parts;
    const { counters } = gateway;
    const { skipped, thinning } = load();
    numbers[NUMBER.engine] = ENGINES.indexOf(world.kernel.engine);
    numbers[NUMBER.thinning] = thinning;
    numbers[NUMBER.tick] = world.tick;
    numbers[NUMBER.hashLow] = world.hashLow;
    numbers[NUMBER.hashHigh] = world.hashHigh;
    numbers[NUMBER.live] = world.liveCount;
    numbers[NUMBER.connections] = gateway.connections;
    numbers[NUMBER.playing] = gateway.playing;
    numbers[NUMBER.joining] = gateway.joining;
    numbers[NUMBER.feedMs] = this.#costMs;
    numbers[NUMBER.sentBytes] = counters.sentBytes;
    numbers[NUMBER.receivedBytes] = counters.receivedBytes;
    numbers[NUMBER.sent] = counters.sent;
    numbers[NUMBER.received] = counters.received;
    numbers[NUMBER.corrections] = counters.corrections;
    numbers[NUMBER.skipped] = skipped;
    numbers[NUMBER.pages] = this.#pages.length;
  }
}
