// A process with one contender in it: what is measured shares its process with nothing else. It
// does what its parent asks for by messages, one at a time.
import { answerBy } from "./ask.ts";
import { crowdOf } from "./cases.ts";
import { INTENT_WORDS, type Timed } from "./contenders/contender.ts";
import { entryOf } from "./contenders/index.ts";
import type { Case, Job } from "./results.ts";
import { Workload } from "./workload.ts";

export type Order =
  | { readonly do: "open"; readonly name: string; readonly job: Job; readonly case: Case }
  /** Ticks in which nobody asks for anything. */
  | { readonly do: "stand"; readonly ticks: number }
  /** @returns us of each tick, Float64Array */
  | { readonly do: "run"; readonly ticks: number }
  /** @returns an Outcome */
  | { readonly do: "outcome" }
  /** @returns Int32Array, of the second null where there are no frames */
  | { readonly do: "told" | "shown"; readonly row: number }
  | { readonly do: "close" };

class Worker {
  #timed: Timed | null = null;
  #workload: Workload | null = null;
  /** Intents of the ticks of a run, made beforehand, used again. */
  readonly #batches: Int32Array<ArrayBuffer>[] = [];

  async obey(order: Order): Promise<unknown> {
    if (order.do === "open") {
      this.#workload = new Workload(crowdOf(order.case));
      this.#timed = await entryOf(order.name).make(order.job);
      await this.#timed.open(this.#workload);
      return null;
    }
    const timed = this.#timed;
    const workload = this.#workload;
    if (timed === null || workload === null) throw new Error("nothing is open");
    switch (order.do) {
      case "stand":
        return timed.run(Array.from({ length: order.ticks }, () => new Int32Array(0)));
      case "run":
        return timed.run(this.#prepare(workload, order.ticks));
      case "outcome":
        return timed.outcome();
      case "told":
        return timed.told(order.row);
      case "shown":
        return timed.shown(order.row);
      case "close":
        return timed.close();
    }
  }

  #prepare(workload: Workload, ticks: number): readonly Int32Array[] {
    while (this.#batches.length < ticks)
      this.#batches.push(new Int32Array(workload.intentsMax * INTENT_WORDS));
    return this.#batches.slice(0, ticks).map((batch) => workload.next(batch));
  }
}

const worker = new Worker();
answerBy((order) => worker.obey(order as Order));
