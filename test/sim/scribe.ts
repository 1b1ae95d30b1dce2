// The journal of a run, whose disk outlives its servers: the writer of each works when its machine
// has had a turn, is cut off in the midst of a write when that is killed, and finds the disk full
// now and then. Draws from a stream of its own: nobody else's run is another for it.
import type { StoredSession } from "../../src/engine/facts.ts";
import type { Disk } from "../../src/journal/disk.ts";
import type { FromJournalWorker, StartJournalWorker } from "../../src/journal/messages.ts";
import { SegmentReader } from "../../src/journal/reader.ts";
import { recover } from "../../src/journal/recovery.ts";
import { Ring } from "../../src/journal/ring.ts";
import { sessionsAfter } from "../../src/journal/sessions.ts";
import { SegmentWriter } from "../../src/journal/writer.ts";
import { tickOfImage } from "../../src/kernel/image.ts";
import { openKernel } from "../../src/kernel/open.ts";
import type { Opened } from "../../src/persistence/messages.ts";
import { MemoryDisk } from "../memory-disk.ts";
import { headOf } from "./image.ts";
import type { Random } from "./random.ts";

/** Chances a turn that the disk becomes full, and that it has room again. */
const FULL_CHANCE = 0.002;
const ROOM_CHANCE = 0.05;
/** Until a disk that has room again is tried by its writer, ms, and a little more. */
const RETRY_MS = 1500;

/** A world after a tick: its number, low and high half of its state hash. */
export interface End {
  readonly tick: number;
  readonly hash: readonly [number, number];
}

export class Scribe {
  readonly #random: Random;
  readonly #disk = new MemoryDisk();
  /** What lay there when the present server looked. */
  #found = new MemoryDisk();
  #writer: SegmentWriter | null = null;
  #hear: (message: FromJournalWorker) => void = () => undefined;
  #said: FromJournalWorker[] = [];
  #flushMs = 0;
  #turnedAt = -Infinity;
  /** Worlds that were gone on from where their journal ends; writes that a crash cut off. */
  recoveries = 0;
  cutOff = 0;
  /** Times that a writer had its turn. */
  turns = 0;
  /** From when on it has every tick of its server; ms of the server's machine. */
  wholeSince = 0;
  /** Sessions that ended in what the present server has recovered. */
  #ended = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** What a server looks at when it begins. */
  readonly disk = (): Disk => {
    this.#found = new MemoryDisk();
    for (const [name, bytes] of this.#disk.files) this.#found.files.set(name, bytes);
    return this.#disk;
  };

  /** @param now ms of the server's machine */
  startWorker(now: () => number): StartJournalWorker {
    return ({ flushMs, head, maxAgeMs, maxBytes, shared }, hear) => {
      this.#hear = hear;
      this.#flushMs = flushMs;
      this.#turnedAt = -Infinity;
      const ring = new Ring(shared);
      const own = { now, wallNow: now, ring, disk: this.#disk };
      this.#writer = new SegmentWriter(
        { head, maxAgeMs, maxBytes },
        {
          ...own,
          ask: () => this.#said.push({ type: "ask" }),
          log: (level, fields, message) =>
            this.#said.push({ type: "log", level, fields: { ...fields }, message }),
        },
      );
      // The first segment is there at once, as after a wait.
      this.#writer.turn();
      return {
        close: () => {
          this.#turn();
          this.#hear({ type: "closed" });
        },
        end: () => {
          this.#writer = null;
          return Promise.resolve();
        },
      };
    };
  }

  /** The server's machine has had a turn. */
  turned(now: number): void {
    if (this.#writer === null || now - this.#turnedAt < this.#flushMs) return;
    this.#turnedAt = now;
    const isFull = this.#disk.room !== Infinity;
    if (isFull) this.wholeSince = now + RETRY_MS;
    if (isFull && this.#random.chance(ROOM_CHANCE)) this.#disk.room = Infinity;
    if (!isFull && this.#random.chance(FULL_CHANCE)) this.#disk.room = this.#disk.bytes;
    this.#turn();
  }

  /** The server is killed: of what it was writing a part arrives, or all. */
  die(isWhole: boolean): void {
    const writer = this.#writer;
    this.#writer = null;
    if (writer === null) return;
    const before = new Map(this.#disk.files);
    if (isWhole) this.#disk.room = Infinity;
    else this.#disk.arriving = ({ length }) => this.#random.below(length + 1);
    writer.turn();
    this.#disk.arriving = ({ length }) => length;
    // Nobody tidies up after itself who is gone.
    for (const [name, bytes] of before) {
      if (!this.#disk.files.has(name)) this.#disk.files.set(name, bytes);
    }
    if (writer.takeNumbers().fault !== null) this.cutOff++;
    this.#disk.room = Infinity;
    this.#said = [];
  }

  #turn(): void {
    this.turns++;
    this.#writer?.turn();
    if (this.#writer !== null)
      this.#said.push({ type: "numbers", numbers: this.#writer.takeNumbers() });
    for (const message of this.#said.splice(0)) this.#hear(message);
  }

  // ---------------------------------------------------------------- what a server must find

  /**
   * Where the journal ends that the present server found, read by the reader alone; null where the
   * store is as new, or somebody has written to it without this journal.
   */
  endAt({ images, written }: Opened): End | null {
    const [image] = images;
    const newest = image === undefined ? -1 : tickOfImage(image);
    for (const { epoch, name } of this.#found.list().toReversed()) {
      const end = this.#endOf(name);
      if (end === null) continue;
      // Without a tick there is no world.
      return epoch >= written && end.tick > newest && end.tick > 0 ? end : null;
    }
    return null;
  }

  /** The sessions that a server goes on with. */
  sessionsOf(opened: Opened, world: string): readonly StoredSession[] {
    const { images, sessions, tick, written } = opened;
    const { recovered } = recover({
      disk: this.#found,
      world,
      store: { epoch: written, tick, images },
      openKernel: () => openKernel("js"),
      openTwin: () => openKernel("js"),
    });
    const facts = recovered?.facts ?? [];
    this.#ended = new Set(facts.flatMap((fact) => (fact.what === "ended" ? [fact.session] : [])));
    if (recovered !== null) this.recoveries++;
    return sessionsAfter(sessions, facts);
  }

  /** Whether a session ended in what the journal has and the store has not. */
  isEnded(session: string): boolean {
    return this.#ended.has(session);
  }

  #endOf(name: string): End | null {
    const last = new SegmentReader(this.#found.open(name));
    while (last.next() !== null);
    const { lastTick } = last.end;
    const reader = new SegmentReader(this.#found.open(name));
    let end: End | null = null;
    for (let item = reader.next(); item !== null; item = reader.next()) {
      if (item.type === "checkpoint") end = endOfImage(item.image);
      if (item.type !== "tick" || item.record.tick > lastTick) continue;
      const { hashHigh, hashLow, tick } = item.record;
      end = { tick, hash: [hashLow, hashHigh] };
    }
    return end;
  }
}

/** A world that begins has no image. */
function endOfImage(image: Uint8Array): End {
  return image.length === 0 ? { tick: 0, hash: [0, 0] } : headOf(image);
}
