// What a SQLite store forgets, in its own words. ?1 is the world, ?2 the limit, ?3 a time.
import type { Sweeps } from "../retention.ts";

export const SWEEPS: Sweeps<string> = {
  tokens: `DELETE FROM spent_tokens WHERE (world, id) IN (
    SELECT world, id FROM spent_tokens WHERE world = ?1 AND until <= ?3 LIMIT ?2)`,
  sessions: `DELETE FROM sessions WHERE (world, session) IN (
    SELECT world, session FROM sessions
    WHERE world = ?1 AND state = 'ended' AND changed_at < ?3 LIMIT ?2)`,
  history: `DELETE FROM session_history WHERE id IN (
    SELECT id FROM session_history WHERE world = ?1 AND at < ?3 LIMIT ?2)`,
  surplus: `DELETE FROM session_history WHERE id IN (
    SELECT id FROM session_history WHERE world = ?1 ORDER BY at LIMIT ?2)`,
  storyless: `DELETE FROM sessions WHERE (world, session) IN (
    SELECT world, session FROM sessions WHERE world = ?1 AND state = 'ended'
      AND changed_at < (SELECT min(at) FROM session_history WHERE world = ?1) LIMIT ?2)`,
};

export const COUNT_HISTORY = "SELECT count(*) AS rows FROM session_history WHERE world = ?1";
