// The tick's side of the journal. A step's input is copied into the ring before the step, its hash
// is added after it, what was noted in the tick when it ends; only then the worker sees it. Nothing
// is allocated for a tick in which nothing is noted. Where the ring is full the journal has a gap:
// it goes on with a checkpoint as soon as there is room.
import { COMMAND_WORDS, INTENT_WORDS } from "#layout";
import type { Recorder } from "../engine/recorder.ts";
import { APP, FACTS } from "./format.ts";
import type { AppNote } from "./format.ts";
import type { NotedFact } from "./noted.ts";
import type { Ring } from "./ring.ts";
import { END, END_WORDS, IMAGE, IMAGE_WORDS, RingWriter } from "./ring.ts";
import { STEP, STEP_WORDS, TEXT, TEXT_WORDS } from "./ring.ts";

/** A world whose image a checkpoint takes. */
export interface Imaged {
  readonly tick: number;
  readonly imageBytesMax: number;
  writeImage(out: Uint8Array): number;
}

/** Facts that a flight with their tick, or a later one, brings to the store. */
interface Batch {
  readonly tick: number;
  readonly facts: readonly NotedFact[];
}

/** Facts in one record at most, so that each has room. */
const FACTS_PER_RECORD = 64;
/** Share of the ring that a checkpoint after a gap leaves to the ticks behind it. */
const ROOM_AFTER_GAP = 0.25;

export class JournalRecorder implements Recorder {
  /** A new segment is wanted: the next tick ends with a checkpoint. */
  wantsCheckpoint = false;
  /** Ticks that are in no segment, since the ring was full. */
  lostTicks = 0;
  readonly #writer: RingWriter;
  #isOn = false;
  /** Where the step's entry begins, and before it the ring; -1: no step is under way. */
  #step = -1;
  #before = 0;
  #isComplete = false;
  #hasGap = false;
  /** Ticks lost since the last checkpoint. */
  #gapTicks = 0;
  #noted = 0;
  /** Noted since the last tick ended, and before that and not durable. */
  #facts: NotedFact[] = [];
  #batches: Batch[] = [];
  readonly #text = new TextEncoder();

  constructor(ring: Ring) {
    this.#writer = new RingWriter(ring);
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  // ---------------------------------------------------------------- the step

  input(
    commands: Int32Array,
    commandCount: number,
    intents: Int32Array,
    intentCount: number,
  ): void {
    if (!this.#isOn) return;
    if (this.#isComplete) this.#writer.show();
    else if (this.#step >= 0) this.#writer.back(this.#before);
    this.#step = -1;
    this.#isComplete = false;
    if (this.#hasGap) return;
    const commandWords = commandCount * COMMAND_WORDS;
    const intentWords = intentCount * INTENT_WORDS;
    this.#before = this.#writer.position;
    const at = this.#writer.take(STEP, STEP_WORDS + commandWords + intentWords);
    if (at < 0) {
      this.#hasGap = true;
      return;
    }
    const { words } = this.#writer.ring;
    words[at + 5] = 0;
    words[at + 6] = commandCount;
    words[at + 7] = intentCount;
    // Element by element: a part of an array would be an object.
    let to = at + STEP_WORDS;
    for (let i = 0; i < commandWords; i++) words[to++] = commands[i]!;
    for (let i = 0; i < intentWords; i++) words[to++] = intents[i]!;
    this.#step = at;
  }

  output(tick: number, hashLow: number, hashHigh: number): void {
    if (this.#step < 0) return;
    const { words } = this.#writer.ring;
    words[this.#step + 2] = tick;
    words[this.#step + 3] = hashLow;
    words[this.#step + 4] = hashHigh;
    this.#isComplete = true;
  }

  // ---------------------------------------------------------------- what is noted

  note(fact: NotedFact): void {
    this.#noted++;
    this.#facts.push(fact);
  }

  /** What reached an application in the tick under way; before its step. */
  app(note: AppNote): void {
    if (!this.#isOn || this.#hasGap) return;
    if (!this.#put(APP, note)) this.#hasGap = true;
  }

  /** Whether a fact is on the disk. @param serial how many had been noted with it */
  hasFact(serial: number): boolean {
    return this.#writer.ring.hasFact(serial);
  }

  // ---------------------------------------------------------------- the tick's end

  /** It begins, with a checkpoint of a world that has not gone on since it was restored. */
  begin(world: Imaged): void {
    this.#isOn = true;
    this.#hasGap = true;
    this.#close(world.tick);
    this.#checkpoint(world);
  }

  /**
   * Call after each tick, when its facts have been noted and its flight has left.
   * @param durableTick the newest tick of which the store has all facts
   */
  afterTick(world: Imaged, durableTick: number): void {
    if (!this.#isOn) return;
    this.#forget(durableTick);
    const { tick } = world;
    const from = this.#facts.length > 0 ? this.#close(tick) : null;
    if (!this.#hasGap && this.#isComplete) this.#finish(from);
    else this.#lose();
    this.#step = -1;
    this.#isComplete = false;
    if (this.#hasGap || this.wantsCheckpoint) this.#checkpoint(world);
  }

  /**
   * The server's end: nothing is recorded any more.
   * @param tick of the flight that took, or would take, what was noted last
   */
  end(tick: number): void {
    if (!this.#isOn) return;
    if (!this.#hasGap) {
      if (this.#facts.length > 0) this.#putFacts({ tick, facts: this.#facts });
      this.#writer.take(END, END_WORDS);
      this.#writer.show();
    }
    this.#isOn = false;
  }

  /** The worker that read the ring was lost; the next one begins with a checkpoint. */
  restart(): void {
    this.#hasGap = true;
  }

  /** The facts of the tick that ends. */
  #close(tick: number): Batch | null {
    if (this.#facts.length === 0) return null;
    const batch = { tick, facts: this.#facts };
    this.#batches.push(batch);
    this.#facts = [];
    return batch;
  }

  #forget(durableTick: number): void {
    let done = 0;
    while (done < this.#batches.length && this.#batches[done]!.tick <= durableTick) done++;
    if (done > 0) this.#batches.splice(0, done);
  }

  /** Adds the tick's facts to its step and shows both. */
  #finish(batch: Batch | null): void {
    if (batch !== null) {
      this.#writer.ring.words[this.#step + 5] = batch.facts.length;
      if (!this.#putFacts(batch)) {
        this.#writer.back(this.#before);
        this.#hasGap = true;
        this.#lose();
        return;
      }
    }
    this.#writer.show();
  }

  #lose(): void {
    this.lostTicks++;
    this.#gapTicks++;
  }

  /** Opens a segment: image, and all facts that are not durable. */
  #checkpoint(world: Imaged): void {
    const writer = this.#writer;
    const before = writer.position;
    if (!this.#putCheckpoint(world)) {
      writer.back(before);
      return;
    }
    this.wantsCheckpoint = false;
    this.#hasGap = false;
    this.#gapTicks = 0;
    writer.show();
  }

  #putCheckpoint(world: Imaged): boolean {
    const writer = this.#writer;
    const { ring } = writer;
    // After a gap the ring was full a moment ago, or its reader is gone.
    const reserve = this.#gapTicks > 0 ? Math.floor(ring.words.length * ROOM_AFTER_GAP) : 0;
    const words = IMAGE_WORDS + Math.ceil(world.imageBytesMax / 4);
    const at = writer.take(IMAGE, words + reserve);
    if (at < 0) return false;
    const start = (at + IMAGE_WORDS) * 4;
    // A world that has not begun has no image: its first tick makes it.
    const room = ring.bytes.subarray(start, start + world.imageBytesMax);
    const bytes = world.tick === 0 ? 0 : world.writeImage(room);
    ring.words[at + 2] = world.tick;
    ring.words[at + 3] = bytes;
    ring.words[at + 4] = this.#gapTicks;
    writer.shorten(at, IMAGE_WORDS + Math.ceil(bytes / 4));
    return this.#batches.every((batch) => this.#putFacts(batch));
  }

  #putFacts({ tick, facts }: Batch): boolean {
    for (let from = 0; from < facts.length; from += FACTS_PER_RECORD) {
      const part = facts.slice(from, from + FACTS_PER_RECORD);
      if (!this.#put(FACTS, { tick, facts: part })) return false;
    }
    return true;
  }

  /** @returns false when there is no room */
  #put(type: number, value: object): boolean {
    const text = this.#text.encode(JSON.stringify(value));
    const at = this.#writer.take(TEXT, TEXT_WORDS + Math.ceil(text.length / 4));
    if (at < 0) return false;
    const { bytes, words } = this.#writer.ring;
    words[at + 2] = type;
    words[at + 3] = text.length;
    words[at + 4] = this.#noted;
    bytes.set(text, (at + TEXT_WORDS) * 4);
    return true;
  }
}
