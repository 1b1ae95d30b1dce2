// The persistence worker: a thread of its own, so that no store, however slow, holds up a tick. It
// owns the world's place in the store, takes flights there one by one, writes rows for queries at a
// slower pace, relays the outbox, and keeps presence.
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { entitiesOf } from "../kernel/image.ts";
import { claimWorld, WorldOwned } from "./claim.ts";
import { StoreFault, StoreRefusal } from "./contract.ts";
import type { PoolUse, WorldStore } from "./contract.ts";
import type { Begin, FromWorker, Level, Opened, ToWorker, WorkerOptions } from "./messages.ts";
import { openWorldStore } from "./open.ts";
import { patiently, START_PATIENCE_MS } from "./patience.ts";
import { openPresence } from "./presence/open.ts";
import type { Presence } from "./presence/presence.ts";
import { RelayRoom } from "./relay-room.ts";
import { readWorld } from "./restore.ts";
import { Writer } from "./writer.ts";

/** Pace of the rows for queries, of retention, and of numbers, ms. */
const ROWS_MS = 5000;
const RETAIN_MS = 60_000;
const NUMBERS_MS = 1000;
const HISTORY_CUT =
  "History was deleted before its time: there was more than persistence.history_rows";

/** What comes before the rooms are open. */
const waiting: ToWorker[] = [];
let rooms: Rooms | null = null;
const begun = Promise.withResolvers<WorkerOptions>();
parentPort?.on("message", (message: ToWorker | Begin) => {
  if (message.type === "begin") begun.resolve(message.options);
  else if (rooms === null) waiting.push(message);
  else rooms.hear(message);
});
const options = await begun.promise;
const { world, poolSize } = options;
const redisUrl = options.presence.redisUrl === "" ? null : options.presence.redisUrl;

function post(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function log(level: Level, fields: object, message: string): void {
  post({ type: "log", level, fields: { ...fields }, message });
}

const relayLog = {
  info: (fields: object, message: string) => log("info", fields, message),
  warn: (fields: object, message: string) => log("warn", fields, message),
  error: (fields: object, message: string) => log("error", fields, message),
};
/** Who asked for the log gets every event; where it only stands in for Redis, nobody did. */
const eventLevel: Level = options.outbox.sink === "log" ? "info" : "debug";
const tellsEvents = eventLevel === "info" || ["debug", "trace"].includes(options.logLevel);
const eventLog = {
  info(fields: object, message: string): void {
    // An event that no line is made of does not cross to the tick's thread.
    if (tellsEvents) log(eventLevel, fields, message);
  },
};

interface Taken {
  readonly store: WorldStore;
  readonly opened: Opened;
}

/** The store with the world in it, waited for a while. @throws StoreFault when it does not come */
async function reach(): Promise<Taken> {
  // A worker that takes over from a lost one has a world that runs: it waits for ever.
  const limitMs = options.epoch === null ? START_PATIENCE_MS : Infinity;
  return patiently(openAndTake, limitMs, {
    now: () => performance.now(),
    random: () => Math.random(),
    sleep: (ms) => sleep(ms),
    warn: (fields, message) => log("warn", fields, message),
  });
}

async function openAndTake(): Promise<Taken> {
  const store = await openWorldStore(options.url, { world, poolSize });
  try {
    return { store, opened: await take(store) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Becomes the world's owner, or goes on as such. @throws WorldOwned when it is another's */
async function take(store: WorldStore): Promise<Opened> {
  const { epoch, owner } = options;
  if (epoch === null) {
    const claimed = await claimWorld(store, owner, Date.now());
    return readWorld(store, claimed, Date.now());
  }
  store.reclaim(epoch);
  // The lost worker's connection has it for as long as a flight of its own may still land.
  if (!(await store.tryLock())) throw new StoreFault("The lost worker's connection still lives.");
  const now = await store.owner();
  if (now?.epoch !== epoch) throw new WorldOwned(`another process took the world: ${now?.owner}`);
  const { tick, written } = now;
  const nothing = { images: [], sessions: [], spent: [], story: [] };
  return { type: "opened", store: store.name, epoch, tick, written, ...nothing };
}

class Rooms {
  readonly #store: WorldStore;
  readonly #writer: Writer;
  readonly #presence: Presence;
  readonly #relay: RelayRoom;
  readonly #timers: NodeJS.Timeout[] = [];
  #flying: Promise<void> = Promise.resolve();
  #rowsAt = -Infinity;
  #isWritingRows = false;
  #historyCut = 0;
  #isRetaining = false;
  #presenceFault: string | null = null;

  constructor(store: WorldStore, presence: Presence, relay: RelayRoom) {
    this.#store = store;
    this.#writer = new Writer(store, log);
    this.#presence = presence;
    this.#relay = relay;
    this.#every(NUMBERS_MS, () => this.#report());
    void this.#retain();
    this.#every(RETAIN_MS, () => this.#retain());
  }

  hear(message: ToWorker): void {
    switch (message.type) {
      case "flight":
        this.#flying = this.#fly(message);
        break;
      case "present":
        this.#presence.put(message.entry);
        break;
      case "absent":
        this.#presence.remove(message.session);
        break;
      case "beat":
        void this.#presence.beat(Date.now());
        break;
      case "close":
        void this.#close();
    }
  }

  async #fly(message: Extract<ToWorker, { type: "flight" }>): Promise<void> {
    const { tick, facts, imageBytes } = message;
    const image = new Uint8Array(message.image, 0, imageBytes);
    const began = performance.now();
    const end = await this.#writer.bring({ tick, image, facts });
    if (end === "fenced") post({ type: "fenced" });
    if (end !== "landed") return;
    const ms = performance.now() - began;
    if (performance.now() - this.#rowsAt >= ROWS_MS && !this.#isWritingRows) {
      this.#rowsAt = performance.now();
      void this.#writeRows(image.slice(), tick);
    }
    post({ type: "landed", tick, ms, image: message.image }, [message.image]);
  }

  /** Nobody waits for these rows; what fails is written with the next. */
  async #writeRows(image: Uint8Array, tick: number): Promise<void> {
    this.#isWritingRows = true;
    const rows = entitiesOf(image);
    try {
      await this.#store.writeEntities(rows, tick);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
    } finally {
      this.#isWritingRows = false;
    }
  }

  async #retain(): Promise<void> {
    if (this.#isRetaining) return;
    this.#isRetaining = true;
    const { retentionDays: days, historyRows } = options;
    try {
      const { old, surplus } = await this.#store.retain({ days, historyRows, now: Date.now() });
      this.#historyCut += surplus;
      if (old > 0) log("info", { rows: old }, "Old sessions and history were deleted");
      if (surplus > 0) log("warn", { rows: surplus, historyRows }, HISTORY_CUT);
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
    } finally {
      this.#isRetaining = false;
    }
  }

  async #report(): Promise<void> {
    await this.#relay.look();
    this.#tellPresence(this.#presence.fault);
    const { beats, failures, skipped, entries } = this.#presence.counters;
    post({
      type: "numbers",
      numbers: {
        flushFaults: this.#writer.faults,
        historyCut: this.#historyCut,
        pool: sumOf(this.#store.pool, this.#relay.pool),
        outbox: this.#relay.outbox,
        relay: this.#relay.numbers,
        presence: { beats, failures, skipped, entries, fault: this.#presence.fault },
      },
    });
  }

  /** Once when it goes away, and once when it is back. */
  #tellPresence(fault: string | null): void {
    if (this.#presenceFault === null && fault !== null) {
      log("warn", { reason: fault }, "Presence is away: others see nobody before long");
    } else if (this.#presenceFault !== null && fault === null) {
      log("info", {}, "Presence is seen again");
    }
    this.#presenceFault = fault;
  }

  async #close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#writer.stop();
    await Promise.all([this.#flying, this.#relay.stop(), this.#presence.close()]);
    await this.#store.close();
    post({ type: "closed" });
  }

  #every(ms: number, call: () => Promise<void>): void {
    this.#timers.push(setInterval(() => void call(), ms));
  }
}

function sumOf(a: PoolUse, b: PoolUse): PoolUse {
  return {
    idle: a.idle + b.idle,
    busy: a.busy + b.busy,
    waiting: a.waiting + b.waiting,
    capacity: a.capacity + b.capacity,
  };
}

async function start(): Promise<void> {
  const presenceOptions = { world, server: options.owner, ttlMs: options.presence.ttlMs };
  const outside = { now: () => performance.now(), random: Math.random };
  // Neither waits for the other.
  const [{ store, opened }, presence] = await Promise.all([
    reach(),
    openPresence(redisUrl, presenceOptions, outside),
  ]);
  for (const sentence of store.warnings) log("warn", {}, sentence);
  const beside = { url: options.url, world, poolSize, redisUrl, ...options.outbox };
  const relay = new RelayRoom(beside, relayLog, eventLog);
  rooms = new Rooms(store, presence, relay);
  post(opened);
  for (const message of waiting) rooms.hear(message);
  await relay.run();
}

start().catch((error: unknown) => {
  const isKnown =
    error instanceof StoreFault || error instanceof StoreRefusal || error instanceof WorldOwned;
  if (!isKnown) throw error;
  const isOwned = error instanceof WorldOwned;
  const sentence = error instanceof StoreFault ? error.final : error.message;
  post({ type: "refused", sentence, isOwned });
});
