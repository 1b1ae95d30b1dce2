// The journal as the server has it: the recorder that the tick writes to, and the worker that
// brings it to the disk. A worker that is lost is replaced, and begins a new segment.
import type { Recorder } from "../engine/recorder.ts";
import type { AppNote } from "./format.ts";
import type { NotedFact } from "./noted.ts";
import type {
  FromJournalWorker,
  JournalWorkerOptions,
  JournalWorkerPort,
  StartJournalWorker,
} from "./messages.ts";
import type { Imaged } from "./recorder.ts";
import { JournalRecorder } from "./recorder.ts";
import { Ring, sharedRing } from "./ring.ts";
import type { WriterNumbers } from "./writer.ts";

export interface JournalOptions extends Omit<JournalWorkerOptions, "shared" | "head"> {
  readonly maxEntities: number;
  /** Bytes that hold any image of the world. */
  readonly imageBytesMax: number;
}

export interface JournalParts {
  readonly startWorker: StartJournalWorker;
  /** Monotonic ms. */
  readonly now: () => number;
  readonly after: (ms: number, call: () => void) => void;
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: (level: "info" | "warn" | "error", fields: object, message: string) => void;
}

/** The journal as it is seen from outside. */
export interface JournalStatus {
  /** The newest tick that is on the disk; and since when it is the newest, ms. */
  readonly syncedTick: number;
  readonly syncedAgeMs: number;
  /** Ticks that are in no segment. */
  readonly lostTicks: number;
  readonly workersLost: number;
  /** Why nothing is written; null: it is. */
  readonly fault: string | null;
  readonly numbers: WriterNumbers | null;
}

/** The ring's bytes: for some seconds of ticks, and several images; within these bounds. */
const RING_MIN = 2 * 1024 * 1024;
const RING_MAX = 64 * 1024 * 1024;
const TICKS_IN_RING = 128;
const INTENT_BYTES = 16;
const IMAGES_IN_RING = 4;
/** Before a lost worker is replaced, ms. */
const RESPAWN_MS = 1000;
/** How long the first checkpoint, and the last turn, are waited for, ms. */
const OPEN_LIMIT_MS = 1500;
const CLOSE_LIMIT_MS = 2000;
const LOOK_MS = 5;
/** A tick that is not on the disk after so long will hardly get there by itself, ms. */
const LATE_MS = 3000;

export class Journal implements Recorder {
  readonly #options: JournalOptions;
  readonly #parts: JournalParts;
  readonly #ring: Ring;
  readonly #recorder: JournalRecorder;
  #head: JournalWorkerOptions["head"] | null = null;
  #worker: JournalWorkerPort | null = null;
  #numbers: WriterNumbers | null = null;
  #workersLost = 0;
  /** Of writers whose workers were lost. */
  #lostBefore = 0;
  #syncedTick = -1;
  #syncedAt = 0;
  #isClosed = false;
  #isOver = false;

  constructor(options: JournalOptions, parts: JournalParts) {
    this.#options = options;
    this.#parts = parts;
    const { imageBytesMax, maxEntities } = options;
    const ticks = maxEntities * INTENT_BYTES * TICKS_IN_RING;
    const wanted = Math.max(RING_MIN, ticks, IMAGES_IN_RING * imageBytesMax);
    const bytes = Math.min(RING_MAX, 2 ** Math.ceil(Math.log2(wanted)));
    this.#ring = new Ring(sharedRing(bytes));
    this.#recorder = new JournalRecorder(this.#ring);
  }

  // ---------------------------------------------------------------- the tick

  input(
    commands: Int32Array,
    commandCount: number,
    intents: Int32Array,
    intentCount: number,
  ): void {
    this.#recorder.input(commands, commandCount, intents, intentCount);
  }

  output(tick: number, hashLow: number, hashHigh: number): void {
    this.#recorder.output(tick, hashLow, hashHigh);
  }

  note(fact: NotedFact): void {
    this.#recorder.note(fact);
  }

  app(note: AppNote): void {
    this.#recorder.app(note);
  }

  /**
   * Whether a fact outlives a crash by the journal, or cannot, since the journal is not written.
   * @param serial how many had been noted with it
   */
  isSettled(serial: number): boolean {
    return this.#recorder.hasFact(serial) || !this.isWritten;
  }

  /** Call after each tick, when its facts have been noted and its flight has left. */
  afterTick(world: Imaged, durableTick: number): void {
    this.#recorder.afterTick(world, durableTick);
  }

  // ---------------------------------------------------------------- beginning and end

  /** Resolves when the first segment is on the disk, or is not for too long. */
  async open(head: JournalWorkerOptions["head"], world: Imaged): Promise<void> {
    this.#head = head;
    this.#syncedAt = this.#parts.now();
    this.#recorder.begin(world);
    this.#start();
    const isRefused = (): boolean => (this.#numbers?.fault ?? null) !== null;
    await this.#wait(OPEN_LIMIT_MS, () => this.#ring.syncedTick >= 0 || isRefused());
  }

  /** @param tick of the flight that took, or would take, what was noted last */
  async close(tick: number): Promise<void> {
    this.#isOver = true;
    this.#recorder.end(tick);
    const worker = this.#worker;
    if (worker === null) return;
    worker.close();
    await this.#wait(CLOSE_LIMIT_MS, () => this.#isClosed);
    await worker.end();
  }

  async #wait(limitMs: number, isDone: () => boolean): Promise<void> {
    const until = this.#parts.now() + limitMs;
    while (!isDone() && this.#parts.now() < until) {
      await this.#parts.sleep(LOOK_MS);
    }
  }

  // ---------------------------------------------------------------- the worker

  #start(): void {
    const { flushMs, folder, maxAgeMs, maxBytes } = this.#options;
    const head = this.#head;
    if (head === null) return;
    const { shared } = this.#ring;
    const worker = this.#parts.startWorker(
      { shared, folder, flushMs, maxAgeMs, maxBytes, head },
      (message) => {
        if (worker === this.#worker) this.#hear(message);
      },
      (error) => {
        if (worker === this.#worker) this.#lose(error);
      },
    );
    this.#worker = worker;
  }

  #hear(message: FromJournalWorker): void {
    switch (message.type) {
      case "ask":
        this.#recorder.wantsCheckpoint = true;
        break;
      case "numbers":
        this.#numbers = message.numbers;
        break;
      case "log":
        this.#parts.log(message.level, message.fields, message.message);
        break;
      case "closed":
        this.#isClosed = true;
    }
  }

  #lose(error: Error): void {
    this.#worker = null;
    this.#workersLost++;
    this.#lostBefore += this.#numbers?.lostTicks ?? 0;
    this.#numbers = null;
    this.#isClosed = true;
    if (this.#isOver) return;
    this.#parts.log("error", { error }, "The journal's worker was lost; another is started");
    this.#parts.after(RESPAWN_MS, () => {
      if (this.#isOver) return;
      this.#recorder.restart();
      this.#start();
    });
  }

  // ---------------------------------------------------------------- seen from outside

  /** Whether ticks reach the disk. */
  get isWritten(): boolean {
    return this.status.fault === null;
  }

  /** The newest tick that outlives a crash; Infinity while none can be waited for. */
  get settledTick(): number {
    return this.isWritten ? this.#ring.syncedTick : Infinity;
  }

  get status(): JournalStatus {
    const now = this.#parts.now();
    const { syncedTick } = this.#ring;
    if (syncedTick !== this.#syncedTick) {
      this.#syncedTick = syncedTick;
      this.#syncedAt = now;
    }
    const syncedAgeMs = now - this.#syncedAt;
    return {
      syncedTick,
      syncedAgeMs,
      lostTicks: this.#recorder.lostTicks + this.#lostBefore + (this.#numbers?.lostTicks ?? 0),
      workersLost: this.#workersLost,
      fault: this.#fault(syncedAgeMs),
      numbers: this.#numbers,
    };
  }

  #fault(syncedAgeMs: number): string | null {
    if (this.#worker === null) return "its worker was lost";
    if (this.#numbers !== null && this.#numbers.fault !== null) return this.#numbers.fault;
    return syncedAgeMs > LATE_MS ? `no tick was written for ${Math.round(syncedAgeMs)} ms` : null;
  }
}
