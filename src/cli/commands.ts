// The commands of `aether`, and which module each lives in. Modules are loaded when asked for, so
// that a load generator does not open a server's native parts and the other way round.
import { readFileSync } from "node:fs";

import { EXITS } from "../protocol/codes.ts";
import { hushSqlite } from "./warnings.ts";

const HELP = `aether, a real-time spatial engine

  aether serve [--config FILE] [--bots N]   run the server
  aether relay [--config FILE]              publish the outbox's events, without a server
  aether outbox list [--limit N]            what the outbox holds, and events that were given up
  aether outbox retry|drop --key KEY…|--all put events that were given up back, or delete them
  aether swarm …                            run bots against a server; aether swarm --help
  aether --help                             this text
  aether --version                          the version

serve, relay, outbox
  --config FILE, -config FILE   settings; without it ./config.yaml when it is there, else defaults
  --bots N                      serve: also starts N bots that walk about, and stops them with it

Any setting can come from the environment: AETHER_ENGINE_MAX_SPEED=7.5 (see config.yaml).
Exit codes: 0 stopped as asked, 70 a fault of our own, 75 another process runs this world,
78 wrong configuration or command line, or a store that cannot be used.
`;

/** Runs one command to its end. @returns the exit code of the process. */
export async function run(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case "serve": {
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
    case "swarm": {
      const { runSwarm } = await import("../swarm/main.ts");
      return runSwarm(rest);
    }
    case "--help":
    case "-h":
      process.stdout.write(HELP);
      return EXITS.OK.code;
    case "--version":
      process.stdout.write(`${version()}\n`);
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

function version(): string {
  // Two folders up from src/cli and from dist/cli alike.
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const found: unknown = JSON.parse(text);
  const hasVersion = typeof found === "object" && found !== null && "version" in found;
  return hasVersion ? String(found.version) : "unknown";
}
