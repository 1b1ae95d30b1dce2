// npm run prove -- capacity: how many clients one core serves, and what of its time the transport
// alone would take: a server that fans out frames as large and does nothing else takes turns.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { judgeCapacity, LATENESS_MAX_MS } from "./capacity-judge.ts";
import type { Crowd, Round, Standing, Trial } from "./capacity-judge.ts";
import { optionsOf, wordsOf } from "./command.ts";
import { AETHER, bare, type Load, measure, type Measured, neighboursOf } from "./contender.ts";
import type { Figures } from "../src/swarm/figures.ts";
import { buildStale, DIST, KERNEL, PROTO } from "./fresh.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { BOTS, ROUNDS, whole } from "./options.ts";
import { canPin } from "./pin.ts";
import { EXIT_USAGE } from "./verdict.ts";

/** In less time the swarm does not say twice how far it is, and no CPU is counted between. */
const SECONDS = { min: 5, max: 3600 };
/** What a process of the swarm carries at 40 Hz on a core of its own. */
const BOTS_PER_WORKER = 900;
/** Of the settings, those that would bound the crowd. */
const MAX_ENTITIES = 1000;
const MAX_CONNECTIONS = 2000;

interface Wanted {
  readonly bots: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  readonly json: string | null;
}

/** @returns the code to end with */
export async function proveCapacity(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove capacity: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  const loadAverage = loadAtStart((line) => console.log(line));
  buildStale([KERNEL, PROTO, DIST], (line) => console.log(line));
  const pinned = canPin();
  if (!pinned) console.log("no taskset or a single core: server and load share what there is");
  const crowds: Crowd[] = [];
  for (const bots of wanted.bots) crowds.push(await play(bots, wanted, pinned));
  const judgement = judgeCapacity(crowds);
  for (const standing of judgement.standings) console.log(lineOf(standing));
  console.log(`${judgement.capacity} clients on one core at most: ${judgement.verdict}`);
  if (wanted.json !== null) {
    const proof = { machine: thisMachine(), loadAverage, pinned, judgement, crowds };
    writeFileSync(wanted.json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return judgement.exitCode;
}

/** Who is first changes from round to round. */
async function play(bots: number, { seconds, rounds }: Wanted, pinned: boolean): Promise<Crowd> {
  const workers = Math.max(1, Math.min(cpus().length - 1, Math.ceil(bots / BOTS_PER_WORKER)));
  const load: Load = { bots, seconds, pinned, workers };
  const env = {
    // Thinned updates would make it look faster than it is.
    AETHER_ENGINE_TICK_BUDGET: "1",
    AETHER_ENGINE_MAX_ENTITIES: String(Math.max(MAX_ENTITIES, bots)),
    AETHER_GATEWAY_MAX_CONNECTIONS: String(Math.max(MAX_CONNECTIONS, bots)),
  };
  const ours = async (): Promise<Trial> => trialOf(await measure(AETHER, load, env));
  const theirs = async (): Promise<Trial> => trialOf(await measure(bare(neighboursOf(bots)), load));
  const played: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const isOursFirst = round % 2 === 1;
    const early = isOursFirst ? await ours() : null;
    const control = await theirs();
    const aether = early ?? (await ours());
    played.push({ aether, bare: control });
    for (const [name, trial] of Object.entries({ bare: control, aether }))
      console.log(`${bots} round ${round + 1}/${rounds} ${name.padEnd(6)} ${trialLine(trial)}`);
  }
  return { bots, rounds: played };
}

function trialOf({ figures, steadyCpuMsPerSecond }: Measured): Trial {
  return {
    p99: figures.neighbourMs.p99,
    tickRate: figures.tickRateMean,
    cpuMsPerTick: steadyCpuMsPerSecond / figures.tickRateMean,
    latenessMs: figures.sendLatenessMs.p99,
    faults: figures.faults,
    isTrue: isTrue(figures),
  };
}

/** Nobody was told what is not so, nor in a way that is none: no load explains that. */
function isTrue({ counts, model }: Figures): boolean {
  return counts.digestsBad + counts.oversize + counts.protocolFaults + model.differences === 0;
}

function trialLine({ p99, tickRate, cpuMsPerTick, latenessMs, faults }: Trial): string {
  return (
    `p99 to a neighbour ${p99.toFixed(1)} ms, ${tickRate.toFixed(2)} Hz, ` +
    `CPU ${cpuMsPerTick.toFixed(2)} ms a tick, send lateness p99 ${latenessMs.toFixed(1)} ms` +
    faults.map((fault) => `, ${fault}`).join("") +
    (latenessMs < LATENESS_MAX_MS ? "" : ": does not count")
  );
}

function lineOf(standing: Standing): string {
  const { bots, p99, tickRate, cpuMsPerTick, bareCpuMsPerTick, ratio } = standing;
  const { counted, rounds, verdict, why } = standing;
  return (
    `${bots} clients: p99 ${p99.toFixed(1)} ms, ${tickRate.toFixed(2)} Hz, CPU ` +
    `${cpuMsPerTick.toFixed(2)} ms a tick, bare transport ${bareCpuMsPerTick.toFixed(2)} ms: ` +
    `${ratio.toFixed(3)}x, ${counted} of ${rounds} rounds count: ${[verdict, ...why].join(", ")}`
  );
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    bots: { type: "string", default: "300,600,1000,1500" },
    seconds: { type: "string", default: "15" },
    rounds: { type: "string", default: "2" },
    json: { type: "string" },
  });
  const bots = values.bots.split(",").map((text) => whole("bots", text, BOTS));
  const seconds = whole("seconds", values.seconds, SECONDS);
  const rounds = whole("rounds", values.rounds, ROUNDS);
  if (process.platform !== "linux")
    throw new Error("CPU of the servers is read from Linux's /proc");
  return { bots, seconds, rounds, json: values.json ?? null };
}
