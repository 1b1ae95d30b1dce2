// npm run prove -- durability: a real server with a PostgreSQL and a Redis of its own, under
// clients that come and go, while one of them is stopped, frozen, filled or cut off. Wrong where
// anything that was told is lost or doubled; ticks are judged by how late a client sees them,
// beside a control before and after. Below 30 seconds it shows that all of it works, with little of
// everything, and is inconclusive at best.
import { readFileSync, writeFileSync } from "node:fs";
import { optionsOf, wordsOf } from "./command.ts";
import { backlog } from "./durability/backlog.ts";
import { commitCut } from "./durability/commit-cut.ts";
import { diskFull } from "./durability/disk-full.ts";
import { type Case, decided, type Finding, found } from "./durability/finding.ts";
import { type Setting, worst } from "./durability/finding.ts";
import { flush } from "./durability/flush.ts";
import * as outages from "./durability/outage.ts";
import { missingPrograms } from "./durability/programs.ts";
import { twoServers } from "./durability/two-servers.ts";
import { buildStale, DIST, KERNEL, PROTO } from "./fresh.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { BOTS, whole } from "./options.ts";
import { EXIT_CODES, EXIT_USAGE } from "./verdict.ts";

const CASES: Readonly<Record<string, Case>> = {
  "postgres-stop": outages.outageCase(outages.POSTGRES_STOP),
  "postgres-freeze": outages.outageCase(outages.POSTGRES_FREEZE),
  "redis-stop": outages.outageCase(outages.REDIS_STOP),
  "redis-freeze": outages.outageCase(outages.REDIS_FREEZE),
  "disk-full": diskFull,
  "commit-cut": commitCut,
  "two-servers": twoServers,
  flush,
  backlog,
};
const SECONDS = { min: 2, max: 3600 };
const SEEDS = { min: 0, max: 4_294_967_295 };
const EXIT_INTERRUPTED = 130;
const MANIFEST = new URL("../package.json", import.meta.url);

interface Wanted {
  readonly names: readonly string[];
  readonly setting: Setting;
  readonly json: string | null;
}

/** @returns the code to end with */
export async function proveDurability(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove durability: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  const missing = missingPrograms();
  if (missing.length > 0) {
    console.error(`prove durability: ${missing.join("; ")}`);
    return EXIT_USAGE;
  }
  // Ending runs what ends the programs that were started.
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => process.exit(EXIT_INTERRUPTED));
  }
  const { names, setting, json } = wanted;
  const loadAverage = loadAtStart((line) => console.log(line));
  // Its servers are the built ones.
  buildStale([KERNEL, PROTO, DIST], (line) => console.log(line));
  const findings: Record<string, Finding> = {};
  for (const name of names) {
    const run = CASES[name];
    if (run === undefined) continue;
    console.log(`${name}:`);
    const finding = decided(await run(setting).catch(failed), setting);
    findings[name] = finding;
    for (const line of linesOf(finding)) console.log(`  ${line}`);
  }
  const verdict = worst(Object.values(findings).map((finding) => finding.verdict));
  if (json !== null) writeJson(json, { loadAverage, setting }, verdict, findings);
  const said = names.map((name) => `${name} ${findings[name]?.verdict ?? ""}`).join(", ");
  console.log(`durability: ${verdict} (${said})`);
  return EXIT_CODES[verdict];
}

/** Whatever a case waited for in vain may be what was lost; the other cases go on. */
function failed(error: unknown): Finding {
  const what = error instanceof Error ? error.message : String(error);
  return found([`the case did not come to its end: ${what}`], [], {});
}

function linesOf({ verdict, faults, figures, remarks }: Finding): string[] {
  const names = Object.keys(figures);
  const width = Math.max(0, ...names.map((name) => name.length));
  return [
    ...names.map((name) => `${name.padEnd(width)}  ${rounded(figures[name] ?? NaN)}`),
    ...remarks,
    ...faults.map((fault) => `WRONG: ${fault}`),
    verdict,
  ];
}

function rounded(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

function writeJson(
  file: string,
  { loadAverage, setting }: { readonly loadAverage: number; readonly setting: Setting },
  verdict: string,
  findings: Readonly<Record<string, Finding>>,
): void {
  const { version } = JSON.parse(readFileSync(MANIFEST, "utf8")) as { version: string };
  const date = new Date().toISOString();
  const machine = thisMachine();
  const { seconds, bots, seed } = setting;
  const proof = { date, version, machine, loadAverage, seconds, bots, seed, verdict, findings };
  writeFileSync(file, `${JSON.stringify(proof, null, 2)}\n`);
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    seconds: { type: "string", default: "60" },
    bots: { type: "string", default: "100" },
    only: { type: "string", default: Object.keys(CASES).join() },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  });
  const names = values.only.split(",");
  const unknown = names.find((name) => !Object.hasOwn(CASES, name));
  if (unknown !== undefined) {
    const known = Object.keys(CASES).join(", ");
    throw new Error(`--only names "${unknown}", which is no case; the cases are ${known}`);
  }
  return {
    names,
    setting: {
      seconds: whole("seconds", values.seconds, SECONDS),
      bots: whole("bots", values.bots, BOTS),
      seed: whole("seed", values.seed, SEEDS),
      say: (line) => console.log(`  ${line}`),
    },
    json: values.json ?? null,
  };
}
