// The page's hand on one worker.
import { page, type PageWorker } from "./browser.ts";
import type { Job } from "../contenders/contender.ts";
import type { PageCase } from "./lineup.ts";
import type { Answer, Order } from "./worker.ts";

/** A contender somewhere else, as a contest wants it. */
export interface Player {
  readonly name: string;
  /** Anew, as if there had been nothing before. */
  open(job: Job, played: PageCase): Promise<void>;
  /** @returns us of each tick */
  run(ticks: number, isMoving: boolean): Promise<Float64Array>;
  /** Runs a tick. @returns what came of it; equal texts, equal answers */
  compare(isMoving: boolean): Promise<string>;
  close(): void;
}

export class WorkerPlayer implements Player {
  readonly name: string;
  #worker: PageWorker | null = null;
  #settle: { done: (value: unknown) => void; fail: (error: Error) => void } | null = null;

  constructor(name: string) {
    this.name = name;
  }

  async open(job: Job, played: PageCase): Promise<void> {
    this.close();
    const worker = new page.Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => {
      const answer = data as Answer;
      if ("error" in answer) this.#settle?.fail(new Error(answer.error));
      else this.#settle?.done(answer.value);
    };
    worker.onerror = ({ message }) => {
      this.#settle?.fail(new Error(message ?? "its module could not be loaded"));
    };
    this.#worker = worker;
    await this.#ask({ do: "open", opening: { name: this.name, job, case: played } });
  }

  async run(ticks: number, isMoving: boolean): Promise<Float64Array> {
    return (await this.#ask({ do: "run", ticks, isMoving })) as Float64Array;
  }

  async compare(isMoving: boolean): Promise<string> {
    return (await this.#ask({ do: "compare", isMoving })) as string;
  }

  /** What is being asked then is never answered. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #ask(order: Order): Promise<unknown> {
    return new Promise((done, fail) => {
      this.#settle = { done, fail };
      this.#worker?.postMessage(order);
    });
  }
}
