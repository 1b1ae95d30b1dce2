// What is looked at once a second, after a tick: every session, the index, the store, the numbers
// that seldom change. It takes a part of a millisecond, and is part of the tick's phase "record".
import { FRAMES_USED, FRAME_SLOTS } from "#layout";
import type { AppRuntime } from "./app/runtime.ts";
import type { Rescue } from "./engine/rescue.ts";
import type { World } from "./engine/world.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { Inspector } from "./inspector/inspector.ts";
import { IndexShape } from "./kernel/shape.ts";
import {
  APP,
  JOURNAL,
  KERNEL,
  PAGES,
  PROCESS,
  SESSIONS,
  SIGHT,
  STORE,
  TICK,
  WINDOWS,
} from "./observability/catalogue.ts";
import { WORLD } from "./observability/catalogue.ts";
import { cellOf } from "./observability/layout.ts";
import type { Health } from "./observability/health.ts";
import type { LogSink } from "./observability/log.ts";
import type { SessionLog } from "./observability/sessions.ts";
import type { TickNumbers } from "./observability/ticks.ts";
import type { Journal } from "./journal/journal.ts";
import type { Keeper } from "./persistence/keeper.ts";
import { CLOSE_NAMES, CONNECTION_ERRORS } from "./protocol/codes.ts";
import { TOKEN_FAULTS } from "./protocol/token-faults.ts";
import type { TokenFault } from "./protocol/token-faults.ts";

export interface SurveyParts {
  /** The board's. */
  readonly cells: Float64Array;
  readonly world: World;
  readonly rescue: Rescue;
  readonly gateway: Gateway;
  /** null: there is no application. */
  readonly app: AppRuntime | null;
  /** null: nothing outlives the process. */
  readonly keeper: Keeper | null;
  /** null: there is no journal. */
  readonly journal: Journal | null;
  /** null: there is no live page. */
  readonly inspector: Inspector | null;
  readonly health: Health;
  readonly numbers: TickNumbers;
  readonly sessions: SessionLog;
  readonly maxConnections: number;
  readonly logLines: Pick<LogSink, "dropped" | "suppressed">;
  /** Unix ms; 0: there is none. */
  certificateEndsMs(): number;
}

const PERIOD_MS = 1000;
const FAULTS = Object.keys(TOKEN_FAULTS) as TokenFault[];

export class Survey {
  readonly #parts: SurveyParts;
  readonly #cells: Float64Array;
  readonly #shape = new IndexShape();
  #lastMs = -Infinity;
  #framesPeak = 0;

  constructor(parts: SurveyParts) {
    const { cells, maxConnections, world } = parts;
    this.#parts = parts;
    this.#cells = cells;
    cells[WORLD.capacity.at] = world.rules.maxEntities;
    cells[SIGHT.arenaCapacity.at] = FRAME_SLOTS;
    cells[SIGHT.memory.at] = world.memory.byteLength;
    cells[SESSIONS.capacity.at] = maxConnections;
  }

  /** @param nowMs monotonic */
  afterTick(nowMs: number): void {
    this.#framesPeak = Math.max(this.#framesPeak, this.#parts.world.total(FRAMES_USED));
    if (nowMs - this.#lastMs < PERIOD_MS) return;
    this.#lastMs = nowMs;
    this.#lookAtKernel();
    this.#lookAtSight();
    this.#lookAtSessions();
    this.#lookAtStore();
    this.#lookAtJournal();
    this.#lookAtPages();
    this.#lookAtApp();
    this.#lookAtProcess();
  }

  #lookAtKernel(): void {
    const cells = this.#cells;
    const { rescue, world } = this.#parts;
    const isTwin = world.kernel.engine === "js";
    cells[KERNEL.engine.at] = isTwin ? 0 : 1;
    cells[KERNEL.engine.at + 1] = isTwin ? 1 : 0;
    cells[KERNEL.traps.at] = rescue.traps;
    cells[KERNEL.reruns.at] = rescue.reruns;
    cells[KERNEL.leftOut.at] = rescue.commandsLeftOut;
    cells[KERNEL.leftOut.at + 1] = rescue.intentsLeftOut;
    cells[KERNEL.indexes.at] = rescue.indexesMade;
    cells[KERNEL.takeovers.at] = rescue.takeovers;
    cells[KERNEL.takenOver.at] = rescue.hasTakenOver ? 1 : 0;
  }

  #lookAtSight(): void {
    const cells = this.#cells;
    const shape = this.#shape;
    shape.take(this.#parts.world.kernel);
    cells[SIGHT.depth.at] = shape.depth;
    cells[SIGHT.leaves.at] = shape.leaves;
    cells.set(shape.rows.cells, SIGHT.leafRows.at);
    cells.set(shape.candidates.cells, SIGHT.candidates.at);
    cells[SIGHT.arenaPeak.at] = this.#framesPeak;
    this.#framesPeak = 0;
  }

  #lookAtSessions(): void {
    const cells = this.#cells;
    const { gateway } = this.#parts;
    const census = gateway.takeCensus();
    const { open, verifying, greeted, joining, arriving, playing, suspended } = census;
    cells.set(
      [open, verifying, greeted, joining, arriving, playing, suspended],
      SESSIONS.sessions.at,
    );
    cells[WINDOWS.paused.at] = census.paused;
    cells.set(census.windowBytes.cells, WINDOWS.bytes.at);
    cells.set(census.visible.cells, SIGHT.visible.at);
    const { closes, tokenFaults } = gateway.counters;
    for (const [i, fault] of FAULTS.entries())
      cells[SESSIONS.tokensRefused.at + i] = tokenFaults[fault];
    for (const [i, name] of CONNECTION_ERRORS.entries())
      cells[SESSIONS.errors.at + i] = closes[CLOSE_NAMES.indexOf(name)] ?? 0;
    const { at, values } = SESSIONS.handshakes;
    const refused = cells.subarray(at, at + values.length);
    cells[cellOf(SESSIONS.errors, "HANDSHAKE")] = refused.reduce((sum, value) => sum + value, 0);
  }

  #lookAtStore(): void {
    const { keeper } = this.#parts;
    if (keeper === null) return;
    const cells = this.#cells;
    const { status } = keeper;
    cells[STORE.up.at] = status.isAway ? 0 : 1;
    cells[STORE.durableAge.at] = status.durableAgeMs / 1000;
    cells[STORE.waiting.at] = status.waiting;
    cells[STORE.factsMax.at] = status.factsMax;
    cells[STORE.flushes.at] = status.flights;
    cells[STORE.flushSeconds.at] = status.flightMs / 1000;
    cells.set(keeper.flights.cells, STORE.flushDuration.at);
    cells[STORE.imageBytes.at] = status.imageBytes;
    cells[STORE.workersLost.at] = status.workersLost;
    const { numbers } = status;
    if (numbers === null) return;
    const { outbox, pool, presence, relay } = numbers;
    cells[STORE.flushFaults.at] = numbers.flushFaults;
    cells[STORE.historyCut.at] = numbers.historyCut;
    cells[STORE.pool.at] = pool.idle;
    cells[STORE.pool.at + 1] = pool.busy;
    cells[STORE.poolWaiting.at] = pool.waiting;
    cells[STORE.poolCapacity.at] = pool.capacity;
    cells[STORE.outboxWaiting.at] = outbox.waiting;
    cells[STORE.outboxOldest.at] = outbox.oldestMs / 1000;
    cells[STORE.outboxDead.at] = outbox.dead;
    cells[STORE.relayUp.at] = relay.fault === null ? 1 : 0;
    cells[STORE.delivered.at] = relay.delivered;
    cells[STORE.refused.at] = relay.failed;
    cells[STORE.presenceUp.at] = presence.fault === null ? 1 : 0;
    cells[STORE.beats.at] = presence.beats;
    cells[STORE.failures.at] = presence.failures;
    cells[STORE.skipped.at] = presence.skipped;
    cells[STORE.entries.at] = presence.entries;
  }

  #lookAtJournal(): void {
    const { journal } = this.#parts;
    const cells = this.#cells;
    if (journal === null) {
      cells[JOURNAL.up.at] = 1;
      return;
    }
    const { fault, lostTicks, numbers, syncedAgeMs, workersLost } = journal.status;
    cells[JOURNAL.up.at] = fault === null ? 1 : 0;
    cells[JOURNAL.age.at] = syncedAgeMs / 1000;
    cells[JOURNAL.lostTicks.at] = lostTicks;
    cells[JOURNAL.workersLost.at] = workersLost;
    if (numbers === null) return;
    cells[JOURNAL.ticks.at] = numbers.ticks;
    cells[JOURNAL.bytes.at] = numbers.bytes;
    cells[JOURNAL.syncs.at] = numbers.syncs;
    cells[JOURNAL.syncSeconds.at] = numbers.syncMs / 1000;
    cells[JOURNAL.syncSlowest.at] = numbers.slowestMs / 1000;
    cells[JOURNAL.faults.at] = numbers.faults;
    cells[JOURNAL.segments.at] = numbers.segments;
    cells[JOURNAL.diskBytes.at] = numbers.diskBytes;
    cells[JOURNAL.removed.at] = numbers.removed;
  }

  #lookAtPages(): void {
    const { inspector } = this.#parts;
    if (inspector === null) return;
    const cells = this.#cells;
    cells[PAGES.open.at] = inspector.pages;
    cells[PAGES.opened.at] = inspector.opened;
    cells[PAGES.refused.at] = inspector.refused;
    cells[PAGES.frames.at] = inspector.framesSent;
    cells[PAGES.frames.at + 1] = inspector.framesDropped;
    cells[PAGES.kernelChanges.at] = inspector.kernelChanges;
  }

  #lookAtApp(): void {
    const { app } = this.#parts;
    if (app === null) return;
    const cells = this.#cells;
    const units = [app.hooks, ...app.systems.map(({ unit }) => unit)];
    for (const [i, unit] of units.entries()) {
      cells[APP.runs.at + i] = unit.runs;
      cells[APP.seconds.at + i] = unit.ms / 1000;
      cells[APP.throws.at + i] = unit.throws;
      cells[APP.overruns.at + i] = unit.overruns;
      cells[APP.skips.at + i] = unit.skips;
      cells[APP.disabled.at + i] = unit.isDisabled ? 1 : 0;
    }
    cells[APP.events.at] = app.outbox.emitted;
    cells[APP.events.at + 1] = app.outbox.refused;
    cells[APP.stopped.at] = app.stoppedCount;
  }

  #lookAtProcess(): void {
    const cells = this.#cells;
    const { health, logLines, numbers, sessions } = this.#parts;
    cells[TICK.recent.at] = numbers.recentP99();
    cells[PROCESS.ready.at] = health.isReady ? 1 : 0;
    cells[PROCESS.faults.at] = sessions.faults;
    cells[PROCESS.linesDropped.at] = logLines.dropped;
    cells[PROCESS.linesSuppressed.at] = logLines.suppressed + sessions.suppressed;
    cells[PROCESS.certificateEnds.at] = this.#parts.certificateEndsMs() / 1000;
  }
}
