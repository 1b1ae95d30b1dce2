// Opens presence where the configuration wants it: in Redis, or in this process.
import { StoreRefusal } from "../contract.ts";
import { parseRedisUrl } from "./address.ts";
import { MemoryPresence } from "./memory.ts";
import type { Outside, Presence, PresenceOptions } from "./presence.ts";
import { RedisPresence } from "./redis.ts";

/** A start does not wait longer for Redis; presence joins in later. */
const OPEN_LIMIT_MS = 2500;

/**
 * @param redisUrl null: in this process
 * @returns also when Redis cannot be had at the moment: then `fault` says so, and beats fail until
 * it is there
 * @throws StoreRefusal when the URL cannot be understood, or leads to a Redis that is too old
 */
export async function openPresence(
  redisUrl: string | null,
  options: PresenceOptions,
  outside: Outside,
): Promise<Presence> {
  if (redisUrl === null) return new MemoryPresence(options, outside);
  const address = parseRedisUrl(redisUrl);
  if (typeof address === "string") throw new StoreRefusal(address);
  const presence = new RedisPresence(address, options, outside);
  await presence.connect(OPEN_LIMIT_MS);
  if (presence.refusal === null) return presence;
  await presence.close();
  throw new StoreRefusal(presence.refusal);
}
