// Which sink a world's events go to, by the settings.
import { StoreRefusal } from "../contract.ts";
import { parseRedisUrl } from "../presence/address.ts";
import { LogSink } from "./log.ts";
import type { EventLog } from "./log.ts";
import { RedisSink } from "./redis.ts";
import type { Sink } from "./sink.ts";

export interface SinkChoice {
  /** auto: Redis when it has a URL, otherwise the log. */
  readonly sink: "auto" | "log" | "redis";
  readonly redisUrl: string | null;
  readonly world: string;
}

/**
 * Opens nothing yet: the sink's `ready` does.
 * @throws StoreRefusal for Redis without a URL, or with one that cannot be understood
 */
export function openSink({ sink, redisUrl, world }: SinkChoice, log: EventLog): Sink {
  if (sink === "log" || (sink === "auto" && redisUrl === null)) return new LogSink(log);
  if (redisUrl === null) {
    throw new StoreRefusal(
      "outbox.sink is redis, but no Redis is named: set presence.redis_url, or outbox.sink to log.",
    );
  }
  const address = parseRedisUrl(redisUrl);
  if (typeof address === "string") throw new StoreRefusal(address);
  return new RedisSink({ address, world });
}
