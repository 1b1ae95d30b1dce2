// The composition root: which parts make a server, and how they hang together. Start reading here;
// then src/tick.ts for one tick, src/gateway/gateway.ts for a session's life, assembly/step.ts for
// the world.
import type { App } from "./app/definition.ts";
import type { AppRuntime } from "./app/runtime.ts";
import { handlesToOwn, rulesWith, runtimeOf } from "./application.ts";
import { isLoopback, parseAddress } from "./config/address.ts";
import type { Config } from "./config/schema.ts";
import { withoutSecrets } from "./config/secrecy.ts";
import { Clock } from "./engine/clock.ts";
import { both } from "./engine/recorder.ts";
import type { Recorder } from "./engine/recorder.ts";
import { Rescue } from "./engine/rescue.ts";
import { FrameBoard, frameMemory } from "./feed/frame-board.ts";
import type { PageFiles } from "./feed/page-file.ts";
import { Thinning } from "./engine/thinning.ts";
import { World } from "./engine/world.ts";
import { Gateway } from "./gateway/gateway.ts";
import type { LivePage } from "./gateway/live-page.ts";
import { UNWRITTEN } from "./gateway/ledger.ts";
import type { Tokens } from "./gateway/ledger.ts";
import type { Transport } from "./gateway/transport.ts";
import type { Verifier } from "./gateway/verifier.ts";
import { Inspector } from "./inspector/inspector.ts";
import type { Disk } from "./journal/disk.ts";
import { Journal } from "./journal/journal.ts";
import type { StartJournalWorker } from "./journal/messages.ts";
import { imageBytesMax } from "./kernel/image.ts";
import type { Engine, Kernel } from "./kernel/kernel.ts";
import { Loop, type Timers } from "./loop.ts";
import type { Admin, AdminOptions } from "./observability/admin.ts";
import {
  type Answer,
  type TickLimits,
  besideChecks,
  drainCheck,
  Health,
  journalCheck,
  kernelCheck,
  memoryCheck,
  storeCheck,
  tickCheck,
} from "./observability/health.ts";
import { Board } from "./observability/board.ts";
import { CELLS, JOURNAL } from "./observability/catalogue.ts";
import type { BuildInfo } from "./observability/exposition.ts";
import { LoadLog } from "./observability/load.ts";
import type { Log, LogSink } from "./observability/log.ts";
import { MemoryWatch } from "./observability/memory.ts";
import type { Runtime, RuntimeOptions } from "./observability/runtime.ts";
import { PHASES } from "./observability/catalogue/tick.ts";
import { SessionLog } from "./observability/sessions.ts";
import { TickNumbers } from "./observability/ticks.ts";
import { Keeper } from "./persistence/keeper.ts";
import type { KeeperParts } from "./persistence/keeper-parts.ts";
import { PROTOCOL_VERSION } from "./protocol/version.ts";
import { Quarantine } from "./quarantine.ts";
import { headOf, lookIntoJournal, restoreWorld, spentTokens } from "./restore.ts";
import { Survey } from "./survey.ts";
import { Tally } from "./tally.ts";
import { onTick } from "./tick.ts";
import {
  besideOf,
  gatewayOptions,
  helloOf,
  isPagePublic,
  journalOptions,
  keeperOptions,
  playOf,
  settledTick,
} from "./wiring.ts";

/** What a server stands on; a simulation passes its own. */
export interface Parts extends Timers {
  readonly log: Log;
  /** What of it was lost or left out. */
  readonly logLines: Pick<LogSink, "dropped" | "suppressed">;
  /** [0, 1) */
  random(): number;
  sleep(ms: number): Promise<void>;
  /** @param onFault hears of every fault of ours that the transport survived */
  transport(
    answer: (path: string) => Answer | null,
    onFault: (where: string, error: unknown, slot?: number) => void,
    page: LivePage | null,
  ): Transport;
  admin(options: AdminOptions): Admin;
  /** Of the live page; none where it was not built. */
  readonly pageFiles: PageFiles;
  /** Looks at what goes on beside the ticks. */
  startRuntime(options: RuntimeOptions): Runtime;
  /** What runs, in words. */
  readonly build: Pick<BuildInfo, "version" | "node">;
  /** Asked for by the admin server, as it is now; "": nobody is asked. */
  adminToken(): string;
  /** When the certificate that is served ends, Unix ms; 0: there is none. */
  certificateEndsMs(): number;
  readonly recorder?: Recorder;
  /** @throws Error in words when the kernel was not built */
  openKernel(engine: Engine): Kernel;
  /** Keeps a capsule of what the kernel trapped with; must not wait. */
  quarantine(name: string, bytes: Uint8Array): void;
  /** null: no journal can be kept. */
  readonly journal: JournalHost | null;
  readonly tokens: Tokens;
  /** null: nobody is asked who he is. */
  readonly verifier: Verifier | null;
  /** This process in words. */
  readonly owner: string;
  /** Unix ms. */
  wallNow(): number;
  readonly startWorker: KeeperParts["startWorker"];
  /** Left out: a world without an application. */
  readonly app?: App;
}

/** Where a journal is kept. */
export interface JournalHost {
  readonly startWorker: StartJournalWorker;
  disk(folder: string): Disk;
}

export interface Server {
  readonly world: World;
  readonly gateway: Gateway;
  /** null: there is no application. */
  readonly app: AppRuntime | null;
  readonly numbers: TickNumbers;
  /** null: nothing outlives the process. */
  readonly keeper: Keeper | null;
  /** null: what happened since the last flight is lost in a crash. */
  readonly journal: Journal | null;
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
/** Three traps of the kernel in so long, and the twin takes over. */
const TRAPS_WINDOW_MS = 60_000;

/** @throws Error in words when the kernel was not built */
export function createServer(config: Config, parts: Parts): Server {
  const bind = addressOf(config.gateway.bind_addr);
  const adminAt = addressOf(config.observability.admin_addr);
  const now = (): number => parts.now();
  const rules = rulesWith(config, parts.app ?? null);
  const journalAt = journalOptions(config, imageBytesMax(rules.maxEntities));
  const journal =
    journalAt === null || parts.journal === null
      ? null
      : new Journal(journalAt, {
          startWorker: parts.journal.startWorker,
          now,
          after: (ms, call) => parts.after(ms, call),
          sleep: (ms) => parts.sleep(ms),
          log: (level, fields, message) => parts.log[level](fields, message),
        });
  const openKernel = (engine: Engine): Kernel => parts.openKernel(engine);
  const quarantine = new Quarantine({
    ...{ log: parts.log, config: withoutSecrets(config) },
    origin: {
      ...{ world: config.persistence.world, version: parts.build.version },
      ...{ rules, tickMs: config.engine.tick_rate_ms },
    },
    wallNow: () => parts.wallNow(),
    keep: (name, bytes) => parts.quarantine(name, bytes),
  });
  const rescue = new Rescue({
    open: openKernel,
    windowTicks: Math.ceil(TRAPS_WINDOW_MS / config.engine.tick_rate_ms),
    onTrap: (trap) => quarantine.note(trap),
  });
  const kernelOf = (): Kernel => openKernel(config.engine.kernel);
  const world = new World(kernelOf(), rules, recorderOf(journal, parts.recorder), rescue);
  const onKernel = (): World => new World(kernelOf(), rules);
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
          journal,
        });
  const clock = new Clock(config.engine.tick_rate_ms, config.engine.max_catch_up_ticks);
  const thinning = new Thinning(world, clock, config.engine.tick_budget);
  const board = new Board(CELLS);
  const numbers = new TickNumbers(board.cells, config.engine.tick_rate_ms);
  const memory = new MemoryWatch(parts.log, (isShedding) => gateway.shed(isShedding));

  let adminPort = adminAt.port;
  let draining = false;
  let runtime: Runtime | null = null;
  const hasRedis = config.presence.redis_url !== "";
  const health = new Health(
    [
      tickCheck(numbers, now, tickLimits(config)),
      drainCheck(() => draining),
      memoryCheck(memory),
      kernelCheck(() => world.kernel.engine, rescue),
      storeCheck(() => keeper?.status ?? null),
      ...(journal === null ? [] : [journalCheck(() => journal.status)]),
      ...(keeper === null ? [] : besideChecks(hasRedis, () => besideOf(keeper.status))),
    ],
    () => (isLoopback(bind.host) ? adminUrlOf(config, adminPort) : ""),
  );
  const log = new SessionLog(parts.log, now);
  const transport = parts.transport(
    (path) => health.publicAnswer(path),
    (where, error, slot) => log.fault(where, error, gateway.nameOf(slot)),
    isPagePublic(config) ? { files: parts.pageFiles, feedPort: () => adminPort } : null,
  );
  const options = gatewayOptions(config, isLoopback(bind.host));
  const tickMs = config.engine.tick_rate_ms;
  const onApp = { world, tickMs, now, gateway: () => gateway, keeper, journal, log: parts.log };
  const app: AppRuntime | null = parts.app === undefined ? null : runtimeOf(parts.app, onApp);
  const gateway: Gateway = new Gateway(options, {
    world,
    transport,
    now,
    random: () => parts.random(),
    sleep: (ms) => parts.sleep(ms),
    log,
    ledger: keeper ?? UNWRITTEN,
    tokens: parts.tokens,
    verifier: parts.verifier,
    settledTick: () => settledTick(keeper, journal),
    app,
  });
  const { kernel } = config.engine;
  const frames = new FrameBoard(
    frameMemory(config.gateway.max_connections, PHASES.length, rules, rules.componentBytes),
  );
  const admin = parts.admin({
    ...adminAt,
    token: () => parts.adminToken(),
    board: board.shared,
    info: { ...parts.build, kernel, protocol: String(PROTOCOL_VERSION) },
    pageFiles: parts.pageFiles,
    door: () => inspector,
    systems: app?.systems.map(({ unit }) => unit.name) ?? [],
    frames: frames.memory,
    play: () => playOf(config, port),
    onFault: (error) => log.fault("admin server", error),
  });
  let port = bind.port;
  const inspector = new Inspector({
    world,
    gateway,
    now,
    tickMs: config.engine.tick_rate_ms,
    board: frames,
    pages: () => admin.pages,
    hello: () => helloOf(config, PHASES, port, parts.app ?? null),
    load: () => ({ thinning: numbers.thinning, skipped: clock.skipped }),
    openKernel,
    onKernel: (engine, tick) => {
      const words = `The world runs on the ${engine} kernel after tick ${tick}`;
      parts.log.info({ engine, tick }, words);
    },
  });
  const survey = new Survey({
    ...{
      cells: board.cells,
      world,
      rescue,
      gateway,
      app,
      keeper,
      journal,
      inspector,
      health,
      numbers,
    },
    sessions: log,
    maxConnections: config.gateway.max_connections,
    logLines: parts.logLines,
    certificateEndsMs: () => parts.certificateEndsMs(),
  });
  const tally = new Tally({ board, world, gateway, survey });
  const load = new LoadLog(parts.log);
  const tickParts = {
    ...{ world, gateway, app, keeper, journal, inspector, clock, thinning, numbers, tally },
    ...{ log: load, now },
  };
  const loop = new Loop(clock, parts, () => onTick(tickParts));

  /** Queries want a world that has its rules: the first step of a new one takes them. */
  function beginApp(): void {
    if (app === null) return;
    if (world.tick === 0) world.step();
    app.begin();
  }

  /** Whatever may refuse to start. The admin thread is told where the gateway listens. */
  async function open(): Promise<void> {
    if (keeper !== null) {
      const opened = await keeper.open();
      const disk = journalAt === null ? null : (parts.journal?.disk(journalAt.folder) ?? null);
      const { world: name } = config.persistence;
      const recovery = lookIntoJournal(disk, name, opened, kernelOf, () => parts.openKernel("js"));
      const takeOver = keeper.takeOver.bind(keeper);
      const owned = (of: World): Iterable<number> => handlesToOwn(of, app !== null);
      const stored = { opened, recovery, world, gateway, takeOver, owned, onKernel };
      const recovered = restoreWorld({ ...stored, log: parts.log });
      beginApp();
      parts.verifier?.adopt(spentTokens(opened, recovered));
      board.cells[JOURNAL.recoveredTicks.at] = recovered?.ticks ?? 0;
      board.cells[JOURNAL.recoveredFacts.at] = recovered?.facts.length ?? 0;
      await journal?.open(headOf(config, rules, parts.build.version, opened), world);
    } else beginApp();
    port = await gateway.listen(bind.host, bind.port);
    board.publish();
    adminPort = await admin.listen();
  }

  return {
    world,
    gateway,
    app,
    numbers,
    keeper,
    journal,
    fenced: fenced.promise,
    async start() {
      await open().catch(async (error: unknown) => {
        await admin.close();
        throw error;
      });
      const onHeap = (used: number, limit: number): void => memory.look(used, limit);
      runtime = parts.startRuntime({ cells: board.cells, onHeap });
      loop.start();
      return { port, adminPort };
    },
    async stop() {
      draining = true;
      await gateway.drain();
      loop.stop();
      const before = keeper?.departedTick ?? -1;
      const lost = (await keeper?.close(world)) ?? 0;
      if (lost > 0) parts.log.error({ facts: lost }, "Facts did not become durable before the end");
      // What was noted since the last tick is in the last flight, or in none.
      const last = keeper?.departedTick ?? -1;
      await journal?.close(last > before ? last : world.tick + 1);
      runtime?.stop();
      await admin.close();
    },
  };
}

function recorderOf(journal: Journal | null, other?: Recorder): Recorder | undefined {
  if (journal === null || other === undefined) return journal ?? other;
  return both(journal, other);
}

function adminUrlOf({ observability }: Config, port: number): string {
  return `http://${observability.admin_addr.replace(/:\d+$/, `:${String(port)}`)}`;
}

function tickLimits({ engine }: Config): TickLimits {
  const { tick_budget, tick_rate_ms } = engine;
  return { ageMs: LATE_TICKS * tick_rate_ms, p99Ms: tick_budget * tick_rate_ms };
}

function addressOf(text: string): { host: string; port: number } {
  const address = parseAddress(text);
  if (address === null) throw new Error(`"${text}" is not an address: write host:port`);
  return address;
}
