// Presence in Redis. Each beat sends the whole state in one pipeline, so that whatever happened to
// Redis meanwhile (emptied, replaced, restored) is made good by the first beat that gets through.
// A breaker and a client without queues see to it that a Redis in trouble costs nothing.
import { setTimeout as sleep } from "node:timers/promises";

import type { ChainableCommander, Redis } from "ioredis";

import { describeRedis } from "./address.ts";
import type { RedisAddress } from "./address.ts";
import { Breaker } from "./breaker.ts";
import { COMMAND_TIMEOUT_MS, createRedis } from "./client.ts";
import { presenceKeys } from "./keys.ts";
import type { PresenceKeys } from "./keys.ts";
import type {
  Outside,
  Presence,
  PresenceCounters,
  PresenceEntry,
  PresenceOptions,
} from "./presence.ts";
import { redisVersion } from "./version.ts";

/**
 * SET of many keys with the same time to live. As commands of their own they cost the client ten
 * times as much, and from some ten thousand sessions on a beat would take longer than its limit.
 */
const SET_ALL = "for i = 1, #KEYS do redis.call('SET', KEYS[i], ARGV[i + 1], 'PX', ARGV[1]) end";
/** A server that stops does not wait longer for Redis. */
const CLOSE_LIMIT_MS = 2500;
/** Sessions a command: Redis serves its other clients between commands only. */
const CHUNK = 1000;

/** After these the connection is of no use, but another one may be. */
const STALE_CONNECTION = /^Command timed out$|^READONLY/;
/** How the client says that the connection was lost under a command; it does not say why. */
const LOST_CONNECTION = "MaxRetriesPerRequestError";

export class RedisPresence implements Presence {
  /** For tests: its command queue shows what is under way. */
  readonly client: Redis;
  readonly #address: RedisAddress;
  readonly #options: PresenceOptions;
  readonly #outside: Outside;
  readonly #keys: PresenceKeys;
  readonly #breaker: Breaker;
  readonly #entries = new Map<string, PresenceEntry>();
  /** Sessions that Redis may still have; when they were removed, monotonic ms, in that order. */
  readonly #removed = new Map<string, number>();
  readonly #met = Promise.withResolvers<undefined>();
  #name = "Redis";
  #refusal: string | null = null;
  #fault: string | null = null;
  /** What is known about why the connection is not, or will not be, there. */
  #trouble = "no answer yet";
  #flight: Promise<string | null> | null = null;
  #isClosing = false;
  #beats = 0;
  #failures = 0;
  #skipped = 0;

  constructor(address: RedisAddress, options: PresenceOptions, outside: Outside) {
    this.#address = address;
    this.#options = options;
    this.#outside = outside;
    this.#keys = presenceKeys(options.world);
    this.#breaker = new Breaker(outside);
    this.client = createRedis(address, () => outside.random());
    this.client.on("error", (error: Error) => {
      this.#trouble = error.message;
    });
    this.client.on("connect", () => {
      this.#trouble = "it closed the connection";
    });
    this.client.on("ready", () => void this.#meet());
    this.client.once("close", () => {
      this.#met.resolve(undefined);
    });
  }

  get name(): string {
    return this.#name;
  }

  get fault(): string | null {
    return this.#fault;
  }

  /** Why the server that was met is not worked with, as a sentence; null when it is. */
  get refusal(): string | null {
    return this.#refusal;
  }

  get counters(): PresenceCounters {
    return {
      beats: this.#beats,
      failures: this.#failures,
      skipped: this.#skipped,
      entries: this.#entries.size,
    };
  }

  /**
   * Begins to connect, and waits for how the first try ends, but no longer than `limitMs`. A
   * failure is no more than a fault: the client goes on trying.
   */
  async connect(limitMs: number): Promise<void> {
    this.#dial();
    await atMost(limitMs, this.#met.promise);
    this.#fault = this.#unfit();
  }

  put(entry: PresenceEntry): void {
    this.#entries.set(entry.session, entry);
    this.#removed.delete(entry.session);
  }

  remove(session: string): void {
    if (!this.#entries.delete(session)) return;
    this.#removed.set(session, this.#outside.now());
  }

  async beat(nowMs: number): Promise<boolean> {
    this.#forgetExpired();
    if (this.#isClosing || this.#flight !== null || !this.#breaker.allows()) {
      this.#skipped++;
      return false;
    }
    const removed = [...this.#removed.keys()];
    this.#flight = this.#send(nowMs, removed);
    const fault = await this.#flight;
    this.#flight = null;
    this.#fault = fault;
    if (fault !== null) {
      this.#failures++;
      this.#breaker.failed();
      return false;
    }
    this.#beats++;
    this.#breaker.succeeded();
    // One that came back and went again meanwhile was in no batch since.
    for (const session of removed) this.#removed.delete(session);
    return true;
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    await atMost(CLOSE_LIMIT_MS, this.#leave());
    this.client.disconnect();
  }

  async #leave(): Promise<void> {
    await this.#flight;
    if (this.client.status === "ready") await this.#run(() => this.#farewell());
  }

  #dial(): void {
    this.client.connect().catch(() => {
      // Told through "error" and "close", and tried again by the client itself.
    });
  }

  /** A connection was made: asks who is there. */
  async #meet(): Promise<void> {
    const { database } = this.#address;
    this.#refusal = null;
    try {
      const { name, refusal } = redisVersion(await this.client.info("server"));
      this.#name = name;
      this.#refusal = refusal;
      // The client asked for it before, but goes on in database 0 when that is refused.
      if (database !== 0) await this.client.select(database);
    } catch (error) {
      // A user without the right to ask for the version may still be one with the right to write.
      const why = wordsOf(error);
      if (why.startsWith("ERR DB index")) this.#refusal = this.#wrongDatabase(why);
    }
    this.#met.resolve(undefined);
    this.#breaker.invite();
  }

  /** @returns why no batch can be sent, as a sentence; null when one can */
  #unfit(): string | null {
    if (this.#refusal !== null) return this.#refusal;
    return this.client.status === "ready" ? null : this.#sentence("not connected", this.#trouble);
  }

  /** @returns why the beat did not get through, as a sentence; null when it did */
  async #send(nowMs: number, removed: readonly string[]): Promise<string | null> {
    // The client gives up when it was told to disconnect while it was about to connect.
    if (this.client.status === "end") this.#dial();
    return this.#unfit() ?? this.#run(() => this.#batch(nowMs, removed));
  }

  /** Everything at once; see keys.ts for what it leaves behind. */
  #batch(nowMs: number, removed: readonly string[]): ChainableCommander {
    const { server, ttlMs } = this.#options;
    const keys = this.#keys;
    const expiryMs = nowMs + ttlMs;
    const batch = this.client.pipeline();
    if (removed.length > 0) this.#strike(batch, removed);
    const heartbeat = { server, sessions: this.#entries.size, at: nowMs };
    batch.set(keys.server, JSON.stringify(heartbeat), "PX", ttlMs);
    const entries = [...this.#entries.values()];
    for (let from = 0; from < entries.length; from += CHUNK) {
      const some = entries.slice(from, from + CHUNK);
      const names = some.map((entry) => keys.session(entry.session));
      batch.call("eval", [SET_ALL, names.length, ...names, ttlMs, ...some.map(textOf)]);
      batch.call("zadd", [keys.sessions, ...some.flatMap((entry) => [expiryMs, entry.session])]);
    }
    batch.zremrangebyscore(keys.sessions, "-inf", nowMs);
    // Left by a server whose clock was ahead.
    batch.zremrangebyscore(keys.sessions, expiryMs + ttlMs, "+inf");
    batch.pexpire(keys.sessions, ttlMs);
    return batch;
  }

  #farewell(): ChainableCommander {
    const batch = this.client.pipeline();
    const all = [...this.#entries.keys(), ...this.#removed.keys()];
    if (all.length > 0) this.#strike(batch, all);
    // When another server has taken the world over meanwhile, its next beat mends this.
    return batch.del(this.#keys.server);
  }

  #strike(batch: ChainableCommander, sessions: readonly string[]): void {
    batch.del(sessions.map((id) => this.#keys.session(id)));
    batch.call("zrem", [this.#keys.sessions, ...sessions]);
  }

  /** @returns the first error of a batch, as a sentence; null when there was none */
  async #run(compose: () => ChainableCommander): Promise<string | null> {
    try {
      const results = (await compose().exec()) ?? [];
      for (const [error] of results) if (error !== null) throw error;
      return null;
    } catch (error) {
      const isLost = error instanceof Error && error.name === LOST_CONNECTION;
      const why = isLost ? this.#trouble : wordsOf(error);
      // Too slow, or a replica by now: whoever answers at the address then is asked instead.
      if (STALE_CONNECTION.test(why)) this.client.disconnect(true);
      return this.#sentence("failing", why);
    }
  }

  /** What went long ago has expired by itself: while Redis is away, removals do not pile up. */
  #forgetExpired(): void {
    // The last batch that renewed it may have been under way when it was removed.
    const expiredMs = this.#outside.now() - this.#options.ttlMs - COMMAND_TIMEOUT_MS;
    for (const [session, atMs] of this.#removed) {
      if (atMs > expiredMs) return;
      this.#removed.delete(session);
    }
  }

  #sentence(state: string, why: string): string {
    return (
      `Presence in Redis at ${describeRedis(this.#address)} is ${state} (${this.#told(why)}). ` +
      "The world goes on without it, and it is whole again once Redis is: check that server and " +
      "presence.redis_url."
    );
  }

  /** Ends a start; later, presence waits until a server with that database answers. */
  #wrongDatabase(why: string): string {
    return (
      `Presence in Redis at ${describeRedis(this.#address)} has no such database ` +
      `(${this.#told(why)}): name another one in presence.redis_url.`
    );
  }

  #told(why: string): string {
    const { password } = this.#address;
    return password === null ? why : why.replaceAll(password, "[password]");
  }
}

/** Waits for `work`, which never rejects, but no longer than `limitMs`. */
async function atMost(limitMs: number, work: Promise<unknown>): Promise<void> {
  const patience = new AbortController();
  const enough = sleep(limitMs, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([work, enough]);
  patience.abort();
}

function textOf({ session, entity, state, since }: PresenceEntry): string {
  return JSON.stringify({ session, entity, state, since });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
