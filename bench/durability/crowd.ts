// The measuring process's hand on a process of bots.
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ask, end } from "../ask.ts";
import { forkPlain } from "../fork.ts";

const PROCESS = fileURLToPath(new URL("./crowd-process.ts", import.meta.url));

export interface CrowdWish {
  readonly url: string;
  readonly bots: number;
  readonly seed: number;
  /** Whether connections are cut, sessions left and begun all the time; otherwise bots walk. */
  readonly churns: boolean;
  /** One that stands in the middle and notes when ticks arrive. */
  readonly isWitness: boolean;
  readonly tickMs: number;
}

export type CrowdOrder =
  | { readonly do: "open"; readonly wish: CrowdWish }
  | { readonly do: "join" | "take" | "report" | "stop" }
  | { readonly do: "hold"; readonly holds: boolean }
  | { readonly do: "aim"; readonly url: string };

export interface CrowdReport {
  readonly bots: number;
  /** Sessions that were told of, each with its entity. */
  readonly told: readonly (readonly [session: string, entity: number])[];
  /** Connections that ended, by close code. */
  readonly closes: readonly (readonly [code: number, count: number])[];
  readonly faults: readonly string[];
  readonly resumed: number;
  readonly left: number;
  readonly vanished: number;
  /** Joins that the server put off because too much waits for its store. */
  readonly unavailable: number;
}

export class Crowd {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Resolves when all bots play. */
  static async open(wish: CrowdWish): Promise<Crowd> {
    const crowd = new Crowd(forkPlain(PROCESS));
    try {
      await crowd.#ask({ do: "open", wish });
    } catch (error) {
      await crowd.destroy();
      throw error;
    }
    return crowd;
  }

  /** Resolves when all bots play. */
  async join(): Promise<void> {
    await this.#ask({ do: "join" });
  }
  /** New connections go there from now on. */
  async aim(url: string): Promise<void> {
    await this.#ask({ do: "aim", url });
  }
  /** Nothing but walking happens while it holds. */
  async hold(holds: boolean): Promise<void> {
    await this.#ask({ do: "hold", holds });
  }
  /** @returns arrivals of ticks since it was asked last (lateness.ts) */
  async take(): Promise<Float64Array> {
    return (await this.#ask({ do: "take" })) as Float64Array;
  }
  async report(): Promise<CrowdReport> {
    return (await this.#ask({ do: "report" })) as CrowdReport;
  }
  /** All bots leave. */
  async stop(): Promise<CrowdReport> {
    return (await this.#ask({ do: "stop" })) as CrowdReport;
  }
  async destroy(): Promise<void> {
    await end(this.#process);
  }

  #ask(order: CrowdOrder): Promise<unknown> {
    return ask(this.#process, order);
  }
}
