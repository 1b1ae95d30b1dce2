// A world that is lived in at random and journaled, without a server: the tick's side, the ring and
// the writer, over a disk in memory.
import { LAYOUT_MARK } from "#layout";
import { World } from "../src/engine/world.ts";
import type { WorldRules } from "../src/engine/rules.ts";
import type { SegmentHead } from "../src/journal/format.ts";
import type { NotedFact } from "../src/journal/noted.ts";
import { JournalRecorder } from "../src/journal/recorder.ts";
import { Ring, sharedRing } from "../src/journal/ring.ts";
import { SegmentWriter } from "../src/journal/writer.ts";
import { openKernel } from "../src/kernel/open.ts";
import { randomOf, rules } from "./kernel/scenario.ts";
import type { MemoryDisk } from "./memory-disk.ts";

export const RULES: WorldRules = rules(500, { maxEntities: 100 });
const RING_BYTES = 1024 * 1024;
const NOBODY = { kind: 1, maxSpeed: 1280, aoiRadius: 6400, layer: 0, bank: -1, sequence: 0 };

export interface JournaledOptions {
  readonly disk: MemoryDisk;
  readonly epoch: number;
  readonly base?: { readonly epoch: number; readonly tick: number };
  /** What it goes on from; a world that begins without one. */
  readonly image?: Uint8Array;
  readonly facts?: readonly NotedFact[];
  readonly seed?: number;
  readonly maxBytes?: number;
  readonly ringBytes?: number;
}

export class Journaled {
  readonly world: World;
  readonly recorder: JournalRecorder;
  readonly writer: SegmentWriter;
  /** The world's image after each tick. */
  readonly moments = new Map<number, Uint8Array>();
  /** Facts noted in each tick. */
  readonly facts: NotedFact[] = [];
  readonly log: string[] = [];
  now = 0;
  /** Of the newest flight that the store has. */
  durableTick = -1;
  readonly #disk: MemoryDisk;
  readonly #random: () => number;
  readonly #sequences = new Map<number, number>();
  #index = 0;

  constructor(options: JournaledOptions) {
    const { disk, epoch, image, facts = [], seed = 1, maxBytes = 2 ** 30 } = options;
    const ring = new Ring(sharedRing(options.ringBytes ?? RING_BYTES));
    this.#disk = disk;
    this.#random = randomOf(seed);
    this.recorder = new JournalRecorder(ring);
    this.world = new World(openKernel("js"), RULES, this.recorder);
    if (image !== undefined) this.world.adopt(image);
    const { base = { epoch: 0, tick: 0 } } = options;
    const head: Omit<SegmentHead, "format" | "tick" | "createdMs"> = {
      ...{ world: "test", epoch, version: "test", layout: LAYOUT_MARK, rules: RULES },
      ...{ tickMs: 25, base },
    };
    this.writer = new SegmentWriter(
      { head, maxBytes, maxAgeMs: Infinity },
      {
        ...{ ring, disk, now: () => this.now, wallNow: () => this.now },
        ask: () => (this.recorder.wantsCheckpoint = true),
        log: (_level, _fields, message) => this.log.push(message),
      },
    );
    for (const fact of facts) this.recorder.note(fact);
    this.recorder.begin(this.world);
    this.#remember();
  }

  /** Lives on; the writer has its turn after every so many ticks. */
  run(ticks: number, turnEvery = 2): void {
    for (let i = 0; i < ticks; i++) {
      this.tick();
      if (this.world.tick % turnEvery === 0) this.turn();
    }
  }

  tick(): void {
    const { recorder, world } = this;
    this.now += 25;
    this.#disk.now = this.now;
    this.#deposit();
    world.step();
    this.#index = 0;
    if (this.#random() < 0.2) this.note(world.tick);
    recorder.afterTick(world, this.durableTick);
    this.#remember();
  }

  turn(): void {
    this.writer.turn();
  }

  note(tick: number): NotedFact {
    const what = { what: "emitted", stream: "s", type: "t", payload: `"${this.facts.length}"` };
    const fact = { ...what, tick, index: this.#index++ } as NotedFact;
    this.facts.push(fact);
    this.recorder.note(fact);
    return fact;
  }

  #deposit(): void {
    const { world } = this;
    const random = this.#random;
    if (world.liveCount < 60 && random() < 0.5) {
      const [x, y] = [Math.floor((random() - 0.5) * 2e5), Math.floor((random() - 0.5) * 2e5)];
      world.join({ ...NOBODY, x, y, observer: true, visible: true });
    }
    for (const handle of world.liveHandles()) {
      if (random() < 0.01) world.leave(handle);
      const sequence = (this.#sequences.get(handle) ?? 0) + 1 + Math.floor(random() * 2);
      this.#sequences.set(handle, sequence);
      const [dx, dy] = [Math.floor((random() - 0.5) * 2000), Math.floor((random() - 0.5) * 2000)];
      world.intent(handle, sequence, dx, dy);
    }
    if (random() < 0.02) world.skip(1 + Math.floor(random() * 5));
  }

  #remember(): void {
    const { world } = this;
    if (world.tick === 0) return;
    const out = new Uint8Array(world.imageBytesMax);
    this.moments.set(world.tick, out.slice(0, world.writeImage(out)));
  }
}
