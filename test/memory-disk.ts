// A journal's folder in memory, which outlives the servers of a test. It may be full, fail, or be
// cut off in the midst of a write, as by a crash.
import type { Disk, Segment, SegmentFile } from "../src/journal/disk.ts";
import { readSegmentName } from "../src/journal/format.ts";
import { bytesSource } from "../src/journal/reader.ts";
import type { Source } from "../src/journal/reader.ts";

export class MemoryDisk implements Disk {
  readonly files = new Map<string, Uint8Array>();
  readonly #changed = new Map<string, number>();
  /** Bytes that may lie there together. */
  room = Infinity;
  writes = 0;
  syncs = 0;
  /** Unix ms, for when files were changed. */
  now = 0;
  /** How much of a write arrives; less than all of it: then the writer is gone. */
  arriving: (bytes: Uint8Array) => number = (bytes) => bytes.length;

  list(): Segment[] {
    const segments = [...this.files].flatMap(([name, { length: bytes }]) => {
      const at = readSegmentName(name);
      return at === null ? [] : [{ name, ...at, bytes, changedMs: this.#changed.get(name) ?? 0 }];
    });
    return segments.sort((a, b) => a.epoch - b.epoch || a.tick - b.tick);
  }

  create(name: string): SegmentFile {
    if (this.files.has(name)) throw new Error(`EEXIST: file already exists, open '${name}'`);
    this.files.set(name, new Uint8Array(0));
    return {
      write: (bytes) => this.#write(name, bytes),
      sync: () => {
        this.syncs++;
      },
      close: () => undefined,
    };
  }

  open(name: string): Source & { close(): void } {
    const bytes = this.files.get(name);
    if (bytes === undefined) throw new Error(`ENOENT: no such file or directory, open '${name}'`);
    return { ...bytesSource(bytes), close: () => undefined };
  }

  remove(name: string): void {
    this.files.delete(name);
  }

  /** All bytes that lie there. */
  get bytes(): number {
    return [...this.files.values()].reduce((sum, { length }) => sum + length, 0);
  }

  #write(name: string, bytes: Uint8Array): void {
    this.writes++;
    const wanted = Math.min(this.arriving(bytes), bytes.length);
    const taken = Math.max(0, Math.min(wanted, this.room - this.bytes));
    const before = this.files.get(name);
    // Removed while it was open: nobody will read it.
    if (before !== undefined) {
      const after = new Uint8Array(before.length + taken);
      after.set(before);
      after.set(bytes.subarray(0, taken), before.length);
      this.files.set(name, after);
      this.#changed.set(name, this.now);
    }
    if (taken < wanted) throw new Error("ENOSPC: no space left on device, write");
    if (taken < bytes.length) throw new Error("the process was killed");
  }
}
