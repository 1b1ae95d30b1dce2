// npm run prove -- replay: an hour of 300 bots on the real gateway and kernel, on simulated time,
// recorded and lived through again on both engines: every hash equal, at 20 times real time?
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optionsOf, wordsOf } from "./command.ts";
import { buildStale, KERNEL, PROTO } from "./fresh.ts";
import { thisMachine } from "./machine.ts";
import { whole } from "./options.ts";
import { proveReplayOf } from "./replay/proof.ts";
import type { ReplayFinding } from "./replay/proof.ts";
import { EXIT_CODES, EXIT_USAGE } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";

const TICKS_PER_SECOND = 40;
const SECONDS = { min: 1, max: 86_400 };
const BOTS = { min: 1, max: 1000 };
const SEEDS = { min: 0, max: 4_294_967_295 };
/** Times real time. */
const SPEED_WANTED = 20;

interface Wanted {
  readonly seconds: number;
  readonly bots: number;
  readonly seed: number;
  /** Where the journal is left; null: it is removed. */
  readonly dir: string | null;
  readonly json: string | null;
}

/** @returns the code to end with */
export function proveReplay(argv: readonly string[]): Promise<number> {
  return Promise.resolve(run(argv));
}

function run(argv: readonly string[]): number {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove replay: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  buildStale([KERNEL, PROTO], (line) => console.log(line));
  const { bots, dir, json, seconds, seed } = wanted;
  const folder = dir ?? mkdtempSync(join(tmpdir(), "aether-replay-"));
  try {
    const wish = { ticks: seconds * TICKS_PER_SECOND, bots, seed, folder };
    const finding = proveReplayOf(wish, (line) => console.log(line));
    const verdict = verdictOf(finding);
    console.log(lineOf(finding));
    for (const fault of finding.faults) console.log(`  WRONG: ${fault}`);
    console.log(`replay: ${verdict}`);
    if (json !== null) {
      const proof = { machine: thisMachine(), seed, verdict, finding };
      writeFileSync(json, `${JSON.stringify(proof, null, 2)}\n`);
    }
    return EXIT_CODES[verdict];
  } finally {
    if (dir === null) rmSync(folder, { recursive: true });
  }
}

function verdictOf({ faults, replayed }: ReplayFinding): Verdict {
  if (faults.length > 0) return "wrong";
  return replayed.every(({ speed }) => speed >= SPEED_WANTED) ? "met" : "missed";
}

function lineOf(finding: ReplayFinding): string {
  const { bots, bytes, hash, recordedSeconds, replayed, segments, ticks } = finding;
  const played = replayed.map(
    ({ engine, seconds, speed }) => `${engine} in ${seconds.toFixed(1)} s, ${speed}x real time`,
  );
  const megabytes = (bytes / 1e6).toFixed(1);
  return (
    `${ticks} ticks of ${bots} bots recorded in ${recordedSeconds.toFixed(0)} s, ${segments} ` +
    `segments, ${megabytes} MB; replayed: ${played.join("; ")} (wanted: ${SPEED_WANTED}x); ` +
    `last hash ${hash}`
  );
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    seconds: { type: "string", default: "3600" },
    bots: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    dir: { type: "string" },
    json: { type: "string" },
  });
  const dir = values.dir ?? null;
  if (dir !== null) {
    mkdirSync(dir, { recursive: true });
    if (readdirSync(dir).length > 0) throw new Error(`--dir is ${dir}, which is not empty`);
  }
  return {
    seconds: whole("seconds", values.seconds, SECONDS),
    bots: whole("bots", values.bots, BOTS),
    seed: whole("seed", values.seed, SEEDS),
    ...{ dir, json: values.json ?? null },
  };
}
