// Memory that is mounted as a disk, so that it can be full. Only root can mount it.
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DISK_MB = 64;
/** It is filled by so much at a time: a page. */
const PIECE_BYTES = 4096;

/** Call `remove` in the end, whatever becomes of it. */
export class SmallDisk {
  /** Where it is mounted; anybody may write there. */
  readonly folder = mkdtempSync(join(tmpdir(), "aether-disk-"));
  readonly #ballast = join(this.folder, "ballast");
  readonly #lastResort = (): void => this.#unmount();

  constructor() {
    const options = `size=${DISK_MB}m,mode=0777`;
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", this.folder]);
    process.on("exit", this.#lastResort);
  }

  /** Takes all the room that is left, while others take some of it as well. */
  fill(): void {
    const file = openSync(this.#ballast, "w");
    const piece = Buffer.alloc(PIECE_BYTES);
    try {
      while (writeSync(file, piece) > 0);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    } finally {
      closeSync(file);
    }
  }

  empty(): void {
    rmSync(this.#ballast);
  }

  remove(): void {
    process.off("exit", this.#lastResort);
    this.#unmount();
  }

  #unmount(): void {
    // Lazily: who was killed a moment ago may still have a file open.
    execFileSync("umount", ["-l", this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
