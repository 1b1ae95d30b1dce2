// How another program reads the presence of a world out of Redis. Three commands, no clock: what
// expired is gone by Redis's own time.
import type { Redis } from "ioredis";

import { presenceKeys } from "./keys.ts";
import type { Heartbeat, PresenceEntry } from "./presence.ts";

/** Entries asked for at once, so that a large world does not hold up Redis's other clients. */
const CHUNK = 1000;

/**
 * @returns everyone who is online in `world`, in no order; whatever is not presence's is left out
 * @throws Error of ioredis when Redis cannot be had
 */
export async function listPresence(
  redis: Pick<Redis, "zrange" | "mget">,
  world: string,
): Promise<PresenceEntry[]> {
  const keys = presenceKeys(world);
  const sessions = await redis.zrange(keys.sessions, "0", "-1");
  const entries: PresenceEntry[] = [];
  for (let from = 0; from < sessions.length; from += CHUNK) {
    const some = sessions.slice(from, from + CHUNK).map((id) => keys.session(id));
    for (const text of await redis.mget(some)) {
      const entry = parsed(text);
      if (isEntry(entry)) entries.push(entry);
    }
  }
  return entries;
}

/**
 * @returns the last sign of life of the server that runs `world`; null when none does
 * @throws Error of ioredis when Redis cannot be had
 */
export async function readHeartbeat(
  redis: Pick<Redis, "get">,
  world: string,
): Promise<Heartbeat | null> {
  const heartbeat = parsed(await redis.get(presenceKeys(world).server));
  return isHeartbeat(heartbeat) ? heartbeat : null;
}

function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isEntry(value: unknown): value is PresenceEntry {
  if (typeof value !== "object" || value === null) return false;
  const { session, entity, state, since } = value as Partial<Record<string, unknown>>;
  const isState = state === "playing" || state === "suspended";
  return isState && typeof session === "string" && areNumbers(entity, since);
}

function isHeartbeat(value: unknown): value is Heartbeat {
  if (typeof value !== "object" || value === null) return false;
  const { server, sessions, at } = value as Partial<Record<string, unknown>>;
  return typeof server === "string" && areNumbers(sessions, at);
}

function areNumbers(...values: unknown[]): boolean {
  return values.every((value) => typeof value === "number");
}
