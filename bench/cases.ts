// The cases in which contenders meet, by name.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { burstyCrowd, clusteredCrowd, uniformCrowd } from "./crowds.ts";
import { recordedCrowd } from "./recording.ts";
import type { Absent, Case } from "./results.ts";
import { type Crowd, halfFor } from "./workload.ts";

const EVEN: readonly (readonly [n: number, k: number])[] = [
  [100, 0],
  [300, 0],
  [1000, 0],
  [1000, 100],
  [3000, 30],
  [3000, 100],
  [10000, 30],
  [10000, 100],
];
const CLUSTERED: readonly (readonly [n: number, k: number])[] = [
  [1000, 0],
  [10000, 30],
];
const BURSTY: readonly (readonly [n: number, k: number])[] = [[1000, 0]];
/** Recordings, and how each is laid into the world (presets.json beside them). */
const RECORDED = [
  { name: "trace-madras", file: "crowd_madras.csv.gz", preset: "madras_pp4" },
  { name: "trace-soccer", file: "soccer_tracab.csv.gz", preset: "soccer_x13_over" },
];
/** Those of a quick run. */
export const QUICK = ["uniform-100", "uniform-1000", "uniform-10000-k100"];

/** Names of all, whether they can be played here or not. */
export const ALL_CASES: readonly string[] = [
  ...EVEN.map(([n, k]) => nameOf("uniform", n, k)),
  ...CLUSTERED.map(([n, k]) => nameOf("clustered", n, k)),
  ...BURSTY.map(([n, k]) => nameOf("bursty", n, k)),
  ...RECORDED.map(({ name }) => name),
];

/** Where recordings lie: named by AETHER_TRACES, else beside the repository. */
const BESIDE = fileURLToPath(new URL("../../shared/data", import.meta.url));
const traces = (): string => process.env["AETHER_TRACES"] ?? BESIDE;

/** All cases that can be played here, and of the others why not. */
export function allCases(): { cases: Case[]; absent: Absent[] } {
  const cases = [
    ...EVEN.map(([n, k]) => evenCase("uniform", n, k)),
    ...CLUSTERED.map(([n, k]) => evenCase("clustered", n, k)),
    ...BURSTY.map(([n, k]) => evenCase("bursty", n, k)),
  ];
  const absent: Absent[] = [];
  for (const { name, file } of RECORDED) {
    if (existsSync(join(traces(), file))) {
      const { n, half } = crowdOf({ name, spread: "trace", n: 0, k: 0, width: 0 });
      cases.push({ name, spread: "trace", n, k: 0, width: half * 2 });
    } else {
      const why = `${file} is not in ${traces()}; AETHER_TRACES may name another folder`;
      absent.push({ name, why });
    }
  }
  return { cases, absent };
}

export function evenCase(spread: Exclude<Case["spread"], "trace">, n: number, k: number): Case {
  return { name: nameOf(spread, n, k), spread, n, k, width: halfFor(n, k) * 2 };
}

function nameOf(spread: string, n: number, k: number): string {
  return `${spread}-${n}${k === 0 ? "" : `-k${k}`}`;
}

/** Who moves in a case. */
export function crowdOf({ name, spread, n, k }: Case): Crowd {
  if (spread === "uniform") return uniformCrowd(n, k);
  if (spread === "clustered") return clusteredCrowd(n, k);
  if (spread === "bursty") return burstyCrowd(n, k);
  const recorded = RECORDED.find((each) => each.name === name);
  if (recorded === undefined) throw new Error(`no recording is called ${name}`);
  return recordedCrowd(join(traces(), recorded.file), recorded.preset);
}
