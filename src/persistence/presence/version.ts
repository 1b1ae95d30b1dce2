// Which program answers at the other end, and whether it is one that Aether works with.

/** Older ones are no longer maintained, and nothing is tested against them. */
const LEAST_MAJOR = 6;

/** What a server says about itself. */
export interface RedisVersion {
  /** Program and version: "Redis 7.0.15", "Valkey 8.1.0". */
  readonly name: string;
  /** Why it is not worked with, as a sentence; null when it is. */
  readonly refusal: string | null;
}

/** @param info the answer to INFO server; the relatives of Redis say which Redis they are like */
export function redisVersion(info: string): RedisVersion {
  const version = field(info, "redis_version");
  if (version === null) return { name: "Redis of unknown version", refusal: null };
  const valkey = field(info, "valkey_version");
  const name = valkey === null ? `Redis ${version}` : `Valkey ${valkey}`;
  if (Number.parseInt(version, 10) >= LEAST_MAJOR) return { name, refusal: null };
  const remedy = `use Redis ${LEAST_MAJOR} or newer, or empty presence.redis_url`;
  return { name, refusal: `${name} is too old for presence: ${remedy}.` };
}

function field(info: string, name: string): string | null {
  return new RegExp(`^${name}:(\\S+)`, "m").exec(info)?.[1] ?? null;
}
