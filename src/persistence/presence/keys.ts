// Names of presence's keys in Redis; docs/operating.md has the same table for other programs.

/**
 * What Redis holds for a world. All of it is renewed by each beat and goes by itself one TTL after
 * the last one.
 *
 * | Key | Type | Content |
 * |---|---|---|
 * | `aether:{WORLD}:server` | string | JSON `{server, sessions, at}`: the server's heartbeat |
 * | `aether:{WORLD}:sessions` | sorted set | session ids; score = when they expire, Unix ms |
 * | `aether:{WORLD}:session:ID` | string | JSON `{session, entity, state, since}` |
 *
 * The braces are Redis Cluster's hash tag: all keys of a world lie in one slot, so that one
 * pipeline can carry them. Braces and percent signs of the world's own name are percent-encoded.
 * A user of its own needs `~aether:*` and the commands set, del, eval, zadd, zrem,
 * zremrangebyscore, pexpire, info and select; a reader zrange, mget and get.
 *
 * A session is online when both its member and its key are there: the key expires by Redis's own
 * clock, and the member goes with the first beat that does not renew it.
 */
export interface PresenceKeys {
  readonly server: string;
  readonly sessions: string;
  session(id: string): string;
}

export function presenceKeys(world: string): PresenceKeys {
  const tag = world.replace(/[%{}]/g, encodeURIComponent);
  return {
    server: `aether:{${tag}}:server`,
    sessions: `aether:{${tag}}:sessions`,
    session: (id) => `aether:{${tag}}:session:${id}`,
  };
}
