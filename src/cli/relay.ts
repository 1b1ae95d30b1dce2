// `aether relay`: the outbox's relay as a process of its own, for `outbox.relay: external`. Several
// may run; one works, the others stand by.
import { setTimeout as sleep } from "node:timers/promises";

import { describeFaults } from "../config/faults.ts";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { LogSink } from "../observability/log.ts";
import { StoreFault, StoreRefusal } from "../persistence/contract.ts";
import type { OutboxStore } from "../persistence/contract.ts";
import { openOutboxStore } from "../persistence/open.ts";
import { patiently, START_PATIENCE_MS } from "../persistence/patience.ts";
import { Relay } from "../persistence/relay.ts";
import { openSink } from "../persistence/sinks/open.ts";
import type { Sink } from "../persistence/sinks/sink.ts";
import { EXITS } from "../protocol/codes.ts";
import { live } from "./lifetime.ts";
import type { Work } from "./lifetime.ts";
import { parseRelay } from "./options.ts";
import { thisProcess } from "./process.ts";
import { logToStdout } from "./stdout.ts";

const NAME = "The relay";
const BESIDE_A_SERVER =
  "outbox.relay is embedded, so a server with these settings publishes by itself, and this relay " +
  "only stands by while one runs: set outbox.relay to external to leave publishing to it";
/** Longer than a batch takes with a sink and a store that are both frozen. */
const STOP_LIMIT_MS = 10_000;

/** Runs the relay until a signal. @returns the exit code; the process must exit with it. */
export async function runRelay(argv: readonly string[]): Promise<number> {
  const parsed = parseRelay(argv);
  if (!parsed.ok) return refuse(`${parsed.faults.join("\n")}\n`);
  const file = parsed.options.config;
  const loaded = loadConfig({ file, cwd: process.cwd(), env: process.env });
  if (!loaded.ok) return refuse(describeFaults(loaded.faults, `${NAME} does not start`));
  const sink = logToStdout(loaded.config.observability.log_level, process.env);
  return live({
    name: NAME,
    host: thisProcess,
    sink,
    work: relayOf(loaded.config, sink),
    stopLimitMs: STOP_LIMIT_MS,
    say: (sentence) => void process.stderr.write(`${sentence}\n`),
  });
}

function refuse(text: string): number {
  process.stderr.write(text);
  return EXITS.CONFIG.code;
}

function relayOf(config: Config, { log }: LogSink): Work {
  const { url, world, pool_size: poolSize } = config.persistence;
  let parts: { store: OutboxStore; sink: Sink; relay: Relay } | null = null;
  const now = (): number => performance.now();
  const random = (): number => Math.random();
  const pause = (ms: number): Promise<void> => sleep(ms);
  return {
    async start() {
      try {
        const redisUrl = config.presence.redis_url === "" ? null : config.presence.redis_url;
        const sink = openSink({ sink: config.outbox.sink, redisUrl, world }, log);
        await refuseUnfit(sink);
        const open = (): Promise<OutboxStore> => openOutboxStore(url, { world, poolSize });
        const store = await patiently(open, START_PATIENCE_MS, {
          ...{ now, random, sleep: pause },
          warn: (fields, message) => log.warn(fields, message),
        });
        const relay = new Relay({ store, sink, log, now, random, sleep: pause });
        parts = { store, sink, relay };
      } catch (error) {
        if (!(error instanceof StoreRefusal || error instanceof StoreFault)) throw error;
        // A plain Error is a sentence for the operator; see lifetime.ts.
        throw new Error(error instanceof StoreFault ? error.final : error.message);
      }
      const { store, sink, relay } = parts;
      const facts = { world, store: store.name, sink: sink.name, pid: process.pid };
      log.info(facts, "The relay runs");
      if (config.outbox.relay === "embedded") log.warn({}, BESIDE_A_SERVER);
      void relay.run();
    },
    async stop() {
      await parts?.relay.stop();
      await parts?.sink.close();
      await parts?.store.close();
    },
  };
}

/** A sink that is away is waited for by the relay; one that will never do ends the start. */
async function refuseUnfit(sink: Sink): Promise<void> {
  try {
    await sink.ready();
  } catch (error) {
    if (error instanceof StoreRefusal) throw error;
  }
}
