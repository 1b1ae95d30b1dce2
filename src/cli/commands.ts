// The commands of `aether`, and which module each lives in. Modules are loaded when asked for, so
// that a load generator does not open a server's native parts and the other way round.

import { EXITS } from "../protocol/codes.ts";
import { HELP, helpOf } from "./help.ts";
import { prepareThreads } from "./threads.ts";
import { ownVersion } from "./version.ts";
import { hushSqlite } from "./warnings.ts";

/** Runs one command to its end. @returns the exit code of the process. */
export async function run(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  const help = helpOf(command ?? "", rest);
  if (help !== null) {
    process.stdout.write(help);
    return EXITS.OK.code;
  }
  switch (command) {
    case "serve": {
      prepareThreads();
      const serve = await import("./serve.ts").catch(refuseStart);
      return serve === null ? EXITS.CONFIG.code : serve.runServe(rest);
    }
    case "relay": {
      hushSqlite();
      const { runRelay } = await import("./relay.ts");
      return runRelay(rest);
    }
    case "outbox": {
      hushSqlite();
      const { runOutbox } = await import("./outbox.ts");
      return runOutbox(rest);
    }
    case "doctor": {
      hushSqlite();
      const doctor = await import("./doctor/doctor.ts").catch(refuseStart);
      return doctor === null ? EXITS.CONFIG.code : doctor.runDoctor(rest);
    }
    case "plan": {
      const { runPlan } = await import("./plan/plan.ts");
      return runPlan(rest);
    }
    case "replay": {
      const { runReplay } = await import("./replay/replay.ts");
      return runReplay(rest);
    }
    case "capsule": {
      const { runCapsule } = await import("./replay/capsule.ts");
      return runCapsule(rest);
    }
    case "swarm": {
      const { runSwarm } = await import("../swarm/main.ts");
      return runSwarm(rest);
    }
    case "--help":
    case "-h":
      process.stdout.write(HELP);
      return EXITS.OK.code;
    case "--version":
      process.stdout.write(`${ownVersion()}\n`);
      return EXITS.OK.code;
    case undefined:
      process.stderr.write(`aether: name a command.\n\n${HELP}`);
      return EXITS.CONFIG.code;
    default:
      process.stderr.write(`aether: there is no command ${JSON.stringify(command)}.\n\n${HELP}`);
      return EXITS.CONFIG.code;
  }
}

/** ABIs that the native WebSocket module is built for: Node.js 18, 20, 21 and 22. */
const NATIVE_ABIS: readonly string[] = ["108", "115", "120", "127"];

/** A part of the server could not be loaded: says whose fault it is, Node.js's or the build's. */
function refuseStart(error: unknown): null {
  const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
  const { modules, node } = process.versions;
  const remedy = NATIVE_ABIS.includes(modules)
    ? "run `npm run build` in its folder"
    : 'start it with "npm start", which brings Node 22, or install Node 22';
  process.stderr.write(
    `aether serve could not load its parts on Node.js ${node} (${String(reason)}): ${remedy}.\n`,
  );
  return null;
}
