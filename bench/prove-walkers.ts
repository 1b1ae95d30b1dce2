// npm run prove -- walkers: what the example `crowd`, 5,000 walkers that ask who is near, costs the
// tick of the server that runs it, by the server's own metrics.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ServerProcess } from "../test/integration/server-process.ts";
import { optionsOf, wordsOf } from "./command.ts";
import { longestMs, type Metrics, readMetrics, tickCost } from "./durability/metrics.ts";
import { buildStale, DIST, KERNEL, PROTO } from "./fresh.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { ROUNDS, whole } from "./options.ts";
import { EXIT_CODES, EXIT_USAGE } from "./verdict.ts";
import { sleep, until } from "./waiting.ts";
import { judge, WORST_MS_MAX } from "./walkers/judge.ts";
import type { Round } from "./walkers/judge.ts";

const CROWD = fileURLToPath(new URL("../examples/crowd/crowd.ts", import.meta.url));
const WALKERS = 5000;
const BOTS = { min: 0, max: 100 };
const SECONDS = { min: 1, max: 600 };
/** Code is compiled, and walkers have mixed. */
const WARM_SECONDS = 10;
const SYSTEMS = ["enter", "walk", "hooks"];

interface Wanted {
  readonly bots: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly json: string | null;
}

/** @returns the code to end with */
export async function proveWalkers(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove walkers: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  const say = (line: string): void => console.log(line);
  buildStale([KERNEL, PROTO, DIST], say);
  const load = loadAtStart(say);
  const rounds = await measure(wanted, say);
  const { faults, verdict } = judge(rounds, WALKERS + wanted.bots);
  for (const fault of faults) say(`  WRONG: ${fault}`);
  say(`walkers: ${verdict}, no tick over ${WORST_MS_MAX} ms wanted`);
  if (wanted.json !== null) {
    const proof = { machine: thisMachine(), load, verdict, faults, rounds };
    writeFileSync(wanted.json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return EXIT_CODES[verdict];
}

async function measure(wanted: Wanted, say: (line: string) => void): Promise<Round[]> {
  const { bots, seconds } = wanted;
  const argv = ["--app", CROWD, ...(bots === 0 ? [] : ["--bots", String(bots)])];
  const server = new ServerProcess({ argv });
  try {
    const { metrics } = await server.listening();
    await until("everybody to be there", async () => {
      return ((await readMetrics(metrics)).get("aether_entity_count") ?? 0) >= WALKERS + bots;
    });
    await sleep(WARM_SECONDS);
    const rounds: Round[] = [];
    for (let i = 0; i < wanted.rounds; i++) {
      const before = await readMetrics(metrics);
      await sleep(seconds);
      const round = roundOf(before, await readMetrics(metrics));
      rounds.push(round);
      say(
        `a tick takes ${round.meanMs.toFixed(2)} ms in the mean, of which ` +
          `${round.appMs.toFixed(2)} the application, and ${round.worstMs} ms at most ` +
          `(${round.ticks} ticks, ${round.skipped} skipped, ${round.satOut} runs sat out)`,
      );
    }
    return rounds;
  } finally {
    await server.destroy();
  }
}

function roundOf(before: Metrics, after: Metrics): Round {
  const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  const ofAll = (name: string): number =>
    SYSTEMS.reduce((sum, system) => sum + grown(`${name}{system="${system}"}`), 0);
  const { meanMs, skipped, ticks } = tickCost(before, after);
  return {
    ...{ ticks, meanMs, skipped },
    worstMs: longestMs(before, after, "aether_tick_duration_seconds"),
    appMs: (ofAll("aether_app_seconds_total") * 1000) / ticks,
    satOut: ofAll("aether_app_skips_total"),
    throws: ofAll("aether_app_throws_total"),
    entities: after.get("aether_entity_count") ?? 0,
  };
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    bots: { type: "string", default: "20" },
    seconds: { type: "string", default: "20" },
    rounds: { type: "string", default: "3" },
    json: { type: "string" },
  });
  return {
    bots: whole("bots", values.bots, BOTS),
    seconds: whole("seconds", values.seconds, SECONDS),
    rounds: whole("rounds", values.rounds, ROUNDS),
    json: values.json ?? null,
  };
}
