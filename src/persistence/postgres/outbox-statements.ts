// What the outbox asks of PostgreSQL. The first parameter is always the world.

/** Attempts above 0 mark an event that was tried: such events stand before all of their stream. */
export const CLAIM = {
  name: "claim",
  // The heads of the streams in which something was tried; of those that are due the oldest comes,
  // alone. Otherwise events that were never tried, of all other streams. The streams to leave out
  // are few, and looked up in a table made once; see also IN_ORDER.
  text: `
WITH heads AS (
  SELECT DISTINCT ON (stream) id, due_at FROM outbox
  WHERE world = $1 AND attempts > 0 ORDER BY stream, id
), suspect AS (
  SELECT id FROM heads WHERE due_at <= now() ORDER BY id LIMIT 1
), fresh AS (
  SELECT id FROM outbox
  WHERE world = $1 AND attempts = 0 AND NOT EXISTS (SELECT 1 FROM suspect)
    AND stream NOT IN (SELECT stream FROM outbox WHERE world = $1 AND attempts > 0)
  ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE outbox SET attempts = attempts + 1
WHERE world = $1 AND id = ANY (ARRAY(SELECT id FROM suspect UNION ALL SELECT id FROM fresh))
RETURNING id::float8 AS id, key, stream, type, tick::float8 AS tick, payload, attempts,
  greatest(0, extract(epoch FROM now() - created_at) * 1000)::float8 AS "ageMs"`,
};

/**
 * Settings of the connection that claims. An outbox grows from nothing to 10^5 events faster than
 * statistics follow; for a table that is believed to be small the server would read all of it and
 * sort it for every claim, 10 times slower than following the primary key.
 */
export const IN_ORDER = {
  enable_bitmapscan: "off",
  enable_seqscan: "off",
  enable_sort: "off",
  // What is switched off looks dear where it cannot be avoided, and would be compiled first.
  jit: "off",
  // A plan made for an outbox of a few events would be kept when there are 10^5: it then reads all
  // of them for a batch, 20 times slower.
  plan_cache_mode: "force_custom_plan",
};

export const SETTLE = {
  name: "settle",
  text: `
WITH failed AS MATERIALIZED (
  SELECT id, error, attempts, "retryMs" AS retry FROM json_to_recordset($3::json)
    AS f(id bigint, error text, attempts integer, "retryMs" float8)
), delivered AS (
  DELETE FROM outbox WHERE world = $1 AND id = ANY ($2::bigint[])
), later AS (
  UPDATE outbox SET attempts = failed.attempts, error = failed.error,
    due_at = now() + failed.retry * interval '1 millisecond'
  FROM failed WHERE outbox.id = failed.id AND outbox.world = $1 AND failed.retry IS NOT NULL
), given_up AS (
  DELETE FROM outbox USING failed
  WHERE outbox.id = failed.id AND outbox.world = $1 AND failed.retry IS NULL
  RETURNING outbox.id, key, stream, type, tick, payload, created_at, failed.attempts, failed.error
)
INSERT INTO outbox_dead (id, world, key, stream, type, tick, payload, created_at, attempts, error)
SELECT id, $1, key, stream, type, tick, payload, created_at, attempts, error FROM given_up`,
};

export const DEPTH = {
  name: "depth",
  text: `
SELECT (SELECT count(*) FROM outbox WHERE world = $1)::float8 AS waiting,
  coalesce((
    SELECT greatest(0, extract(epoch FROM now() - created_at) * 1000) FROM outbox
    WHERE world = $1 ORDER BY id LIMIT 1
  ), 0)::float8 AS "oldestMs",
  (SELECT count(*) FROM outbox_dead WHERE world = $1)::float8 AS dead`,
};

export const LIST_DEAD = {
  text: `
SELECT id::float8 AS id, key, stream, type, tick::float8 AS tick, payload, attempts, error, died_at,
  greatest(0, extract(epoch FROM now() - created_at) * 1000)::float8 AS "ageMs"
FROM outbox_dead WHERE world = $1 ORDER BY outbox_dead.id LIMIT $2`,
};

// Behind everything of its stream: its own place was taken long ago.
export const RETRY_DEAD = {
  text: `
WITH back AS (
  DELETE FROM outbox_dead WHERE world = $1 AND ($2::text[] IS NULL OR key = ANY ($2))
  RETURNING *
), put AS (
  INSERT INTO outbox (world, key, stream, type, tick, payload, created_at)
  SELECT world, key, stream, type, tick, payload, created_at FROM back ORDER BY id
)
SELECT count(*)::float8 AS moved, pg_notify('aether_outbox', $1) FROM back`,
};

export const DROP_DEAD = {
  text: `
WITH gone AS (
  DELETE FROM outbox_dead WHERE world = $1 AND ($2::text[] IS NULL OR key = ANY ($2))
  RETURNING 1
)
SELECT count(*)::float8 AS moved FROM gone`,
};

export const TRY_LEAD = {
  text: "SELECT pg_try_advisory_lock(hashtextextended('aether:relay:' || $1, 0)) AS leads",
};
