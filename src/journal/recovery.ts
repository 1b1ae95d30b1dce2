// Where a server goes on from after a crash: what the store has is some ticks old; the journal of
// the server before holds what came since. It counts only where nobody else has written to the
// store after it, each tick that is lived through again must come out as recorded, and whatever is
// in doubt is left: then the store's own snapshot is the truth. Each step is said.
import { LAYOUT_MARK } from "#layout";
import { tickOfImage } from "../kernel/image.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Disk, Segment } from "./disk.ts";
import type { SegmentHead } from "./format.ts";
import type { NotedFact } from "./noted.ts";
import { Notes } from "./notes.ts";
import type { SegmentEnd } from "./reader.ts";
import { SegmentReader } from "./reader.ts";
import { Rerun } from "./rerun.ts";
import type { TickRecord } from "./tick-record.ts";

/** What the store had when the world was claimed. */
export interface StoreState {
  /** Whose last flight it is, and of which tick; zeros where there was none. */
  readonly epoch: number;
  readonly tick: number;
  /** Images that are whole, the newest first. */
  readonly images: readonly Uint8Array[];
}

export interface RecoveryParts {
  readonly disk: Disk;
  /** Name of the world. */
  readonly world: string;
  readonly store: StoreState;
  /** A kernel that no world uses; and one of the twin, for ticks that trap on the first. */
  readonly openKernel: () => Kernel;
  readonly openTwin: () => Kernel;
}

/** A world as the journal has it. */
export interface Recovered {
  readonly image: Uint8Array;
  readonly tick: number;
  /** What it was made from, and the ticks lived through since. */
  readonly from: "snapshot" | "checkpoint";
  readonly ticks: number;
  /** Noted, and not brought to the store by any flight; in their order. */
  readonly facts: readonly NotedFact[];
}

export interface Recovery {
  /** null: the store's own snapshot is as new, or the journal cannot be used. */
  readonly recovered: Recovered | null;
  /** For the operator, one sentence a step. */
  readonly story: readonly string[];
}

/** A segment, read to its end once. */
interface Read {
  readonly segment: Segment;
  readonly head: SegmentHead;
  /** Of its checkpoint; without bytes where the world begins. */
  readonly image: Uint8Array;
  readonly end: SegmentEnd;
  readonly notes: Notes;
}

type Lived = Omit<Recovered, "facts">;

/** How far a stretch of ticks was lived through. */
interface Run {
  /** How many, and the last of them. */
  readonly ticks: number;
  readonly last: number;
  /** The first that came out otherwise, and whether the kernel trapped in it; null: none did. */
  readonly differs: number | null;
  readonly hasTrapped: boolean;
}

/** Never throws for what is in the journal. @throws of node:fs when the folder cannot be read */
export function recover(parts: RecoveryParts): Recovery {
  return new Search(parts).run();
}

class Search {
  readonly #parts: RecoveryParts;
  readonly #story: string[] = [];
  readonly #reads = new Map<string, Read | null>();
  /** Tick of the store's newest image that is whole; -1: there is none. */
  readonly #newest: number;
  #segments: readonly Segment[] = [];

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    const [image] = parts.store.images;
    this.#newest = image === undefined ? -1 : tickOfImage(image);
  }

  run(): Recovery {
    this.#segments = this.#parts.disk.list();
    let recovered: Recovered | null = null;
    for (const segment of this.#segments.toReversed()) {
      // Nor has any before it.
      if (segment.epoch < this.#parts.store.epoch) break;
      const read = this.#read(segment);
      if (read === null || !this.#isUsable(read)) continue;
      const facts = this.#factsUpTo(read);
      if (read.end.lastTick <= this.#newest && facts.length === 0) break;
      recovered = this.#recover(read, facts);
      if (recovered !== null) break;
    }
    return { recovered, story: this.#story };
  }

  #recover(read: Read, facts: readonly NotedFact[]): Recovered | null {
    const lived = this.#live(read);
    if (lived === null || lived.tick < this.#newest) return null;
    // Without a tick there is no world: the next one's first tick must carry its rules.
    if (lived.tick === 0) return null;
    const isWhole = lived.tick === read.end.lastTick;
    const kept = isWhole ? facts : facts.filter(({ tick }) => tick < lived.tick);
    if (lived.tick === this.#newest && kept.length === 0) return null;
    return { ...lived, facts: kept };
  }

  // ---------------------------------------------------------------- segments

  /** @returns null where not even its beginning can be read, which is said */
  #read(segment: Segment): Read | null {
    const { name } = segment;
    const known = this.#reads.get(name);
    if (known !== undefined) return known;
    const read = this.#readWhole(segment);
    if (typeof read === "string") this.#say(segment, `cannot be used: ${read}`);
    else this.#sayEnd(read);
    this.#reads.set(name, typeof read === "string" ? null : read);
    return typeof read === "string" ? null : read;
  }

  #readWhole(segment: Segment): Read | string {
    const source = this.#parts.disk.open(segment.name);
    try {
      const reader = new SegmentReader(source);
      const notes = new Notes();
      let head: SegmentHead | null = null;
      let image: Uint8Array | null = null;
      for (let item = reader.next(); item !== null; item = reader.next()) {
        if (item.type === "head") head = item.head;
        else if (item.type === "checkpoint") image = item.image;
        else notes.take(item);
      }
      const { end } = reader;
      if (head === null || image === null) return `it ${end.reason} at byte ${end.offset}.`;
      return { segment, head, image, end, notes };
    } finally {
      source.close();
    }
  }

  #sayEnd({ end, head, segment }: Read): void {
    const { kind, lastTick, offset, reason } = end;
    if (kind !== "torn" && kind !== "damaged") return;
    const seconds = (segment.changedMs - head.createdMs) / 1000;
    const reached = head.tick + Math.round((seconds * 1000) / head.tickMs);
    const lost = Math.max(0, reached - lastTick);
    const what = kind === "torn" ? "was cut off" : "is damaged: bytes of it have changed";
    const rest = `It ${reason} at byte ${offset} of ${segment.bytes}; tick ${lastTick} is its last`;
    this.#say(segment, `${what}. ${rest}, about ${lost} ticks behind it are lost.`);
  }

  /** Says why where it is not. */
  #isUsable({ head, segment }: Read): boolean {
    const { store, world } = this.#parts;
    if (head.world !== world) this.#say(segment, `is of the world "${head.world}".`);
    else if (head.layout !== LAYOUT_MARK)
      this.#say(segment, "is not gone on from: another version of the kernel wrote it.");
    else if (this.#follows(head.epoch)) return true;
    else {
      const has = `what the store has: epoch ${store.epoch}, tick ${store.tick}.`;
      this.#say(segment, `is not gone on from: epoch ${head.epoch} does not follow ${has}`);
    }
    return false;
  }

  /** Whether nobody but the writers of this journal has written to the store since. */
  #follows(epoch: number): boolean {
    const { store } = this.#parts;
    if (epoch === store.epoch) return true;
    if (epoch < store.epoch) return false;
    // All of one epoch say the same.
    const own = this.#segments.filter((segment) => segment.epoch === epoch).toReversed();
    const said = own.find((segment) => this.#read(segment) !== null);
    const base = said === undefined ? undefined : this.#read(said)?.head.base;
    if (base === undefined || base.epoch >= epoch) return false;
    // At a later tick than the store's: the store was brought back from a copy.
    if (base.epoch === store.epoch) return base.tick >= store.tick;
    return this.#follows(base.epoch);
  }

  #say({ name }: Segment, what: string): void {
    this.#story.push(`The journal's ${name} ${what}`);
  }

  // ---------------------------------------------------------------- facts

  /** What no flight had brought to the store, up to the end of a segment. */
  #factsUpTo(last: Read): NotedFact[] {
    const { store } = this.#parts;
    const facts = new Map<string, NotedFact>();
    const count = this.#segments.findIndex(({ name }) => name === last.segment.name) + 1;
    this.#segments.slice(0, count).forEach((segment, i) => {
      const { epoch } = segment;
      if (epoch < store.epoch || !this.#follows(epoch) || this.#isAllStored(i)) return;
      const read = this.#read(segment);
      if (read === null) return;
      const { kind, lastTick } = read.end;
      const until = kind === "clean" || kind === "open" ? Infinity : lastTick;
      for (const fact of read.notes.facts(epoch === store.epoch ? store.tick : -1, until)) {
        const own = { ...fact, epoch: fact.epoch ?? epoch };
        facts.set(`${own.epoch}:${own.tick}:${own.index}`, own);
      }
    });
    return [...facts.values()].sort(
      (a, b) => a.epoch! - b.epoch! || a.tick - b.tick || a.index - b.index,
    );
  }

  /** Whether the store has all of a segment, since the next one begins before the store's tick. */
  #isAllStored(i: number): boolean {
    const { store } = this.#parts;
    const [own, next] = [this.#segments[i], this.#segments[i + 1]];
    return own?.epoch === store.epoch && next?.epoch === store.epoch && next.tick <= store.tick;
  }

  // ---------------------------------------------------------------- ticks

  /** Lives through a segment, from the store's image if that is newer than the checkpoint. */
  #live(read: Read): Lived | null {
    const { end, head, image, segment } = read;
    const { epoch, images } = this.#parts.store;
    const [stored] = images;
    const isWithin = this.#newest >= head.tick && this.#newest <= end.lastTick;
    if (stored !== undefined && epoch === head.epoch && isWithin) {
      const lived = this.#liveFrom(read, stored, this.#newest, "snapshot");
      if (typeof lived !== "string") return lived;
      this.#say(segment, `does not go on from the snapshot of tick ${this.#newest}: ${lived}`);
    }
    const start = image.length === 0 ? null : image;
    const lived = this.#liveFrom(read, start, head.tick, "checkpoint");
    if (typeof lived !== "string") return lived;
    this.#say(segment, `does not go on from its checkpoint: ${lived}`);
    return null;
  }

  /** @returns a sentence where not even the first tick comes out as recorded */
  #liveFrom(
    read: Read,
    image: Uint8Array | null,
    start: number,
    from: Recovered["from"],
  ): Lived | string {
    const { openKernel, openTwin } = this.#parts;
    let open = openKernel;
    let until = read.end.lastTick;
    for (;;) {
      const rerun = this.#open(read, image, open);
      if (typeof rerun === "string") return rerun;
      const run = this.#feed(read, rerun, start, until);
      if (run.differs === null) {
        return { image: rerun.image(), tick: until, from, ticks: run.ticks };
      }
      const { engine } = rerun.world.kernel;
      if (run.hasTrapped && engine === "wasm") {
        // The twin may have lived through it before as well: it takes over where the kernel traps.
        this.#say(
          read.segment,
          `traps the ${engine} kernel in tick ${run.differs}: the twin runs.`,
        );
        open = openTwin;
        continue;
      }
      if (run.ticks === 0) return `tick ${run.differs} comes out otherwise than it was recorded.`;
      const lost = read.end.lastTick - run.last;
      const what = `comes out otherwise from tick ${run.differs} on: ${lost} ticks are lost.`;
      this.#say(read.segment, what);
      until = run.last;
    }
  }

  #open({ head }: Read, image: Uint8Array | null, open: () => Kernel): Rerun | string {
    try {
      return new Rerun(open(), head.rules, image);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  #feed({ segment }: Read, rerun: Rerun, start: number, until: number): Run {
    const source = this.#parts.disk.open(segment.name);
    try {
      let [ticks, last] = [0, start];
      const reader = new SegmentReader(source);
      let kept: string | undefined;
      for (let item = reader.next(); item !== null; item = reader.next()) {
        if (item.type === "app") kept = item.app.kept;
        if (item.type !== "tick") continue;
        const [record, keeps] = [item.record, kept];
        kept = undefined;
        if (record.tick <= start) continue;
        if (record.tick > until) break;
        const end = outcomeOf(rerun, record);
        if (end !== "same") {
          return { ticks, last, differs: record.tick, hasTrapped: end === "trapped" };
        }
        if (keeps !== undefined) rerun.world.kept.set(new TextEncoder().encode(keeps));
        last = record.tick;
        ticks++;
      }
      return { ticks, last, differs: null, hasTrapped: false };
    } finally {
      source.close();
    }
  }
}

/** How a tick comes out, beside what was recorded. */
function outcomeOf(rerun: Rerun, record: Readonly<TickRecord>): "same" | "differs" | "trapped" {
  try {
    return rerun.step(record) ? "same" : "differs";
  } catch {
    return "trapped";
  }
}
