// The real server as a process of its own, on free ports, for tests that signal it.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../src/cli/aether.ts", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** From the first signal to the end, ms. */
  readonly tookMs: number;
}

export class ServerProcess {
  readonly child: ChildProcess;
  /** WebSocket address, once it listens; rejects when it ends before that. */
  readonly url: Promise<string>;
  readonly ended: Promise<Ended>;
  readonly lines: string[] = [];
  #signalled = 0;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", PROGRAM, "serve"],
      {
        env: {
          ...process.env,
          AETHER_GATEWAY_BIND_ADDR: "127.0.0.1:0",
          AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    this.ended = new Promise((resolve) => {
      this.child.on("exit", (code, signal) => {
        resolve({ code, signal, tookMs: performance.now() - this.#signalled });
      });
    });
    this.url = new Promise((resolve, reject) => {
      for (const stream of [this.child.stdout, this.child.stderr]) {
        if (stream === null) continue;
        createInterface({ input: stream }).on("line", (line) => {
          this.lines.push(line);
          const found = /Aether listens on (ws:\/\/[\d.:]+)/.exec(line);
          if (found?.[1] !== undefined) resolve(found[1]);
        });
      }
      this.child.on("exit", () => {
        reject(new Error(`the server ended before it listened: ${this.lines.join("\n")}`));
      });
    });
    this.url.catch(() => undefined); // who awaits it hears of it
  }

  signal(name: "SIGTERM" | "SIGINT" | "SIGKILL"): void {
    if (this.#signalled === 0) this.#signalled = performance.now();
    this.child.kill(name);
  }
}
