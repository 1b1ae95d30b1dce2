// A real server in a process of its own: what `npm start` runs, on free ports.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../dist/cli/aether.js", import.meta.url));
const PACKAGE = new URL("../../package.json", import.meta.url);
const { scripts } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { scripts: { start: string } };
/** What `npm start` tells Node.js itself. */
export const FLAGS = scripts.start.split(" ").filter((word) => word.startsWith("--"));
/** After this long a wait has failed; nothing waits so long when all is well. */
const PATIENCE_MS = 90_000;

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Starting {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** More flags for Node.js itself. */
  readonly node?: readonly string[];
}

export class ServerProcess {
  /** Every line of stdout, as it came. */
  readonly lines: string[] = [];
  stderr = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | string>;
  readonly #folder = mkdtempSync(join(tmpdir(), "aether-server-"));
  #seen: () => void = () => undefined;

  constructor({ argv = [], env = {}, node = [] }: Starting = {}) {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is not there: run npm run build.`);
    this.#child = spawn(process.execPath, [...FLAGS, ...node, PROGRAM, "serve", ...argv], {
      cwd: this.#folder,
      env: {
        PATH: process.env["PATH"],
        AETHER_GATEWAY_BIND_ADDR: "127.0.0.1:0",
        AETHER_OBSERVABILITY_ADMIN_ADDR: "127.0.0.1:0",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let rest = "";
    this.#child.stdout?.on("data", (part: Buffer) => {
      const pieces = (rest + part.toString()).split("\n");
      rest = pieces.pop() ?? "";
      this.lines.push(...pieces);
      this.#seen();
    });
    this.#child.stderr?.on("data", (part: Buffer) => {
      this.stderr += part.toString();
    });
    this.#ended = once(this.#child, "close").then(([code, signal]: unknown[]) => {
      rmSync(this.#folder, { recursive: true });
      this.#seen();
      return typeof code === "number" ? code : String(signal);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The lines of the log so far. */
  get log(): LogLine[] {
    return this.lines.map((line) => JSON.parse(line) as LogLine);
  }

  /** Resolves with the first line whose message starts so; rejects when the process ends first. */
  async logged(start: string): Promise<LogLine> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const found = this.log.find((line) => line.message.startsWith(start));
      if (found !== undefined) return found;
      const left = deadline - performance.now();
      if (this.#child.exitCode !== null || left <= 0) {
        const last = this.lines.slice(-3).join("\n");
        throw new Error(`"${start}" was never logged; stderr: ${this.stderr}; but last:\n${last}`);
      }
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, left);
        this.#seen = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    }
  }

  /** Waits until it listens. @returns its addresses. */
  async listening(): Promise<{ url: string; http: string; metrics: string }> {
    const line = await this.logged("Aether listens on ");
    const url = String(line["url"]);
    return { url, http: url.replace("ws:", "http:"), metrics: String(line["metrics"]) };
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** @returns the exit code, or the name of the signal that ended it. */
  ended(): Promise<number | string> {
    return this.#ended;
  }

  /** For after a test, whatever became of it. */
  async destroy(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.signal("SIGKILL");
    await this.#ended;
  }
}
