// The journal's worker: a thread of its own, so that no disk, however slow, holds up a tick.
import { parentPort } from "node:worker_threads";
import { FolderDisk } from "./disk.ts";
import type { FromJournalWorker, JournalWorkerOptions, ToJournalWorker } from "./messages.ts";
import { Ring } from "./ring.ts";
import { SegmentWriter } from "./writer.ts";

const NUMBERS_MS = 1000;

function post(message: FromJournalWorker): void {
  parentPort?.postMessage(message);
}

/** @returns what ends it */
function begin(options: JournalWorkerOptions): () => void {
  const { flushMs, folder, head, maxAgeMs, maxBytes, shared } = options;
  const writer = new SegmentWriter(
    { head, maxAgeMs, maxBytes },
    {
      ring: new Ring(shared),
      disk: new FolderDisk(folder),
      now: () => performance.now(),
      wallNow: () => Date.now(),
      ask: () => post({ type: "ask" }),
      log: (level, fields, message) =>
        post({ type: "log", level, fields: { folder, ...fields }, message }),
    },
  );
  const report = (): void => post({ type: "numbers", numbers: writer.takeNumbers() });

  writer.turn();
  // Whoever waits for the first segment need not wait for one that cannot be written.
  report();
  const turns = setInterval(() => writer.turn(), flushMs);
  const reports = setInterval(report, NUMBERS_MS);
  return () => {
    clearInterval(turns);
    clearInterval(reports);
    writer.turn();
    report();
    post({ type: "closed" });
  };
}

let close = (): void => undefined;

parentPort?.on("message", (message: ToJournalWorker) => {
  if (message.type === "begin") close = begin(message.options);
  else close();
});
