// A worker with one contender in it, so that it shares its functions' type feedback with nobody.
// It does what the page asks for by messages, one at a time.
import { INTENT_WORDS, type Job } from "../contenders/contender.ts";
import { Local } from "../contenders/local.ts";
import type { Workload } from "../workload.ts";
import { worker } from "./browser.ts";
import { makeContender, workloadOf } from "./contenders.ts";
import type { PageCase } from "./lineup.ts";

export interface Opening {
  readonly name: string;
  readonly job: Job;
  readonly case: PageCase;
}

export type Order =
  | { readonly do: "open"; readonly opening: Opening }
  /** Runs ticks, in which everybody moves or nobody. @returns us of each, Float64Array */
  | { readonly do: "run"; readonly ticks: number; readonly isMoving: boolean }
  /**
   * Runs one tick; the first one, or after such ones only.
   * @returns what came of it, as text: equal texts, equal answers
   */
  | { readonly do: "compare"; readonly isMoving: boolean };

export type Answer = { readonly value: unknown } | { readonly error: string };

interface Opened {
  readonly local: Local;
  readonly workload: Workload;
  /** Intents of a window, made beforehand, used again. */
  readonly batches: Int32Array<ArrayBuffer>[];
}

let opened: Opened | null = null;

function obey(order: Order): unknown {
  if (order.do === "open") {
    const { name, job, case: played } = order.opening;
    const workload = workloadOf(played);
    const local = new Local(makeContender(name, job, workload.leave), job);
    local.open(workload);
    opened = { local, workload, batches: [] };
    return null;
  }
  if (opened === null) throw new Error("nothing is open");
  const us = opened.local.run(
    batchesOf(opened, order.do === "run" ? order.ticks : 1, order.isMoving),
  );
  if (order.do === "run") return us;
  const { entered, left, told, shown } = opened.local.outcome();
  return `${entered} entered, ${left} left, told ${told.join()}, shown ${shown?.join() ?? ""}`;
}

function batchesOf({ workload, batches }: Opened, ticks: number, isMoving: boolean): Int32Array[] {
  if (!isMoving) return Array.from({ length: ticks }, () => new Int32Array(0));
  while (batches.length < ticks) batches.push(new Int32Array(workload.intentsMax * INTENT_WORDS));
  return batches.slice(0, ticks).map((batch) => workload.next(batch));
}

worker.onmessage = ({ data }) => {
  let answer: Answer;
  try {
    answer = { value: obey(data as Order) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  worker.postMessage(answer);
};
