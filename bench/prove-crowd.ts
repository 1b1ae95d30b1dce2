// npm run prove -- crowd: everybody in one spot, the worst that can be asked of a view. The real
// gateway and kernel on simulated time, so that nothing depends on how busy the machine is.
import { writeFileSync } from "node:fs";
import { optionsOf, wordsOf } from "./command.ts";
import { playCrowd } from "./crowd/crowd.ts";
import type { CrowdFinding } from "./crowd/crowd.ts";
import { buildStale, KERNEL, PROTO } from "./fresh.ts";
import { thisMachine } from "./machine.ts";
import { whole } from "./options.ts";
import { EXIT_CODES, EXIT_USAGE } from "./verdict.ts";

/** Above max_visible the nearest are shown, which is another proof. */
const CLIENTS = { min: 2, max: 1000 };
const FRAMES_PER_TICK = { min: 1, max: 8 };
const FRAMES = { min: 1, max: 100_000_000 };
const SEEDS = { min: 0, max: 4_294_967_295 };

interface Wanted {
  readonly cases: readonly { readonly clients: number; readonly framesPerTick: number }[];
  readonly frames: number;
  readonly seed: number;
  readonly json: string | null;
}

/** @returns the code to end with */
export function proveCrowd(argv: readonly string[]): Promise<number> {
  return Promise.resolve(run(argv));
}

function run(argv: readonly string[]): number {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove crowd: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  buildStale([KERNEL, PROTO], (line) => console.log(line));
  const { cases, frames, seed, json } = wanted;
  const findings: CrowdFinding[] = [];
  for (const each of cases) {
    const finding = playCrowd({ ...each, frames, seed });
    findings.push(finding);
    console.log(lineOf(finding));
    for (const fault of finding.faults) console.log(`  WRONG: ${fault}`);
  }
  const verdict = findings.every(({ faults }) => faults.length === 0) ? "met" : "wrong";
  console.log(`crowd: ${verdict}`);
  if (json !== null) {
    const proof = { machine: thisMachine(), seed, verdict, findings };
    writeFileSync(json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return EXIT_CODES[verdict];
}

function lineOf(finding: CrowdFinding): string {
  const { clients, framesPerTick, frames, largestBytes, mostBytes, compared } = finding;
  return (
    `${clients} in one spot, ${framesPerTick} frames a tick: ${frames} frames, the largest ` +
    `${largestBytes} bytes, at most ${mostBytes} a client and tick; positions at most ` +
    `${finding.oldestTicks} ticks old (promised ${finding.boundTicks}); ` +
    `${finding.cameAndWent} came or went, shown within ${finding.waitedTicks} ticks (promised ` +
    `${finding.waitBoundTicks}); all true ${finding.calmedTicks} ticks after they stood still; ` +
    `${compared} views compared, ${finding.incomplete} of them said that something is missing`
  );
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    crowds: { type: "string", default: "300x1,1000x1,1000x4" },
    frames: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  });
  return {
    cases: values.crowds.split(",").map(crowdOf),
    frames: whole("frames", values.frames, FRAMES),
    seed: whole("seed", values.seed, SEEDS),
    json: values.json ?? null,
  };
}

/** @param text clients, "x", frames per tick */
function crowdOf(text: string): Wanted["cases"][number] {
  const [clients = "", framesPerTick = "", ...rest] = text.split("x");
  if (rest.length > 0 || framesPerTick === "")
    throw new Error(`--crowds is ${text}; write CLIENTSxFRAMES, such as 300x1`);
  return {
    clients: whole("crowds", clients, CLIENTS),
    framesPerTick: whole("crowds", framesPerTick, FRAMES_PER_TICK),
  };
}
