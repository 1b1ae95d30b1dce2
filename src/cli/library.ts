// A server inside of another program: what `createWorld(…).serve()` starts.
import type { App } from "../app/definition.ts";
import { describeFaults } from "../config/faults.ts";
import { loadConfig } from "../config/load.ts";
import { createServer } from "../main.ts";
import { openCredentials } from "./credentials.ts";
import { realParts } from "./parts.ts";
import { dialled } from "./serve.ts";
import { logToStdout } from "./stdout.ts";

export interface ServeOptions {
  /** Of 127.0.0.1; 0 takes a free one. Left out: as `gateway.bind_addr` says. */
  readonly port?: number;
  /** A YAML file of settings; ./config.yaml where there is one, otherwise the defaults. */
  readonly config?: string;
  /** Settings by their dotted names, such as "engine.max_entities"; they win over all others. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A server that runs. */
export interface Serving {
  readonly port: number;
  readonly adminPort: number;
  /** Where clients connect. */
  readonly url: string;
  /** Tells everybody, then ends. */
  stop(): Promise<void>;
}

/** @throws Error in words when settings, addresses or the store do not allow it */
export async function serveApp(app: App, options: ServeOptions = {}): Promise<Serving> {
  const { port: wanted, config: file, settings = {} } = options;
  const own = wanted === undefined ? {} : { "gateway.bind_addr": `127.0.0.1:${wanted}` };
  const loaded = loadConfig({
    ...{ file, cwd: process.cwd(), env: process.env, application: app },
    settings: { ...own, ...settings },
  });
  if (!loaded.ok) throw new Error(describeFaults(loaded.faults).trimEnd());
  const { config } = loaded;
  const sink = logToStdout(config.observability.log_level, process.env);
  const credentials = await openCredentials(config, sink.log);
  const server = createServer(config, {
    ...realParts(config, sink, credentials),
    app,
  });
  const { port, adminPort } = await server.start();
  const scheme = credentials.tls === null ? "ws" : "wss";
  return {
    port,
    adminPort,
    url: `${scheme}://${dialled(config.gateway.bind_addr, port)}`,
    async stop() {
      await server.stop();
      await sink.flush();
    },
  };
}
