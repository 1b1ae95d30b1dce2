// A connection to Redis on which nothing piles up: what cannot be sent now is refused now, what is
// not answered soon has failed, and a lost connection comes back by itself.
import { Redis } from "ioredis";

import { redisOptions } from "../redis-options.ts";
import type { RedisAddress } from "./address.ts";

/**
 * A server that owes answers and is silent for so long is frozen or cut off. A healthy one answers
 * within a few ms, but a worker that waits for its disk may look later.
 */
const SILENCE_MS = 2000;
/** The whole of a large batch may take longer, as long as answers come. */
export const COMMAND_TIMEOUT_MS = 10_000;
/** Between tries to connect. Short, since a try costs nothing and presence waits for it. */
const LEAST_RETRY_MS = 50;
const MOST_RETRY_MS = 1000;
/** How often a server that loads its data is asked whether it is ready. */
const LOADING_RETRY_MS = 250;

/**
 * @param random a number in [0, 1)
 * @returns a client that is not connected yet. The caller listens to "error" first, then calls
 * connect()
 */
export function createRedis(address: RedisAddress, random: () => number): Redis {
  return new Redis({
    ...redisOptions(address),
    // For those who look at CLIENT LIST.
    connectionName: "aether-presence",
    socketTimeout: SILENCE_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxLoadingRetryTime: LOADING_RETRY_MS,
    retryStrategy(tries) {
      const limitMs = Math.min(LEAST_RETRY_MS * 2 ** tries, MOST_RETRY_MS);
      return LEAST_RETRY_MS + random() * (limitMs - LEAST_RETRY_MS);
    },
  });
}
