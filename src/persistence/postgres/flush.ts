// The flush: one statement, and so one transaction and one round trip. Nothing stays open in
// between, and a server or a client that stops in the middle of it holds nobody up.
import type { QueryResultRow } from "pg";

import type { Flight } from "../contract.ts";
import { rowsOf } from "../events.ts";
import { seal } from "../snapshot.ts";
import { ANSWER_MS } from "./link.ts";

/** Told to relays when there is something to claim; the world's name comes with it. */
export const CHANNEL = "aether_outbox";

/** What a flight adds to ANSWER_MS: a load that always took too long would never arrive. */
const MS_PER_FACT = 0.2;
const BYTES_PER_MS = 20_000;

export interface FlushRow extends QueryResultRow {
  /** 1 when the fence let the flight pass. */
  readonly fenced: number;
}

/**
 * The fence's row is what everything else hangs on: without it nothing is written. It also keeps
 * two writers apart, because the second waits for it and then sees what the first made of it. A
 * world that was restored from its older slot goes back: then its first tick counts as new.
 *
 * Facts come as JSON, one parameter a table, and become rows by name. Ids are given in the order
 * of the events.
 */
export const FLUSH = {
  name: "flush",
  text: `
WITH fence AS (
  UPDATE world SET tick = $3, written = epoch, slot = 1 - slot, renewed_at = now()
  WHERE name = $1 AND epoch = $2 AND (tick < $3 OR written < epoch)
  RETURNING slot
), snapshot AS (
  INSERT INTO snapshots (world, slot, epoch, tick, sealed)
  SELECT $1, slot, $2, $3, $4::bytea FROM fence
  ON CONFLICT (world, slot) DO UPDATE
  SET epoch = excluded.epoch, tick = excluded.tick, sealed = excluded.sealed
), event AS (
  INSERT INTO outbox (world, key, stream, type, tick, payload)
  SELECT $1, e.key, e.stream, e.type, e.tick, e.payload
  FROM fence, json_to_recordset($5::json)
    AS e(nth integer, key text, stream text, type text, tick bigint, payload text)
  ORDER BY e.nth
  RETURNING 1
), opened AS (
  INSERT INTO sessions (world, session, entity, kind, token_hash, used_hash, client, account,
    state, received, sent, corrections, reason)
  SELECT $1, s.session, s.entity, s.kind, s."tokenHash", s."usedHash", s.client, s.account,
    s.state, s.received, s.sent, s.corrections, s.reason
  FROM fence, json_to_recordset($6::json)
    AS s(session text, entity bigint, kind integer, "tokenHash" text, "usedHash" text,
      client text, account text, state text, received bigint, sent bigint, corrections bigint,
      reason text)
  ON CONFLICT (world, session) DO UPDATE
  SET entity = excluded.entity, kind = excluded.kind, token_hash = excluded.token_hash,
    used_hash = excluded.used_hash, client = excluded.client, account = excluded.account,
    state = excluded.state,
    changed_at = excluded.changed_at, received = excluded.received, sent = excluded.sent,
    corrections = excluded.corrections, reason = excluded.reason
), changed AS (
  UPDATE sessions AS old SET state = coalesce(s.state, old.state),
    token_hash = coalesce(s."tokenHash", old.token_hash),
    used_hash = coalesce(s."usedHash", old.used_hash), changed_at = now(),
    received = coalesce(s.received, old.received), sent = coalesce(s.sent, old.sent),
    corrections = coalesce(s.corrections, old.corrections), reason = coalesce(s.reason, old.reason)
  FROM fence, json_to_recordset($7::json)
    AS s(session text, state text, "tokenHash" text, "usedHash" text, received bigint,
      sent bigint, corrections bigint, reason text)
  WHERE old.world = $1 AND old.session = s.session
), history AS (
  INSERT INTO session_history (world, session, what, tick, code, reason, received, sent,
    corrections)
  SELECT $1, h.session, h.what, h.tick, h.code, h.reason, h.received, h.sent, h.corrections
  FROM fence, json_to_recordset($8::json)
    AS h(nth integer, session text, what text, tick bigint, code integer, reason text,
      received bigint, sent bigint, corrections bigint)
  ORDER BY h.nth
), spent AS (
  INSERT INTO spent_tokens (world, id, until)
  SELECT $1, t.id, to_timestamp(t.until / 1000)
  FROM fence, json_to_recordset($9::json) AS t(id text, until float8)
  ON CONFLICT DO NOTHING
)
SELECT (SELECT count(*) FROM fence)::integer AS fenced,
  CASE WHEN EXISTS (SELECT 1 FROM event) THEN pg_notify($10, $1) END`,
};

/**
 * Settings of the connection that flushes: everything goes by primary keys, so that planning anew
 * for each flight would find the same plan.
 */
export const PLANNED_ONCE = { plan_cache_mode: "force_generic_plan", jit: "off" };

/** Whether the fence held because this very flight had passed it before. */
export const WAS_WRITTEN = {
  name: "was_written",
  text: `SELECT 1 FROM world
    WHERE name = $1 AND epoch = $2 AND written = $2 AND tick >= $3`,
};

export function flushValues(world: string, epoch: number, flight: Flight): unknown[] {
  const { tick, image, facts } = flight;
  const { events, opened, changed, history, spent } = rowsOf(world, epoch, facts);
  const sealed = seal(image, tick);
  return [
    ...[world, epoch, tick, sealed],
    ...[numbered(events), JSON.stringify(opened), JSON.stringify(changed), numbered(history)],
    ...[JSON.stringify(spent), CHANNEL],
  ];
}

/** How long a flight's answer may take, ms. */
export function flushLimitMs({ image, facts }: Flight): number {
  return ANSWER_MS + facts.length * MS_PER_FACT + image.length / BYTES_PER_MS;
}

function numbered(rows: readonly object[]): string {
  return JSON.stringify(rows.map((row, nth) => ({ nth, ...row })));
}
