// npm run sim -- [--seed S] [--minutes M] [--clients N]: the real server and the real client core
// over a simulated network, faults on, then off. Each minute is a run of its own, with the next
// seed; the first invariant that does not hold ends it, with the command that repeats it.
import { parseArgs } from "node:util";
import { EXITS } from "../../src/protocol/codes.ts";
import { reportOf } from "./report.ts";
import { Simulation } from "./simulation.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "1" },
    clients: { type: "string" },
  },
});
const first = Number(values.seed);
const total = Number(values.minutes);
const clients = values.clients === undefined ? {} : { clients: Number(values.clients) };
if (![first, total, clients.clients ?? 1].every((number) => number >= 0 && number < 2 ** 32)) {
  console.error("--seed, --minutes and --clients are numbers, 0 or more");
  process.exit(EXITS.CONFIG.code);
}

const started = performance.now();
const sums = new Map<string, number>();
let events = 0;
let done = 0;
for (let seed = first; done < total; seed++) {
  const minutes = Math.min(1, total - done);
  const outcome = await new Simulation({ seed, minutes, ...clients, onProgress }).run();
  if (outcome.failure !== null) {
    console.error(`\n\n${reportOf(outcome, { seed, minutes, ...clients })}`);
    process.exit(1);
  }
  done += minutes;
  events += outcome.events;
  for (const [name, n] of Object.entries(outcome.figures))
    sums.set(name, (sums.get(name) ?? 0) + n);
  process.stdout.write(`\rseed ${seed}: ${outcome.events} events, state ${outcome.hash}\x1b[K\n`);
}

const seconds = (performance.now() - started) / 1000;
const speed = ((done * 60) / seconds).toFixed(1);
console.log(`${done} min simulated in ${seconds.toFixed(1)} s (${speed}x), ${events} events`);
console.log([...sums].map(([name, n]) => `${name} ${n}`).join(", "));
console.log("0 violations");

function onProgress({ schedule, house, plan }: Simulation): void {
  const { liveCount, tick } = house.server.world;
  const at = (schedule.now / 1000).toFixed(0);
  const { kernel } = plan.config.engine;
  if (!process.stdout.isTTY) return;
  process.stdout.write(`\r${at} s, tick ${tick} on ${kernel}, ${liveCount} entities\x1b[K`);
}
