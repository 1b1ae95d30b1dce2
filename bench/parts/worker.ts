// A process with one contender of one part in it. It does what its parent asks for, one at a time.
import { Bench } from "tinybench";
import { answerBy } from "../ask.ts";
import { crowdOf } from "../cases.ts";
import type { Case } from "../results.ts";
import { entryOf } from "./lineup.ts";
import type { Prepared } from "./prepared.ts";
import type { Part } from "./results.ts";

export type Order =
  /** @returns nothing */
  | { readonly do: "open"; readonly part: Part; readonly name: string; readonly case: Case }
  /** Runs once. @returns a digest of what it came to */
  | { readonly do: "compare" }
  /** Runs for so long, preparations included. @returns a Round */
  | { readonly do: "measure"; readonly ms: number; readonly warmUpMs: number };

export interface Round {
  /** ns an operation: the mean of all runs. */
  readonly mean: number;
  readonly samples: number;
  /** Of one run, on average. */
  readonly operations: number;
}

/** Runs of a round, however long they take. */
const RUNS_MIN = 4;

class Worker {
  #prepared: Prepared | null = null;

  async obey(order: Order): Promise<unknown> {
    if (order.do === "open") {
      this.#prepared = await entryOf(order.part, order.name).open(crowdOf(order.case));
      return null;
    }
    const prepared = this.#prepared;
    if (prepared === null) throw new Error("nothing is open");
    if (order.do === "measure") return measure(prepared, order.ms, order.warmUpMs);
    prepared.prepare();
    prepared.run();
    return prepared.digest();
  }
}

function measure(prepared: Prepared, ms: number, warmUpMs: number): Round {
  let operations = 0;
  let runs = 0;
  const bench = new Bench({
    time: ms,
    iterations: RUNS_MIN,
    warmup: warmUpMs > 0,
    warmupTime: warmUpMs,
    warmupIterations: RUNS_MIN,
    throws: true,
  });
  bench.add("run", () => {
    const began = bench.now();
    prepared.prepare();
    const started = bench.now();
    prepared.run();
    const ended = bench.now();
    const done = prepared.operations();
    operations += done;
    runs++;
    return {
      overriddenDuration: (ended - started) / done,
      overriddenIterationCost: ended - began,
    };
  });
  const result = bench.runSync()[0]?.result;
  if (result?.state !== "completed") throw new Error(`the run is ${String(result?.state)}`);
  const { mean, samplesCount } = result.latency;
  return { mean: mean * 1e6, samples: samplesCount, operations: operations / runs };
}

const worker = new Worker();
answerBy((order) => worker.obey(order as Order));
