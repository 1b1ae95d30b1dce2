// Events into a Redis stream: one stream a world, one transaction a batch, so that a connection
// that is cut in the middle leaves nothing half done and the order stays whole.
import { Redis } from "ioredis";

import { StoreRefusal } from "../contract.ts";
import type { OutboxEvent } from "../contract.ts";
import type { RedisAddress } from "../presence/address.ts";
import { redisOptions } from "../redis-options.ts";
import type { Published, RefusedEvent, Sink } from "./sink.ts";

/**
 * Redis keeps about so many events for those who read later, and drops older ones: about 300 MB
 * at 300 bytes an event. A reader that is further behind loses events.
 */
export const STREAM_LENGTH = 1_000_000;

/** The least that `proto-max-bulk-len` can be set to: above it Redis hangs up without a word. */
const MAX_PAYLOAD_BYTES = 1_048_576;

const OLDEST_MAJOR = 6;
/** A frozen Redis takes bytes and answers nothing. A batch takes some ten milliseconds. */
const COMMAND_TIMEOUT_MS = 2000;

export interface RedisSinkOptions {
  readonly address: RedisAddress;
  readonly world: string;
  /** About how many events the stream keeps; absent: STREAM_LENGTH. */
  readonly length?: number;
}

/** @returns the key of a world's stream of events */
export function eventsKey(world: string): string {
  return `aether:${world}:events`;
}

/**
 * Fields of an entry: key, stream, type, tick, payload (JSON text). Entries of one `stream` are in
 * order; an event may be there twice, with the same `key` (StreamReader and Inbox take care).
 */
export class RedisSink implements Sink {
  readonly #options: RedisSinkOptions;
  readonly #key: string;
  /** Null until `ready` and after a failure: then what was sent on it may still arrive. */
  #redis: Redis | null = null;
  #lastError: Error | null = null;
  #version = "";

  constructor(options: RedisSinkOptions) {
    this.#options = options;
    this.#key = eventsKey(options.world);
  }

  get name(): string {
    return this.#version === "" ? "Redis" : `Redis ${this.#version}`;
  }

  async ready(): Promise<void> {
    const redis = this.#redis ?? this.#open();
    try {
      if (redis.status === "wait") await redis.connect();
      // For those who look at CLIENT LIST; not waited for, since a frozen Redis is waited for once.
      redis.client("SETNAME", "aether-relay").catch(() => undefined);
      this.#version = await versionOf(redis);
      const { database } = this.#options.address;
      // The client asked for it before, but goes on in database 0 when that is refused.
      if (database !== 0) await redis.select(database);
    } catch (error) {
      this.#drop();
      if (error instanceof Error && error.message.startsWith("ERR DB index")) {
        throw new StoreRefusal(
          `The outbox's sink has no database ${this.#options.address.database}: name another one ` +
            `in presence.redis_url. Redis says: ${error.message}.`,
        );
      }
      // ioredis rejects with "Connection is closed."; why it was closed came as an event.
      throw this.#lastError ?? error;
    }
    const major = Number.parseInt(this.#version, 10);
    if (major < OLDEST_MAJOR) {
      this.#drop();
      throw new StoreRefusal(
        `The outbox's sink is Redis ${this.#version}: install Redis ${OLDEST_MAJOR} or newer.`,
      );
    }
  }

  async publish(events: readonly OutboxEvent[]): Promise<Published> {
    const redis = this.#redis;
    if (redis === null) throw new Error("Redis is not connected.");
    const { taken, refused } = sift(events);
    if (taken.length === 0) return { delivered: [], refused };
    const batch = redis.multi();
    const length = this.#options.length ?? STREAM_LENGTH;
    for (const { key, stream, type, tick, payload } of taken) {
      const fields = ["key", key, "stream", stream, "type", type, "tick", tick, "payload", payload];
      batch.xadd(this.#key, "MAXLEN", "~", length, "*", ...fields);
    }
    try {
      const results = (await batch.exec()) ?? [];
      // Every entry is of the same form and under the same key: what Redis says against one of
      // them (no memory, a replica, a key of another type) it says against all.
      const failure = results.find(([error]) => error !== null);
      if (failure !== undefined) throw failure[0] as Error;
      if (results.length !== taken.length) throw new Error("Redis answered to a part of a batch.");
    } catch (error) {
      this.#drop();
      throw firstCause(error);
    }
    return { delivered: taken.map((event) => event.id), refused };
  }

  async close(): Promise<void> {
    this.#drop();
    return Promise.resolve();
  }

  #open(): Redis {
    const redis = new Redis({
      ...redisOptions(this.#options.address),
      commandTimeout: COMMAND_TIMEOUT_MS,
      retryStrategy: () => null,
      // An old server is to be told so; whether it is ready shows with the first batch.
      enableReadyCheck: false,
    });
    this.#lastError = null;
    // Without a listener the client would write to the console.
    redis.on("error", (error) => (this.#lastError = error));
    this.#redis = redis;
    return redis;
  }

  #drop(): void {
    this.#redis?.disconnect();
    this.#redis = null;
  }
}

/** Takes out what is too large for Redis, and what stands behind it in its stream. */
function sift(events: readonly OutboxEvent[]): { taken: OutboxEvent[]; refused: RefusedEvent[] } {
  const refused: RefusedEvent[] = [];
  const blocked = new Set<string>();
  const taken = events.filter((event) => {
    if (blocked.has(event.stream)) return false;
    const bytes = Buffer.byteLength(event.payload);
    if (bytes <= MAX_PAYLOAD_BYTES) return true;
    blocked.add(event.stream);
    const error = `The payload has ${bytes} bytes: at most ${MAX_PAYLOAD_BYTES} fit into Redis.`;
    refused.push({ id: event.id, error });
    return false;
  });
  return { taken, refused };
}

/** @returns "" when the user of the URL may not ask */
async function versionOf(redis: Redis): Promise<string> {
  try {
    return /^redis_version:(\S+)/m.exec(await redis.info("server"))?.[1] ?? "";
  } catch (error) {
    if (error instanceof Error && error.message.startsWith("NOPERM")) return "";
    throw error;
  }
}

/** EXEC only says that the transaction was discarded; the commands before it said why. */
function firstCause(error: unknown): unknown {
  if (!(error instanceof Error) || !("previousErrors" in error)) return error;
  const causes = error.previousErrors;
  return Array.isArray(causes) && causes[0] instanceof Error ? causes[0] : error;
}
