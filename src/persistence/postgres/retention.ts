// What a PostgreSQL store forgets, in its own words. $1 is the world, $2 the limit, $3 a time.
import type { Sweeps } from "../retention.ts";
import type { Statement } from "./link.ts";

const AT = "to_timestamp($3 / 1000.0)";

export const SWEEPS: Sweeps<Statement> = {
  tokens: deleting(
    "spent_tokens",
    "(world, id)",
    `SELECT world, id FROM spent_tokens WHERE world = $1 AND until <= ${AT} LIMIT $2`,
  ),
  sessions: deleting(
    "sessions",
    "(world, session)",
    `SELECT world, session FROM sessions
     WHERE world = $1 AND state = 'ended' AND changed_at < ${AT} LIMIT $2`,
  ),
  history: deleting(
    "session_history",
    "id",
    `SELECT id FROM session_history WHERE world = $1 AND at < ${AT} LIMIT $2`,
  ),
  surplus: deleting(
    "session_history",
    "id",
    "SELECT id FROM session_history WHERE world = $1 ORDER BY at LIMIT $2",
  ),
  storyless: deleting(
    "sessions",
    "(world, session)",
    `SELECT world, session FROM sessions WHERE world = $1 AND state = 'ended'
       AND changed_at < (SELECT min(at) FROM session_history WHERE world = $1) LIMIT $2`,
  ),
};

export const COUNT_HISTORY: Statement = {
  text: "SELECT count(*)::float8 AS rows FROM session_history WHERE world = $1",
};

function deleting(table: string, key: string, which: string): Statement {
  return {
    text: `WITH gone AS (DELETE FROM ${table} WHERE ${key} IN (${which}) RETURNING 1)
      SELECT count(*)::integer AS deleted FROM gone`,
  };
}
