// npm run prove -- journal: what the flight recorder costs the tick that writes to it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optionsOf, wordsOf } from "./command.ts";
import { buildStale, KERNEL, PROTO } from "./fresh.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { whole } from "./options.ts";
import type { JournalCost, Times } from "./recorded/journal.ts";
import { EXIT_CODES, EXIT_USAGE } from "./verdict.ts";
import type { Verdict } from "./verdict.ts";

const CLIENTS = { min: 1, max: 1000 };
const TICKS = { min: 1, max: 1_000_000 };
const TICK_US = 25_000;
/** Of the tick, for the journal's own calls in the mean. */
const SHARE_MAX = 0.002;

interface Wanted {
  readonly clients: readonly number[];
  readonly ticks: number;
  readonly json: string | null;
}

/** @returns the code to end with */
export async function proveJournal(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove journal: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  const say = (line: string): void => console.log(line);
  const loadAverage = loadAtStart(say);
  buildStale([KERNEL, PROTO], say);
  // Not before: it imports what is built.
  const { measureJournal } = await import("./recorded/journal.ts");
  const costs: JournalCost[] = [];
  for (const clients of wanted.clients) {
    const folder = mkdtempSync(join(tmpdir(), "aether-journal-"));
    try {
      const cost = await measureJournal({ clients, ticks: wanted.ticks, folder });
      for (const line of linesOf(cost)) say(line);
      costs.push(cost);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const verdict = verdictOf(costs);
  say(`journal: ${verdict}, at most ${SHARE_MAX * 100} % of a tick wanted`);
  if (wanted.json !== null) {
    const proof = { machine: thisMachine(), loadAverage, verdict, shareMax: SHARE_MAX, costs };
    writeFileSync(wanted.json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return EXIT_CODES[verdict];
}

function verdictOf(costs: readonly JournalCost[]): Verdict {
  if (costs.some(({ faults }) => faults.length > 0)) return "wrong";
  return costs.every(({ own }) => own.mean <= SHARE_MAX * TICK_US) ? "met" : "missed";
}

function linesOf(cost: JournalCost): string[] {
  const { bytesPerTick, clients, faults, own, ticks, without } = cost;
  const row = (what: string, { mean, p99 }: Times): string =>
    `  ${what.padEnd(26)}${mean.toFixed(1).padStart(9)} us, p99 ${p99.toFixed(1).padStart(9)} us`;
  return [
    `${clients} clients, ${ticks} ticks, ${bytesPerTick.toFixed(0)} bytes a tick:`,
    row("a tick without a journal", without),
    row("a tick with one", cost.with),
    `${row("its own calls", own)}: ${((own.mean / TICK_US) * 100).toFixed(3)} % of a tick`,
    ...faults.map((fault) => `  WRONG: ${fault}`),
  ];
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    clients: { type: "string", default: "300,1000" },
    ticks: { type: "string", default: "4000" },
    json: { type: "string" },
  });
  return {
    clients: values.clients.split(",").map((text) => whole("clients", text, CLIENTS)),
    ticks: whole("ticks", values.ticks, TICKS),
    json: values.json ?? null,
  };
}
