// Program of alerts.itest.ts: a whole server, put together from its own parts, in which one phase
// of each tick can be made longer. Settings come from the environment; "PHASE MS" on a line of
// stdin delays a phase from then on, "PHASE 0" ends it. Ends when stdin does.
import { createInterface } from "node:readline";

import { INDEX_IS_BRUTE } from "#layout";

import { openCredentials } from "../../src/cli/credentials.ts";
import { realParts } from "../../src/cli/parts.ts";
import { judge } from "../../src/config/load.ts";
import { Inspector } from "../../src/inspector/inspector.ts";
import { createServer } from "../../src/main.ts";
import { createLog } from "../../src/observability/log.ts";
import { PHASES } from "../../src/observability/catalogue/tick.ts";

/** What it says on stdout when it listens. */
export interface Listening {
  readonly adminPort: number;
}

const loaded = judge({ entries: new Map(), faults: [] }, "the environment", { env: process.env });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
const { config } = loaded;
const sink = createLog({ level: "error", fd: 2 });
const credentials = await openCredentials(config, sink.log);
const server = createServer(config, realParts(config, sink, credentials));
const { world, gateway, keeper } = server;
if (keeper === null) throw new Error("persistence.url must name a store");

const delaysMs = new Map<string, number>(PHASES.map((phase) => [phase, 0]));
const asleep = new Int32Array(new SharedArrayBuffer(4));

/** Holds the thread up without using the processor, which others of the test need. */
function delay(phase: (typeof PHASES)[number]): void {
  const ms = delaysMs.get(phase) ?? 0;
  if (ms > 0) Atomics.wait(asleep, 0, 0, ms);
}

const [beforeStep, step, afterStep, afterTick, total] = [
  gateway.beforeStep.bind(gateway),
  world.step.bind(world),
  gateway.afterStep.bind(gateway),
  keeper.afterTick.bind(keeper),
  world.total.bind(world),
];
gateway.beforeStep = () => {
  delay("gateway");
  beforeStep();
};
world.step = () => {
  delay("kernel");
  step();
};
gateway.afterStep = () => {
  delay("publish");
  afterStep();
};
keeper.afterTick = (of) => {
  delay("persist");
  afterTick(of);
};
world.total = (word) => {
  // Asked once a tick, by what writes its numbers down.
  if (word === INDEX_IS_BRUTE) delay("record");
  return total(word);
};
// The server keeps its inspector to itself.
const inspect = Object.getOwnPropertyDescriptor(Inspector.prototype, "afterTick");
Inspector.prototype.afterTick = function (...times) {
  delay("page");
  Reflect.apply(inspect?.value as Inspector["afterTick"], this, times);
};

const { adminPort } = await server.start();
console.log(JSON.stringify({ adminPort } satisfies Listening));
for await (const line of createInterface({ input: process.stdin })) {
  const [phase = "", ms = ""] = line.split(" ");
  if (!delaysMs.has(phase)) throw new Error(`there is no phase ${phase}`);
  delaysMs.set(phase, Number(ms));
}
await server.stop();
process.exit(0);
