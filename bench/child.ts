// The measuring process's hand on one worker: a contender in a process of its own.
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ask, end } from "./ask.ts";
import type { Outcome } from "./contenders/contender.ts";
import { forkPlain } from "./fork.ts";
import type { Case, Job } from "./results.ts";
import type { Order } from "./worker.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** Runs ticks of one case for whoever measures or compares. */
export interface Runner {
  stand(ticks: number): Promise<void>;
  /** @returns us of each tick */
  run(ticks: number): Promise<Float64Array>;
  outcome(): Promise<Outcome>;
  told(row: number): Promise<Int32Array>;
  shown(row: number): Promise<Int32Array | null>;
  close(): Promise<void>;
}

export class Child implements Runner {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** @throws Error in words when the contender cannot be opened */
  static async open(name: string, job: Job, play: Case): Promise<Child> {
    const child = new Child(forkPlain(WORKER));
    try {
      await child.#ask({ do: "open", name, job, case: play });
    } catch (error) {
      await end(child.#process);
      throw error;
    }
    return child;
  }

  async stand(ticks: number): Promise<void> {
    await this.#ask({ do: "stand", ticks });
  }
  async run(ticks: number): Promise<Float64Array> {
    return (await this.#ask({ do: "run", ticks })) as Float64Array;
  }
  async outcome(): Promise<Outcome> {
    return (await this.#ask({ do: "outcome" })) as Outcome;
  }
  async told(row: number): Promise<Int32Array> {
    return (await this.#ask({ do: "told", row })) as Int32Array;
  }
  async shown(row: number): Promise<Int32Array | null> {
    return (await this.#ask({ do: "shown", row })) as Int32Array | null;
  }
  async close(): Promise<void> {
    try {
      await this.#ask({ do: "close" });
    } finally {
      await end(this.#process);
    }
  }

  #ask(order: Order): Promise<unknown> {
    return ask(this.#process, order);
  }
}
