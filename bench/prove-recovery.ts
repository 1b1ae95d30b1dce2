// npm run prove -- recovery: server, relay and database are killed at random moments under clients
// that come and go. Wrong where anything that was told is lost or doubled, or where a world comes
// back other than its journal's last whole tick; missed where it takes too long to tick again.
import { writeFileSync } from "node:fs";
import { optionsOf, wordsOf } from "./command.ts";
import { missingPrograms } from "./durability/programs.ts";
import { buildStale, DIST, KERNEL, PROTO } from "./fresh.ts";
import { loadAtStart, thisMachine } from "./machine.ts";
import { BOTS, whole } from "./options.ts";
import { killOften } from "./recovery/kills.ts";
import type { KillSetting } from "./recovery/kills.ts";
import { EXIT_CODES, EXIT_USAGE } from "./verdict.ts";

const KILLS = { min: 1, max: 10_000 };
const SEEDS = { min: 0, max: 4_294_967_295 };
const EXIT_INTERRUPTED = 130;

/** @returns the code to end with */
export async function proveRecovery(argv: readonly string[]): Promise<number> {
  let wanted: { readonly setting: KillSetting; readonly json: string | null };
  try {
    wanted = wantedOf(argv);
  } catch (error) {
    console.error(`prove recovery: ${wordsOf(error)}`);
    return EXIT_USAGE;
  }
  const missing = missingPrograms();
  if (missing.length > 0) {
    console.error(`prove recovery: ${missing.join("; ")}`);
    return EXIT_USAGE;
  }
  // Ending runs what ends the programs that were started.
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => process.exit(EXIT_INTERRUPTED));
  }
  const { setting, json } = wanted;
  const loadAverage = loadAtStart((line) => console.log(line));
  buildStale([KERNEL, PROTO, DIST], (line) => console.log(line));
  const finding = await killOften(setting);
  const { faults, figures, remarks, verdict } = finding;
  for (const [name, value] of Object.entries(figures)) {
    console.log(`  ${name.padEnd(22)} ${Number.isInteger(value) ? value : value.toFixed(2)}`);
  }
  for (const line of [...remarks, ...faults.map((fault) => `WRONG: ${fault}`)]) console.log(line);
  console.log(`recovery: ${verdict}`);
  if (json !== null) {
    const { say: _, ...asked } = setting;
    const proof = { machine: thisMachine(), loadAverage, setting: asked, finding };
    writeFileSync(json, `${JSON.stringify(proof, null, 2)}\n`);
  }
  return EXIT_CODES[verdict];
}

/** @throws Error in words */
function wantedOf(argv: readonly string[]) {
  const values = optionsOf("prove", argv, {
    kills: { type: "string", default: "100" },
    bots: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  });
  const setting: KillSetting = {
    kills: whole("kills", values.kills, KILLS),
    bots: whole("bots", values.bots, BOTS),
    seed: whole("seed", values.seed, SEEDS),
    say: (line) => console.log(`  ${line}`),
  };
  return { setting, json: values.json ?? null };
}
