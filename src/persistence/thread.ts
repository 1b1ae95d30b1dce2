// The persistence worker as a thread of this process.
import { PreparedThread } from "../threads/prepared.ts";
import type { Begin, FromWorker, WorkerOptions } from "./messages.ts";
import type { WorkerPort } from "./port.ts";

/** This file's own ending tells source from build. */
const ENTRY = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/**
 * node:sqlite is said to be experimental once in the docs, not at every start. Nothing else: what
 * forbids code generation holds for the whole process, and is refused as a worker's own.
 */
const QUIET = ["--disable-warning=ExperimentalWarning"];

/**
 * What is young dies with its flight. Three semi-spaces of 2 MB in the place of 16 spare the
 * process a tenth of its memory under 300 clients (bench/prove-traces.ts). Where Node.js was told
 * --max-semi-space-size, as `npm start` does, that holds for every thread instead.
 */
const HEAP = { maxYoungGenerationSizeMb: 6 };

export const PERSISTENCE_THREAD = new PreparedThread(ENTRY, {
  execArgv: QUIET,
  resourceLimits: HEAP,
});

/** @param lost is called once, when the thread ended without having been told to */
export function startThread(
  options: WorkerOptions,
  hear: (message: FromWorker) => void,
  lost: (error: Error) => void,
): WorkerPort {
  const worker = PERSISTENCE_THREAD.take({ type: "begin", options } satisfies Begin);
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
