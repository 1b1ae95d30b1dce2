// npm run prove -- latency [--bots N] [--seconds S] [--rounds R] [--json FILE]
// Times are judged against a control that alternates with them in the same run: what the bare
// transport needs for frames as large. Inconclusive (exit 2) where the control itself spreads or
// the load was late.
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { AETHER, bare, type Load, measure, type Measured } from "./contender.ts";

/** The control's p99 may differ by this factor between rounds. */
const SPREAD_MAX = 1.5;
/** A measurement counts only if the load itself was punctual: p99 of its send lateness, ms. */
const LATENESS_MAX_MS = 10;
/** Measurements of one contender in one round before it is given up. */
const TRIES = 3;
/** What Aether may add to the bare transport's p99, ms. */
const ADDED_MAX_MS = 2;
/** Records of moved neighbours that a walker of the default world gets a tick, per bot in it. */
const NEIGHBOURS_PER_BOT = 0.0314;

const EXIT_MISSED = 1;
const EXIT_INCONCLUSIVE = 2;

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
    `server CPU ${(cpuMsPerSecond / 40).toFixed(2)} ms a tick, ` +
    `send lateness p99 ${sendLatenessMs.p99.toFixed(1)} ms`
  );
}

const p99 = (pick: (r: (typeof rounds)[number]) => Measured): number[] =>
  rounds.map((r) => pick(r).figures.neighbourMs.p99).sort((a, b) => a - b);
const median = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? NaN;
const [ours, theirs] = [p99((r) => r.aether), p99((r) => r.bare)];
const added = median(ours) - median(theirs);
const spread = (theirs.at(-1) ?? NaN) / (theirs[0] ?? NaN);
const late = rounds.some((r) =>
  [r.aether, r.bare].some((m) => m.figures.sendLatenessMs.p99 > LATENESS_MAX_MS),
);
const inconclusive = late || !(spread <= SPREAD_MAX);
const met = added <= ADDED_MAX_MS;
const verdict = inconclusive ? "inconclusive" : met ? "met" : "missed";
console.log(
  `${cpus()[0]?.model ?? "?"}, ${String(cpus().length)} cores, Node ${process.version}: ` +
    `p99 to a neighbour ${median(ours).toFixed(1)} ms, ` +
    `bare transport ${median(theirs).toFixed(1)} ms, ` +
    `${added.toFixed(1)} ms more (goal: at most ${String(ADDED_MAX_MS)}); ` +
    `control spreads ${spread.toFixed(2)}x: ${verdict}`,
);
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    `${JSON.stringify({ load, rounds, added, spread, verdict }, null, 2)}\n`,
  );
}
process.exit(inconclusive ? EXIT_INCONCLUSIVE : met ? 0 : EXIT_MISSED);
