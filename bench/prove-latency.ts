// npm run prove -- latency: how late a neighbour sees a movement. The control is the bare
// transport: what it needs for frames as large. Inconclusive where the control itself spreads or
// the load was late; failed where the goal is missed, or where Aether showed its clients anything
// wrong, however fast. What is built from older sources is built anew first.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { optionsOf, wordsOf } from "./command.ts";
import {
  AETHER,
  bare,
  type Load,
  measure,
  type Measured,
  neighboursOf,
  TRIES,
} from "./contender.ts";
import { buildStale, DIST, KERNEL, PROTO } from "./fresh.ts";
import { ADDED_MAX_MS, judge, LATENESS_MAX_MS } from "./latency-judge.ts";
import { loadAtStart } from "./machine.ts";
import { BOTS, ROUNDS, whole } from "./options.ts";
import { EXIT_USAGE } from "./verdict.ts";

const SECONDS = { min: 1, max: 3600 };
/** Ticks in a second: both servers run at the default `engine.tick_rate_ms` of 25. */
const TICKS_PER_SECOND = 40;

/** @returns the code to end with */
export async function proveLatency(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove latency: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  const loadAverage = loadAtStart((line) => console.log(line));
  buildStale([KERNEL, PROTO, DIST], (line) => console.log(line));
  const { load, json } = wanted;
  const rounds = await measureRounds(load, wanted.rounds);
  const { verdict, exitCode, faults, ours, theirs, added, spread } = judge(rounds);
  for (const fault of faults) console.log(`Aether was wrong, ${fault}`);
  console.log(
    `${cpus()[0]?.model ?? "?"}, ${String(cpus().length)} cores, Node ${process.version}: ` +
      `p99 to a neighbour ${ours.toFixed(1)} ms, ` +
      `bare transport ${theirs.toFixed(1)} ms, ` +
      `${added.toFixed(1)} ms more (goal: at most ${String(ADDED_MAX_MS)}); ` +
      `control spreads ${spread.toFixed(2)}x: ${verdict}`,
  );
  if (json !== null) {
    const proof = { loadAverage, load, rounds, added, spread, faults, verdict };
    writeFileSync(json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return exitCode;
}

interface Wanted {
  readonly load: Load;
  readonly rounds: number;
  readonly json: string | null;
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    bots: { type: "string", default: "300" },
    seconds: { type: "string", default: "15" },
    rounds: { type: "string", default: "3" },
    json: { type: "string" },
  });
  return {
    load: {
      bots: whole("bots", values.bots, BOTS),
      seconds: whole("seconds", values.seconds, SECONDS),
    },
    rounds: whole("rounds", values.rounds, ROUNDS),
    json: values.json ?? null,
  };
}

interface Pair {
  readonly bare: Measured;
  readonly aether: Measured;
}

async function measureRounds(load: Load, count: number): Promise<readonly Pair[]> {
  const control = bare(neighboursOf(load.bots));
  const rounds: Pair[] = [];
  for (let round = 1; round <= count; round++) {
    const pair = {
      bare: await measurePunctual(control, load),
      aether: await measurePunctual(AETHER, load),
    };
    rounds.push(pair);
    for (const [name, m] of Object.entries(pair)) console.log(line(round, name, m));
  }
  return rounds;
}

/** Measures until the load was punctual. */
async function measurePunctual(program: readonly string[], load: Load): Promise<Measured> {
  let measured = await measure(program, load);
  for (let n = 1; n < TRIES && measured.figures.sendLatenessMs.p99 > LATENESS_MAX_MS; n++) {
    console.log("  the load came late; measured again");
    measured = await measure(program, load);
  }
  return measured;
}

function line(round: number, name: string, { figures, cpuMsPerSecond }: Measured): string {
  const { neighbourMs: n, tickRateMean, bytesPerClientPerSecond, sendLatenessMs } = figures;
  return (
    `${String(round)} ${name.padEnd(7)} to a neighbour p50 ${n.p50.toFixed(1)} ` +
    `p99 ${n.p99.toFixed(1)} max ${n.max.toFixed(1)} ms, ${tickRateMean.toFixed(2)} Hz, ` +
    `${(bytesPerClientPerSecond / 1000).toFixed(1)} kB/s a client, ` +
    `server CPU ${(cpuMsPerSecond / TICKS_PER_SECOND).toFixed(2)} ms a tick, ` +
    `send lateness p99 ${sendLatenessMs.p99.toFixed(1)} ms`
  );
}
