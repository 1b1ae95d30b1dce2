// The run of npm run bench:parts: its options, its cases, its results.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { evenCase } from "../cases.ts";
import { thisMachine } from "../machine.ts";
import type { Case } from "../results.ts";
import { play } from "./contest.ts";
import { LINEUP } from "./lineup.ts";
import { type PartContest, PARTS, type PartsResults, type PartStanding } from "./results.ts";
import { countVisits } from "./visits.ts";

const RESULTS = fileURLToPath(new URL("../results/parts.json", import.meta.url));
const ROUNDS = 12;
const QUICK_ROUNDS = 4;
const ROUND_MS = 200;
const QUICK_ROUND_MS = 60;
/** Long enough for what runs once a row or record to be compiled by the last compiler. */
const WARM_UP_MS = 600;
const QUICK_WARM_UP_MS = 300;

const CASES: readonly Case[] = [
  evenCase("uniform", 300, 0),
  evenCase("uniform", 1000, 0),
  evenCase("uniform", 10_000, 30),
];
const QUICK_CASES = CASES.slice(1, 2);

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: PARTS.join() },
    rounds: { type: "string" },
    json: { type: "string", default: RESULTS },
  },
});
const only = values.only.split(",");
const unknown = only.filter((name) => !PARTS.some((part) => part === name));
const rounds = Number(values.rounds ?? (values.quick ? QUICK_ROUNDS : ROUNDS));
if (unknown.length > 0 || !(rounds >= 1)) {
  console.error(`bench:parts: --only takes ${PARTS.join(", ")}; --rounds takes 1 or more`);
  process.exit(78);
}

const options = {
  quick: values.quick,
  rounds,
  roundMs: values.quick ? QUICK_ROUND_MS : ROUND_MS,
  warmUpMs: values.quick ? QUICK_WARM_UP_MS : WARM_UP_MS,
};
const date = new Date().toISOString();
const contests: PartContest[] = [];
for (const arena of values.quick ? QUICK_CASES : CASES) {
  for (const entry of LINEUP) {
    if (!only.includes(entry.part) || arena.n > (entry.largest ?? Infinity)) continue;
    const contest = await play(entry, arena, options);
    contests.push(contest);
    for (const line of linesOf(contest)) console.log(line);
  }
}
const visits = countVisits();
for (const { n, nodes, hits, nodesOfIndex } of visits) {
  const counted = `${nodes.toFixed(1)} of ${nodesOfIndex} nodes visited, ${hits.toFixed(1)} found`;
  console.log(`query at n = ${n}: ${counted}`);
}

const results: PartsResults = {
  format: "parts",
  date,
  machine: thisMachine(),
  options,
  contests,
  visits,
};
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
console.log(`written to ${values.json}`);

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
