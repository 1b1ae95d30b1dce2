// `aether serve`: settings, real parts, a server, and its life in this process.
import type { App } from "../app/definition.ts";
import { formatAddress, isEveryInterface, parseAddress } from "../config/address.ts";
import { describeFaults } from "../config/faults.ts";
import { loadConfig } from "../config/load.ts";
import { roundings } from "../config/rules.ts";
import type { Config } from "../config/schema.ts";
import { createServer } from "../main.ts";
import type { Server } from "../main.ts";
import type { LogSink } from "../observability/log.ts";
import { EXITS } from "../protocol/codes.ts";
import { isPagePublic } from "../wiring.ts";
import { loadApp } from "./app-file.ts";
import { openCredentials } from "./credentials.ts";
import { startBots } from "./bots.ts";
import type { Bots } from "./bots.ts";
import { live } from "./lifetime.ts";
import type { Work } from "./lifetime.ts";
import { parseServe } from "./options.ts";
import { realParts } from "./parts.ts";
import { thisProcess } from "./process.ts";
import { logToStdout } from "./stdout.ts";
import { discardThreads } from "./threads.ts";

/** What stopping takes beside the drain: the last flush, the admin server, the bots. */
export const STOP_MARGIN_MS = 10_000;

/** Runs the server until a signal. @returns the exit code; the process must exit with it. */
export async function runServe(argv: readonly string[]): Promise<number> {
  const parsed = parseServe(argv);
  if (!parsed.ok) return refuse(`${parsed.faults.join("\n")}\n`);
  const { app: appFile, bots, config: file } = parsed.options;

  const app = appFile === undefined ? null : await loadApp(appFile, process.cwd());
  if (typeof app === "string") return refuse(`Aether does not start: ${app}.\n`);
  const cwd = process.cwd();
  const loaded = loadConfig({ file, cwd, env: process.env, application: app ?? undefined });
  if (!loaded.ok) return refuse(describeFaults(loaded.faults));
  const { config, source } = loaded;
  discardThreads(config);
  for (const [key, limit] of [
    ["gateway.max_connections", config.gateway.max_connections],
    ["engine.max_entities", config.engine.max_entities],
  ] as const) {
    if (bots > limit) return refuse(`--bots is ${bots}: ${key} allows ${limit}.\n`);
  }

  if (bots > 0 && (config.auth.mode !== "none" || config.gateway.tls_cert_file !== ""))
    return refuse("--bots needs auth.mode none and no certificate: bots have no tokens.\n");

  const sink = logToStdout(config.observability.log_level, process.env);
  for (const sentence of roundings(config)) sink.log.warn({}, sentence);
  return live({
    name: "Aether",
    host: thisProcess,
    sink,
    work: serverAndBots({ config, source, bots, app, sink }),
    stopLimitMs: config.gateway.drain_ms + STOP_MARGIN_MS,
    say: (sentence) => void process.stderr.write(`${sentence}\n`),
  });
}

function refuse(text: string): number {
  process.stderr.write(text);
  return EXITS.CONFIG.code;
}

interface Serving {
  readonly config: Config;
  /** Of the settings, in words. */
  readonly source: string;
  readonly bots: number;
  /** null: a world without an application. */
  readonly app: App | null;
  readonly sink: LogSink;
}

function serverAndBots({ config, source, bots: count, app, sink }: Serving): Work {
  let server: Server | null = null;
  let bots: Bots | null = null;
  return {
    async start() {
      const credentials = await openCredentials(config, sink.log);
      const own = app === null ? {} : { app };
      server = createServer(config, { ...realParts(config, sink, credentials), ...own });
      const { port, adminPort } = await server.start();
      const scheme = credentials.tls === null ? "ws" : "wss";
      const url = `${scheme}://${dialled(config.gateway.bind_addr, port)}`;
      const adminUrl = `http://${dialled(config.observability.admin_addr, adminPort)}`;
      const metrics = `${adminUrl}/metrics`;
      const { mode: auth } = config.auth;
      const said = app === null ? {} : { app: app.name };
      const facts = { url, port, metrics, auth, settings: source, ...said, pid: process.pid };
      sink.log.info(facts, `Aether listens on ${url}`);
      const page = isPagePublic(config) ? url.replace(/^ws/, "http") : adminUrl;
      sink.log.info({ page: `${page}/` }, `Open ${page}/ in a browser: the live page`);
      if (count > 0) bots = startBots(count, url, sink.log);
    },
    fenced: () => server?.fenced ?? new Promise(() => undefined),
    async stop() {
      await Promise.all([server?.stop(), bots?.stop()]);
    },
  };
}

/** @returns where a program on this machine reaches `address`, with the port it really has. */
export function dialled(address: string, port: number): string {
  const host = parseAddress(address)?.host ?? "127.0.0.1";
  const everywhere = isEveryInterface(host);
  const reachable = everywhere ? (host === "::" ? "::1" : "127.0.0.1") : host;
  return formatAddress({ host: reachable, port });
}
