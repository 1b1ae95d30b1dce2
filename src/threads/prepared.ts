// A thread that is started before it is needed. To load what it runs takes longer than much of what
// a start waits for, so that a server's threads load side by side, and beside the server itself.
import { Worker } from "node:worker_threads";
import type { WorkerOptions } from "node:worker_threads";

export class PreparedThread {
  readonly #entry: URL;
  readonly #options: WorkerOptions;
  #spare: Worker | null = null;

  /** @param entry a module that is told by its first message what to do, and does nothing before */
  constructor(entry: URL, options: WorkerOptions = {}) {
    this.#entry = entry;
    this.#options = options;
  }

  /** Begins to load one, unless one waits. As long as it waits it keeps no process from ending. */
  prepare(): void {
    if (this.#spare !== null) return;
    const spare = new Worker(this.#entry, this.#options);
    // Of one that ends unneeded nobody wants to hear; the next one tells whoever needs it.
    const forget = (): void => {
      if (this.#spare === spare) this.#spare = null;
    };
    spare.on("error", forget);
    spare.on("exit", forget);
    spare.unref();
    this.#spare = spare;
  }

  /** @returns the one that waits, otherwise a new one; `order` is its first message */
  take(order: unknown): Worker {
    const worker = this.#spare ?? new Worker(this.#entry, this.#options);
    this.#spare = null;
    worker.ref();
    worker.postMessage(order);
    return worker;
  }

  /** The one that waits is not needed. */
  discard(): void {
    void this.#spare?.terminate();
    this.#spare = null;
  }
}
