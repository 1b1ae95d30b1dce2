// The folder of a journal, as its writer and its recovery see it: the real one, and what a
// simulation puts in its place. All calls throw what the file system throws.
import * as fs from "node:fs";
import { join } from "node:path";
import { readSegmentName } from "./format.ts";
import type { Source } from "./reader.ts";
import { openFile } from "./reader.ts";

/** A segment that lies there. */
export interface Segment {
  readonly name: string;
  /** That its checkpoint stands after. */
  readonly tick: number;
  readonly epoch: number;
  readonly bytes: number;
  /** When it was last written to, Unix ms. */
  readonly changedMs: number;
}

/** A segment that is being written. */
export interface SegmentFile {
  /** Writes all of it, behind what was written. */
  write(bytes: Uint8Array): void;
  /** Returns when what was written outlives a loss of power. */
  sync(): void;
  close(): void;
}

export interface Disk {
  /** In the order in which they were begun. */
  list(): Segment[];
  create(name: string): SegmentFile;
  open(name: string): Source & { close(): void };
  remove(name: string): void;
}

/** For its owner alone: hashes of tokens and names of accounts stand in it. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

export class FolderDisk implements Disk {
  readonly #folder: string;

  /** @param folder made when the first segment is */
  constructor(folder: string) {
    this.#folder = folder;
  }

  list(): Segment[] {
    if (!fs.existsSync(this.#folder)) return [];
    const segments: Segment[] = [];
    for (const name of fs.readdirSync(this.#folder)) {
      const at = readSegmentName(name);
      if (at === null) continue;
      const { mtimeMs, size } = fs.statSync(join(this.#folder, name));
      segments.push({ name, ...at, bytes: size, changedMs: mtimeMs });
    }
    return segments.sort((a, b) => a.epoch - b.epoch || a.tick - b.tick);
  }

  create(name: string): SegmentFile {
    fs.mkdirSync(this.#folder, { recursive: true, mode: FOLDER_MODE });
    const fd = fs.openSync(join(this.#folder, name), "wx", FILE_MODE);
    this.#syncFolder();
    return {
      write(bytes) {
        for (let at = 0; at < bytes.length;) at += fs.writeSync(fd, bytes, at);
      },
      sync: () => fs.fdatasyncSync(fd),
      close: () => fs.closeSync(fd),
    };
  }

  open(name: string): Source & { close(): void } {
    return openFile(join(this.#folder, name));
  }

  remove(name: string): void {
    fs.rmSync(join(this.#folder, name), { force: true });
  }

  /** A file's name outlives a loss of power only when its folder does. */
  #syncFolder(): void {
    const fd = fs.openSync(this.#folder, "r");
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  }
}
