// The persistence worker as a thread of this process.
import { Worker } from "node:worker_threads";
import type { FromWorker, WorkerOptions } from "./messages.ts";
import type { WorkerPort } from "./port.ts";

/** This file's own ending tells source from build. */
const ENTRY = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/** @param lost is called once, when the thread ended without having been told to */
export function startThread(
  options: WorkerOptions,
  hear: (message: FromWorker) => void,
  lost: (error: Error) => void,
): WorkerPort {
  const worker = new Worker(ENTRY, { workerData: options, execArgv: QUIET });
  let isOver = false;
  const lose = (error: Error): void => {
    if (isOver) return;
    isOver = true;
    lost(error);
  };
  worker.on("message", hear);
  worker.on("error", lose);
  worker.on("exit", (code) => lose(new Error(`the persistence worker ended with code ${code}`)));
  return {
    post(message, transfer) {
      if (!isOver) worker.postMessage(message, transfer);
    },
    async end() {
      isOver = true;
      await worker.terminate();
    },
  };
}

/**
 * node:sqlite is said to be experimental once in the docs, not at every start. Nothing else: what
 * forbids code generation holds for the whole process, and is refused as a worker's own.
 */
const QUIET = ["--disable-warning=ExperimentalWarning"];
