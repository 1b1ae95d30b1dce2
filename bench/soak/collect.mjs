// Loaded into a server under soak (`node --expose-gc --import`): at SIGUSR2 it collects its garbage
// and writes what is left in a line to stderr, which a server leaves to others while all is well.
import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const STDERR = 2;

if (isMainThread) {
  process.on("SIGUSR2", () => {
    // What the first one lets go may hold more.
    globalThis.gc();
    globalThis.gc();
    writeSync(STDERR, `${JSON.stringify(process.memoryUsage())}\n`);
  });
}
