// `aether doctor`: looks at this machine with the server's settings, before a server starts or
// beside one that runs, and says what is well and what to do about the rest.
import { describeFaults } from "../../config/faults.ts";
import { loadConfig } from "../../config/load.ts";
import { roundings } from "../../config/rules.ts";
import type { Config } from "../../config/schema.ts";
import { EXITS } from "../../protocol/codes.ts";
import { parseDoctor } from "../options.ts";
import { diskFindings } from "./disk.ts";
import { journalFindings } from "./journal.ts";
import { fail, ok, report, verdictOf, warn } from "./finding.ts";
import type { Finding } from "./finding.ts";
import * as machine from "./machine.ts";
import { portFindings } from "./ports.ts";
import { secretFindings } from "./secrets.ts";
import { clockFinding, lookAtStores } from "./stores.ts";

/** Something fails. */
const EXIT_FAILS = 1;

/** Looks at everything. @returns the exit code; the process must exit with it. */
export async function runDoctor(argv: readonly string[]): Promise<number> {
  const parsed = parseDoctor(argv);
  if (!parsed.ok) {
    process.stderr.write(`${parsed.faults.join("\n")}\n`);
    return EXITS.CONFIG.code;
  }
  const { config: file, json } = parsed.options;
  const loaded = loadConfig({ file, cwd: process.cwd(), env: process.env });
  const findings = loaded.ok
    ? await examine(loaded.config, loaded.source)
    : loaded.faults.map(({ sentence }) => fail("settings", sentence));
  const verdict = verdictOf(findings);
  if (json) process.stdout.write(`${JSON.stringify({ verdict, findings }, null, 2)}\n`);
  else if (!loaded.ok) process.stdout.write(describeFaults(loaded.faults));
  else process.stdout.write(report(findings));
  return verdict === "fail" ? EXIT_FAILS : EXITS.OK.code;
}

async function examine(config: Config, source: string): Promise<Finding[]> {
  const stores = await lookAtStores(config);
  return [
    ok("settings", `from ${source}`),
    ...roundings(config).map((sentence) => warn("settings", sentence)),
    await machine.nodeFinding(),
    machine.kernelFinding(config),
    machine.coresFinding(),
    await machine.timersFinding(),
    machine.memoryFinding(),
    machine.descriptorsFinding(config),
    ...(await portFindings(config)),
    ...diskFindings(config),
    ...journalFindings(config),
    ...stores.findings,
    clockFinding(stores.clocks),
    ...(await secretFindings(config, source)),
  ];
}
