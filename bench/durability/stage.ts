// What a case plays on: a PostgreSQL, a Redis, servers and crowds of its own, all on free ports of
// 127.0.0.1 and all ended by pid, whatever becomes of the case and of the proof.
import { Redis } from "ioredis";
import { PrivatePostgres } from "../../test/integration/postgres.ts";
import { PrivateRedis } from "../../test/integration/redis.ts";
import { ServerProcess } from "../../test/integration/server-process.ts";
import { until } from "../waiting.ts";
import { Crowd, type CrowdWish } from "./crowd.ts";
import type { Setting } from "./finding.ts";
import { type Metrics, readMetrics } from "./metrics.ts";

export const WORLD = "main";
export const TICK_MS = 25;
/** How long a session waits for its client here. */
export const GRACE_MS = 5000;
/** Presence here is renewed so often, and gone after so long. */
const HEARTBEAT_MS = 1000;
export const TTL_MS = 4000;

export interface Served {
  readonly process: ServerProcess;
  readonly url: string;
  metrics(): Promise<Metrics>;
}

export interface StageOptions {
  /** URL of the database, from the one that PostgreSQL starts with; absent: that one. */
  readonly database?: (postgres: PrivatePostgres) => Promise<string>;
  readonly graceMs?: number;
}

export class Stage {
  readonly postgres = new PrivatePostgres();
  /** Keeps what it answered to: events that it took are taken off the outbox. */
  readonly redis = new PrivateRedis({ durable: true });
  readonly #setting: Setting;
  readonly #graceMs: number;
  readonly #servers: ServerProcess[] = [];
  readonly #crowds: Crowd[] = [];
  readonly #readers: Redis[] = [];
  #url = "";
  readonly #lastResort = (): void => {
    for (const { pid } of this.#servers) kill(pid);
  };

  private constructor(setting: Setting, graceMs: number) {
    this.#setting = setting;
    this.#graceMs = graceMs;
    process.on("exit", this.#lastResort);
  }

  /** Runs `play` on a stage of its own. */
  static async with<T>(
    setting: Setting,
    { database, graceMs = GRACE_MS }: StageOptions,
    play: (stage: Stage) => Promise<T>,
  ): Promise<T> {
    const stage = new Stage(setting, graceMs);
    try {
      await Promise.all([stage.postgres.start(), stage.redis.start()]);
      stage.#url = database === undefined ? stage.postgres.url : await database(stage.postgres);
      return await play(stage);
    } finally {
      await stage.#close();
    }
  }

  get url(): string {
    return this.#url;
  }

  /** A server of this world; resolves when it listens. @param env more settings for it */
  async serve(env: Readonly<Record<string, string>> = {}): Promise<Served> {
    const server = new ServerProcess({
      env: {
        AETHER_PERSISTENCE_URL: this.#url,
        AETHER_PERSISTENCE_WORLD: WORLD,
        AETHER_PRESENCE_REDIS_URL: this.redis.url,
        AETHER_PRESENCE_HEARTBEAT_MS: String(HEARTBEAT_MS),
        AETHER_PRESENCE_TTL_MS: String(TTL_MS),
        AETHER_SESSION_GRACE_MS: String(this.#graceMs),
        AETHER_ENGINE_TICK_RATE_MS: String(TICK_MS),
        ...env,
      },
    });
    this.#servers.push(server);
    const { url, metrics } = await server.listening();
    return { process: server, url, metrics: () => readMetrics(metrics) };
  }

  /** Bots in a process of their own; resolves when they play. */
  async crowd({ url }: Served, wish: Pick<CrowdWish, "churns" | "isWitness">): Promise<Crowd> {
    const { bots, seed } = this.#setting;
    const count = wish.isWitness ? 1 : bots;
    const crowd = await Crowd.open({ ...wish, url, bots: count, seed, tickMs: TICK_MS });
    this.#crowds.push(crowd);
    return crowd;
  }

  /** Reads the world's database on a connection of its own. */
  query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.postgres.query(this.#url, text, values);
  }

  /** A number that SQL counts. */
  async count(text: string, values: unknown[] = []): Promise<number> {
    const [row] = await this.query(text, values);
    return Number(Object.values(row ?? {})[0]);
  }

  /** A connection to Redis, closed with the stage. */
  reader(): Redis {
    const reader = new Redis(this.redis.url, { maxRetriesPerRequest: 3 });
    reader.on("error", () => undefined);
    this.#readers.push(reader);
    return reader;
  }

  /**
   * Resolves when all that was noted until now is durable, and all events are published. Metrics
   * would not do: they know of the store what was so up to a second ago.
   */
  async settle(): Promise<void> {
    // The first may have left before; the next leaves when that has landed, with all facts.
    for (const nth of ["one", "another"]) {
      const before = await this.#durableTick();
      await until(`${nth} flight to land`, async () => (await this.#durableTick()) !== before);
    }
    await until("all events to be published", async () => {
      return (await this.count("SELECT count(*) FROM outbox")) === 0;
    });
  }

  #durableTick(): Promise<number> {
    return this.count("SELECT tick FROM snapshots ORDER BY epoch DESC, tick DESC LIMIT 1");
  }

  async #close(): Promise<void> {
    for (const reader of this.#readers) reader.disconnect();
    await Promise.all(this.#crowds.map((crowd) => crowd.destroy()));
    await Promise.all(this.#servers.map((server) => server.destroy()));
    await Promise.all([this.postgres.stop(), this.redis.stop()]);
    process.off("exit", this.#lastResort);
  }
}

function kill(pid: number): void {
  try {
    if (pid > 0) process.kill(pid, "SIGKILL");
  } catch {
    // ended before
  }
}
