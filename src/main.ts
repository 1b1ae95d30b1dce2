// The composition root: which parts make a server, and how they hang together. Start reading here;
// then src/tick.ts for one tick, src/gateway/gateway.ts for a session's life, assembly/step.ts for
// the world.
import { isLoopback, parseAddress } from "./config/address.ts";
import { worldRules } from "./config/rules.ts";
import type { Config } from "./config/schema.ts";
import { Clock } from "./engine/clock.ts";
import type { Recorder } from "./engine/recorder.ts";
import { Thinning } from "./engine/thinning.ts";
import { World } from "./engine/world.ts";
import { Gateway } from "./gateway/gateway.ts";
import { UNWRITTEN } from "./gateway/ledger.ts";
import type { Tokens } from "./gateway/ledger.ts";
import type { Transport } from "./gateway/transport.ts";
import type { Verifier } from "./gateway/verifier.ts";
import { openKernel } from "./kernel/open.ts";
import { Loop, type Timers } from "./loop.ts";
import type { Admin, AdminOptions } from "./observability/admin.ts";
import {
  type Answer,
  besideChecks,
  drainCheck,
  Health,
  storeCheck,
  tickCheck,
} from "./observability/health.ts";
import { LoadLog } from "./observability/load.ts";
import type { Log } from "./observability/log.ts";
import { createMetrics } from "./observability/metrics.ts";
import { SessionLog } from "./observability/sessions.ts";
import { TickNumbers } from "./observability/ticks.ts";
import { Keeper } from "./persistence/keeper.ts";
import type { KeeperParts } from "./persistence/keeper.ts";
import { restoreWorld } from "./restore.ts";
import { onTick, PHASES } from "./tick.ts";
import { besideOf, gatewayOptions, keeperOptions, snapshotOf } from "./wiring.ts";

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
  /** Asked for by the admin server; "": nobody is asked. */
  readonly adminToken: string;
  readonly recorder?: Recorder;
  readonly tokens: Tokens;
  /** null: nobody is asked who he is. */
  readonly verifier: Verifier | null;
  /** This process in words. */
  readonly owner: string;
  /** Unix ms. */
  wallNow(): number;
  readonly startWorker: KeeperParts["startWorker"];
}

export interface Server {
  readonly world: World;
  readonly gateway: Gateway;
  readonly numbers: TickNumbers;
  /** null: nothing outlives the process. */
  readonly keeper: Keeper | null;
  /** Resolves when another process owns the world: this one writes no more and must be stopped. */
  readonly fenced: Promise<undefined>;
  /**
   * Claims and restores the world, listens and ticks. Rejects with a sentence when an address or
   * the store cannot be had, with WorldOwned when another process runs the world.
   */
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
  const onKernel = (): World => new World(openKernel(config.engine.kernel), worldRules(config));
  const fenced = Promise.withResolvers<undefined>();
  const keeper =
    config.persistence.url === "none"
      ? null
      : new Keeper(keeperOptions(config, world.imageBytesMax), {
          startWorker: (...args) => parts.startWorker(...args),
          now,
          wallNow: () => parts.wallNow(),
          after: (ms, call) => parts.after(ms, call),
          tick: () => world.tick,
          owner: parts.owner,
          log: (level, fields, message) => parts.log[level](fields, message),
          onFenced: () => fenced.resolve(undefined),
        });
  const clock = new Clock(config.engine.tick_rate_ms, config.engine.max_catch_up_ticks);
  const thinning = new Thinning(world, clock, config.engine.tick_budget);
  const numbers = new TickNumbers(PHASES);

  let adminPort = adminAt.port;
  let draining = false;
  const health = new Health(
    [
      tickCheck(numbers, now, LATE_TICKS * config.engine.tick_rate_ms),
      drainCheck(() => draining),
      storeCheck(() => keeper?.status ?? null),
      ...(keeper === null ? [] : besideChecks(() => besideOf(keeper.status))),
    ],
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
    ledger: keeper ?? UNWRITTEN,
    tokens: parts.tokens,
    verifier: parts.verifier,
  });
  let adminRefused = (): number => 0;
  const metrics = createMetrics(numbers, () => ({
    ...snapshotOf(gateway, world, parts.logLinesDropped(), keeper),
    adminRefused: adminRefused(),
  }));
  const onFault = (error: unknown): void => log.fault("admin server", error);
  const admin = parts.admin({ ...adminAt, metrics, token: parts.adminToken, onFault });
  adminRefused = () => admin.refused;
  const load = new LoadLog(parts.log);
  const tickParts = { world, gateway, keeper, clock, thinning, numbers, log: load, now };
  const loop = new Loop(clock, parts, () => onTick(tickParts));

  return {
    world,
    gateway,
    numbers,
    keeper,
    fenced: fenced.promise,
    async start() {
      if (keeper !== null) {
        restoreWorld({ opened: await keeper.open(), world, gateway, onKernel, log: parts.log });
      }
      const port = await gateway.listen(bind.host, bind.port);
      adminPort = await admin.listen();
      loop.start();
      return { port, adminPort };
    },
    async stop() {
      draining = true;
      await gateway.drain();
      loop.stop();
      const lost = (await keeper?.close(world)) ?? 0;
      if (lost > 0) parts.log.error({ facts: lost }, "Facts did not become durable before the end");
      await admin.close();
    },
  };
}

function addressOf(text: string): { host: string; port: number } {
  const address = parseAddress(text);
  if (address === null) throw new Error(`"${text}" is not an address: write host:port`);
  return address;
}
