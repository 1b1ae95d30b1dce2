// A run of npm run bench:parts: its cases, its results.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { thisMachine } from "../machine.ts";
import { play } from "./contest.ts";
import { LINEUP } from "./lineup.ts";
import type { Wanted } from "./options.ts";
import { isPlayed, PART_CASES, QUICK_CASES } from "./plan.ts";
import type { PartContest, PartsResults, PartStanding } from "./results.ts";
import { countVisits } from "./visits.ts";

const ROUND_MS = 200;
const QUICK_ROUND_MS = 60;
/** Long enough for what runs once a row or record to be compiled by the last compiler. */
const WARM_UP_MS = 600;
const QUICK_WARM_UP_MS = 300;

/** @returns whether all that was measured was right */
export async function run(wanted: Wanted, loadAverage: number): Promise<boolean> {
  const { quick, only, rounds, json } = wanted;
  const options = {
    quick,
    rounds,
    roundMs: quick ? QUICK_ROUND_MS : ROUND_MS,
    warmUpMs: quick ? QUICK_WARM_UP_MS : WARM_UP_MS,
  };
  const date = new Date().toISOString();
  const contests: PartContest[] = [];
  for (const arena of quick ? QUICK_CASES : PART_CASES) {
    for (const entry of LINEUP) {
      if (!only.includes(entry.part) || !isPlayed(entry.part, arena)) continue;
      const contest = await play(entry, arena, options);
      contests.push(contest);
      for (const line of linesOf(contest)) console.log(line);
    }
  }
  const visits = countVisits();
  for (const { n, nodes, hits, nodesOfIndex } of visits) {
    const visited = `${nodes.toFixed(1)} of ${nodesOfIndex} nodes visited`;
    console.log(`query at n = ${n}: ${visited}, ${hits.toFixed(1)} found`);
  }
  const machine = thisMachine();
  const format = "parts";
  write({ format, date, machine, loadAverage, options, contests, visits }, json);
  return !contests.some(({ contenders }) => contenders.some((c) => c.status === "wrong"));
}

/** @param json null = nowhere */
function write(results: PartsResults, json: string | null): void {
  if (json === null) {
    console.log("not written: not a whole run (--json FILE writes it)");
    return;
  }
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify(results, null, 1)}\n`);
  console.log(`written to ${json}`);
}

function linesOf({ part, per, case: arena, contenders }: PartContest): string[] {
  return [
    `${part}, ${arena.name}, ns per ${per}`,
    ...contenders.map((standing) => `  ${standing.name.padEnd(18)} ${numbersOf(standing)}`),
  ];
}

function numbersOf(standing: PartStanding): string {
  if (standing.status !== "measured") return `${standing.status}: ${standing.why}`;
  const { p10, median, ratio } = standing;
  const times = `p10 ${p10.toFixed(2).padStart(9)}   median ${median.toFixed(2).padStart(9)}`;
  return ratio === null ? times : `${times}   ${ratio.median.toFixed(2).padStart(7)} x`;
}
