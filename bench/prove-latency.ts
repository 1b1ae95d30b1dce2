// npm run prove -- latency [--bots N] [--seconds S] [--rounds R] [--json FILE]
// The control is the bare transport: what it needs for frames as large. Inconclusive where the
// control itself spreads or the load was late; failed where the goal is missed, or where Aether
// showed its clients anything wrong, however fast.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { AETHER, bare, type Load, measure, type Measured } from "./contender.ts";
import { ADDED_MAX_MS, judge, LATENESS_MAX_MS } from "./latency-judge.ts";
import { EXIT_USAGE } from "./verdict.ts";

/** Measurements of one contender in one round before it is given up. */
const TRIES = 3;
/** Records of moved neighbours that a walker of the default world gets a tick, per bot in it. */
const NEIGHBOURS_PER_BOT = 0.0314;
/** Ticks in a second: both servers run at the default `engine.tick_rate_ms` of 25. */
const TICKS_PER_SECOND = 40;

/** @returns the code to end with */
export async function proveLatency(argv: readonly string[]): Promise<number> {
  let values;
  try {
    values = valuesOf(argv);
  } catch (error) {
    console.error(`prove latency: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT_USAGE;
  }
  const load: Load = { bots: Number(values.bots), seconds: Number(values.seconds) };
  const rounds = await measureRounds(load, Number(values.rounds));
  const { verdict, exitCode, faults, ours, theirs, added, spread } = judge(rounds);
  for (const fault of faults) console.log(`Aether was wrong, ${fault}`);
  console.log(
    `${cpus()[0]?.model ?? "?"}, ${String(cpus().length)} cores, Node ${process.version}: ` +
      `p99 to a neighbour ${ours.toFixed(1)} ms, ` +
      `bare transport ${theirs.toFixed(1)} ms, ` +
      `${added.toFixed(1)} ms more (goal: at most ${String(ADDED_MAX_MS)}); ` +
      `control spreads ${spread.toFixed(2)}x: ${verdict}`,
  );
  if (values.json !== undefined) {
    const proof = { load, rounds, added, spread, faults, verdict };
    writeFileSync(values.json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return exitCode;
}

function valuesOf(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      bots: { type: "string", default: "300" },
      seconds: { type: "string", default: "15" },
      rounds: { type: "string", default: "3" },
      json: { type: "string" },
    },
  });
  return values;
}

interface Pair {
  readonly bare: Measured;
  readonly aether: Measured;
}

async function measureRounds(load: Load, count: number): Promise<readonly Pair[]> {
  // the mean number of neighbours of a walker: pi * 200^2 / 2000^2 of all bots
  const control = bare(Math.round(load.bots * NEIGHBOURS_PER_BOT));
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
