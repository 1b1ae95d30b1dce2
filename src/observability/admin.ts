// The admin address as the tick's thread sees it: a thread that is started, and replaced should it
// be lost. The server itself is in admin-server.ts, its pages in admin-routes.ts.
import type { Worker } from "node:worker_threads";

import type { PageDoor, Pages } from "../feed/door.ts";
import type { FrameMemory } from "../feed/frame-board.ts";
import type { PageFiles } from "../feed/page-file.ts";
import type { BeginAdmin, FromAdmin, PlayAddress, ToAdmin } from "./admin-messages.ts";
import { AdminPages } from "./admin-pages.ts";
import { ADMIN_THREAD } from "./admin-thread.ts";
import type { BuildInfo } from "./exposition.ts";

export interface AdminOptions {
  /** A loopback address, or there is a token; the configuration refuses anything else. */
  readonly host: string;
  /** 0 chooses a free port. */
  readonly port: number;
  /** Asked for with every request, as it is now; "": nobody is asked. */
  token(): string;
  /** The board's shared memory. */
  readonly board: SharedArrayBuffer;
  readonly info: BuildInfo;
  /** Names of the application's systems; left out: there are none. */
  readonly systems?: readonly string[];
  /** The live page, who is told of those that are open, and where they play. */
  readonly pageFiles: PageFiles;
  readonly door: () => PageDoor;
  /** Where frames for them are. */
  readonly frames: FrameMemory;
  /** Asked for when it listens. */
  readonly play: () => PlayAddress;
  /** Told of every fault of our own; the caller logs it. */
  readonly onFault: (error: unknown) => void;
}

/** The running server. */
export interface Admin {
  /** @returns the port it listens on; rejects with a sentence when it cannot. */
  listen(): Promise<number>;
  /** Live pages that are open. */
  readonly pages: Pages;
  /** Stops listening; resolves when the last answer is out, or a second later. */
  close(): Promise<void>;
}

/** Before a lost thread is replaced, ms. */
const RESPAWN_MS = 1000;
/** Between looks whether the token has changed, ms. */
const TOKEN_LOOK_MS = 500;

/** Prepares the admin server; nothing runs before `listen`. */
export function createAdmin(options: AdminOptions): Admin {
  return new AdminThread(options);
}

class AdminThread implements Admin {
  readonly #options: AdminOptions;
  readonly pages: AdminPages;
  #worker: Worker | null = null;
  #port: number;
  /** Of whoever waits for the first answer. */
  #first: PromiseWithResolvers<number> | null = null;
  #isListening = false;
  #isOver = false;
  #watch: NodeJS.Timeout | undefined;
  readonly #closed = Promise.withResolvers<undefined>();

  constructor(options: AdminOptions) {
    this.#options = options;
    this.#port = options.port;
    this.pages = new AdminPages(options.door, (message, transfer) => {
      this.#worker?.postMessage(message satisfies ToAdmin, transfer);
    });
  }

  listen(): Promise<number> {
    this.#first = Promise.withResolvers<number>();
    this.#start();
    return this.#first.promise;
  }

  async close(): Promise<void> {
    this.#isOver = true;
    if (this.#worker === null) return;
    clearInterval(this.#watch);
    if (this.#isListening) this.#tell({ type: "close" });
    else void this.#worker.terminate();
    await this.#closed.promise;
  }

  #start(): void {
    const { host, board, info, pageFiles, frames, systems = [] } = this.#options;
    let token = this.#options.token();
    const originMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
    const options = {
      ...{ host, port: this.#port, token, board, info, systems, originMs, pageFiles, frames },
      play: this.#options.play(),
    };
    const worker = ADMIN_THREAD.take({ type: "begin", options } satisfies BeginAdmin);
    this.#worker = worker;
    worker.on("message", (message: FromAdmin) => this.#hear(message));
    clearInterval(this.#watch);
    this.#watch = setInterval(() => {
      if (token === this.#options.token()) return;
      token = this.#options.token();
      this.#tell({ type: "token", token });
    }, TOKEN_LOOK_MS).unref();
    worker.on("error", (error) => this.#options.onFault(error));
    worker.on("exit", () => this.#lose());
  }

  #tell(message: ToAdmin): void {
    this.#worker?.postMessage(message);
  }

  #hear(message: FromAdmin): void {
    switch (message.type) {
      case "listening":
        this.#isListening = true;
        this.#port = message.port;
        this.#first?.resolve(message.port);
        this.#first = null;
        break;
      case "refused":
        this.#refused(new Error(listenFault(this.#options, message.code)));
        void this.#worker?.terminate();
        break;
      case "fault":
        this.#options.onFault(message.error);
        break;
      default:
        this.pages.take(message);
    }
  }

  /** At the start it is the answer; later the thread is started again until it can listen. */
  #refused(error: Error): void {
    if (this.#first === null) {
      this.#options.onFault(error);
      return;
    }
    this.#isOver = true;
    this.#first.reject(error);
    this.#first = null;
  }

  #lose(): void {
    this.#worker = null;
    this.#isListening = false;
    if (!this.#isOver) this.pages.lose();
    if (!this.#isOver) this.#refused(new Error("The admin thread was lost; another is started."));
    if (this.#isOver) {
      this.#closed.resolve(undefined);
      return;
    }
    setTimeout(() => {
      if (!this.#isOver) this.#start();
    }, RESPAWN_MS).unref();
  }
}

function listenFault({ host, port }: AdminOptions, code: string): string {
  const at = `observability.admin_addr is ${host} port ${port}`;
  if (code === "EADDRINUSE") {
    return `${at}, but another program listens there: stop it, or choose another port.`;
  }
  return `${at}, but this machine does not let us listen there (${code}): choose another address.`;
}
