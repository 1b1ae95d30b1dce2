// `aether relay` in a process of its own, which is killed and comes back.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Stage, WORLD } from "../durability/stage.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/cli/aether.js", import.meta.url));

const RESTART_MS = 200;

export class RelayProcess {
  readonly #stage: Stage;
  #child: ChildProcess | null = null;
  readonly #lastResort = (): void => {
    this.#child?.kill("SIGKILL");
  };

  constructor(stage: Stage) {
    this.#stage = stage;
    process.on("exit", this.#lastResort);
  }

  start(): void {
    const child = spawn(process.execPath, [PROGRAM, "relay"], {
      env: {
        PATH: process.env["PATH"],
        AETHER_PERSISTENCE_URL: this.#stage.url,
        AETHER_PERSISTENCE_WORLD: WORLD,
        AETHER_PRESENCE_REDIS_URL: this.#stage.redis.url,
        AETHER_OUTBOX_RELAY: "external",
      },
      stdio: "ignore",
    });
    this.#child = child;
    // One whose store is away for too long when it starts ends: it is started again.
    child.once("exit", () => {
      setTimeout(() => {
        if (this.#child === child) this.start();
      }, RESTART_MS);
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }

  async close(): Promise<void> {
    await this.kill();
    process.off("exit", this.#lastResort);
  }
}
