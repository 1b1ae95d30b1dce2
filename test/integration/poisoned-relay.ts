// A relay in a process of its own whose sink ends the process at one event: SQLite file or URL of
// PostgreSQL, and world, as arguments. Writes the key of each event that it published to stdout.
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { openOutboxStore } from "../../src/persistence/open.ts";
import { Relay } from "../../src/persistence/relay.ts";
import { publishEach } from "../../src/persistence/sinks/sink.ts";

const [url = "", world = ""] = process.argv.slice(2);
const STDOUT = 1;
const POISON = '{"poison":true}';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const store = await openOutboxStore(url, { world, poolSize: 2 });
const relay = new Relay({
  store,
  sink: {
    name: "poisoned",
    ready: () => Promise.resolve(),
    publish: (events) =>
      publishEach(events, ({ key, payload }) => {
        if (payload.replaceAll(" ", "") === POISON) process.kill(process.pid, "SIGKILL");
        writeSync(STDOUT, `${key}\n`);
      }),
    close: () => Promise.resolve(),
  },
  log: silent,
  now: () => performance.now(),
  random: () => Math.random(),
  sleep: (ms) => sleep(ms),
});
await relay.run();
