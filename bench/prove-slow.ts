// npm run prove -- slow: clients that stop reading their sockets. The control is the same server
// without a window of acknowledgements: what the kernel then swallows, and nobody notices.
import { writeFileSync } from "node:fs";
import { optionsOf, wordsOf } from "./command.ts";
import { buildStale, KERNEL, PROTO } from "./fresh.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { whole } from "./options.ts";
import { judge, wordsOf as intervalOf } from "./slow/judge.ts";
import { play } from "./slow/stage.ts";
import type { Setting } from "./slow/stage.ts";
import { EXIT_USAGE } from "./verdict.ts";

const CLIENTS = { min: 1, max: 500 };
const ENTITIES = { min: 10, max: 8192 };
const STALL_SECONDS = { min: 1, max: 600 };
const TURNS = { min: 0, max: 1000 };
const SLOW_CLOSE_SECONDS = { min: 3, max: 600 };
const SEEDS = { min: 0, max: 4_294_967_295 };

interface Wanted {
  readonly setting: Setting;
  readonly json: string | null;
}

/** @returns the code to end with */
export async function proveSlow(argv: readonly string[]): Promise<number> {
  let wanted: Wanted;
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove slow: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  const loadAverage = loadAtStart((line) => console.log(line));
  buildStale([KERNEL, PROTO], (line) => console.log(line));
  const { setting, json } = wanted;
  const control = await play(setting, false);
  const window = await play(setting, true);
  const judgement = judge(window, control, setting.slowCloseMs);
  const { verdict, exitCode, faults, missed, unclear, right, all } = judgement;
  for (const fault of faults) console.log(`WRONG: ${fault}`);
  for (const line of [...missed.map((goal) => `missed: ${goal}`), ...unclear]) console.log(line);
  const { others, othersLong } = judgement;
  const turns = window.turns.filter((turn) => turn !== null).length;
  console.log(
    `${right} of ${all} right; the others' p99 ${others === null ? "?" : intervalOf(others)} of ` +
      `what it was beside it while all read, in ${turns} of ${window.turns.length} turns; in the ` +
      `long stalls ${othersLong.map((ratio) => ratio.toFixed(2)).join(" and ")}: ${verdict}`,
  );
  if (json !== null) {
    const { say: _, ...asked } = setting;
    const machine = thisMachine();
    const proof = { machine, loadAverage, setting: asked, judgement, window, control };
    writeFileSync(json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return exitCode;
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]): Wanted {
  const values = optionsOf("prove", argv, {
    clients: { type: "string", default: "50" },
    others: { type: "string", default: "20" },
    entities: { type: "string", default: "1500" },
    stalls: { type: "string", default: "20,60" },
    turns: { type: "string", default: "10" },
    "slow-close": { type: "string", default: "30" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  });
  const slow = whole("clients", values.clients, CLIENTS);
  const punctual = whole("others", values.others, CLIENTS);
  const entities = whole("entities", values.entities, ENTITIES);
  if (slow + punctual > entities)
    throw new Error(`--entities is ${entities}; each client has one: ${slow + punctual} at least`);
  if (process.platform !== "linux") throw new Error("queues are read from Linux's /proc");
  const stalls = values.stalls.split(",").map((text) => whole("stalls", text, STALL_SECONDS));
  return {
    setting: {
      slow,
      punctual,
      entities,
      stalls,
      turns: whole("turns", values.turns, TURNS),
      slowCloseMs: whole("slow-close", values["slow-close"], SLOW_CLOSE_SECONDS) * 1000,
      seed: whole("seed", values.seed, SEEDS),
      say: (line) => console.log(line),
    },
    json: values.json ?? null,
  };
}
