// npm run sim: the real server and the real client core over a simulated network, faults on, then
// off. Each minute is a run of its own, with the next seed; the first invariant that does not hold
// ends it, with the command that repeats it.
import { optionsOf, wantedBy } from "../../bench/command.ts";
import { whole } from "../../bench/options.ts";
import type { Simulation as Simulated } from "./simulation.ts";

const USAGE = `npm run sim -- [--seed S] [--minutes M] [--clients N]
The real server and the real client core over a simulated network and machine. Each minute is a run
of its own, with the next seed.
  --seed S      of the first run; 1 unless told
  --minutes M   of simulated time, also a part of one; 1 unless told
  --clients N   client cores that behave; as many as the seed says unless told
Ends with 0 where all invariants hold, 1 where one does not (it prints the command that repeats it),
78 where it was called wrongly or nothing is built.
`;
const SEEDS = { min: 0, max: 2 ** 32 - 1 };
const CLIENTS = { min: 0, max: 10_000 };

interface Wanted {
  readonly first: number;
  readonly total: number;
  readonly clients: { readonly clients?: number };
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const { seed, minutes, clients } = optionsOf("sim", argv, {
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "1" },
    clients: { type: "string" },
  });
  const total = /^\d+(?:\.\d+)?$/.test(minutes) ? Number(minutes) : NaN;
  // none would find no violation
  if (!(total > 0)) throw new Error(`--minutes is ${minutes}; it must be a number above 0`);
  return {
    first: whole("seed", seed, SEEDS),
    total,
    clients: clients === undefined ? {} : { clients: whole("clients", clients, CLIENTS) },
  };
}

const { first, total, clients } = wantedBy("sim", USAGE, wantedOf);
// Not before: it imports what is built.
await import("../../bench/built.ts");
const { reportOf } = await import("./report.ts");
const { Simulation } = await import("./simulation.ts");

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

function onProgress({ schedule, house, plan }: Simulated): void {
  const { liveCount, tick } = house.server.world;
  const at = (schedule.now / 1000).toFixed(0);
  const { kernel } = plan.config.engine;
  if (!process.stdout.isTTY) return;
  process.stdout.write(`\r${at} s, tick ${tick} on ${kernel}, ${liveCount} entities\x1b[K`);
}
