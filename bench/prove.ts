// npm run prove -- latency [--bots N] [--seconds S] [--rounds R] [--json FILE]
// Times are judged against a control that alternates with them in the same run: what the bare
// transport needs for frames as large. Inconclusive (exit 2) where the control itself spreads or
// the load was late; failed (exit 1) where the goal is missed, or where Aether showed its clients
// anything wrong, however fast.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { AETHER, bare, type Load, measure, type Measured } from "./contender.ts";
import { ADDED_MAX_MS, judge, LATENESS_MAX_MS } from "./judge.ts";

/** Measurements of one contender in one round before it is given up. */
const TRIES = 3;
/** Records of moved neighbours that a walker of the default world gets a tick, per bot in it. */
const NEIGHBOURS_PER_BOT = 0.0314;
/** Ticks in a second: both servers run at the default `engine.tick_rate_ms` of 25. */
const TICKS_PER_SECOND = 40;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bots: { type: "string", default: "300" },
    seconds: { type: "string", default: "15" },
    rounds: { type: "string", default: "3" },
    json: { type: "string" },
  },
});
if (positionals[0] !== "latency") {
  console.error("prove: name what to prove: latency");
  process.exit(78);
}

const load: Load = { bots: Number(values.bots), seconds: Number(values.seconds) };
// the mean number of neighbours of a walker: pi * 200^2 / 2000^2 of all bots
const control = bare(Math.round(load.bots * NEIGHBOURS_PER_BOT));

/** Measures until the load was punctual. */
async function measurePunctual(program: readonly string[]): Promise<Measured> {
  let measured = await measure(program, load);
  for (let n = 1; n < TRIES && measured.figures.sendLatenessMs.p99 > LATENESS_MAX_MS; n++) {
    console.log("  the load came late; measured again");
    measured = await measure(program, load);
  }
  return measured;
}

const rounds: { aether: Measured; bare: Measured }[] = [];
for (let round = 1; round <= Number(values.rounds); round++) {
  const pair = { bare: await measurePunctual(control), aether: await measurePunctual(AETHER) };
  rounds.push(pair);
  for (const [name, m] of Object.entries(pair)) console.log(line(round, name, m));
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
process.exit(exitCode);
