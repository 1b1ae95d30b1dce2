// A private Redis: on a free port of 127.0.0.1, in a temporary folder, so that a test can kill,
// freeze and empty it.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { freePort } from "./ports.ts";

const PROGRAM = "redis-server";
/** After this long a wait has failed; nothing waits so long when all is well. */
const PATIENCE_MS = 90_000;
const ASK_AGAIN_MS = 20;
/** Another process may take the free port before Redis does. */
const PORTS_TRIED = 3;

export interface PrivateRedisOptions {
  /** Whether `kill` and `restart` leave what it answered to; absent: it comes back empty. */
  readonly durable?: boolean;
  /** More lines of redis.conf as arguments, e.g. ["--maxmemory", "10mb"]. */
  readonly argv?: readonly string[];
}

/**
 * Call `stop` after the test, whatever became of it.
 *
 *     const redis = new PrivateRedis();
 *     await redis.start();
 *     new Redis(redis.url)
 */
export class PrivateRedis {
  readonly #folder = mkdtempSync(join(tmpdir(), "aether-redis-"));
  readonly #options: PrivateRedisOptions;
  readonly #lastResort = (): void => {
    this.#child?.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  };
  #child: ChildProcess | null = null;
  #port = 0;
  #output = "";

  constructor(options: PrivateRedisOptions = {}) {
    this.#options = options;
    process.on("exit", this.#lastResort);
  }

  /** The same before and after `restart`. */
  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when it answers. */
  async start(): Promise<void> {
    for (let tried = 1; ; tried++) {
      this.#port = await freePort();
      try {
        await this.#run();
        return;
      } catch (error) {
        await this.kill();
        if (tried === PORTS_TRIED) throw error;
      }
    }
  }

  /** Starts it again on its port, after `kill`; one that still runs is killed first. */
  async restart(): Promise<void> {
    await this.kill();
    await this.#run();
  }

  /** SIGKILL; resolves when it is gone. A frozen one dies as well. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** Connections stay open and new ones are taken, but nothing is answered. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async flushall(): Promise<void> {
    const answer = await this.ask("FLUSHALL");
    if (!answer.startsWith("+OK")) throw new Error(`FLUSHALL was answered with ${answer}`);
  }

  /** Sends one command as a line of text. @returns the first piece of the answer, as it came */
  ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#port, "127.0.0.1", () => socket.write(`${line}\r\n`));
      socket.setTimeout(PATIENCE_MS, () => {
        socket.destroy(new Error(`${line} was not answered`));
      });
      socket.once("data", (answer) => {
        socket.destroy();
        resolve(answer.toString());
      });
      socket.once("error", reject);
    });
  }

  /** Ends it and takes its folder away. */
  async stop(): Promise<void> {
    await this.kill();
    process.off("exit", this.#lastResort);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #run(): Promise<void> {
    const { durable = false, argv = [] } = this.#options;
    const append = durable ? ["yes", "--appendfsync", "always"] : ["no"];
    const place = ["--port", String(this.#port), "--bind", "127.0.0.1", "--dir", this.#folder];
    const child = spawn(
      PROGRAM,
      [...place, "--save", "", "--daemonize", "no", "--appendonly", ...append, ...argv],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    this.#child = child;
    this.#output = "";
    const keep = (part: Buffer): void => void (this.#output += part.toString());
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => void (this.#output += error.message));
    await this.#answers(child);
  }

  async #answers(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.ask("PING").catch(() => "");
      const runs = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
      // It may be another's Redis that answers on this port while ours could not have it.
      if (answer.startsWith("+PONG") && runs) return;
      if (!runs || performance.now() > deadline) {
        throw new Error(`${PROGRAM} did not start on port ${this.#port}: ${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}

/** @returns where it is found on the PATH; null where it is not */
export function redisProgram(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const files = folders.map((folder) => join(folder, PROGRAM));
  return files.find((file) => existsSync(file)) ?? null;
}
