// Processes that open a store beside the test: to race for the schema, and to die with the lock.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./store-opener.ts", import.meta.url));

/** Starts so many processes at once. @returns what each of them said last */
export function openInProcesses(url: string, world: string, count: number): Promise<string[]> {
  const said = Array.from({ length: count }, async () => {
    const child = start(url, world, "open");
    const words = await lineOf(child);
    await ended(child);
    return words;
  });
  return Promise.all(said);
}

/** A process that has taken a world's lock, and keeps it. */
export class StoreHolder {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(url: string, world: string): Promise<StoreHolder> {
    const child = start(url, world, "hold");
    const words = await lineOf(child);
    if (words !== "locked") {
      child.kill("SIGKILL");
      throw new Error(`the other process did not get the lock: ${words}`);
    }
    return new StoreHolder(child);
  }

  /** SIGKILL, as a crash would end it. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await ended(this.#child);
  }
}

function start(url: string, world: string, task: "open" | "hold"): ChildProcess {
  const argv = ["--disable-warning=ExperimentalWarning", PROGRAM, task, url, world];
  return spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** The first thing that it says; "" when it ends without a word. */
function lineOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.stdout?.once("data", (part: Buffer) => resolve(part.toString().trim()));
    child.once("exit", () => resolve(""));
  });
}
