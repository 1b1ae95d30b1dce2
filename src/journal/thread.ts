// The journal's worker as a thread of this process.
import { PreparedThread } from "../threads/prepared.ts";
import type { FromJournalWorker, StartJournalWorker, ToJournalWorker } from "./messages.ts";

/** This file's own ending tells source from build. */
const ENTRY = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js",
  import.meta.url,
);

/** What it makes is bytes beside the heap: three semi-spaces of 1 MB are enough. */
const HEAP = { maxYoungGenerationSizeMb: 3 };

export const JOURNAL_THREAD = new PreparedThread(ENTRY, { resourceLimits: HEAP });

export const startJournalThread: StartJournalWorker = (options, hear, lost) => {
  const worker = JOURNAL_THREAD.take({ type: "begin", options } satisfies ToJournalWorker);
  let isOver = false;
  const lose = (error: Error): void => {
    if (isOver) return;
    isOver = true;
    lost(error);
  };
  worker.on("message", (message: FromJournalWorker) => hear(message));
  worker.on("error", lose);
  worker.on("exit", (code) => lose(new Error(`the journal's worker ended with code ${code}`)));
  return {
    close() {
      if (!isOver) worker.postMessage({ type: "close" } satisfies ToJournalWorker);
    },
    async end() {
      isOver = true;
      await worker.terminate();
    },
  };
};
