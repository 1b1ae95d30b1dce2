// The composition root: which parts make a server, and how they hang together. Start reading here;
// then src/tick.ts for one tick, src/gateway/gateway.ts for a session's life, assembly/step.ts for
// the world.
import { isLoopback, parseAddress } from "./config/address.ts";
import { worldRules } from "./config/rules.ts";
import type { Config } from "./config/schema.ts";
import { Clock } from "./engine/clock.ts";
import type { Recorder } from "./engine/recorder.ts";
import { World } from "./engine/world.ts";
import { Gateway } from "./gateway/gateway.ts";
import type { Transport } from "./gateway/transport.ts";
import { openKernel } from "./kernel/open.ts";
import { Loop, type Timers } from "./loop.ts";
import type { Admin, AdminOptions } from "./observability/admin.ts";
import { type Answer, drainCheck, Health, tickCheck } from "./observability/health.ts";
import type { Log } from "./observability/log.ts";
import { createMetrics } from "./observability/metrics.ts";
import { SessionLog } from "./observability/sessions.ts";
import { TickNumbers } from "./observability/ticks.ts";
import { onTick, PHASES } from "./tick.ts";
import { gatewayOptions, snapshotOf } from "./wiring.ts";

/** What a server stands on; a simulation passes its own. */
export interface Parts extends Timers {
  readonly log: Log;
  logLinesDropped(): number;
  /** [0, 1) */
  random(): number;
  sleep(ms: number): Promise<void>;
  /** @param onFault hears of every fault of ours that the transport survived */
  transport(
    answer: (path: string) => Answer | null,
    onFault: (where: string, error: unknown) => void,
  ): Transport;
  admin(options: AdminOptions): Admin;
  readonly recorder?: Recorder;
}

export interface Server {
  readonly world: World;
  readonly gateway: Gateway;
  readonly numbers: TickNumbers;
  /** Listens and ticks. Rejects with a sentence when an address cannot be had. */
  start(): Promise<{ port: number; adminPort: number }>;
  /** Tells everybody, then ends; bounded by gateway.drain_ms. */
  stop(): Promise<void>;
}

/** Ticks that may be missing before the server is not ready. */
const LATE_TICKS = 40;

/** @throws Error in words when the kernel was not built */
export function createServer(config: Config, parts: Parts): Server {
  const bind = addressOf(config.gateway.bind_addr);
  const adminAt = addressOf(config.observability.admin_addr);
  const now = (): number => parts.now();
  const world = new World(openKernel(config.engine.kernel), worldRules(config), parts.recorder);
  const clock = new Clock(config.engine.tick_rate_ms, config.engine.max_catch_up_ticks);
  const numbers = new TickNumbers(PHASES);

  let adminPort = adminAt.port;
  let draining = false;
  const health = new Health(
    [tickCheck(numbers, now, LATE_TICKS * config.engine.tick_rate_ms), drainCheck(() => draining)],
    () => `http://${config.observability.admin_addr.replace(/:\d+$/, `:${String(adminPort)}`)}`,
  );
  const log = new SessionLog(parts.log, now);
  const transport = parts.transport(
    (path) => health.publicAnswer(path),
    (where, error) => log.fault(where, error),
  );
  const options = gatewayOptions(config, isLoopback(bind.host));
  const gateway = new Gateway(options, {
    world,
    transport,
    now,
    random: () => parts.random(),
    sleep: (ms) => parts.sleep(ms),
    log,
  });
  const metrics = createMetrics(numbers, () => snapshotOf(gateway, world, parts.logLinesDropped()));
  const onFault = (error: unknown): void => log.fault("admin server", error);
  const admin = parts.admin({ ...adminAt, metrics, onFault });
  const tickParts = { world, gateway, clock, numbers, now };
  const loop = new Loop(clock, parts, () => onTick(tickParts));

  return {
    world,
    gateway,
    numbers,
    async start() {
      const port = await gateway.listen(bind.host, bind.port);
      adminPort = await admin.listen();
      loop.start();
      return { port, adminPort };
    },
    async stop() {
      draining = true;
      await gateway.drain();
      loop.stop();
      await admin.close();
    },
  };
}

function addressOf(text: string): { host: string; port: number } {
  const address = parseAddress(text);
  if (address === null) throw new Error(`"${text}" is not an address: write host:port`);
  return address;
}
