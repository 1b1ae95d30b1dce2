// The relay's room in the persistence worker: opens the outbox when it can be had, lets a relay
// run, and asks now and then how much waits.
import { setTimeout as sleep } from "node:timers/promises";
import { AWAY_BACKOFF, backoffMs } from "./backoff.ts";
import { StoreFault } from "./contract.ts";
import { NO_POOL } from "./contract.ts";
import type { OutboxDepth, OutboxStore, PoolUse } from "./contract.ts";
import type { WorkerNumbers } from "./messages.ts";
import { openOutboxStore } from "./open.ts";
import { Relay } from "./relay.ts";
import type { RelayLog } from "./relay.ts";
import { openSink } from "./sinks/open.ts";
import type { SinkChoice } from "./sinks/open.ts";
import type { Sink } from "./sinks/sink.ts";

export interface RelayRoomOptions extends SinkChoice {
  readonly url: string;
  readonly poolSize: number;
  /** Whether a relay works here, or only the depth is looked at. */
  readonly relay: boolean;
}

const EMPTY: OutboxDepth = { waiting: 0, oldestMs: 0, dead: 0 };

export class RelayRoom {
  readonly #options: RelayRoomOptions;
  readonly #log: RelayLog;
  readonly #sink: Sink;
  #store: OutboxStore | null = null;
  #relay: Relay | null = null;
  #depth: OutboxDepth = EMPTY;
  #isLooking = false;
  #isOver = false;

  /** @throws StoreRefusal when the sink cannot be made of the settings */
  constructor(options: RelayRoomOptions, log: RelayLog, eventLog: { info: RelayLog["info"] }) {
    this.#options = options;
    this.#log = log;
    this.#sink = openSink(options, eventLog);
  }

  /** Resolves when `stop` was called; rejects with a bug of ours, or a StoreRefusal. */
  async run(): Promise<void> {
    for (let failures = 0; !this.#isOver; failures++) {
      try {
        const { url, world, poolSize } = this.#options;
        this.#store = await openOutboxStore(url, { world, poolSize });
        break;
      } catch (error) {
        if (!(error instanceof StoreFault)) throw error;
        await sleep(backoffMs(failures + 1, Math.random(), AWAY_BACKOFF));
      }
    }
    if (this.#store === null || !this.#options.relay) return;
    this.#relay = new Relay({
      store: this.#store,
      sink: this.#sink,
      log: this.#log,
      now: () => performance.now(),
      random: Math.random,
      sleep,
    });
    await this.#relay.run();
  }

  /** Looks how much waits; what cannot be had stays as it was. */
  async look(): Promise<void> {
    if (this.#store === null || this.#isLooking) return;
    this.#isLooking = true;
    try {
      this.#depth = await this.#store.depth();
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
    } finally {
      this.#isLooking = false;
    }
  }

  get outbox(): WorkerNumbers["outbox"] {
    return this.#depth;
  }

  get pool(): PoolUse {
    return this.#store?.pool ?? NO_POOL;
  }

  get numbers(): WorkerNumbers["relay"] {
    const { delivered, failed, fault } = this.#relay?.counters ?? NONE;
    return { delivered, failed, fault };
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#relay?.stop();
    await this.#sink.close();
    await this.#store?.close();
  }
}

const NONE = { delivered: 0, failed: 0, fault: null };
