// `aether serve`: settings, real parts, a server, and its life in this process.
import { formatAddress, isEveryInterface, parseAddress } from "../config/address.ts";
import { describeFaults } from "../config/faults.ts";
import { loadConfig } from "../config/load.ts";
import { roundings } from "../config/rules.ts";
import type { Config } from "../config/schema.ts";
import { createServer } from "../main.ts";
import type { Server } from "../main.ts";
import { createLog } from "../observability/log.ts";
import type { LogSink } from "../observability/log.ts";
import { EXITS } from "../protocol/codes.ts";
import { openCredentials } from "./credentials.ts";
import { startBots } from "./bots.ts";
import type { Bots } from "./bots.ts";
import { live } from "./lifetime.ts";
import type { Work } from "./lifetime.ts";
import { parseServe } from "./options.ts";
import { realParts } from "./parts.ts";
import { thisProcess } from "./process.ts";

const STDOUT = 1;
/** What stopping takes beside the drain: the last flush, the admin server, the bots. */
const STOP_MARGIN_MS = 10_000;

/** Runs the server until a signal. @returns the exit code; the process must exit with it. */
export async function runServe(argv: readonly string[]): Promise<number> {
  const parsed = parseServe(argv);
  if (!parsed.ok) return refuse(`${parsed.faults.join("\n")}\n`);
  const { bots, config: file } = parsed.options;

  const loaded = loadConfig({ file, cwd: process.cwd(), env: process.env });
  if (!loaded.ok) return refuse(describeFaults(loaded.faults));
  const { config, source } = loaded;
  for (const [key, limit] of [
    ["gateway.max_connections", config.gateway.max_connections],
    ["engine.max_entities", config.engine.max_entities],
  ] as const) {
    if (bots > limit) return refuse(`--bots is ${bots}: ${key} allows ${limit}.\n`);
  }

  if (bots > 0 && (config.auth.mode !== "none" || config.gateway.tls_cert_file !== ""))
    return refuse("--bots needs auth.mode none and no certificate: bots have no tokens.\n");

  const sink = createLog({ level: config.observability.log_level, fd: STDOUT });
  for (const sentence of roundings(config)) sink.log.warn({}, sentence);
  return live({
    host: thisProcess,
    sink,
    work: serverAndBots(config, source, bots, sink),
    stopLimitMs: config.gateway.drain_ms + STOP_MARGIN_MS,
    say: (sentence) => void process.stderr.write(`${sentence}\n`),
  });
}

function refuse(text: string): number {
  process.stderr.write(text);
  return EXITS.CONFIG.code;
}

function serverAndBots(config: Config, source: string, count: number, sink: LogSink): Work {
  let server: Server | null = null;
  let bots: Bots | null = null;
  return {
    async start() {
      const credentials = await openCredentials(config, sink.log);
      server = createServer(config, realParts(config, sink, credentials));
      const { port, adminPort } = await server.start();
      const scheme = credentials.tls === null ? "ws" : "wss";
      const url = `${scheme}://${dialled(config.gateway.bind_addr, port)}`;
      const metrics = `http://${dialled(config.observability.admin_addr, adminPort)}/metrics`;
      const { mode: auth } = config.auth;
      const facts = { url, port, metrics, auth, settings: source, pid: process.pid };
      sink.log.info(facts, `Aether listens on ${url}`);
      if (count > 0) bots = startBots(count, url, sink.log);
    },
    fenced: () => server?.fenced ?? new Promise(() => undefined),
    async stop() {
      await Promise.all([server?.stop(), bots?.stop()]);
    },
  };
}

/** @returns where a program on this machine reaches `address`, with the port it really has. */
function dialled(address: string, port: number): string {
  const host = parseAddress(address)?.host ?? "127.0.0.1";
  const everywhere = isEveryInterface(host);
  const reachable = everywhere ? (host === "::" ? "::1" : "127.0.0.1") : host;
  return formatAddress({ host: reachable, port });
}
