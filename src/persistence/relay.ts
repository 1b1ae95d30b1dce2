// The outbox's relay: takes events out of the store, gives them to a sink, and takes them off the
// books. Every event arrives at least once, those of one stream in order. Events that a sink
// refuses again and again, or that end the relay itself, are given up and kept for an operator.
import { AWAY_BACKOFF, backoffMs, EVENT_BACKOFF } from "./backoff.ts";
import { StoreFault, StoreRefusal } from "./contract.ts";
import type { FailedEvent, OutboxEvent, OutboxStore } from "./contract.ts";
import type { Published, Sink } from "./sinks/sink.ts";

/** As much of a log as the relay needs. */
export interface RelayLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the relay stands on. It closes none of it. */
export interface RelayParts {
  readonly store: OutboxStore;
  readonly sink: Sink;
  readonly log: RelayLog;
  /** Monotonic milliseconds. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  sleep(ms: number): Promise<unknown>;
}

export interface RelayOptions {
  /** Events a batch; absent: BATCH. */
  readonly batch?: number;
}

/** What it did since it was made. */
export interface RelayCounters {
  delivered: number;
  /** Times the sink refused an event. */
  failed: number;
  /** Events given up. */
  dead: number;
  /** Batches published or tried. */
  batches: number;
  /** Times the store or the sink was away. */
  faults: number;
  /** Whether it is the one relay of its world that works; the others stand by. */
  leading: boolean;
  /** Why nothing can be published at the moment, a sentence; null: it can. */
  fault: string | null;
}

/** An event that was taken up more often than this is given up. */
export const MAX_ATTEMPTS = 8;

/** Measured: more is no faster, and a relay that is killed repeats up to so many events. */
export const BATCH = 500;

/** How long a relay that does not lead waits before it asks again. */
const STAND_BY_MS = 1000;
/** The store wakes the relay when an event is written, but not when one's backoff is over. */
const IDLE_MS = 250;

interface Settlement {
  readonly delivered: number[];
  readonly failed: FailedEvent[];
}

export class Relay {
  readonly counters: RelayCounters = {
    delivered: 0,
    failed: 0,
    dead: 0,
    batches: 0,
    faults: 0,
    leading: false,
    fault: null,
  };
  readonly #parts: RelayParts;
  readonly #batch: number;
  readonly #stopAsked = Promise.withResolvers<undefined>();
  #running: Promise<void> | null = null;
  #stopping = false;
  #sinkIsReady = false;
  /** In a row. */
  #storeFailures = 0;
  #sinkFailures = 0;
  #storeFault: string | null = null;
  #sinkFault: string | null = null;
  /** What the store was to be told when it was away. Told first when it is back. */
  #unsettled: Settlement | null = null;

  constructor(parts: RelayParts, options: RelayOptions = {}) {
    this.#parts = parts;
    this.#batch = options.batch ?? BATCH;
  }

  /** Works until `stop`; rejects only with a bug of ours. Call it once. */
  run(): Promise<void> {
    this.#running ??= this.#work();
    return this.#running;
  }

  /** Ends `run` after the batch that is under way; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopAsked.resolve(undefined);
    await this.#running;
  }

  async #work(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#turn();
        this.#storeIsBack();
      } catch (error) {
        if (!(error instanceof StoreFault)) throw error;
        await this.#storeIsAway(error);
      }
    }
    this.#lead(false);
  }

  async #turn(): Promise<void> {
    const { store } = this.#parts;
    if (this.#unsettled !== null) await this.#settle(this.#unsettled);
    // Asked each time: who lost its connection lost the lead, and does not know.
    this.#lead(await store.tryLead());
    if (!this.counters.leading) return this.#rest(STAND_BY_MS);
    if (!this.#sinkIsReady && !(await this.#openSink())) return;

    const events = await store.claim(this.#batch);
    if (events.length === 0) return store.wait(IDLE_MS);
    this.counters.batches++;
    await this.#settle(await this.#publish(events));
  }

  async #openSink(): Promise<boolean> {
    if (this.#sinkFailures > 0) {
      await this.#rest(backoffMs(this.#sinkFailures, this.#parts.random(), AWAY_BACKOFF));
      if (this.#stopping) return false;
    }
    try {
      await this.#parts.sink.ready();
    } catch (error) {
      this.#sinkIsAway(error);
      return false;
    }
    this.#sinkIsReady = true;
    if (this.#sinkFault !== null) {
      this.#sinkFault = null;
      this.counters.fault = this.#storeFault;
      this.#parts.log.info({ sink: this.#parts.sink.name }, "The sink takes events again");
    }
    return true;
  }

  /** @returns what to tell the store about each of the events */
  async #publish(events: readonly OutboxEvent[]): Promise<Settlement> {
    const wornOut = events.filter((event) => event.attempts > MAX_ATTEMPTS);
    const failed = wornOut.map((event) => this.#giveUp(event, neverSettled(event)));
    const live = events.filter((event) => event.attempts <= MAX_ATTEMPTS);
    if (live.length === 0) return { delivered: [], failed };

    let published: Published;
    try {
      published = await this.#parts.sink.publish(live);
    } catch (error) {
      this.#sinkIsAway(error);
      // No event's fault: were the attempts counted, a long outage would be the end of them all.
      return { delivered: [], failed: [...failed, ...live.map(heldBack(textOf(error)))] };
    }
    this.#sinkFailures = 0;
    const delivered = new Set(published.delivered);
    const refused = new Map(published.refused.map(({ id, error }) => [id, error]));
    for (const event of live) {
      if (delivered.has(event.id)) continue;
      const error = refused.get(event.id);
      if (error === undefined) failed.push(heldBack("It stood behind a refused event.")(event));
      else failed.push(this.#refuse(event, error));
    }
    return { delivered: [...delivered], failed };
  }

  /** @throws StoreFault, and then settles first thing when the store is back */
  async #settle(settlement: Settlement): Promise<void> {
    const { delivered, failed } = settlement;
    this.#unsettled = settlement;
    await this.#parts.store.settle(delivered, failed);
    this.#unsettled = null;
    this.counters.delivered += delivered.length;
    this.counters.dead += failed.filter((event) => event.retryMs === null).length;
  }

  #refuse(event: OutboxEvent, error: string): FailedEvent {
    this.counters.failed++;
    const { id, key, stream, type, attempts } = event;
    if (attempts >= MAX_ATTEMPTS) return this.#giveUp(event, error);
    const retryMs = backoffMs(attempts, this.#parts.random(), EVENT_BACKOFF);
    this.#parts.log.warn(
      { key, stream, type, attempts, retryMs, error },
      "The sink refused an event",
    );
    return { id, error, attempts, retryMs };
  }

  #giveUp(event: OutboxEvent, error: string): FailedEvent {
    const { id, key, stream, type, attempts } = event;
    this.#parts.log.error(
      { key, stream, type, attempts, error },
      "An event was given up; aether outbox list shows it, retry or drop decide",
    );
    return { id, error, attempts, retryMs: null };
  }

  #sinkIsAway(error: unknown): void {
    this.counters.faults++;
    this.#sinkFailures++;
    this.#sinkIsReady = false;
    const fields = { sink: this.#parts.sink.name, error: textOf(error) };
    if (error instanceof StoreRefusal && this.#sinkFault !== textOf(error)) {
      this.#parts.log.error(fields, "The sink cannot be used; events wait until it is mended");
    } else if (this.#sinkFault === null) {
      this.#parts.log.warn(fields, "The sink is away; events wait");
    }
    this.#sinkFault = textOf(error);
    this.counters.fault = this.#sinkFault;
  }

  async #storeIsAway(error: StoreFault): Promise<void> {
    this.counters.faults++;
    this.#storeFailures++;
    this.#lead(false);
    this.#storeFault = error.message;
    this.counters.fault = error.message;
    if (this.#storeFailures === 1) {
      const fields = { store: this.#parts.store.name, code: error.code, error: error.message };
      this.#parts.log.warn(fields, "The outbox cannot be read; trying again");
    }
    await this.#rest(backoffMs(this.#storeFailures, this.#parts.random(), AWAY_BACKOFF));
  }

  #storeIsBack(): void {
    if (this.#storeFault === null) return;
    this.#storeFailures = 0;
    this.#storeFault = null;
    this.counters.fault = this.#sinkFault;
    this.#parts.log.info({ store: this.#parts.store.name }, "The outbox can be read again");
  }

  #lead(leading: boolean): void {
    if (leading === this.counters.leading) return;
    this.counters.leading = leading;
    const { log, store, sink } = this.#parts;
    const fields = { store: store.name, sink: sink.name };
    log.info(fields, leading ? "The relay leads" : "The relay leads no longer");
  }

  async #rest(ms: number): Promise<void> {
    await Promise.race([this.#parts.sleep(ms), this.#stopAsked.promise]);
  }
}

/** The event as it was before it was claimed; what it waits for is nothing of its own. */
function heldBack(error: string): (event: OutboxEvent) => FailedEvent {
  return ({ id, attempts }) => ({ id, error, attempts: attempts - 1, retryMs: 0 });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function neverSettled({ attempts }: OutboxEvent): string {
  return (
    `It was taken up ${attempts - 1} times, and each time the relay ended before it was done: ` +
    "look for what this event does to the sink, then retry or drop it."
  );
}
