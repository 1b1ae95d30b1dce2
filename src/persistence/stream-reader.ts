// Reads a world's events from Redis for a consumer: what it has handled it acknowledges, what it
// left unhandled when it ended comes again.
import type { Redis } from "ioredis";

import type { NewEvent } from "./contract.ts";
import { eventsKey } from "./sinks/redis.ts";

export interface StreamReaderOptions {
  readonly world: string;
  /** Each group reads every event; it is created at the stream's beginning. */
  readonly group: string;
  /**
   * Name within the group, the same after a restart. Consumers of one group share its events; the
   * order within a stream holds for a group of one consumer.
   */
  readonly consumer: string;
  /** Takes over events that another consumer left unhandled for so long; absent: a minute. */
  readonly takeOverMs?: number;
}

const COUNT = 100;
/** Less than any sensible `commandTimeout` of the client, which counts for this call as well. */
const BLOCK_MS = 500;
const TAKE_OVER_MS = 60_000;
/** How long an acknowledgement is waited for when the signal has come. */
const ACK_MS = 500;
/** The signal came while Redis was asked. */
const STOPPED = new Error("stopped");

/** An entry of a Redis stream: its id, and its fields by turns with their values. */
interface Entry {
  readonly id: string;
  /** Null for an entry that was trimmed away before it was handled. */
  readonly fields: readonly string[] | null;
}

export class StreamReader {
  readonly #redis: Redis;
  readonly #options: StreamReaderOptions;
  readonly #key: string;

  /** @param redis a connection of its own, since reading blocks it */
  constructor(redis: Redis, options: StreamReaderOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#key = eventsKey(options.world);
  }

  /**
   * Hands every event to `handle`, one after the other, until the signal: then it waits for
   * `handle` and for nothing else, also where Redis answers no more. Rejects when `handle` does or
   * when Redis is away: call it again then, and it goes on where it was. An event may come more
   * than once: `handle` is the place for an Inbox.
   */
  async run(handle: (event: NewEvent) => Promise<void>, signal: AbortSignal): Promise<void> {
    try {
      await this.#run(handle, signal);
    } catch (error) {
      if (error !== STOPPED) throw error;
    }
  }

  async #run(handle: (event: NewEvent) => Promise<void>, signal: AbortSignal): Promise<void> {
    await this.#createGroup(signal);
    // First what this consumer took and did not acknowledge before it ended.
    for (let from = "0"; !signal.aborted;) {
      const left = await this.#read(from, signal);
      if (left.length === 0) break;
      await this.#handle(left, handle, signal);
      from = left.at(-1)?.id ?? from;
    }
    while (!signal.aborted) {
      await this.#handle(await this.#takeOver(signal), handle, signal);
      await this.#handle(await this.#read(">", signal), handle, signal);
    }
  }

  async #handle(
    entries: readonly Entry[],
    handle: (event: NewEvent) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const { id, fields } of entries) {
      if (signal.aborted) return;
      if (fields !== null) await handle(eventOf(fields));
      await answered(this.#redis.xack(this.#key, this.#options.group, id), signal, ACK_MS);
    }
  }

  /** @param from ">" for what nobody was given yet, an id for what this consumer still has */
  async #read(from: string, signal: AbortSignal): Promise<Entry[]> {
    const { group, consumer } = this.#options;
    const asked = this.#redis.xreadgroup(
      ...(["GROUP", group, consumer, "COUNT", COUNT, "BLOCK", BLOCK_MS] as const),
      ...(["STREAMS", this.#key, from] as const),
    );
    const answer = await answered(asked, signal);
    return entriesOf(answer?.[0]?.[1]);
  }

  async #takeOver(signal: AbortSignal): Promise<Entry[]> {
    const { group, consumer, takeOverMs = TAKE_OVER_MS } = this.#options;
    const asked = this.#redis.xautoclaim(
      ...([this.#key, group, consumer, takeOverMs, "0", "COUNT", COUNT] as const),
    );
    const answer = await answered(asked, signal);
    return entriesOf(answer[1]);
  }

  async #createGroup(signal: AbortSignal): Promise<void> {
    const { group } = this.#options;
    try {
      await answered(this.#redis.xgroup("CREATE", this.#key, group, "0", "MKSTREAM"), signal);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("BUSYGROUP")) throw error;
    }
  }
}

/**
 * What Redis answers. Rejects with STOPPED when the signal comes first, and `patienceMs` later
 * there is no answer: an event that it may still bring, or that was not acknowledged, comes again.
 */
async function answered<T>(asked: Promise<T>, signal: AbortSignal, patienceMs = 0): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  let limit: NodeJS.Timeout | undefined;
  const stop = (): void => {
    limit = setTimeout(() => stopped.reject(STOPPED), patienceMs);
  };
  // Where nobody waits for it any more it may fail in silence.
  asked.catch(() => undefined);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([asked, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(limit);
  }
}

function entriesOf(answer: unknown): Entry[] {
  const list: readonly unknown[] = Array.isArray(answer) ? answer : [];
  return list.flatMap((item) => {
    if (!Array.isArray(item)) return []; // Redis 6 writes null for an entry that is gone
    const [id, fields] = item as readonly unknown[];
    return [{ id: String(id), fields: Array.isArray(fields) ? fields.map(String) : null }];
  });
}

function eventOf(fields: readonly string[]): NewEvent {
  const values = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) values.set(fields[i] ?? "", fields[i + 1] ?? "");
  return {
    key: values.get("key") ?? "",
    stream: values.get("stream") ?? "",
    type: values.get("type") ?? "",
    tick: Number(values.get("tick")),
    payload: values.get("payload") ?? "",
  };
}
