// Lines to a file descriptor, written by the thread pool. A synchronous write to a pipe that
// nobody reads would stop the ticks, so what waits is bounded, and what does not fit is counted.
import { constants, fstatSync, openSync, write } from "node:fs";

/** Bytes that may wait: minutes of an ordinary log, and little memory. */
const MAX_WAITING_BYTES = 4_194_304;
/** How long a full pipe is left alone before the next attempt. */
const RETRY_MS = 20;
const FLUSH_LIMIT_MS = 500;

/** Writes lines in order, one write at a time. Nothing it does throws. */
export class LineWriter {
  readonly #fd: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #writing = false;
  #broken = false;
  #idle: (() => void)[] = [];
  /** Lines lost because the reader stopped reading or is gone. */
  dropped = 0;

  /** @param fd open for writing; the caller's to close. */
  constructor(fd: number) {
    this.#fd = patient(fd);
  }

  /** @param line with its line break. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#broken || this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      this.dropped++;
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    if (!this.#writing) this.#next();
  }

  /** Resolves when every line so far is out, or half a second later. */
  flush(): Promise<void> {
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, FLUSH_LIMIT_MS);
      this.#idle.push(() => {
        clearTimeout(limit);
        resolve();
      });
    });
  }

  #next(): void {
    if (this.#waiting.length === 0) {
      this.#writing = false;
      for (const done of this.#idle.splice(0)) done();
      return;
    }
    this.#writing = true;
    const batch = Buffer.from(this.#waiting.join(""));
    this.#waiting = [];
    this.#put(batch);
  }

  #put(bytes: Buffer): void {
    write(this.#fd, bytes, (error, written) => {
      if (error === null) {
        this.#waitingBytes -= written;
        if (written < bytes.length) this.#put(bytes.subarray(written));
        else this.#next();
      } else if (error.code === "EAGAIN") {
        setTimeout(() => {
          this.#put(bytes);
        }, RETRY_MS);
      } else {
        this.#broken = true; // EPIPE, a full disk: the world goes on without its log
        this.dropped += countLines(bytes) + this.#waiting.length;
        this.#waiting = [];
        this.#next();
      }
    });
  }
}

/**
 * A write that blocks in the thread pool would also block the process's exit. A pipe is therefore
 * opened once more, non-blocking, for ourselves alone: the flag on the shared descriptor would
 * surprise others who write to it. Files do not block, and elsewhere than on Linux this stays off.
 */
function patient(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}

function countLines(bytes: Buffer): number {
  return bytes.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
}
