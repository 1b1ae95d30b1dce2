// npm run prove -- metrics: what the numbers cost the tick that writes them down, as a share of it:
// recordings in a tick, times what each takes.
import { writeFileSync } from "node:fs";
import { optionsOf, wordsOf } from "./command.ts";
import { buildStale, KERNEL, PROTO } from "./fresh.ts";
import { thisMachine } from "./machine.ts";
import { ROUNDS, whole } from "./options.ts";
import { measureCosts } from "./recorded/costs.ts";
import type { Cost } from "./recorded/costs.ts";
import { EXIT_CODES, EXIT_USAGE } from "./verdict.ts";

const CLIENTS = { min: 1, max: 2000 };
const TICK_NS = 25e6;
/** Of the tick, for all recordings in it. */
const SHARE_MAX = 0.002;

interface Wanted {
  readonly clients: readonly number[];
  readonly rounds: number;
  readonly json: string | null;
}

/** @returns the code to end with */
export function proveMetrics(argv: readonly string[]): Promise<number> {
  return Promise.resolve(run(argv));
}

function run(argv: readonly string[]): number {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove metrics: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  buildStale([KERNEL, PROTO], (line) => console.log(line));
  const findings = wanted.clients.map((clients) => {
    const costs = measureCosts(clients, wanted.rounds);
    const ns = costs.reduce((sum, cost) => sum + cost.calls * cost.ns, 0);
    const finding = { clients, costs, ns, share: ns / TICK_NS };
    for (const line of linesOf(finding)) console.log(line);
    return finding;
  });
  const verdict = findings.every(({ share }) => share <= SHARE_MAX) ? "met" : "missed";
  console.log(`metrics: ${verdict}, at most ${percent(SHARE_MAX)} of a tick`);
  if (wanted.json !== null) {
    const proof = { machine: thisMachine(), verdict, shareMax: SHARE_MAX, findings };
    writeFileSync(wanted.json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return EXIT_CODES[verdict];
}

interface Finding {
  readonly clients: number;
  readonly costs: readonly Cost[];
  readonly ns: number;
  readonly share: number;
}

function linesOf({ clients, costs, ns, share }: Finding): string[] {
  const rows = costs.map(({ what, calls, ns: each }) => {
    const product = `${String(calls).padStart(6)} x ${each.toFixed(1).padStart(9)} ns`;
    return `  ${what.padEnd(30)}${product} = ${us(calls * each)}`;
  });
  const what = "in a tick of 25 ms".padEnd(51);
  const sum = `  ${what} = ${us(ns)}, ${percent(share)}`;
  return [`${clients} clients, each with a message and an acknowledgement a tick:`, ...rows, sum];
}

const us = (ns: number): string => `${(ns / 1000).toFixed(2).padStart(6)} us`;
const percent = (share: number): string => `${(share * 100).toFixed(3)} %`;

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    clients: { type: "string", default: "300,1000" },
    rounds: { type: "string", default: "30" },
    json: { type: "string" },
  });
  return {
    clients: values.clients.split(",").map((text) => whole("clients", text, CLIENTS)),
    rounds: whole("rounds", values.rounds, ROUNDS),
    json: values.json ?? null,
  };
}
